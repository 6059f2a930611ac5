trust() {
    cp "$1" /etc/pki/ca-trust/source/anchors/gureum.pem
    update-ca-trust extract
}

use_proxy() {
    sed -i '/^proxy=/d' /etc/yum.conf
    echo "proxy=$1" >>/etc/yum.conf
}

# use_mirror ADDRESS CODENAME: os, updates and extras lie below the address, and epel where it is needed.
use_mirror() {
    mirror=$1
    wait_for "$1/os/$(uname -m)/repodata/repomd.xml" || return 1
    for list in /etc/yum.repos.d/CentOS-*.repo; do
        if [ -f "$list" ]; then mv "$list" "$list.before-gureum"; fi
    done
    : >/etc/yum.repos.d/gureum.repo
    for part in os updates extras; do repository "$part" "$1/$part/\$basearch/" CentOS-7; done
}

# repository NAME ADDRESS KEY
repository() {
    printf '[gureum-%s]\nname=%s\nbaseurl=%s\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-%s\n\n' \
        "$1" "$1" "$2" "$3" >>/etc/yum.repos.d/gureum.repo
}

# CentOS 7 ended on 2024-06-30 and its mirror list is gone: its packages are in the vault, EPEL's in Fedora's archive.
# Repositories that somebody has pointed elsewhere (a mirror of a closed network) are left alone.
use_archives() {
    if [ -n "${mirror:-}" ]; then
        # EPEL's key comes with the package epel-release, its packages from the mirror.
        if [ ! -f /etc/yum.repos.d/epel.repo ]; then return 0; fi
        for list in /etc/yum.repos.d/epel*.repo; do mv "$list" "$list.before-gureum"; done
        repository epel "$mirror/epel/\$basearch/" EPEL-7
        return 0
    fi
    for list in /etc/yum.repos.d/CentOS-*.repo; do
        [ -f "$list" ] || continue
        # shellcheck disable=SC2016
        sed -i -e 's|^mirrorlist=http://mirrorlist.centos.org|#&|' \
            -e 's|^#* *baseurl=http://mirror.centos.org/centos/$releasever/|baseurl=http://vault.centos.org/7.9.2009/|' \
            "$list"
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
        within_patience "could not install $package" yum install -y -q --setopt=timeout=20 --setopt=retries=2 "$package" ||
            return 1
    done
}
