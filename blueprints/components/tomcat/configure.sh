#!/bin/sh
# The driver into Tomcat's own folder; no application but ours and the user's.
set -eu
mkdir -p {{ base }}/lib
driver={% if links.database.service == "postgresql" %}{{ postgresql_driver }}{% else %}{{ mariadb_driver }}{% endif %}
[ -e "$driver" ] || { echo "gureum: the database's driver is not there: $driver" >&2; exit 1; }
ln -sfn "$driver" {{ base }}/lib/gureum-jdbc.jar
{% if redisson is defined and links.cache is defined -%}
for jar in redisson-all {{ session_manager }}; do
    ln -sfn "/opt/gureum/$jar-{{ redisson }}.jar" {{ base }}/lib/"gureum-$jar.jar"
done
{% endif -%}
for application in manager host-manager docs examples; do
    rm -rf {{ webapps }}/"$application" {{ conf }}/Catalina/localhost/"$application".xml
done
# The self-check is also what / shows, until somebody brings an application of that name.
root={{ webapps }}/ROOT
if [ ! -L "$root" ] && [ ! -e "$root.war" ] && { [ ! -e "$root" ] || grep -qs 'It works' "$root/index.html"; }; then
    rm -rf "$root"
    ln -s gureum-check "$root"
fi
