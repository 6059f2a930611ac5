# One certificate a file: that is how update-ca-certificates wants them.
trust() {
    rm -f /usr/local/share/ca-certificates/gureum-*.crt
    mkdir -p /usr/local/share/ca-certificates
    awk '/-----BEGIN CERTIFICATE-----/ { n++ } n { print > ("/usr/local/share/ca-certificates/gureum-" n ".crt") }' "$1"
    update-ca-certificates
}

use_proxy() {
    printf 'Acquire::http::Proxy "%s";\nAcquire::https::Proxy "%s";\n' "$1" "$1" >/etc/apt/apt.conf.d/95gureum-proxy
}

# use_mirror ADDRESS CODENAME: dists/CODENAME lies below the address. Debian's security archive is another one: it is taken from
# ADDRESS-security where that answers.
use_mirror() {
    wait_for "$1/dists/$2/Release" || return 1
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/ubuntu.sources; do
        if [ -s "$list" ]; then mv "$list" "$list.before-gureum"; fi
    done
    sections="main restricted universe"
    # shellcheck disable=SC1091
    if [ "$(. /etc/os-release && echo "$ID")" = debian ]; then sections=main; fi
    {
        echo "deb $1 $2 $sections"
        for suite in "$2-updates" "$2-security"; do
            if exchange GET "$1/dists/$suite/Release" /dev/null 2>/dev/null; then echo "deb $1 $suite $sections"; fi
        done
        if exchange GET "$1-security/dists/$2-security/Release" /dev/null 2>/dev/null; then
            echo "deb $1-security $2-security $sections"
        fi
    } >/etc/apt/sources.list.d/gureum.list
}

# The archive may come late, another first boot may hold apt's lock, and a machine may have been switched off in between.
install_packages() {
    within_patience "could not install $*" apt_install "$@"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold &&
        apt-get update -q -o Acquire::http::Timeout=20 -o Acquire::Retries=0 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Acquire::http::Timeout=20 \
            -o Dpkg::Options::=--force-confold "$@"
}
