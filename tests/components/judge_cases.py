"""Files for every system, judged by the real programs that Debian has: one root each, nothing boots."""
import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import base
import marks
import plans
from boot_cases import expect

# (use case, assignments): together every component that a blueprint can ask for.
COMBINATIONS = [("usecase-2.6", ()),
                ("usecase-2.6", ("web.service=apache", "was.service=jboss", "db.service=postgresql")),
                ("usecase-2.5", ()), ("usecase-2.5", ("web.service=apache",))]
USERS = ["nginx", "apache", "tomcat", "tomcat8", "wildfly"]


def combinations(system):
    for usecase, sets in COMBINATIONS:
        yield from plans.plan(usecase, system, *sets).values()
    if system != "rocky-9":
        yield from plans.plan("queue", system).values()
    if system == "debian-12":
        yield from plans.plan("usecase-1.1", system).values()


def components(guest):
    return sorted({file["path"].split("/")[5] for file in guest.config.get("write_files", []) if "/gureum/components/" in file["path"]})


@contextlib.contextmanager
def overlaid(lower):
    """A root on which everything can be changed, as long as the `with` lasts."""
    with tempfile.TemporaryDirectory(dir=base.HOME) as folder:
        place = pathlib.Path(folder)
        for name in ("upper", "work", "root"):
            (place / name).mkdir()
        top = place / "root"
        base.say(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={place}/upper,workdir={place}/work", str(top)])
        try:
            yield top
        finally:
            base.say(["umount", str(top)])


@contextlib.contextmanager
def root(guest):
    """A root with a guest's files in their places, as its first boot would put them."""
    with overlaid(base.BASE) as top:
        for user in USERS:
            subprocess.run(["chroot", str(top), "useradd", "--system", user], capture_output=True, check=False)
        for component in components(guest):
            for _, goes, mode, owner, group, content in guest.staged(component):
                path = top / goes.lstrip("/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
                path.chmod(int(mode, 8))
                if owner:
                    base.say(["chroot", str(top), "chown", f"{owner}:{group}", goes])
        yield top


def inside(top, script):
    """A script in a root with loopback only; what it starts ends with it."""
    return base.say(["unshare", "-n", "-m", "-p", "--fork", "--kill-child", "sh", "-c", f"ip link set lo up; mount -t proc proc {top}/proc; chroot {top} sh -euc \"$0\"", script])


def judge_nginx(top, guest):
    inside(top, "rm -f /etc/nginx/sites-enabled/default; ip addr add {0}/32 dev lo 2>/dev/null || :; nginx -t".format(guest.address))


def judge_apache(top, guest):
    """The rendered site alone, with Debian's modules, wherever the system keeps it."""
    site = next(goes for _, goes, _, _, _, text in guest.staged("apache") if "VirtualHost" in text)
    modules = ("mpm_event:mpm_event authz_core:authz_core alias:alias headers:headers mime:mime setenvif:setenvif rewrite:rewrite proxy:proxy "
               "proxy_http:proxy_http proxy_fcgi:proxy_fcgi proxy_balancer:proxy_balancer slotmem_shm:slotmem_shm "
               "lbmethod_byrequests:lbmethod_byrequests").split()
    lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{file}.so" for name, file in (m.split(":") for m in modules)]
    main = "\n".join(["ServerRoot /etc/apache2", "PidFile /run/a.pid", "Listen 80", *lines, "TypesConfig /etc/mime.types",
                      'LogFormat "%h %r" combined', "ErrorLog /dev/null", f"Include {site}"])
    (top / "judge.conf").write_text(main)
    inside(top, "mkdir -p /var/log/httpd; touch /etc/mime.types; apache2 -t -f /judge.conf")


def judge_mariadb(top, guest):
    conf = next(goes for _, goes, _, _, _, _ in guest.staged("mariadb"))
    inside(top, f"mariadbd --defaults-file={conf} --user=mysql --help --verbose >/dev/null")


def judge_postgresql(top, guest):
    """A cluster of its own that starts with the rendered files and answers."""
    inside(top, f"""ip addr add {guest.address}/32 dev lo
        install -d -o postgres /tmp/pg /run/postgresql
        run() {{ runuser -u postgres -- "$@"; }}
        cd /tmp
        run /usr/lib/postgresql/15/bin/initdb -D /tmp/pg/data >/dev/null
        echo "include '/etc/gureum/postgresql.conf'" >>/tmp/pg/data/postgresql.conf
        chmod 0755 /etc/gureum
        run /usr/lib/postgresql/15/bin/pg_ctl -D /tmp/pg/data -w -o '-k /tmp/pg' start >/tmp/pg/log
        pg_isready -h {guest.address}
        [ -z "$(run psql -h /tmp/pg -qAtc 'SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL')" ]
        run /usr/lib/postgresql/15/bin/pg_ctl -D /tmp/pg/data -w stop""")


def judge_redis(top, guest):
    password = next(line.split()[1] for line in (top / "etc/gureum/redis.conf").read_text().splitlines() if line.startswith("requirepass"))
    inside(top, f"""ip addr add {guest.address}/32 dev lo
        echo 'include /etc/gureum/redis.conf' >/tmp/redis.conf
        redis-server /tmp/redis.conf --daemonize yes --dir /tmp --pidfile /tmp/redis.pid >/dev/null
        sleep 1
        [ "$(printf 'AUTH {password}\\nPING\\n' | redis-cli -h {guest.address} | tail -n 1)" = PONG ]
        kill "$(cat /tmp/redis.pid)" """)


def judge_php(top, guest):
    pool = next(goes for _, goes, _, _, _, text in guest.staged("php") if "[www]" in text)
    inside(top, f"printf '[global]\\nerror_log = /tmp/log\\ninclude = {pool}\\n' >/tmp/fpm.conf; php-fpm8.2 -t -y /tmp/fpm.conf; "
                "for file in /var/www/gureum/php/*.php; do php -l $file; done")


def judge_tomcat(top, guest, version):
    """A Tomcat as old as the system's starts with the rendered files. Its driver is Debian's; the database is not there, so the
    self-check answers 503 and says so: it was compiled, has its pool, and runs."""
    archive = base.MIRROR / base.artifact_path("org.apache.tomcat", "tomcat", version, "tar.gz")
    base.say(["tar", "-xzf", str(archive), "-C", str(top / "opt")])
    home = top / f"opt/apache-tomcat-{version}"
    newer = base.MIRROR / base.artifact_path("org.apache.tomcat", "tomcat", "9.0.98", "tar.gz")
    if int(version.split(".")[0]) < 9:  # its compiler of pages cannot read the classes of the Java that is here
        for compiler in (home / "lib").glob("ecj-*.jar"):
            compiler.unlink()
        base.say(["tar", "-xzf", str(newer), "-C", str(home / "lib"), "--strip-components=2", "--wildcards", "*/lib/ecj-*.jar"])
    # An old one's script has an option that today's Java refuses.
    script = home / "bin/catalina.sh"
    script.write_text(re.sub(r"-Djava\.endorsed\.dirs=\S+ ", "", script.read_text()))
    shutil.rmtree(home / "webapps")
    (home / "webapps").mkdir()
    for _, goes, _, _, _, content in guest.staged("tomcat"):
        name = goes.split("/webapps/", 1)
        path = home / "webapps" / name[1] if len(name) > 1 else home / "conf" / pathlib.Path(goes).name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    shutil.copy(base.MIRROR / base.artifact_path("org.mariadb.jdbc", "mariadb-java-client", "2.7.12", "jar"), home / "lib")
    start, visits = sessions_in_redis(top, guest, home)
    answer = inside(top, f"""ip addr add {guest.address}/32 dev lo
        {start}
        export JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64
        /opt/apache-tomcat-{version}/bin/catalina.sh start >/dev/null
        for _ in $(seq 60); do curl -s -m 10 -o /tmp/answer -w '%{{http_code}}' http://{guest.address}:8080/gureum-check/ >/tmp/code && break; sleep 1; done
        cat /tmp/code; echo; cat /tmp/answer; echo
        {visits}
        grep -hE 'SEVERE|Caused by' /opt/apache-tomcat-{version}/logs/catalina.out || :""")
    code, text = answer.split("\n", 1)
    expect(code == "503", f"Tomcat {version}: {code} {text}")
    expect(not visits or re.search(r"^visit 2$", text, re.M) and "redisson:tomcat_session:" in text, f"Tomcat {version}: no session in Redis: {text}")
    check = json.loads(text.split("\n", 1)[0])["checks"][0]
    expect(not check["ok"] and "onnect" in check["words"], f"Tomcat {version}: {text}")


def sessions_in_redis(top, guest, home):
    """The manager of sessions into a Tomcat, where the guest fetches one, with its checksums. What starts its cache, and what
    visits a page with a session twice and lists what the cache holds then."""
    script = guest.file("/var/lib/gureum/first-boot.sh")
    jars = [line.split() for line in script.splitlines() if line.startswith("    artifact 'redisson-")]
    settings = [content for _, goes, *_, content in guest.staged("tomcat") if goes.endswith("/redisson.json")]
    if not settings:
        expect(not jars, f"{guest.local} fetches {jars} for nothing")
        return "", ""
    expect(len(jars) == 2, f"{guest.local} fetches {jars}")
    for _, name, url, pin, *_ in jars:
        path = base.MIRROR / url.strip("'").removeprefix(f"{plans.MIRROR}/")
        expect(base.sha256(path) == pin.strip("'"), f"{name}: {base.sha256(path)} is not {pin}")
        shutil.copy(path, home / "lib")
    context = (home / "conf/context.xml").read_text()
    named = re.search(r'configPath="([^"]+)"', context).group(1)
    (home / "conf/context.xml").write_text(context.replace(named, str("/" / (home / "conf/redisson.json").relative_to(top))))
    server = json.loads(settings[0])["singleServerConfig"]
    address, password = server["address"].removeprefix("redis://").split(":")[0], server["password"]
    (home / "webapps/judged").mkdir()
    (home / "webapps/judged/index.jsp").write_text(
        '<% Object n = session.getAttribute("n"); int v = n == null ? 1 : 1 + (Integer) n; session.setAttribute("n", v); %>visit <%= v %>')
    start = f"""ip addr add {address}/32 dev lo
        printf 'bind {address}\\nrequirepass {password}\\n' >/tmp/redis.conf
        redis-server /tmp/redis.conf --daemonize yes --dir /tmp >/dev/null"""
    visits = f"""for _ in 1 2; do curl -s -m 20 -b /tmp/jar -c /tmp/jar http://{guest.address}:8080/judged/; echo; done
        redis-cli -h {address} -a {password} --no-auth-warning KEYS '*'"""
    return start, visits


def judge_jboss(top, guest):
    """The same archive as the guest's is configured by the rendered script, starts, and answers that there is no database."""
    archive = base.MIRROR / base.artifact_path("org.wildfly", "wildfly-dist", "26.1.3.Final", "tar.gz")
    base.say(["tar", "-xzf", str(archive), "-C", str(top / "opt"), "--skip-old-files"])
    for artifact in (("org.mariadb.jdbc", "mariadb-java-client", "2.7.12", "jar"), ("org.postgresql", "postgresql", "42.7.4", "jar")):
        (top / "opt/gureum").mkdir(exist_ok=True)
        shutil.copy(base.MIRROR / base.artifact_path(*artifact), top / "opt/gureum")
    stub = top / "usr/local/bin/systemctl"
    stub.write_text("#!/bin/sh\n")
    stub.chmod(0o755)
    (top / "configure.sh").write_text(guest.file("/var/lib/gureum/components/jboss/configure.sh"))
    unit = (top / "etc/systemd/system/wildfly.service").read_text()
    start = next(line.split("=", 1)[1] for line in unit.splitlines() if line.startswith("ExecStart="))
    answer = inside(top, f"""ip addr add {guest.address}/32 dev lo
        export PATH=/usr/local/bin:$PATH
        sh /configure.sh >/tmp/configured 2>&1 || {{ tail /tmp/configured; exit 1; }}
        runuser -u wildfly -- {start} >/tmp/log 2>&1 &
        for _ in $(seq 90); do curl -s -m 10 -o /tmp/answer -w '%{{http_code}}' http://{guest.address}:8080/gureum-check/ >/tmp/code && grep -q 503 /tmp/code && break; sleep 1; done
        cat /tmp/code; echo; cat /tmp/answer; echo; grep ERROR /tmp/log | head -n 5 || :""")
    code, text = answer.split("\n", 1)
    expect(code == "503", f"WildFly: {code} {text}")
    check = json.loads(text.split("\n", 1)[0])["checks"][0]
    expect(not check["ok"], f"WildFly: {text}")


def judge_rabbitmq(top, guest):
    """A broker that starts with the rendered files and listens where they say."""
    inside(top, f"""ip addr add {guest.address}/32 dev lo
        rabbitmq-server >/tmp/log 2>&1 &
        for _ in $(seq 60); do rabbitmq-diagnostics -q check_port_listener 5672 >/tmp/said 2>&1 && break; sleep 1; done
        ss -Hltn | grep -q '{guest.address}:5672' || {{ tail /tmp/log /tmp/said; exit 1; }}""")


SLOW = {"jboss", "tomcat", "mariadb", "postgresql", "redis", "rabbitmq"}
TOMCATS = {"ubuntu-16.04": "8.0.32", "ubuntu-24.04": "10.1.34", "centos-7": "7.0.109", "rocky-9": "9.0.98"}
JUDGES = {"nginx": judge_nginx, "api-gateway": judge_nginx, "apache": judge_apache, "mariadb": judge_mariadb,
          "postgresql": judge_postgresql, "jboss": judge_jboss, "rabbitmq": judge_rabbitmq,
          "redis": judge_redis, "php": judge_php}


def judged(system):
    """Everything of one system that a program here can judge."""
    seen, problems = set(), []
    for guest in combinations(system):
        texts(guest)
        for component in components(guest):
            judge = JUDGES.get(component)
            if component == "tomcat" and system in TOMCATS:
                judge = lambda top, guest: judge_tomcat(top, guest, TOMCATS[system])  # noqa: E731
            # One of servers that are alike is enough; nothing slow is done twice.
            alike = component, guest.local.rsplit("-", 1)[0], component in SLOW or guest.text.count("upstream")
            if not judge or alike in seen:
                continue
            seen.add(alike)
            with root(guest) as top:
                try:
                    judge(top, guest)
                    marks.saw(component, system, "config-tested")
                except AssertionError as error:
                    problems.append(f"{component} on {system} ({guest.local}): {error}")
    return problems


# What a program of Debian 12 does not take although the system's own does, with its reason: these stay `rendered`.
TOO_NEW = {("postgresql", "ubuntu-16.04"), ("postgresql", "centos-7")}


def texts(guest):
    """What is told by the text alone."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "user-data").write_text(guest.cloud_config)
        base.say(["cloud-init", "schema", "--config-file", str(place / "user-data")])
        scripts, documents = [], []
        for number, file in enumerate(guest.config.get("write_files", [])):
            content = file["content"]
            if content.startswith("#!/bin/sh"):
                scripts.append(place / f"{number}-{file['path'].rsplit('/', 1)[1]}")
                scripts[-1].write_text(content)
            elif content.startswith("<?xml"):
                documents.append(place / f"{number}.xml")
                documents[-1].write_text(content)
        # Templates leave variables that one system does not use, and texts that hold $ on purpose.
        base.say(["shellcheck", "--severity=warning", "--exclude=SC2034", *map(str, scripts)])
        if documents:
            base.say(["xmllint", "--noout", *map(str, documents)])


def judge_system(system):
    problems = judged(system)
    unexpected = [text for text in problems if not any(text.startswith(f"{c} on {s} ") for c, s in TOO_NEW)]
    expect(not unexpected, "\n".join(unexpected))


def judge_ubuntu_16_04():
    """Files for Ubuntu 16.04."""
    judge_system("ubuntu-16.04")


def judge_centos_7():
    """Files for CentOS 7."""
    judge_system("centos-7")


def judge_ubuntu_24_04():
    """Files for Ubuntu 24.04."""
    judge_system("ubuntu-24.04")


def judge_rocky_9():
    """Files for Rocky Linux 9."""
    judge_system("rocky-9")


def judge_debian_12():
    """Files for Debian 12."""
    judge_system("debian-12")


CASES = [judge_ubuntu_16_04, judge_centos_7, judge_ubuntu_24_04, judge_rocky_9, judge_debian_12]
