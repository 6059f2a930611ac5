trust() {
    cp "$1" /etc/pki/ca-trust/source/anchors/gureum.pem
    update-ca-trust extract
}

use_proxy() {
    sed -i '/^proxy=/d' /etc/dnf/dnf.conf
    echo "proxy=$1" >>/etc/dnf/dnf.conf
}

# use_mirror ADDRESS CODENAME: BaseOS, AppStream and extras lie below the address, and crb and epel where they are needed.
use_mirror() {
    mirror=$1
    wait_for "$1/BaseOS/$(uname -m)/os/repodata/repomd.xml" || return 1
    for list in /etc/yum.repos.d/rocky*.repo; do
        if [ -f "$list" ]; then mv "$list" "$list.before-gureum"; fi
    done
    : >/etc/yum.repos.d/gureum.repo
    for part in BaseOS AppStream extras; do repository "$part" "$1/$part/\$basearch/os/" Rocky-9; done
    if exchange GET "$1/CRB/$(uname -m)/os/repodata/repomd.xml" /dev/null 2>/dev/null; then
        repository CRB "$1/CRB/\$basearch/os/" Rocky-9
    fi
}

# repository NAME ADDRESS KEY
repository() {
    printf '[gureum-%s]\nname=%s\nbaseurl=%s\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-%s\n\n' \
        "$1" "$1" "$2" "$3" >>/etc/yum.repos.d/gureum.repo
}

# EPEL's key comes with the package epel-release, its packages from the mirror.
use_epel_of_mirror() {
    if [ -z "${mirror:-}" ] || [ ! -f /etc/yum.repos.d/epel.repo ]; then return 0; fi
    for list in /etc/yum.repos.d/epel*.repo; do mv "$list" "$list.before-gureum"; done
    repository epel "$mirror/epel/\$basearch/" EPEL-9
}

# One by one, because a package may bring the repository of the next (epel-release).
install_packages() {
    for package in "$@"; do
        within_patience "could not install $package" dnf install -y -q --setopt=timeout=20 --setopt=retries=2 "$package" ||
            return 1
        use_epel_of_mirror
    done
}
