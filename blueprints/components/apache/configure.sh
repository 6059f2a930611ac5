#!/bin/sh
# Takes the distribution's own site away, switches on what the site needs, and checks the whole.
set -eu
if command -v a2ensite >/dev/null 2>&1; then
    a2enmod -q proxy proxy_http proxy_fcgi proxy_balancer slotmem_shm lbmethod_byrequests headers rewrite setenvif
    a2dissite -q -f 000-default default-ssl
    a2ensite -q gureum
else
    # Emptied, not removed: an update of the package would bring a removed file back.
    for file in /etc/httpd/conf.d/welcome.conf /etc/httpd/conf.d/userdir.conf; do
        if [ -s "$file" ]; then : >"$file"; fi
    done
fi
{% include "shared/selinux-web.sh" %}
{{ control }} configtest
