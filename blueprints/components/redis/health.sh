#!/bin/sh
# Healthy when the server answers on its address to its password, and to nobody without one.
set -u
{% include "shared/probe.sh" %}

# By standard input, so that no list of processes shows the password.
password() {
    [ "$(sed -n 's/^requirepass \(.*\)/AUTH \1\nPING/p' /etc/gureum/redis.conf | redis-cli -h {{ address }} | tail -n 1)" = PONG ]
}
closed() {
    case $(echo PING | redis-cli -h {{ address }}) in
        NOAUTH*) ;;
        *) return 1 ;;
    esac
}

found password password
found closed closed
exit "$healthy"
