#!/bin/sh
# Healthy when its interface answers.
set -u
{% include "shared/probe.sh" %}

probe {{ local }} http://{{ address }}:8080/{{ tier }}/api/v2
exit "$healthy"
