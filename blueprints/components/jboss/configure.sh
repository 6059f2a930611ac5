#!/bin/sh
# The server's user, the driver, and the configuration: written by the server's own tool while it does not run.
set -eu
getent passwd wildfly >/dev/null || useradd --system --home-dir {{ home }} --shell /sbin/nologin wildfly
driver={% if links.database.service == "postgresql" %}{{ postgresql_driver }}{% else %}{{ mariadb_driver }}{% endif %}
[ -e "$driver" ] || { echo "gureum: the database's driver is not there: $driver" >&2; exit 1; }
ln -sfn "$driver" {{ home }}/modules/gureum/jdbc/main/driver.jar
deployments={{ home }}/standalone/deployments
# The self-check is also what / shows, until somebody brings an application of that name.
[ -e "$deployments/ROOT.war" ] || ln -s gureum-check.war "$deployments/ROOT.war"
for application in gureum-check.war ROOT.war; do
    [ -e "$deployments/$application.deployed" ] || : >"$deployments/$application.dodeploy"
done
chown -R wildfly:wildfly {{ home }}/standalone
chmod -R o-rwx {{ home }}/standalone/configuration

systemctl daemon-reload
systemctl stop wildfly
umask 077
commands=$(mktemp)
trap 'rm -f "$commands"' EXIT
cat >"$commands" <<'CLI'
embed-server --server-config=standalone.xml
if (outcome == success) of /subsystem=datasources/data-source=ExampleDS:read-resource
    /subsystem=ee/service=default-bindings:write-attribute(name=datasource, value=java:jboss/datasources/AppDS)
    /subsystem=datasources/data-source=ExampleDS:remove
end-if
if (outcome == success) of /subsystem=datasources/data-source=AppDS:read-resource
    /subsystem=datasources/data-source=AppDS:remove
end-if
if (outcome == success) of /subsystem=datasources/jdbc-driver=gureum:read-resource
    /subsystem=datasources/jdbc-driver=gureum:remove
end-if
{%- if links.database.service == "postgresql" %}
/subsystem=datasources/jdbc-driver=gureum:add(driver-name=gureum, driver-module-name=gureum.jdbc, driver-class-name=org.postgresql.Driver)
data-source add --name=AppDS --driver-name=gureum --jndi-name=java:jboss/datasources/AppDS --connection-url="jdbc:postgresql://{{ links.database.servers[0].address }}:{{ links.database.port }}/app?connectTimeout=2&loginTimeout=2&socketTimeout=30" --user-name=app --password={{ links.database.secrets.app_password }} --check-valid-connection-sql="SELECT 1" --validate-on-match=true --background-validation=false --blocking-timeout-wait-millis=2000 --max-pool-size=50
{%- else %}
/subsystem=datasources/jdbc-driver=gureum:add(driver-name=gureum, driver-module-name=gureum.jdbc, driver-class-name=org.mariadb.jdbc.Driver)
data-source add --name=AppDS --driver-name=gureum --jndi-name=java:jboss/datasources/AppDS --connection-url="jdbc:mariadb://{{ links.database.servers[0].address }}:{{ links.database.port }}/app?connectTimeout=2000&socketTimeout=30000" --user-name=app --password={{ links.database.secrets.app_password }} --check-valid-connection-sql="SELECT 1" --validate-on-match=true --background-validation=false --blocking-timeout-wait-millis=2000 --max-pool-size=50
{%- endif %}
/subsystem=transactions:write-attribute(name=node-identifier, value="${jboss.node.name}")
/subsystem=undertow:write-attribute(name=instance-id, value="${jboss.node.name}")
/subsystem=undertow/servlet-container=default/setting=jsp:write-attribute(name=x-powered-by, value=false)
/subsystem=undertow/server=default-server/http-listener=default:write-attribute(name=proxy-address-forwarding, value=true)
if (outcome == success) of /subsystem=undertow/server=default-server/https-listener=https:read-resource
    /subsystem=undertow/server=default-server/https-listener=https:remove
end-if
if (outcome == success) of /subsystem=undertow/server=default-server/host=default-host/location=\/:read-resource
    /subsystem=undertow/server=default-server/host=default-host/location=\/:remove
end-if
stop-embedded-server
CLI
chown wildfly "$commands"
runuser -u wildfly -- {{ home }}/bin/jboss-cli.sh --file="$commands"
