#!/bin/sh
# Healthy when the server answers on its address and holds this deployment's token.
set -u
{% include "shared/probe.sh" %}

token() {
    [ "$(mysql -N --default-character-set=utf8mb4 -e 'SELECT token FROM app.gureum_check WHERE id = 1')" = '{{ token }}' ]
}
listens() {
    # A server that refuses us has answered all the same.
    mysqladmin -h {{ address }} --connect-timeout=5 -u nobody ping >/dev/null 2>&1
}

found address listens
found token token
exit "$healthy"
