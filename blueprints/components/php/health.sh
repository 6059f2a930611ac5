#!/bin/sh
# Healthy when the page is made, and the database behind it answers. The web server beside it starts before.
set -u
{% include "shared/probe.sh" %}

probe page http://127.0.0.1/gureum/page
exit "$healthy"
