#!/bin/sh
# Healthy when the server answers on its address and holds this deployment's token.
set -u
{% include "shared/probe.sh" %}

token() {
    said=$(cd / && runuser -u postgres -- psql -qAtc 'SELECT token FROM gureum_check WHERE id = 1' app)
    [ "$said" = '{{ token }}' ]
}

found address pg_isready -q -h {{ address }}
found token token
exit "$healthy"
