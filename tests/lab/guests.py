"""The lab with real guests: software-emulated machines, a real amphora load balancer, a mirror on the address that guests reach."""
import http.server
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import lab
from gureum import Failed

sys.path.insert(0, str(lab.ROOT / "tests"))
import debian  # noqa: E402

HOST = "10.250.0.1"  # this machine, as guests see it
IMAGE = "gureum-full"  # with everything baked in, as in a closed network
PLAIN = "gureum-guest"  # without: its packages come from the mirror
BAKED = ("nginx apache2 tomcat10 mariadb-server postgresql redis-server php-fpm php-mysql php-pgsql php-curl "
         "libmariadb-java libpostgresql-jdbc-java")
FLAVOR = "lab.guest"  # 1 vCPU, 1280 MiB: enough for a WildFly, little enough for four at once
WILDFLY = "org.wildfly:wildfly-dist:26.1.3.Final:tar.gz"


def up():
    """The lab with real guests, its images and the flavor."""
    driver = (lab.HOME / "etc" / "nova.conf")
    real = driver.exists() and "libvirt.LibvirtDriver" in driver.read_text()
    states = [line.split()[-1] for line in lab.script("status", capture_output=True, check=True).stdout.splitlines()]
    started = not (real and states and set(states) == {"up"})
    if started:
        lab.forget_strangers()
        if states:
            # Servers that only pretended to run must not be taken for real ones.
            lab.script("down" if real else "wipe", check=True)
        lab.script("up", "--virt", "qemu", "--lb", "amphora", check=True)
    lab.wait_for_hosts()
    admin = lab.connect("lab-admin")
    if not admin.compute.find_flavor(FLAVOR):
        admin.compute.create_flavor(name=FLAVOR, vcpus=1, ram=1280, disk=5)
    for name, packages in ((IMAGE, BAKED), (PLAIN, "")):
        if not admin.image.find_image(name):
            baked = ["--with", packages] if packages else []
            subprocess.run([lab.folder() / "guest-image", *baked, name], check=True, stdin=subprocess.DEVNULL)
    return started


class Mirror(http.server.ThreadingHTTPServer):
    """What a closed network has: `/debian` and `/debian-security`, `/artifacts`; and for the cases that must fail `/flawed`
    (artifacts with one byte changed) and `/endless` (artifacts that fill any disk)."""
    daemon_threads = True

    def __init__(self):
        self.cache = pathlib.Path(lab.HOME) / "images" / "artifacts"
        self.cache.mkdir(parents=True, exist_ok=True)
        self.upstreams = debian.mirrors()
        self.seen = []
        super().__init__((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def artifact(self, coordinates):
        """A file of the Java registry, by Maven itself: this script names no host."""
        _, name, version, ending = coordinates.split(":")
        path = self.cache / f"{name}-{version}.{ending}"
        if not path.exists():
            subprocess.run(["mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", f"-Dartifact={coordinates}",
                            f"-DoutputDirectory={self.cache}"], check=True, stdin=subprocess.DEVNULL)
        return path


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.path)
        _, place, rest = self.path.split("/", 2) if self.path.count("/") > 1 else ("", "", "")
        if place in self.server.upstreams:
            return self.passed_on(f"{self.server.upstreams[place]}/{rest}")
        if place == "endless":
            return self.endless()
        path = self.server.cache / rest.rsplit("/", 1)[-1]
        if place not in ("artifacts", "flawed") or not path.is_file():
            return self.send_error(404)
        data = path.read_bytes()
        if place == "flawed":
            data = data[:-1] + bytes([data[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_HEAD = do_GET

    def passed_on(self, url):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                self.send_response(answer.status)
                for name in ("Content-Length", "Last-Modified", "Content-Type"):
                    if answer.headers.get(name):
                        self.send_header(name, answer.headers[name])
                self.end_headers()
                if self.command == "GET":
                    shutil.copyfileobj(answer, self.wfile)
        except urllib.error.HTTPError as refused:
            self.send_error(refused.code)

    def endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(8 * 1024):
                self.wfile.write(b"\0" * 1048576)
        except ConnectionError:
            pass  # its disk is full

    def log_message(self, *_):
        pass


class Guest:
    """A server of ours, reached from inside its network as its operator would over the bastion."""

    def __init__(self, project, environment, local, key):
        self.project, self.key = project, key
        server = project.one("server", f"{environment}-{local}")
        (addresses,) = server["addresses"].values()
        self.address = next(a["addr"] for a in addresses if a["OS-EXT-IPS:type"] == "fixed")
        router = project.one("router", f"{environment}-main")
        self.namespace = f"qrouter-{router['id']}"
        # The router's own address may speak SSH to it: not ours, as an administrator would open it for a while.
        for group in server["security_groups"]:
            project.send("network", "POST", "/security-group-rules", {"security_group_rule": {
                "security_group_id": project.one("security group", group["name"])["id"], "direction": "ingress", "ethertype": "IPv4",
                "protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "10.10.0.0/16"}}, ok=(409,))

    def run(self, command, timeout=120):
        ssh = ["ip", "netns", "exec", self.namespace, "ssh", "-i", self.key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "ConnectTimeout=60", "-o", "LogLevel=ERROR", f"debian@{self.address}", command]
        done = subprocess.run(ssh, text=True, capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Failed(f"{command} on {self.address}: {done.stdout}{done.stderr}")
        return done.stdout


def key(folder):
    """An SSH key pair of this run's own."""
    path = folder / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def page(url, seconds=60):
    """What curl gets there: status and text."""
    deadline = time.time() + seconds
    while True:
        done = subprocess.run(["curl", "-sS", "-m", "20", "-w", "\n%{http_code}", url], text=True, capture_output=True)
        if done.returncode == 0 or time.time() > deadline:
            text, _, status = done.stdout.rpartition("\n")
            return int(status or 0), text + done.stderr
        time.sleep(3)


def reachable(address, port, seconds=5):
    try:
        socket.create_connection((address, port), seconds).close()
        return True
    except OSError:
        return False
