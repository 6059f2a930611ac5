#!/bin/sh
# Healthy when the login page is shown, and nothing else to a stranger.
set -u
{% include "shared/probe.sh" %}

closed() {
    [ "$(curl -s -m 10 -o /dev/null -w '%{http_code}' http://{{ address }}:8080/{{ tier }}/)" = 403 ]
}

probe {{ local }} http://{{ address }}:8080/{{ tier }}/login
found closed closed
exit "$healthy"
