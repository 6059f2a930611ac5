#!/bin/sh
# Healthy when this web server answers, and each server behind it does through it.
set -u
{% include "shared/probe.sh" %}
{%- if tools %}

# A tool may ask for a password or lead to its start: it answers all the same.
reachable() {
    code=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$1")
    echo "HTTP $code"
    [ "$code" != 000 ] && [ "$code" -lt 500 ]
}
{%- endif %}

probe {{ local }} http://127.0.0.1/gureum/web
{%- if links.application is defined %}
{%- for was in links.application.servers %}
probe {{ was.local }} http://127.0.0.1/gureum/was/{{ was.local }}/
{%- endfor %}
{%- endif %}
{%- if links.gateway is defined %}
{%- for gateway in links.gateway.servers %}
probe {{ gateway.local }} http://127.0.0.1/gureum/gw/{{ gateway.local }}/
{%- endfor %}
{%- endif %}
{%- for tool in tools %}
found {{ tool.servers[0].local }} reachable http://127.0.0.1/{{ tool.tier }}/
{%- endfor %}
{%- if "php" in beside %}
probe page http://127.0.0.1/gureum/page
{%- else %}
probe start http://127.0.0.1/
{%- endif %}
exit "$healthy"
