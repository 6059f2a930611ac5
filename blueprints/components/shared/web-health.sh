#!/bin/sh
# Healthy when this web server answers, and each server behind it does through it.
set -u
{% include "shared/probe.sh" %}

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
{%- if "php" in beside %}
probe page http://127.0.0.1/gureum/page
{%- else %}
probe start http://127.0.0.1/
{%- endif %}
exit "$healthy"
