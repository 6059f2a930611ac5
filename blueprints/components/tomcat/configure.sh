#!/bin/sh
# The driver into Tomcat's own folder; no application but ours and the user's.
set -eu
mkdir -p {{ base }}/lib
{%- if links.database.service == "postgresql" %}
ln -sfn {{ postgresql_driver }} {{ base }}/lib/gureum-jdbc.jar
{%- else %}
ln -sfn {{ mariadb_driver }} {{ base }}/lib/gureum-jdbc.jar
{%- endif %}
for application in manager host-manager docs examples; do
    rm -rf {{ webapps }}/"$application" {{ conf }}/Catalina/localhost/"$application".xml
done
# The self-check is also what / shows, until somebody brings an application of that name.
root={{ webapps }}/ROOT
if [ ! -L "$root" ] && [ ! -e "$root.war" ] && { [ ! -e "$root" ] || grep -qs 'It works' "$root/index.html"; }; then
    rm -rf "$root"
    ln -s gureum-check "$root"
fi
