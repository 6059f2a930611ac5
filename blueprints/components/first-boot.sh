#!/bin/sh
# First boot of {{ server }} in {{ environment }}. Written by gureum, run once by cloud-init; it may be run again.
set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

{{ installer }}
{%- for component in components %}

# {{ component.name }}. An image may have it already: closed networks work that way.
command -v {{ component.program }} >/dev/null 2>&1 || install_packages {{ component.packages | join(" ") }}
{%- for file in component.files %}
install -D -m {{ file.mode }} {{ file.staged }} {{ file.path }}
{%- endfor %}
if command -v firewall-cmd >/dev/null 2>&1 && firewall-cmd --state >/dev/null 2>&1; then
    firewall-cmd --permanent --add-port={{ component.port }}/tcp
    firewall-cmd --reload
fi
systemctl enable {{ component.unit }}
systemctl restart {{ component.unit }}
{%- endfor %}
