#!/bin/sh
# Healthy when the broker runs and listens, and the guest account is gone.
set -u
{% include "shared/probe.sh" %}

guestless() {
    users=$(rabbitmqctl -q list_users) && ! echo "$users" | grep -q '^guest[[:space:]]'
}
{%- if modern == "yes" %}

found broker rabbitmq-diagnostics -q check_port_listener 5672
{%- else %}

found broker rabbitmqctl -q status
{%- endif %}
found guestless guestless
exit "$healthy"
