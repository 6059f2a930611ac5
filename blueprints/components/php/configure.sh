#!/bin/sh
# The page's folder is the web server's; its wiring is not.
set -eu
chmod 0755 /etc/gureum
{% include "shared/selinux-web.sh" %}
