"""python-openstackclient with the plug-ins of Octavia and Swift: creates, lists, shows, changes and deletes each kind.

All commands run in one process: its start-up is most of what a command costs."""
import contextlib
import io
import json
import tempfile
import time

from openstackclient import shell

CASES = []


def case(function):
    CASES.append(function)
    return function


def run(*words, code=0):
    """One command; its standard output."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            ended = shell.main(list(words))
        except SystemExit as end:
            ended = end.code
    if (ended or 0) != code:
        raise AssertionError(f"openstack {' '.join(words)}: {ended} instead of {code}\n{out.getvalue()}{err.getvalue()}")
    return out.getvalue() + (err.getvalue() if code else "")


def shown(*words):
    """The answer of a command that shows or lists."""
    return json.loads(run(*words, "-f", "json"))


def listed(*words):
    return {row.get("Name") or row.get("name") for row in shown(*words)}


@contextlib.contextmanager
def made(kind, name, *options, after=()):
    """Creates something, shows and lists it, and deletes it at the end."""
    row = shown(*kind, "create", *options, name)
    try:
        assert row["name"] == name, row
        assert shown(*kind, "show", name)["id"] == row["id"]
        assert name in listed(*kind, "list")
        yield row
    finally:
        run(*kind, "delete", *after, name)
        assert name not in listed(*kind, "list")


@contextlib.contextmanager
def wired(name, cidr):
    """A network with its subnet."""
    with made(["network"], name, "--description", "d") as network:
        with made(["subnet"], name, "--network", name, "--subnet-range", cidr, "--dns-nameserver", "192.0.2.1") as subnet:
            assert subnet["gateway_ip"] == cidr.replace(".0/24", ".1")
            yield network, subnet


@case
def tokens_and_catalogue():
    """a token, the catalogue, the project"""
    token = shown("token", "issue")
    assert token["id"] and token["project_id"]
    assert {"nova", "neutron", "octavia", "swift", "glance", "keystone"} <= listed("catalog", "list")
    assert shown("catalog", "show", "nova")["type"] == "compute"


@case
def application_credentials():
    """application credentials"""
    with made(["application", "credential"], "clients-credential") as row:
        assert row["secret"]


@case
def networks():
    """networks, subnets and their changes"""
    with wired("clients-net", "10.95.1.0/24") as (network, subnet):
        run("network", "set", "--description", "new", "--tag", "one", "clients-net")
        seen = shown("network", "show", "clients-net")
        assert (seen["description"], seen["tags"], seen["subnets"]) == ("new", ["one"], [subnet["id"]]), seen
        run("network", "unset", "--all-tag", "clients-net")
        run("subnet", "set", "--description", "s", "clients-net")
        assert shown("subnet", "show", "clients-net")["description"] == "s"
        assert listed("network", "list", "--name", "clients-net") == {"clients-net"}
        run("network", "create", "--share", "clients-shared", code=1)


@case
def groups():
    """security groups and rules"""
    with made(["security", "group"], "clients-group", "--description", "d") as group:
        rule = shown("security", "group", "rule", "create", "--ingress", "--protocol", "tcp", "--dst-port", "80", "--remote-ip", "0.0.0.0/0",
                     "clients-group")
        assert (rule["port_range_min"], rule["security_group_id"]) == (80, group["id"])
        assert len(shown("security", "group", "rule", "list", "clients-group")) == 3
        refused = run("security", "group", "rule", "create", "--ingress", "--protocol", "tcp", "--dst-port", "80", "--remote-ip", "0.0.0.0/0",
                      "clients-group", code=1)
        assert "already exists" in refused, refused
        run("security", "group", "rule", "delete", rule["id"])
        run("security", "group", "set", "--description", "new", "clients-group")
        assert shown("security", "group", "show", "clients-group")["description"] == "new"


@case
def routers():
    """routers, interfaces, ports and floating IPs"""
    with wired("clients-routed", "10.95.2.0/24") as (_, subnet), made(["router"], "clients-router") as router:
        run("router", "set", "--external-gateway", "public", "clients-router")
        run("router", "add", "subnet", "clients-router", "clients-routed")
        assert shown("router", "show", "clients-router")["interfaces_info"][0]["subnet_id"] == subnet["id"]
        with made(["port"], "clients-port", "--network", "clients-routed", "--fixed-ip", "subnet=clients-routed,ip-address=10.95.2.9") as port:
            run("port", "set", "--description", "new", "--no-security-group", "clients-port")
            assert shown("port", "show", "clients-port")["security_group_ids"] == []
            floating = shown("floating", "ip", "create", "public", "--port", "clients-port", "--description", "d")
            assert floating["fixed_ip_address"] == "10.95.2.9", floating
            assert shown("floating", "ip", "show", floating["id"])["router_id"] == router["id"]
            assert floating["id"] in {row["ID"] for row in shown("floating", "ip", "list")}
            run("floating", "ip", "set", "--description", "new", floating["id"])
            run("floating", "ip", "unset", "--port", floating["id"])
            assert shown("floating", "ip", "show", floating["id"])["port_id"] is None
            run("floating", "ip", "delete", floating["id"])
            assert port["mac_address"].startswith("fa:16:3e")
        run("router", "remove", "subnet", "clients-router", "clients-routed")


@case
def servers():
    """servers, their groups and keys"""
    with wired("clients-served", "10.95.3.0/24"), tempfile.NamedTemporaryFile("w", suffix=".pub") as key:
        key.write("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAzsItLg4f8f3DHZRBfS6fNdeNG853xMiTDjJSer9Es3 x\n")
        key.flush()
        with made(["keypair"], "clients-key", "--public-key", key.name):
            group = shown("server", "group", "create", "--policy", "soft-anti-affinity", "clients-servers", "--os-compute-api-version", "2.64")
            assert "clients-servers" in listed("server", "group", "list")
            server = shown("server", "create", "--image", "ubuntu-24.04", "--flavor", "small", "--network", "clients-served", "--key-name",
                           "clients-key", "--property", "a=1", "--hint", f"group={group['id']}", "--wait", "clients-server")
            try:
                assert server["status"] == "ACTIVE", server
                assert "clients-server" in listed("server", "list")
                assert server["id"] in json.dumps(shown("server", "group", "show", group["id"]))
                run("server", "set", "--name", "clients-renamed", "--property", "b=2", "clients-server")
                seen = shown("server", "show", "clients-renamed")
                assert (seen["properties"], seen["key_name"]) == ({"a": "1", "b": "2"}, "clients-key"), seen
                run("server", "unset", "--property", "a", "clients-renamed")
                run("server", "stop", "clients-renamed")
                while shown("server", "show", "clients-renamed")["status"] != "SHUTOFF":
                    pass
                run("server", "start", "clients-renamed")
                run("console", "log", "show", "clients-renamed")
            finally:
                run("server", "delete", "--wait", server["id"])
            run("server", "group", "delete", group["id"])
    assert {"small", "medium"} <= listed("flavor", "list")
    assert shown("flavor", "show", "small")["vcpus"] == 1
    assert shown("availability", "zone", "list", "--compute")[0]["Zone Name"] == "nova"
    assert shown("limits", "show", "--absolute")
    assert "ubuntu-24.04" in listed("image", "list")


@case
def images():
    """images"""
    with tempfile.NamedTemporaryFile("w") as data:
        data.write("abc")
        data.flush()
        with made(["image"], "clients-image", "--disk-format", "raw", "--container-format", "bare", "--file", data.name):
            seen = shown("image", "show", "clients-image")
            assert (seen["status"], seen["size"]) == ("active", 3), seen
            run("image", "set", "--property", "os_distro=none", "--tag", "t", "clients-image")
            seen = shown("image", "show", "clients-image")
            assert (seen["properties"]["os_distro"], seen["tags"]) == ("none", ["t"]), seen
            with tempfile.NamedTemporaryFile() as out:
                run("image", "save", "--file", out.name, "clients-image")
                assert open(out.name).read() == "abc"


def settled(name, seconds=60):
    """Waits until a load balancer may be changed again."""
    deadline = time.time() + seconds
    while shown("loadbalancer", "show", name)["provisioning_status"] != "ACTIVE":
        assert time.time() < deadline, f"{name} is not ACTIVE after {seconds} s"
        time.sleep(0.2)


@case
def balancers():
    """load balancers and all below them"""
    with wired("clients-balanced", "10.95.4.0/24"):
        lb = ["loadbalancer"]
        balancer = shown(*lb, "create", "--name", "clients-lb", "--vip-subnet-id", "clients-balanced", "--wait")
        try:
            assert balancer["provisioning_status"] == "ACTIVE", balancer
            assert "clients-lb" in listed(*lb, "list")
            run(*lb, "set", "--description", "new", "--wait", "clients-lb")
            assert shown(*lb, "show", "clients-lb")["description"] == "new"
            row = shown(*lb, "listener", "create", "--name", "clients-listener", "--protocol", "HTTP", "--protocol-port", "80", "--wait", "clients-lb")
            assert row["provisioning_status"] == "ACTIVE", row
            pool = shown(*lb, "pool", "create", "--name", "clients-pool", "--listener", "clients-listener", "--protocol", "HTTP", "--lb-algorithm",
                         "ROUND_ROBIN", "--wait")
            member = shown(*lb, "member", "create", "--name", "clients-member", "--address", "10.95.4.9", "--protocol-port", "80", "--wait",
                           "clients-pool")
            run(*lb, "member", "set", "--weight", "5", "--wait", "clients-pool", member["id"])
            assert shown(*lb, "member", "show", "clients-pool", member["id"])["weight"] == 5
            assert len(shown(*lb, "member", "list", "clients-pool")) == 1
            monitor = shown(*lb, "healthmonitor", "create", "--name", "clients-monitor", "--delay", "5", "--timeout", "3", "--max-retries", "3",
                            "--type", "HTTP", "--wait", "clients-pool")
            run(*lb, "healthmonitor", "set", "--delay", "9", "--wait", monitor["id"])
            assert shown(*lb, "healthmonitor", "show", monitor["id"])["delay"] == 9
            policy = shown(*lb, "l7policy", "create", "--name", "clients-policy", "--action", "REJECT", "--wait", "clients-listener")
            rule = shown(*lb, "l7rule", "create", "--type", "PATH", "--compare-type", "STARTS_WITH", "--value", "/x", policy["id"])
            settled("clients-lb")  # this client's own --wait for a rule looks for a load balancer with the policy's id
            assert rule["id"] in json.dumps(shown(*lb, "l7rule", "list", policy["id"]))
            tree = json.loads(run(*lb, "status", "show", "clients-lb"))
            assert tree["loadbalancer"]["listeners"][0]["pools"][0]["id"] == pool["id"], tree
            run(*lb, "delete", "clients-lb", code=1)
            run(*lb, "l7policy", "delete", "--wait", policy["id"])
            run(*lb, "healthmonitor", "delete", "--wait", monitor["id"])
            run(*lb, "member", "delete", "--wait", "clients-pool", member["id"])
            run(*lb, "pool", "set", "--lb-algorithm", "SOURCE_IP", "--wait", "clients-pool")
            run(*lb, "pool", "delete", "--wait", "clients-pool")
            run(*lb, "listener", "set", "--connection-limit", "7", "--wait", "clients-listener")
            assert shown(*lb, "listener", "show", "clients-listener")["connection_limit"] == 7
            assert "clients-listener" in listed(*lb, "listener", "list")
        finally:
            run(*lb, "delete", "--cascade", "--wait", balancer["id"])
        assert "clients-lb" not in listed(*lb, "list")
        assert shown(*lb, "provider", "list")
        assert shown(*lb, "quota", "list")
        run(*lb, "quota", "defaults", "show", code=1)  # the administrator's, as on a real one


@case
def containers():
    """containers and objects"""
    assert shown("container", "create", "clients-container")[0]["container"] == "clients-container"
    with tempfile.NamedTemporaryFile("w") as data:
        data.write("hello")
        data.flush()
        run("object", "create", "clients-container", data.name, "--name", "dir/o.txt")
    assert listed("object", "list", "clients-container") == {"dir/o.txt"}
    assert shown("object", "show", "clients-container", "dir/o.txt")["content-length"] == "5"
    run("object", "set", "--property", "a=1", "clients-container", "dir/o.txt")
    run("container", "set", "--property", "colour=red", "clients-container")
    assert "red" in json.dumps(shown("container", "show", "clients-container"))
    with tempfile.NamedTemporaryFile() as out:
        run("object", "save", "--file", out.name, "clients-container", "dir/o.txt")
        assert open(out.name).read() == "hello"
    assert "clients-container" in listed("container", "list")
    run("container", "delete", "--recursive", "clients-container")
    assert "clients-container" not in listed("container", "list")
