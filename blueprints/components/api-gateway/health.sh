#!/bin/sh
# Healthy when the gateway answers, lets nobody through without a key, and reaches a server with one.
set -u
{% include "shared/probe.sh" %}

# By standard input, so that no list of processes shows the key.
through() {
    sed -n 's/^    "\(.*\)" 1;/header = "X-API-Key: \1"/p' /etc/nginx/conf.d/gureum-gateway.conf |
        curl -s -f -m 10 -o /dev/null -K - http://{{ address }}:9080/gureum-check/
}
closed() {
    [ "$(curl -s -m 10 -o /dev/null -w '%{http_code}' http://{{ address }}:9080/)" = 401 ]
}

probe {{ local }} http://{{ address }}:9080/gureum/gateway
found closed closed
found through through
exit "$healthy"
