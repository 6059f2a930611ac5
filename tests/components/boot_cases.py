"""Chains of containers that boot with their own user-data, answer, and say so when a dependency stops."""
import hashlib
import json
import re
import tempfile
import time

import marks
import plans
import world


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


def check_secrets(there, guests):
    """What a first boot was given is not left lying about in it."""
    for local, guest in guests.items():
        used = [value for value in guest.secrets.values() if value in guest.text + guest.content]
        there.inside(local, "rm", "-rf", "/var/lib/cloud/seed")
        for value in used:
            left = there.inside(local, "grep", "-rlF", value, "/var/lib/gureum", "/var/lib/cloud", "/run/cloud-init", "/var/log", check=False)
            # cloud-init reads its own memory at every boot, and writes it again; only root can.
            kept = [path for path in left.split() if path.endswith("/obj.pkl")]
            expect(left.split() == kept, f"{local} still holds a secret in {left}")
            modes = there.inside(local, "stat", "-c", "%U %a", *kept).split("\n")[:-1] if kept else []
            expect(set(modes) <= {"root 400", "root 600"}, f"{local}: {kept} can be read: {modes}")


def run_again(there, guests):
    """A second configuration changes nothing, and a second first boot does nothing."""
    for local, guest in guests.items():
        there.inside(local, "systemctl", "restart", "gureum-first-boot")
        for file in guest.config["write_files"]:
            if file["path"].endswith("/configure.sh"):
                there.inside(local, "sh", "-c", file["content"])
                unit = re.search(rf"sh '{file['path']}'.*?start '([^']+)'", guest.file("/var/lib/gureum/first-boot.sh"), re.S).group(1)
                there.inside(local, "systemctl", "start", unit)
        for file in guest.config["write_files"]:
            if file["path"].endswith("/health.sh"):
                there.inside(local, "sh", "-c", 'for _ in $(seq 60); do sh -c "$0" && exit 0; sleep 2; done; exit 1', file["content"])


def visit(there, local, path, cookie=None, port=80):
    """(who answered, the session's id, its visits, its place, the cookie) of the page at a path."""
    status, headers, text, _ = there.get(local, path, port=port, headers=[f"Cookie: JSESSIONID={cookie}"] if cookie else ())
    expect(status == 200, f"{local}{path}: {status} {text}")
    was = re.search(r"WAS: <strong>([^<]+)", text).group(1)
    seen = re.search(r"session: <strong>(\w+)</strong>, visit <strong>(\d+)</strong> \(kept in ([^)]+)\)", text)
    expect(seen, f"{local}{path} tells of no session: {text}")
    given = re.search(r"JSESSIONID=([^;]+)", headers.get("set-cookie", ""))
    return was, seen.group(1), int(seen.group(2)), seen.group(3), given.group(1) if given else cookie


def brought_back(there, place):
    """A browser's session goes on through every web server, and with its own application server while that is there."""
    was, session, visits, kept, cookie = visit(there, "web-1", "/")
    expect(visits == 1 and kept == place and cookie.endswith(f".{was}"), f"{was} {session} {visits} {kept} {cookie}")
    for number in range(2, 8):
        seen = visit(there, f"web-{number % 2 + 1}", "/", cookie)
        expect(seen == (was, session, number, place, cookie), f"visit {number} of {session} at {was}: {seen}")
    return was, session, cookie


def chain(usecase, product, dependency, *sets, paths, extra=None):
    """Boots a use case on Debian 12, looks at every path, stops its database and looks again."""
    guests = plans.plan(usecase, "debian-12", *sets)
    with world.World(guests) as there:
        ready = there.wait()
        print("        ready after " + ", ".join(f"{local} {seconds:.0f} s" for local, seconds in sorted(ready.items())))
        check_secrets(there, guests)
        token = re.search(r"구름-[0-9a-f]{8}", json.dumps(guests["db-1"].config, ensure_ascii=False)).group()
        status, headers, text, _ = there.get("web-1", "/gureum/web")
        expect((status, text) == (200, "web web-1 shop\n"), f"/gureum/web: {status} {text}")
        expect(headers["x-gureum-web"] == "web-1" and headers["content-type"] == "text/plain", f"/gureum/web: {headers}")
        for path in paths:
            status, headers, text, _ = there.get("web-1", path)
            expect(status == 200 and headers["content-type"].startswith("application/json"), f"{path}: {status} {headers} {text}")
            expect(headers["x-gureum-web"] == "web-1", f"{path}: {headers}")
            answer = json.loads(text)
            expect(answer["token"] == token and answer["environment"] == "shop", f"{path}: {text}")
            database = answer["checks"][0]
            expect(database["product"] == product and all(check["ok"] for check in answer["checks"]), f"{path}: {text}")
        status, _, text, _ = there.get("web-1", "/")
        expect(status == 200 and "<title>gureum: shop</title>" in text and token in text, f"/: {status} {text}")
        print(f"        {paths[0]}: {there.get('web-1', paths[0])[2].strip()}")
        if extra:
            extra(there, guests)
        there.inside("db-1", "systemctl", "stop", dependency)
        for _ in range(10):  # PostgreSQL's unit on Debian stops its clusters a moment later
            status, _, text, seconds = there.get("web-1", paths[0])
            if status != 200:
                break
            time.sleep(1)
        expect(status == 503 and not json.loads(text)["checks"][0]["ok"], f"without a database {paths[0]}: {status} {text}")
        expect(seconds < 4, f"without a database the answer took {seconds:.1f} s")
        expect(there.get("web-1", "/")[0] == 503, "without a database the page is not 503")
        expect(there.get("web-1", "/gureum/web")[0] == 200, "without a database the web server itself is not well")
        there.inside("db-1", "systemctl", "start", dependency)
        run_again(there, guests)
        status, _, text, _ = there.get("web-1", paths[0])
        expect(status == 200, f"after a second configuration {paths[0]}: {status} {text}")
    for guest in guests.values():
        for component in {file["path"].split("/")[5] for file in guest.config["write_files"] if "/gureum/components/" in file["path"]}:
            marks.saw(component, "debian-12", "booted")


def nginx_tomcat_mariadb():
    """2.1 as it is, two application servers."""
    chain("usecase-2.1", "MariaDB", "mariadb", "was.count=2", paths=["/gureum/was/was-1/", "/gureum/was/was-2/"])


def apache_jboss_postgresql():
    """2.1 with the second choices."""
    chain("usecase-2.1", "PostgreSQL", "postgresql", "web.service=apache", "was.service=jboss", "db.service=postgresql",
          paths=["/gureum/was/was-1/"])


def nginx_php_mariadb():
    """2.5 as it is."""
    chain("usecase-2.5", "MariaDB", "mariadb", paths=["/gureum/page"])


def apache_php_postgresql():
    """2.5 with the second choices."""
    chain("usecase-2.5", "PostgreSQL", "postgresql", "web.service=apache", "db.service=postgresql", paths=["/gureum/page"])


def shop():
    """2.6: gateway, cache, and sessions that outlive their application server."""
    def more(there, _):
        was, session, cookie = brought_back(there, "the cache")
        other = "was-2" if was == "was-1" else "was-1"
        seen = visit(there, other, "/", cookie, port=8080)
        expect(seen[:3] == (other, session, 8), f"visit 8 of {session} of {was}: {seen}")
        stored = there.inside("kv-1", "sh", "-c", "redis-cli -a \"$(sed -n 's/^requirepass //p' /etc/gureum/redis.conf)\" "
                              f"--no-auth-warning KEYS 'redisson:tomcat_session:{cookie}'")
        expect(cookie in stored, f"the cache does not hold {cookie}: {stored}")
        # As `gureum verify` asks.
        _, headers, text, _ = there.get("web-1", "/gureum/was/was-1/?session")
        first = json.loads(text)["session"]
        _, _, text, _ = there.get("web-2", "/gureum/was/was-2/?session", headers=[f"Cookie: {headers['set-cookie'].split(';')[0]}"])
        expect(json.loads(text)["session"] == {**first, "visits": 2} and first["shared"], f"{first}, then {text}")
        there.inside(was, "systemctl", "stop", "tomcat10")
        seen = visit(there, "web-1", "/", cookie)
        expect(seen[:3] == (other, session, 9), f"visit 9 of {session}, {was} being stopped: {seen}")
        print(f"        session {session}: made at {was}, 9 visits, the last two at {other}")
        # Applications start without the cache, and find it when it is back.
        there.inside("kv-1", "systemctl", "stop", "redis-server")
        there.inside(was, "systemctl", "start", "tomcat10")
        for _ in range(60):
            status, _, text, _ = there.get("web-1", f"/gureum/was/{was}/")
            if status == 503 and text.startswith("{"):
                break
            time.sleep(1)
        expect(status == 503 and "cache" in text, f"{was} without a cache: {status} {text}")
        there.inside("kv-1", "systemctl", "start", "redis-server")
        seen = visit(there, was, "/", cookie, port=8080)
        expect(seen[0] == was, f"{was} with its cache again: {seen}")
        status, _, text, _ = there.get("gw-1", "/gureum-check/", port=9080)
        expect(status == 401, f"the gateway without a key: {status} {text}")
        there.inside("kv-1", "systemctl", "stop", "redis-server")
        status, _, text, _ = there.get("web-1", "/gureum/was/was-1/")
        states = {check["name"]: check["ok"] for check in json.loads(text)["checks"]}
        expect(status == 503 and states == {"database": True, "cache": False}, f"without a cache: {status} {text}")
        there.inside("kv-1", "systemctl", "start", "redis-server")

    chain("usecase-2.6", "MariaDB", "mariadb", "web.count=2", "was.count=2", "gw.count=1",
          paths=["/gureum/was/was-1/", "/gureum/gw/gw-1/"], extra=more)


def shop_jboss():
    """2.6 with the second choices: sessions stay in their application server, to which Apache brings a browser back."""
    def more(there, _):
        brought_back(there, "this server")

    chain("usecase-2.6", "PostgreSQL", "postgresql", "web.service=apache", "was.service=jboss", "db.service=postgresql", "web.count=2",
          "was.count=2", "gw.count=1", paths=["/gureum/was/was-1/", "/gureum/was/was-2/", "/gureum/gw/gw-1/"], extra=more)


def queue():
    """A message queue beside the database."""
    def more(there, guests):
        expect("listener" in there.inside("mq-1", "rabbitmq-diagnostics", "-q", "check_port_listener", "5672"), "no listener")
        open_ports = there.inside("mq-1", "ss", "-Hltn")
        wide = [line for line in open_ports.splitlines() if line.split()[3].startswith(("0.0.0.0", "*", "[::]"))]
        expect(not wide, f"mq-1 listens to anybody: {wide}")
        there.inside("mq-1", "systemctl", "stop", "rabbitmq-server")
        status, _, text, _ = there.get("web-1", "/gureum/was/was-1/")
        states = {check["name"]: check["ok"] for check in json.loads(text)["checks"]}
        expect(status == 503 and states == {"database": True, "queue": False}, f"without a queue: {status} {text}")
        there.inside("mq-1", "systemctl", "start", "rabbitmq-server")

    chain("queue", "MariaDB", "mariadb", paths=["/gureum/was/was-1/"], extra=more)


def own_part():
    """2.1 with an operator's own script, which leaves no room for all that an application server is told; then with his cloud-config."""
    noise = "".join(f"# {hashlib.sha256(str(n).encode()).hexdigest()}\n" for n in range(950))
    script = "#!/bin/sh\necho '구름 is hardened' >/etc/hardened\n"
    config = "#cloud-config\nmerge_how: dict(replace)+list()+str()\nruncmd:\n  - [sh, -c, 'echo 구름 is hardened >/etc/hardened']\n" \
             "write_files:\n  - {path: /etc/own, content: own}\n"
    for text, apart in ((f"#!/bin/sh\necho hardened >/etc/hardened\n{noise}", {"was-1"}), (script, set()), (config, set())):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            guests = plans.plan("usecase-2.1", "debian-12", f"user_data={file.name}")
        expect({local for local, guest in guests.items() if guest.content} == apart, f"apart: {[(l, len(g.content)) for l, g in guests.items()]}")
        with world.World(guests) as there:
            there.wait()
            fetched = {report["object"] for report in there.reports() if report["type"].endswith(".content")}
            expect(fetched == apart, f"{fetched} fetched more")
            check_secrets(there, guests)
            for local in guests:
                # Scripts of users come last in cloud-init's own order.
                there.inside(local, "cloud-init", "status", "--wait", check=False)
                said = there.inside(local, "cat", "/etc/hardened").strip()
                expect(said == ("hardened" if apart else "구름 is hardened"), f"{local}: {said}")
            status, _, text, _ = there.get("web-1", "/gureum/was/was-1/")
            expect(status == 200, f"/gureum/was/was-1/: {status} {text}")


def redmine():
    """1.1 without the two tools whose archives are not to be had here."""
    guests = plans.plan("usecase-1.1", "debian-12")
    guests = {local: guests[local] for local in ("proxy-1", "redmine-1", "db-1")}
    with world.World(guests) as there:
        # The proxy waits for the two that are not here.
        ready = there.wait({"redmine-1", "db-1"})
        print("        ready after " + ", ".join(f"{local} {seconds:.0f} s" for local, seconds in sorted(ready.items())))
        status, _, text, _ = there.get("proxy-1", "/redmine/login")
        expect(status == 200 and "Redmine" in text and 'href="/redmine/stylesheets/' in text, f"/redmine/login: {status} {text[:2000]}")
        style = re.search(r'href="(/redmine/stylesheets/[^"]+)"', text).group(1)
        expect(there.get("proxy-1", style)[0] == 200, f"{style}: {there.get('proxy-1', style)[0]}")
        status, _, text, _ = there.get("proxy-1", "/")
        expect(status == 200 and 'href="/scm/"' in text, f"/: {status} {text}")
        run_again(there, {local: guests[local] for local in ("redmine-1", "db-1")})
    marks.saw("redmine", "debian-12", "booted")


CASES = [nginx_tomcat_mariadb, apache_jboss_postgresql, nginx_php_mariadb, apache_php_postgresql, shop, shop_jboss, queue, own_part, redmine]
