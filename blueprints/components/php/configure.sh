#!/bin/sh
# The page's folder is the web server's; its wiring is not.
set -eu
{% include "shared/selinux-web.sh" %}
