LC_ALL=C
export LC_ALL
healthy=0

# probe NAME CURL-ARGUMENTS…: asks an address and prints one line about it.
probe() {
    probed=$1
    shift
    answer=$(curl -s -m 10 -o /dev/null -w '%{http_code} %{time_total}' "$@") || true
    ms=$(echo "${answer#* }" | awk '{ printf "%d", $1 * 1000 }')
    case ${answer%% *} in
        2??) echo "check $probed ok $ms HTTP ${answer%% *}" ;;
        000) echo "check $probed failed $ms no answer"; healthy=1 ;;
        *) echo "check $probed failed $ms HTTP ${answer%% *}"; healthy=1 ;;
    esac
}

# found NAME COMMAND…: runs a command and prints one line about it, with its first words.
found() {
    probed=$1
    shift
    began=$(date +%s%N)
    if said=$("$@" 2>&1); then state=ok; else state=failed; healthy=1; fi
    echo "check $probed $state $((($(date +%s%N) - began) / 1000000)) $(echo "$said" | head -n 1 | cut -c 1-200)"
}
