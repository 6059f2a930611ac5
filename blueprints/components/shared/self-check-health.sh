#!/bin/sh
# Healthy when the self-check is: the server runs, and so does all that it is wired to. Its own words are told.
set -u
{% include "shared/probe.sh" %}

address=http://{{ address }}:8080/gureum-check/
probe {{ local }} "$address"
curl -s -m 10 "$address" | tr '{' '\n' | sed -n \
    -e 's/"name":"\([a-z]*\)","ok":true,"ms":\([0-9]*\),"product":"\([^"]*\)","version":"\([^"]*\)".*/check \1 ok \2 \3 \4/p' \
    -e 's/"name":"\([a-z]*\)","ok":false,"ms":\([0-9]*\),.*"words":"\([^"]*\)".*/check \1 failed \2 \3/p'
exit "$healthy"
