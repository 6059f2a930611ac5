#!/bin/sh
# Takes the distribution's own site away and checks what is left.
set -eu
rm -f /etc/nginx/sites-enabled/default /etc/nginx/conf.d/default.conf
{% include "shared/selinux-web.sh" %}
nginx -t
