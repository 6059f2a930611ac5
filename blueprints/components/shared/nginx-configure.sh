#!/bin/sh
# Takes the distribution's own site away and checks what is left.
set -eu
rm -f /etc/nginx/sites-enabled/default /etc/nginx/conf.d/default.conf
mkdir -p {{ root }}
{% include "shared/selinux-web.sh" %}
if command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled; then
    # 9080 is no port of web servers for SELinux until it is told.
    command -v semanage >/dev/null 2>&1 && ! semanage port -l | grep -q '^http_port_t.*\b9080\b' && semanage port -a -t http_port_t -p tcp 9080
fi
nginx -t
