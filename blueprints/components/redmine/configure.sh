#!/bin/sh
# Tables, the usual trackers and states, and an administrator whom nobody else knows.
set -eu
tries=0
until ruby -rsocket -e 'Socket.tcp(ARGV[0], ARGV[1], connect_timeout: 5).close' {{ links.database.servers[0].address }} {{ links.database.port }} 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] || { echo "gureum: the database does not answer" >&2; exit 1; }
    sleep 5
done
cd {{ home }}
as_redmine() {
    runuser -u {{ user }} -- env RAILS_ENV=production REDMINE_LANG=ko HOME=/tmp "$@"
}
# The database's own first boot may listen before it has made our user.
until said=$(as_redmine rake db:version 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] || { printf '%s\n' "$said" | tail -n 3 >&2; exit 1; }
    sleep 5
done
# The dump of the tables is nobody's to read, and its place is not ours to write.
as_redmine rake db:migrate SCHEMA=/dev/null
as_redmine rails runner - <<'RUBY'
Redmine::DefaultData::Loader.load('ko') if Redmine::DefaultData::Loader.no_data?
admin = User.find_by_login('admin')
if admin && admin.check_password?('admin')
  admin.password = admin.password_confirmation = '{{ secrets.admin_password }}'
  admin.must_change_passwd = false
  admin.save!
end
Setting.login_required = '1'
RUBY
