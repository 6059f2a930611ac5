"""The lab: a real OpenStack on this machine; where its script is, how it is brought up, and what its services logged."""
import collections
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = pathlib.Path(os.environ.get("OPENSTACK_LAB_HOME", "/var/lib/openstack-lab"))
CLOUDS = pathlib.Path(os.environ.get("OPENSTACK_LAB_CLOUDS", HOME / "clouds.yaml"))  # another one: a project of one's own there
PASSWORD = "lab-secret"  # of every user of the lab

Request = collections.namedtuple("Request", "service method uri status agent")


def folder():
    """The folder of `openstack-lab`, `api-calls` and `floor`."""
    found = pathlib.Path(os.environ.get("OPENSTACK_LAB") or ROOT.parent / "shared" / "lab")
    if not (found / "openstack-lab").exists():
        raise SystemExit(f"no openstack-lab in {found}: set OPENSTACK_LAB to its folder")
    return found


def script(verb, *args, **kw):
    # Some of its programs leave a file where they are started (`barbican.sqlite`): not in this repository.
    command = [folder().resolve() / "openstack-lab", verb, *args]
    return subprocess.run(command, text=True, stdin=subprocess.DEVNULL, cwd=tempfile.gettempdir(), **kw)


def ensure_up():
    """Brings the lab up where it is not; True if it was this call that did."""
    if not all(map(shutil.which, ("mariadbd", "keystone-manage", "neutron-rpc-server", "octavia-worker", "swift-proxy-server"))):
        script("install", check=True)
    forget_strangers()
    states = [line.split()[-1] for line in script("status", capture_output=True, check=True).stdout.splitlines()]
    started = not states or set(states) != {"up"}
    if started:
        if states:
            script("down", check=True)
        script("up", check=True)
    wait_for_hosts()
    return started


def forget_strangers():
    """Process ids of an earlier boot may be other programs' now: `down` must not end those."""
    for path in (HOME / "run").glob("*.pid"):
        command = path.with_suffix(".cmd")
        if not path.read_text().strip() or not command.exists():
            continue
        program = os.path.basename(json.loads(command.read_text())[0][0])
        try:
            running = pathlib.Path(f"/proc/{path.read_text().strip()}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            running = ""
        if program not in running:
            path.unlink()


def wait_for_hosts(seconds=180):
    """Until Nova has found its host and Neutron's agents have reported: before that a server may find no valid host."""
    admin = connect("lab-admin")
    deadline = time.time() + seconds
    while time.time() < deadline:
        hosts = admin.compute.get("/os-hypervisors").json()["hypervisors"]
        agents = admin.network.get("/agents").json()["agents"]
        if hosts and len(agents) >= 4 and all(agent["alive"] for agent in agents):
            return
        time.sleep(1)
    raise SystemExit("the lab is up, but its compute host or network agents have not reported")


def connect(cloud):
    """A session of the SDK, with the lab's own clouds.yaml."""
    import logging
    import openstack
    logging.getLogger("openstack").setLevel(logging.CRITICAL)  # Swift has no discovery document, and the SDK says so each time
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(CLOUDS)
    return openstack.connect(cloud=cloud)


class Log:
    """What the services logged since it was made."""

    def __init__(self):
        self.sizes = {path: path.stat().st_size for path in (HOME / "log").glob("*.log")}
        self.mark = subprocess.run([folder() / "api-calls", "mark"], text=True, capture_output=True, check=True).stdout
        self.swift = len(SWIFT.requests)

    def requests(self, client="gureum"):
        """The client's requests, Swift's with them."""
        found = []
        for path in sorted((HOME / "log").glob("*.log")):
            with open(path, "rb") as file:
                file.seek(self.sizes.get(path, 0))
                for line in file.read().decode(errors="replace").splitlines():
                    match = re.match(r'request (\S+) (\S+) (\S+) (\d+) \S+ "(.*)"', line)
                    if match:
                        found.append(Request(*match.groups()))
        return [r for r in found + SWIFT.requests[self.swift:] if r.agent.startswith(client)]

    def calls(self, client="gureum"):
        """How many: those that `api-calls` counts, and Swift's, which logs elsewhere."""
        path = HOME / "run" / f"calls-{os.getpid()}"
        path.write_text(self.mark)
        counted = subprocess.run([folder() / "api-calls", "since", path], text=True, capture_output=True, check=True).stdout
        path.unlink()
        lines = [line.split(" ", 1) for line in counted.splitlines()]
        return sum(int(n) for n, name in lines if name.startswith(client)) + sum(
            r.agent.startswith(client) for r in SWIFT.requests[self.swift:])


class Swift:
    """Swift's proxy logs to syslog, by UDP where there is no /dev/log; this hears it."""

    def __init__(self):
        self.requests = []
        self.sockets = []
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            heard = socket.socket(family, socket.SOCK_DGRAM)
            try:
                heard.bind((address, 514))
            except OSError:
                continue
            self.sockets.append(heard)
            threading.Thread(target=self.listen, args=[heard], daemon=True).start()

    def listen(self, heard):
        while True:
            words = heard.recv(65535).decode(errors="replace").split(" ")
            if words[0].endswith("proxy-server:") and len(words) > 9:
                uri, agent = (urllib.parse.unquote(words[at]) for at in (5, 9))
                self.requests.append(Request("swift", words[4], uri, words[7], agent))


SWIFT = Swift()
