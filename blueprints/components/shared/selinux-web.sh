# SELinux lets a web server read and speak only where it is told.
if command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled; then
    restorecon -R {{ root }}
    for switch in httpd_can_network_connect httpd_can_network_connect_db; do
        getsebool "$switch" | grep -q 'on$' || setsebool -P "$switch" 1
    done
fi
