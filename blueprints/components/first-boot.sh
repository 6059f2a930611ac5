#!/bin/sh
# First boot of {{ server }} in {{ environment }}. Written by gureum; gureum-first-boot.service runs it at every boot, and again
# after a failure. When everything is there it has nothing to do.
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 022

state=/var/lib/gureum
run=/run/gureum
log=$run/log
# For what may come late (a mirror, a service of another server): half of the time after which gureum calls silence a failure.
patience={{ limit_s // 2 }}
mkdir -p "$run" && chmod 0700 "$run"

say() { printf 'gureum: %s\n' "$*"; }

# Seconds that no clock's correction changes.
now() { cut -d. -f1 /proc/uptime; }

have() {
    case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Says it where it is so; its words are always the same, whatever the tool that met it said.
disk_is_full() {
    for place in / /var /tmp; do
        left=$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $4 }')
        if [ "${left:-999999}" -lt 10240 ]; then
            say "the disk is full: $left KiB are left in $place"
            return 0
        fi
    done
    return 1
}

# within_patience WORDS COMMAND…: again and again until it works. A full disk does not get emptier by waiting.
within_patience() {
    failing=$1
    shift
    end=$(($(now) + patience))
    until "$@"; do
        if disk_is_full >/dev/null; then
            say "$failing"
            return 1
        fi
        if [ "$(now)" -ge "$end" ]; then
            say "$failing within $patience s"
            return 1
        fi
        sleep 10
    done
}

# exchange GET ADDRESS FILE, exchange PUT ADDRESS FILE TYPE. A signed address is a secret: it is no process's argument.
exchange() {
    if have curl; then
        if [ "$1" = GET ]; then
            printf 'url = "%s"\n' "$2" |
                curl -K - -sSfL --connect-timeout 15 --speed-limit 1 --speed-time 60 -o "$3"
        else
            printf 'url = "%s"\nheader = "Content-Type: %s"\n' "$2" "$4" |
                curl -K - -sSf --noproxy '*' --connect-timeout 15 -m 60 -o /dev/null -X PUT --data-binary "@$3"
        fi
        return
    fi
    for python in python3 /usr/libexec/platform-python python2 python; do
        have "$python" || continue
        GUREUM_URL=$2 "$python" - "$1" "$3" "${4:-}" <<'PYTHON'
import os, shutil, sys
try:
    from urllib.request import Request, ProxyHandler, build_opener
except ImportError:
    from urllib2 import Request, ProxyHandler, build_opener
method, path, kind = sys.argv[1:]
request = Request(os.environ["GUREUM_URL"])
request.get_method = lambda: method
try:
    if method == "GET":
        answer = build_opener().open(request, timeout=60)
        with open(path, "wb") as out:
            shutil.copyfileobj(answer, out)
    else:
        request.add_header("Content-Type", kind)
        with open(path, "rb") as words:
            body = words.read()
        build_opener(ProxyHandler({})).open(request, data=body, timeout=60)
except Exception as error:
    sys.exit("%s" % error)
PYTHON
        return
    done
    say "neither curl nor python is here"
    return 1
}

# wait_for ADDRESS: until it answers.
wait_for() {
    end=$(($(now) + patience))
    until words=$(exchange GET "$1" /dev/null 2>&1); do
        if [ "$(now)" -ge "$end" ]; then
            say "the mirror cannot be reached: $1: $words"
            return 1
        fi
        sleep 5
    done
}

console() {
    for device in /dev/console /dev/ttyS0; do
        # Both are one where the kernel's console is the serial one.
        if [ "$device" = /dev/ttyS0 ] && grep -qs ttyS0 /sys/class/tty/console/active; then continue; fi
        { printf '%s\n' "$1" >"$device"; } 2>/dev/null
    done
    return 0
}

instance=$(cat /var/lib/cloud/data/instance-id 2>/dev/null)

# report STAGE [FILE]: the file's words go with it. Numbers count up; on a full disk they do so in memory.
report() {
    number=$(cat "$state/number" "$run/number" 2>/dev/null | sort -n | tail -n 1)
    number=$((${number:-0} + 1))
    { echo "$number" >"$run/number"; } 2>/dev/null
    { echo "$number" >"$state/number"; } 2>/dev/null
    words=${2:-$run/stage}
    echo "$1" >"$run/stage"
    console "gureum: $1"
{%- if reports == "object" %}
    tries=0
    until error=$(exchange PUT "$(cat "$state/report-url")" "$words" "application/x-gureum.$instance.$number.$1" 2>&1); do
        tries=$((tries + 1))
        if [ "$tries" -ge 3 ]; then
            console "gureum: could not report $1: $error"
            say "could not report $1: $error" >>"$log"
            return 1
        fi
        sleep 2
    done
{%- elif reports == "console" %}
    key=$(cat "$state/signal-key")
    packed=$(base64 -w 0 "$words")
    signature=$(printf '%s' "$key:$instance:$number:$1:$packed:$key" | sha256sum | cut -d' ' -f1)
    console "gureum-signal $instance $number $1 $packed $signature"
{%- endif %}
}

failed() {
    disk_is_full >>"$log"
    echo "stage: $1" >"$run/words"
    tail -n 30 "$log" >"$run/tail"
    # At most 4 KiB, of whole lines.
    if [ "$(wc -c <"$run/tail")" -gt 4000 ]; then tail -c 4000 "$run/tail" | sed 1d; else cat "$run/tail"; fi >>"$run/words"
    report failed "$run/words"
    cp "$log" "$state/log" 2>/dev/null
    exit 1
}

# What was secret in a first boot is not kept; cloud-init's own copies come again at every boot.
wipe() {
    rm -rf "$state/components" "$state/artifacts" "$state/report-url" "$state/signal-key" "$state/ca-bundle.pem"
{%- if apart %}
    rm -f "$state"/content*
{%- endif %}
    for folder in /var/lib/cloud/instances/*; do
        rm -f "$folder"/user-data.txt* "$folder"/cloud-config.txt
    done
}

{{ installer }}

use_ntp() {
    known=no
    for configuration in /etc/chrony.conf /etc/chrony/chrony.conf /etc/ntp.conf; do
        [ -f "$configuration" ] || continue
        known=yes
        sed -i -e '/^server /d' -e '/^pool /d' "$configuration"
        for server in "$@"; do echo "server $server iburst" >>"$configuration"; done
        for unit in chronyd chrony ntpd ntp; do systemctl try-restart "$unit" 2>/dev/null || :; done
    done
    if have /lib/systemd/systemd-timesyncd || have /usr/lib/systemd/systemd-timesyncd; then
        known=yes
        mkdir -p /etc/systemd/timesyncd.conf.d
        printf '[Time]\nNTP=%s\n' "$*" >/etc/systemd/timesyncd.conf.d/gureum.conf
        systemctl try-restart systemd-timesyncd 2>/dev/null || :
    fi
    if [ "$known" = no ]; then
        say "time servers are set, and neither chrony, ntp nor systemd-timesyncd is here"
        return 1
    fi
}

# artifact NAME ADDRESS SHA256 UNPACK PLACE PROVES
artifact() {
    if [ -e "$6" ]; then return 0; fi
    mkdir -p "$state/artifacts"
    file=$state/artifacts/$1
    within_patience "could not fetch $1 from $2" exchange GET "$2" "$file" || return 1
    expected=$3
    if [ -z "$expected" ]; then
        if ! exchange GET "$2.sha256" "$file.sha256"; then
            say "no checksum of $1 is known: neither a pin (artifacts.$1.sha256) nor $2.sha256"
            return 1
        fi
        expected=$(awk '{ print tolower($1); exit }' "$file.sha256")
    fi
    actual=$(sha256sum "$file" | cut -d' ' -f1)
    if [ "$expected" != "$actual" ]; then
        rm -f "$file"
        say "$1 has the wrong checksum: expected $expected, got $actual ($2)"
        return 1
    fi
    if [ -n "$4" ]; then
        # Unpacked beside its place, so that what is half there is never taken for the whole.
        rm -rf "$4/.gureum" && mkdir -p "$4/.gureum" || return 1
        case $1 in
        *.zip) unzip -q "$file" -d "$4/.gureum" || return 1 ;;
        *) tar --no-same-owner -xf "$file" -C "$4/.gureum" || return 1 ;;
        esac
        for part in "$4/.gureum"/*; do mv -T "$part" "$4/${part##*/}" || return 1; done
        rmdir "$4/.gureum"
    else
        install -D -m 0644 "$file" "$5.gureum" && mv -f "$5.gureum" "$5" || return 1
    fi
    rm -f "$file" "$file.sha256"
    if [ ! -e "$6" ]; then
        say "$1 was put in place, and $6 is not there"
        return 1
    fi
}

# put FILE PATH MODE OWNER GROUP
put() {
    if [ -n "$4" ]; then
        install -D -m "$3" -o "$4" -g "$5" "$1" "$2" || return 1
    else
        install -D -m "$3" "$1" "$2" || return 1
    fi
    if have restorecon; then restorecon -F "$2"; fi
}

# start UNIT
start() {
    systemctl daemon-reload && systemctl enable "$1" && systemctl restart "$1" && return 0
    say "$1 does not start"
    systemctl status --no-pager -l "$1" || :
    journalctl --no-pager -n 15 -u "$1" || :
    return 1
}

# give_way UNIT: an image may have more than this server needs, and start it; it would hold the port.
give_way() {
    systemctl is-enabled --quiet "$1" 2>/dev/null || systemctl is-active --quiet "$1" || return 0
    say "$1 gives way"
    systemctl disable "$1" || :
    systemctl stop "$1"
}

open_port() {
    if have firewall-cmd && firewall-cmd --state >/dev/null 2>&1; then
        firewall-cmd --permanent --add-port="$1/tcp" && firewall-cmd --reload
    fi
}

stage_boot() {
{%- if site.ca_bundle %}
    trust "$state/ca-bundle.pem"
{%- endif %}
    say "{{ server }}: $(uname -r)"
}

{% if apart -%}
# unpack MODE FILE CONTENT
unpack() {
    mkdir -p "${2%/*}" && (umask 077 && printf '%s' "$3" >"$2.new") && chmod "$1" "$2.new" && mv -f "$2.new" "$2" && return 0
    say "$2 could not be written"
    return 1
}

# What user-data had no room for. Its first line proves the rest to whoever has the key.
stage_content() {
    if [ -e "$state/content-done" ]; then return 0; fi
    umask 077
    within_patience "could not fetch this server's files" exchange GET "$(cat "$state/content-url")" "$state/content" || return 1
    tail -n +2 "$state/content" >"$state/content.sh" || return 1
    proof=$(cat "$state/content-key" "$state/content.sh" "$state/content-key" | sha256sum | cut -d' ' -f1)
    if [ "$proof" != "$(head -n 1 "$state/content")" ]; then
        say "this server's files are not what was meant for it: their proof is wrong"
        return 1
    fi
    umask 022
    . "$state/content.sh"
    rm -f "$state/content" "$state/content.sh"
    : >"$state/content-done"
}

{% endif -%}
stage_mirror() {
{%- if site.proxy %}
    use_proxy {{ site.proxy | quote }}
{%- endif %}
{%- if site.ntp %}
    use_ntp{% for server in site.ntp %} {{ server | quote }}{% endfor %}
{%- endif %}
{%- if site.pip_index %}
    printf '[global]\nindex-url = %s\n' {{ site.pip_index | quote }} >/etc/pip.conf
{%- endif %}
{%- if site.npm_index %}
    printf 'registry=%s\n' {{ site.npm_index | quote }} >/etc/npmrc
{%- endif %}
{%- if site.mirror %}
    # An image that has everything needs no mirror.
    if packages_wanted; then use_mirror {{ site.mirror | quote }} {{ codename | quote }}; fi
{%- endif %}
    :
}

packages_wanted() {
{%- for component in components %}{% if component.packages %}
    have {{ component.program | quote }} || return 0
{%- endif %}{% endfor %}
    return 1
}

stage_packages() {
{%- for component in components %}{% if component.packages %}
    # {{ component.name }}. An image may have it already: closed networks work that way.
    have {{ component.program | quote }} || install_packages{% for package in component.packages %} {{ package | quote }}{% endfor %}
{%- endif %}{% endfor %}
    :
}

stage_artifacts() {
{%- for component in components %}{% for one in component.artifacts %}
    artifact {{ one.name | quote }} {{ one.url | quote }} {{ (one.sha256 or "") | quote }} {{ (one.unpack or "") | quote }} {{ (one.place or "") | quote }} {{ one.proves | quote }}
{%- endfor %}{% endfor %}
    :
}

stage_files() {
{%- for component in components %}
    if ! have {{ component.program | quote }}; then
        say "{{ component.name }} is not there: no {{ component.program }}"
        return 1
    fi
{%- for file in component.files %}
    put {{ file.staged | quote }} {{ file.path | quote }} {{ file.mode }} {{ file.owner | quote }} {{ file.group | quote }}
{%- endfor %}{% endfor %}
    :
}

stage_start() {
{%- for unit in rivals %}
    give_way {{ unit | quote }} || return 1
{%- endfor %}
{%- for component in components %}
{%- if component.configure %}
    if ! sh {{ component.configure | quote }}; then
        say "{{ component.name }} could not be configured"
        return 1
    fi
{%- endif %}
{%- if component.port %}
    open_port {{ component.port }}
{%- endif %}
    start {{ component.unit | quote }}
{%- endfor %}
    :
}

# Each check's words, and whether all is well.
checks() {
    well=0
    : >"$run/checks"
{%- for component in components %}
    timeout 60 sh {{ component.health | quote }} >>"$run/checks" 2>>"$run/health" </dev/null || well=1
{%- endfor %}
    return "$well"
}

# Another server may need longer: as long as something changes it is waited for.
stage_health() {
    before=
    end=$(($(now) + patience))
    until : >"$run/health" && checks; do
        after=$(cut -d' ' -f1-3 "$run/checks")
        if [ "$after" != "$before" ]; then
            before=$after
            end=$(($(now) + patience))
            report health "$run/checks" || :
        elif [ "$(now)" -ge "$end" ]; then
            say "not healthy within $patience s:"
            cat "$run/health" "$run/checks"
            return 1
        fi
        sleep 5
    done
}

stage() {
    if [ "$1" != boot ]; then report "$1"; fi
    (
        set -e
{%- if site.proxy %}
        # Servers of the environment are spoken to without it.
        case $1 in
        mirror | packages | artifacts)
            http_proxy={{ site.proxy | quote }}
            https_proxy=$http_proxy
            export http_proxy https_proxy
            ;;
        esac
{%- endif %}
        "stage_$1"
    ) >>"$log" 2>&1 </dev/null
    status=$?
    if [ "$status" -ne 0 ]; then failed "$1"; fi
    # The first report may need the certificates that the first stage brings.
    if [ "$1" = boot ]; then report boot; fi
}

if [ -e "$state/done" ]; then
    wipe
    exit 0
fi
: >"$log"
for stage in boot{% if apart %} content{% endif %} mirror packages artifacts files start health; do
    stage "$stage"
done
if ! report ready "$run/checks"; then exit 1; fi
: >"$state/done"
cp "$log" "$state/log" && chmod 0600 "$state/log"
wipe
