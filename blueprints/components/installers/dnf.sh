# The network or the archive may come late: some minutes are given.
install_packages() {
    tries=0
    until dnf install -y -q "$@"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 30 ]; then
            echo "gureum: could not install: $*" >&2
            return 1
        fi
        sleep 10
    done
}
