#!/bin/sh
# The database, its user for each range of clients, and no account that nobody needs.
set -eu

# Where systemd holds the server's sockets it is reached on every address, whatever bind-address says, and started by whoever asks.
for socket in mariadb.socket mariadb-extra.socket; do
    if systemctl is-active --quiet "$socket" || systemctl is-enabled --quiet "$socket" 2>/dev/null; then
        systemctl stop {{ runs }}
        systemctl disable --now "$socket"
    fi
done
systemctl start {{ runs }}

tries=0
until mysqladmin ping >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "gureum: MariaDB does not start" >&2; exit 1; }
    sleep 2
done
{%- if root == "password" %}

# Here root has no password on the socket until it is given one.
umask 077
printf '[client]\nuser=root\npassword=%s\n' '{{ secrets.root_password }}' >/root/.my.cnf
mysql --no-defaults -u root -e "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('{{ secrets.root_password }}')" 2>/dev/null ||
    mysql -e 'SELECT 1' >/dev/null
{%- endif %}

# 10.0.1.0/24 → 10.0.1.0/255.255.255.0, as the server wants it
range() {
    bits=${1#*/}
    mask=
    for _ in 1 2 3 4; do
        part=$((bits > 8 ? 8 : bits))
        bits=$((bits - part))
        mask=$mask${mask:+.}$((256 - (1 << (8 - part))))
    done
    echo "${1%/*}/$mask"
}

{
    cat <<'SQL'
CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4;
DROP DATABASE IF EXISTS test;
DELETE FROM mysql.db WHERE Db = 'test' OR Db LIKE 'test\\_%';
CREATE TABLE IF NOT EXISTS app.gureum_check (id INT PRIMARY KEY, token VARCHAR(64)) DEFAULT CHARSET utf8mb4;
REPLACE INTO app.gureum_check VALUES (1, '{{ token }}');
GRANT ALL ON *.* TO 'root'@'{{ address }}' IDENTIFIED BY '{{ secrets.root_password }}' WITH GRANT OPTION;
SQL
{%- for client in clients if client.role not in ["internet", "balancer"] %}
    echo "GRANT ALL ON app.* TO 'app'@'$(range {{ client.cidr }})' IDENTIFIED BY '{{ secrets.app_password }}';"
{%- endfor %}
    mysql -N -e "SELECT CONCAT('DROP USER ', QUOTE(User), '@', QUOTE(Host), ';') FROM mysql.user
        WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost', '{{ address }}'))"
    echo 'FLUSH PRIVILEGES;'
} | mysql --default-character-set=utf8mb4
