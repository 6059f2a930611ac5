"""The binary, the artifacts, and the root file system that every container starts from."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import debian  # noqa: E402

HOME = pathlib.Path(os.environ.get("GUREUM_COMPONENTS_HOME", "/var/cache/gureum-components"))
BASE = HOME / "base"
MIRROR = HOME / "artifacts"
# What containers need themselves, and what the components install on Debian 12.
PACKAGES = """systemd systemd-sysv dbus cloud-init curl iproute2 procps python3 openssh-server
    nginx apache2 tomcat10 openjdk-17-jre-headless libmariadb-java libpostgresql-jdbc-java mariadb-server postgresql redis-server
    rabbitmq-server php-fpm php-mysql php-pgsql dbconfig-no-thanks redmine redmine-pgsql puma""".split()
# Tools of this machine.
TOOLS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "shellcheck": "shellcheck",
         "xmllint": "libxml2-utils", "cloud-init": "cloud-init", "mvn": "maven", "ip": "iproute2"}
# From Java's registry: group, name, version, ending. The last four only judge files for systems with such a Tomcat.
ARTIFACTS = [("org.wildfly", "wildfly-dist", "26.1.3.Final", "tar.gz"),
             ("org.mariadb.jdbc", "mariadb-java-client", "2.7.12", "jar"),
             ("org.postgresql", "postgresql", "42.7.4", "jar"),
             ("org.redisson", "redisson-all", "3.39.0", "jar"),
             ("org.redisson", "redisson-tomcat-9", "3.39.0", "jar"),
             ("org.redisson", "redisson-tomcat-10", "3.39.0", "jar"),
             ("org.apache.tomcat", "tomcat", "7.0.109", "tar.gz"),
             ("org.apache.tomcat", "tomcat", "8.0.32", "tar.gz"),
             ("org.apache.tomcat", "tomcat", "9.0.98", "tar.gz"),
             ("org.apache.tomcat", "tomcat", "10.1.34", "tar.gz")]
UNITS = "nginx apache2 tomcat10 mariadb postgresql redis-server rabbitmq-server epmd.socket php8.2-fpm ssh".split()


def say(command, **options):
    """Runs a command; what it said when it fails is in the error."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def binary():
    if os.environ.get("GUREUM"):
        return os.environ["GUREUM"]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "debug" / "gureum")


def artifact_path(group, name, version, ending):
    return f"{group.replace('.', '/')}/{name}/{version}/{name}-{version}.{ending}"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def prepare():
    HOME.mkdir(parents=True, exist_ok=True)
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if missing:
        say(["apt-get", "update", "-q"])
        say(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if not os.environ.get("GUREUM"):
        say(["cargo", "build", "--quiet"], cwd=ROOT)
    for artifact in ARTIFACTS:
        path = MIRROR / artifact_path(*artifact)
        if not path.exists():
            group, name, version, ending = artifact
            say(["mvn", "-q", "-B", "dependency:get", "-Dtransitive=false", f"-Dartifact={group}:{name}:{version}:{ending}"])
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pathlib.Path.home() / ".m2/repository" / artifact_path(*artifact), path)
    # Made anew where the list of packages has changed.
    made = HOME / "base.packages"
    if made.exists() and made.read_text() == " ".join(PACKAGES):
        return
    if BASE.exists():
        shutil.rmtree(BASE)
    mirror = debian.mirrors()
    say(["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(BASE), mirror["debian"]])
    (BASE / "etc/apt/sources.list").write_text(
        f"deb {mirror['debian']} bookworm main\ndeb {mirror['debian']} bookworm-updates main\n"
        f"deb {mirror['debian-security']} bookworm-security main\n")
    shutil.copy("/etc/resolv.conf", BASE / "etc/resolv.conf")
    policy = BASE / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    install = "apt-get update -q && apt-get install -y -q --no-install-recommends " + " ".join(PACKAGES) + " && apt-get clean"
    say(["mount", "-t", "proc", "proc", str(BASE / "proc")])
    try:
        say(["chroot", str(BASE), "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", install])
        for unit in UNITS:
            subprocess.run(["chroot", str(BASE), "systemctl", "disable", unit], capture_output=True, check=False)
    finally:
        say(["umount", str(BASE / "proc")])
    policy.unlink()
    (BASE / "etc/cloud/cloud.cfg.d/90_containers.cfg").write_text(
        "datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\nlocale: false\napt_preserve_sources_list: true\nssh_genkeytypes: [ed25519]\n")
    made.write_text(" ".join(PACKAGES))
