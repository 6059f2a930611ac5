#!/bin/sh
# Healthy when its page for signing in is shown.
set -u
{% include "shared/probe.sh" %}

probe {{ local }} http://{{ address }}:3000/{{ tier }}/login
exit "$healthy"
