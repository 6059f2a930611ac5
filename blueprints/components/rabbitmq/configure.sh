#!/bin/sh
# The cookie, our user, and no guest.
set -eu
cookie=/var/lib/rabbitmq/.erlang.cookie
if [ "$(cat "$cookie" 2>/dev/null)" != '{{ secrets.erlang_cookie }}' ]; then
    systemctl stop rabbitmq-server
    umask 077
    rm -f "$cookie"
    printf %s '{{ secrets.erlang_cookie }}' >"$cookie"
    chown rabbitmq:rabbitmq "$cookie"
    chmod 0400 "$cookie"
fi
{%- if system in ["debian-12", "ubuntu-24.04"] %}
systemctl daemon-reload
systemctl stop rabbitmq-server epmd.service epmd.socket
systemctl start epmd.socket
{%- endif %}
systemctl restart rabbitmq-server
tries=0
until rabbitmqctl -q list_users >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "gureum: RabbitMQ does not start" >&2; exit 1; }
    sleep 2
done
{%- if modern == "yes" %}
# By standard input, so that no list of processes shows the password.
secret() {
    echo '{{ secrets.app_password }}' | rabbitmqctl -q "$@"
}
{%- else %}
secret() {
    rabbitmqctl -q "$@" '{{ secrets.app_password }}'
}
{%- endif %}
if rabbitmqctl -q list_users | grep -q '^app[[:space:]]'; then
    secret change_password app
else
    secret add_user app
fi
rabbitmqctl -q set_permissions -p / app '.*' '.*' '.*'
if rabbitmqctl -q list_users | grep -q '^guest[[:space:]]'; then
    rabbitmqctl -q delete_user guest
fi
