"""Software that runs: chains that answer through the floating address, and guests that say why they cannot."""
import json
import time

import guests
import lab
from gureum import Failed
from world import expect, expect_text

CASES = []
SIZES = ("small", "medium", "large", "xlarge")
MACHINES = ["--set", "os=debian-12", *(word for size in SIZES for word in ("--set", f"flavors.{size}={guests.FLAVOR}"))]
TOKEN = "구름-"
JENKINS = "jenkins-2.541.1.war"


def case(function):
    CASES.append((function.__name__, (function.__doc__ or "").strip().splitlines()[0], function))
    return function


class World:
    def __init__(self, gureum, project, mirror, key):
        self.gureum, self.project, self.mirror, self.key = gureum, project, mirror, key
        self.before = project.ids()
        self.figures = {}

    def deploy(self, usecase, name, *args, image=guests.IMAGE, code=0, timeout=2400):
        """A deploy to the end: everything in it has said that it is ready, and the service has answered."""
        settings = ["--set", f"images.debian-12={image}", "--ssh-key", f"{self.key}.pub"]
        run = self.gureum("deploy", usecase, "--name", name, *MACHINES, *settings, *args, "--flavor", "small", "--yes", code=code, timeout=timeout)
        self.figures[f"deploy {name}"] = (run.seconds, run.calls)
        return run

    def verify(self, name, code=0):
        """The hops as verify tells them."""
        run = self.gureum("verify", name, "--json", code=code, timeout=600)
        return json.loads(run.out)

    def url(self, name):
        return json.loads(self.gureum("output", name, "--json").out)["url"]

    def gone(self, name):
        self.gureum("destroy", name, "--delete-data", "--yes", timeout=1200)
        expect(f"what is left of {name}", set(), {f"{kind} {id}" for kind, id in self.project.ids() - self.before})

    def guest(self, name, local):
        return guests.Guest(self.project, name, local, self.key)

    def stages(self, name):
        """When each server reached which stage, in seconds from the run's begin."""
        lines = [json.loads(line) for line in self.gureum("events", name, "--json").out.splitlines()]
        begin, told = lines[0]["at"], [line for line in lines if line["what"]["event"] == "guest"]
        return [f"{(line['at'] - begin) / 1000:6.1f} s {line['what']['address']} {json.dumps(line['what']['word'])}" for line in told]


def answers(world, name, *wanted):
    """The page through the floating address, by plain curl, holds this deployment's token and what else is wanted."""
    status, text = guests.page(world.url(name))
    expect(f"status of {name}'s page", 200, status)
    expect_text(f"{name}'s page", [TOKEN, *wanted], text)
    return text


def stopped(world, name, local, unit, dependency):
    """With a dependency stopped in its guest, verify and the page say so; started again, all is well again."""
    guest = world.guest(name, local)
    guest.run(f"sudo systemctl stop {unit}")
    hops = world.verify(name, code=1)
    failed = [hop for hop in hops["hops"] if not hop["ok"]]
    if not any(dependency in json.dumps(hop) for hop in failed):
        raise Failed(f"verify does not name {dependency}: {hops}")
    status, text = guests.page(world.url(name))
    expect("status of the page", 503, status)
    expect_text("the page", [dependency], text)
    print(f"        {unit} stopped on {local}: verify says {json.dumps(failed, ensure_ascii=False)[:600]}", flush=True)
    guest.run(f"sudo systemctl start {unit}")
    deadline = time.time() + 180
    while guests.page(world.url(name))[0] != 200:
        if time.time() > deadline:
            raise Failed(f"{name} did not recover when {unit} was started again")
        time.sleep(3)


@case
def tomcat_chain(world):
    """2.1: nginx → Tomcat → MariaDB on guests that boot; the database stopped, verify and the page say so"""
    world.deploy("usecase-2.1", "chain")
    answers(world, "chain", "MariaDB", "was-1")
    hops = world.verify("chain")
    expect("hops that do not answer", [], [hop for hop in hops["hops"] if not hop["ok"]])
    reached = {hop["to"] for hop in hops["hops"]}
    expect("hops that are missing", set(), {"web-1", "was-1", "database"} - reached)
    print("        " + "\n        ".join(world.stages("chain")), flush=True)
    stopped(world, "chain", "db-1", "mariadb", "database")


@case
def a_second_run_changes_nothing(world):
    """2.1 again: no step, and a guest that boots again is as it was"""
    world.gureum("deploy", "--name", "chain", "--yes", timeout=600)  # takes away the rule by which the case before spoke SSH
    expect_text("the next run", ["Nothing to do"], world.gureum("deploy", "--name", "chain", "--yes", timeout=600).said())
    expect("steps", [], json.loads(world.gureum("plan", "--name", "chain", "--json").out)["steps"])
    guest = world.guest("chain", "was-1")
    sums = "sudo sh -c 'find /etc/tomcat10 /var/lib/tomcat10/webapps -type f -exec sha256sum {} + | sort | sha256sum'"
    before = guest.run(sums)
    try:
        guest.run("sudo systemctl reboot")
    except Failed:
        pass  # the connection ends with the guest
    deadline = time.time() + 600
    time.sleep(30)
    while guests.page(world.url("chain"))[0] != 200:
        if time.time() > deadline:
            raise Failed("the chain did not answer again after was-1 had booted again")
        time.sleep(5)
    expect("was-1's files after it booted again", before, guest.run(sums, timeout=300))


@case
def wrong_password(world):
    """2.1 with another application server while the database's password was changed: its deploy ends with the guest's own words"""
    world.guest("chain", "db-1").run("sudo mariadb -e \"ALTER USER 'app'@'10.10.0.0/255.255.0.0' IDENTIFIED BY 'another'\" || "
                                     "sudo mariadb -N -e \"SELECT CONCAT('ALTER USER ''app''@''', host, ''' IDENTIFIED BY ''another'';') "
                                     "FROM mysql.user WHERE user = 'app'\" | sudo mariadb")
    run = world.gureum("deploy", "--name", "chain", "--set", "was.count=2", "--yes", code=4, timeout=2400)
    expect_text("what the deploy says", ["server.was-2", "health", "Access denied"], run.said())
    world.gone("chain")


@case
def jboss_chain(world):
    """2.1: Apache → WildFly → PostgreSQL, WildFly from the artifact mirror"""
    world.mirror.artifact(guests.WILDFLY)
    services = ["--set", "web.service=apache", "--set", "was.service=jboss", "--set", "db.service=postgresql"]
    world.deploy("usecase-2.1", "jboss", *services, "--set", f"artifact_base_url={world.mirror.url}/artifacts")
    answers(world, "jboss", "PostgreSQL", "was-1")
    print("        " + "\n        ".join(world.stages("jboss")), flush=True)
    stopped(world, "jboss", "db-1", "postgresql@15-main", "database")  # the wrapper `postgresql` is gone before it is
    world.gone("jboss")


@case
def small_website(world):
    """2.5: a real amphora → nginx with PHP → MariaDB, with object storage"""
    world.deploy("usecase-2.5", "site", "--set", "web.count=1")
    answers(world, "site", "MariaDB")
    print("        " + "\n        ".join(world.stages("site")), flush=True)
    world.gone("site")


def one_of_each(world, usecase):
    """A use case's blueprint that allows one server where it asks for two: an emulated machine has not the time for more."""
    folder = world.gureum.folder / "one-of-each"
    folder.mkdir(exist_ok=True)
    text = (lab.ROOT / "blueprints" / f"{usecase}.yaml").read_text()
    (folder / "one-of-each.yaml").write_text(text.replace(f"id: {usecase}", "id: one-of-each").replace("min: 2", "min: 1"))
    return ["one-of-each", "--blueprints", str(folder), *(f"--set={tier}.count=1" for tier in ("web", "was", "gw"))]


@case
def shop(world):
    """2.6 with one of each: amphora → nginx → Tomcat → MariaDB and Redis, and the gateway; Redis stopped, verify and the page say so"""
    for name in ("redisson-all", "redisson-tomcat-10"):
        world.mirror.artifact(f"org.redisson:{name}:3.39.0:jar")
    usecase, *more = one_of_each(world, "usecase-2.6")
    world.deploy(usecase, "store", *more, "--set", f"artifact_base_url={world.mirror.url}/artifacts", timeout=3600)
    answers(world, "store", "MariaDB", "was-1")
    print("        " + "\n        ".join(world.stages("store")), flush=True)
    stopped(world, "store", "kv-1", "redis-server", "cache")
    world.gone("store")


@case
def plain_packages(world):
    """one database from plain packages, through the mirror on this machine's address"""
    run = world.deploy("one-database", "plain", "--blueprints", "tests/lab/blueprints", "--set", f"os_mirror={world.mirror.url}/debian", image=guests.PLAIN)
    if not any(path.startswith("/debian/") for path in world.mirror.seen):
        raise Failed(f"nothing came from the mirror: {run}")
    world.gone("plain")


@case
def unreachable_mirror(world):
    """a mirror that does not answer ends the deploy with the guest's own words"""
    run = world.deploy("one-database", "closed", "--blueprints", "tests/lab/blueprints", "--set", f"os_mirror=http://{guests.HOST}:9",
                       image=guests.PLAIN, code=4)
    expect_text("what the deploy says", ["server.db-1", "stage: mirror", f"the mirror cannot be reached: http://{guests.HOST}:9"], run.said())
    world.gone("closed")


def artifact_from(world, name, base, *words):
    run = world.deploy("one-tool", name, "--blueprints", "tests/lab/blueprints", "--set", f"artifact_base_url={world.mirror.url}/{base}",
                       "--set", f"artifacts.{JENKINS}.sha256=" + "0" * 64, code=4)
    expect_text("what the deploy says", ["server.tool-1", "artifacts", *words], run.said())
    world.gone(name)


@case
def wrong_checksum(world):
    """an artifact that is not what its pin says ends the deploy with the guest's own words"""
    (world.mirror.cache / "jenkins.war").write_bytes(b"no Jenkins")
    artifact_from(world, "flawed", "flawed", "expected", "0" * 64)


@case
def full_disk(world):
    """a disk that is full ends the deploy with the guest's own words"""
    artifact_from(world, "full", "endless", "the disk is full")
