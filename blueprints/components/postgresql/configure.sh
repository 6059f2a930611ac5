#!/bin/sh
# The cluster, the database and its user.
set -eu
main={{ main }}
if [ ! -e "$main" ]; then
    if command -v postgresql-setup >/dev/null 2>&1; then
        postgresql-setup --initdb 2>/dev/null || postgresql-setup initdb
    fi
fi
[ -e "$main" ] || { echo "gureum: PostgreSQL made no cluster: there is no $main" >&2; exit 1; }
grep -q '^include .*/etc/gureum/postgresql.conf' "$main" || echo "include '/etc/gureum/postgresql.conf'" >>"$main"
systemctl restart postgresql

as_postgres() {
    runuser -u postgres -- sh -c 'cd / && exec "$@"' sh "$@"
}
tries=0
until as_postgres psql -qAtc 'SELECT 1' >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "gureum: PostgreSQL does not start" >&2; exit 1; }
    sleep 2
done
[ -n "$(as_postgres psql -qAtc "SELECT 1 FROM pg_roles WHERE rolname = 'app'")" ] ||
    as_postgres createuser --no-superuser --no-createdb --no-createrole app
[ -n "$(as_postgres psql -qAtc "SELECT 1 FROM pg_database WHERE datname = 'app'")" ] ||
    as_postgres createdb --owner=app --encoding=UTF8 --locale=C --template=template0 app
as_postgres psql -q -v ON_ERROR_STOP=1 app <<'SQL'
SET client_min_messages = warning;
ALTER ROLE app LOGIN PASSWORD '{{ secrets.app_password }}';
ALTER ROLE postgres PASSWORD '{{ secrets.root_password }}';
REVOKE ALL ON DATABASE app FROM PUBLIC;
CREATE TABLE IF NOT EXISTS gureum_check (id INT PRIMARY KEY, token VARCHAR(64));
BEGIN;
DELETE FROM gureum_check;
INSERT INTO gureum_check VALUES (1, '{{ token }}');
COMMIT;
GRANT SELECT ON gureum_check TO app;
SQL
