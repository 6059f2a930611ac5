# CentOS 7 ended on 2024-06-30 and its mirror list is gone: its packages are in the vault, EPEL's in Fedora's archive.
# Repositories that somebody has pointed elsewhere (a mirror of a closed network) are left alone.
use_archives() {
    for repository in /etc/yum.repos.d/CentOS-*.repo; do
        [ -f "$repository" ] || continue
        sed -i -e 's|^mirrorlist=http://mirrorlist.centos.org|#&|' \
            -e 's|^#* *baseurl=http://mirror.centos.org/centos/$releasever/|baseurl=http://vault.centos.org/7.9.2009/|' \
            "$repository"
    done
    if [ -f /etc/yum.repos.d/epel.repo ]; then
        sed -i -e 's|^metalink=https://mirrors.fedoraproject.org|#&|' \
            -e 's|^#* *baseurl=http://download.fedoraproject.org/pub/epel/7/|baseurl=http://archives.fedoraproject.org/pub/archive/epel/7/|' \
            /etc/yum.repos.d/epel.repo
    fi
}

# One by one, because a package may bring the repository of the next (epel-release).
install_packages() {
    for package in "$@"; do
        use_archives
        tries=0
        until yum install -y -q "$package"; do
            tries=$((tries + 1))
            if [ "$tries" -ge 30 ]; then
                echo "gureum: could not install: $package" >&2
                return 1
            fi
            sleep 10
        done
    done
}
