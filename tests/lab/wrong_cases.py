"""Wrong inputs and clouds that lack something: answered within bounds, in words that help, and before the first write."""
import contextlib
import http.server
import json
import socket
import threading
import urllib.error
import urllib.request

import yaml

import lab
from gureum import Failed
from project import Project
from world import SHOP, case, expect, expect_text

PLANTED = "planted-wrong-password"
ENOUGH = ("--yes", "--accept-limitations")


def other_clouds(world, name, **auth):
    """A clouds.yaml whose cloud `lab` differs in these."""
    clouds = yaml.safe_load(lab.CLOUDS.read_text())
    clouds["clouds"]["lab"]["auth"].update(auth)
    path = world.gureum.folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(clouds))
    return {"OS_CLIENT_CONFIG_FILE": str(path)}


def no_write(run):
    writes = {f"{r.service} {r.method} {r.uri}" for r in run.log.requests() if r.method != "GET" and r.uri != "/v3/auth/tokens"}
    expect("writes", set(), writes)


@case
def unknown_names(world):
    """an unknown use case, service, system and cloud: the nearest is suggested, those that exist are listed"""
    for args, words in ((("usecase-2.66",), ["usecase-2.6"]), (("usecase-2.6", "--set", "was.service=jbos"), ["jbos", "jboss"]),
                        (("usecase-2.6", "--set", "wbe.count=3"), ["wbe", "web"]), (("usecase-2.6", "--os", "debian-21"), ["debian-21", "debian-12"])):
        run = world.gureum("plan", *args, code=1)
        expect_text(f"the answer to {' '.join(args)}", words, run.said())
    run = world.gureum("plan", *SHOP, "--cloud", "lba", code=1)
    expect_text("the answer to an unknown cloud", ["lba", "lab", "lab-admin"], run.said())
    run = world.gureum("plan", *SHOP, code=1, cloud=None, env={"OS_CLIENT_CONFIG_FILE": "/nonexistent/clouds.yaml"})
    expect_text("the answer without any clouds.yaml", ["clouds.yaml"], run.said())


@case
def wrong_password(world):
    """a wrong password is told in Keystone's words, and not repeated"""
    run = world.gureum("plan", *SHOP, "-vv", code=1, env=other_clouds(world, "wrong-password", password=PLANTED))
    expect_text("the answer", ["requires authentication"], run.said())
    if PLANTED in run.said():
        raise Failed("the password is in the output")


@case
def silent_server(world):
    """a server that takes the connection and never answers does not hang a run"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        env = other_clouds(world, "silent", auth_url=f"http://127.0.0.1:{port}/v3")
        run = world.gureum("plan", *SHOP, code=1, timeout=300, env=env)
    expect_text("the answer", [f"127.0.0.1:{port}"], run.said())


@case
def no_terminal(world):
    """without a terminal and without --yes it refuses before the first write"""
    run = world.gureum("deploy", "usecase-2.1", "--accept-limitations", code=3)
    expect_text("the answer", ["--yes"], run.said())
    no_write(run)


@case
def missing_parts_refused(world):
    """what the use case asks for and is missing makes deploy refuse without --accept-limitations"""
    run = world.gureum("deploy", "queue", "--blueprints", "tests/lab/blueprints", "--yes", code=3)
    expect_text("the answer", ["--accept-limitations", "kafka"], run.said())
    no_write(run)


@case
def image_or_flavor_missing(world):
    """an image or a flavor that the cloud lacks is named before the first write, beside those that it has"""
    for args, words in ((("--os", "debian-12"), ["debian-12", "ubuntu-24.04"]), (("--flavor", "xlarge"), ["xlarge", "large"])):
        run = world.gureum("deploy", "usecase-2.1", *args, *ENOUGH, code=None)
        expect("exit is a failure", True, run.code in (1, 3))
        expect_text(f"the answer to {' '.join(args)}", words, run.said())
        no_write(run)


@case
def quota_too_small(world):
    """quotas of Nova and Neutron that are too small are all told in numbers before the first write"""
    admin, id = Project("lab-admin"), world.project.id
    used = len([s for s in world.project.list("server")])
    admin.send("compute", "PUT", f"/os-quota-sets/{id}", {"quota_set": {"instances": used + 1, "cores": -1}})
    admin.send("network", "PUT", f"/quotas/{id}", {"quota": {"floatingip": 1, "security_group_rule": 3}})
    try:
        run = world.gureum("deploy", "usecase-2.1", *ENOUGH, code=3)
    finally:
        admin.send("compute", "DELETE", f"/os-quota-sets/{id}")
        admin.send("network", "DELETE", f"/quotas/{id}")
    expect_text("the answer", ["instances", str(used + 1), "3", "floating", "security_group_rule"], run.said())
    if "cores" in run.said():
        raise Failed("an unlimited quota is told as a shortfall")
    no_write(run)


class Keystone(http.server.BaseHTTPRequestHandler):
    """The lab's Keystone with a catalogue that lacks the load balancers."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)) or None
        headers = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "x-auth-token", "x-subject-token", "accept")}
        request = urllib.request.Request(f"http://127.0.0.1:5000{self.path}", body, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        text = answer.read()
        if self.path.startswith("/v3/auth") and answer.status < 300:
            content = json.loads(text)
            catalog = content.get("token", content).get("catalog", [])
            catalog[:] = [service for service in catalog if service["type"] != "load-balancer"]
            text = json.dumps(content).encode()
        self.send_response(answer.status)
        for name in ("content-type", "x-subject-token"):
            if answer.headers.get(name):
                self.send_header(name, answer.headers[name])
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def keystone():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keystone)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v3"
    finally:
        server.shutdown()
        server.server_close()


@case
def no_load_balancer_service(world):
    """a cloud without load balancers is refused before the first write, and use case 2.1 does not mind"""
    with keystone() as url:
        env = other_clouds(world, "no-balancers", auth_url=url)
        run = world.gureum("deploy", "usecase-2.6", "--flavor", "small", *ENOUGH, code=3, env=env)
        expect_text("the answer", ["load balanc"], run.said())
        no_write(run)
        world.gureum("plan", "usecase-2.1", env=env)


@case
def external_networks(world):
    """no external network, or two and no choice: told, with the candidates"""
    file = world.gureum.folder / "cloud.json"
    world.gureum("observe", "usecase-2.1", "--out", str(file))
    snapshot = json.loads(file.read_text())
    networks = snapshot["facts"]["external_networks"]
    expect("external networks of the lab", ["public"], [n["name"] for n in networks])
    for found, words in (([], ["external network"]), (networks + [{"id": "other", "name": "internet"}], ["public", "internet", "external_network"])):
        snapshot["facts"]["external_networks"] = found
        file.write_text(json.dumps(snapshot))
        run = world.gureum("plan", "usecase-2.1", "--snapshot", str(file), code=1)
        expect_text(f"the answer with {len(found)} external networks", words, run.said().replace("external-network", "external_network"))
