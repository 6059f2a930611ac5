"""How each property of each kind is changed by hand, and what the next plan must then show.

`CHANGED` has those that a project's member can change, `FIXED` those whose change the API refuses (the attempt is made), and
`UNSEEN` those that nobody can see or set in this environment, with the reason. Together they must cover every kind's table.
"""
import collections
import time

Change = collections.namedtuple("Change", "kind property act plan")
Fixed = collections.namedtuple("Fixed", "kind property act")

KEYS = {"network": "network", "subnet": "subnet", "router": "router", "security group": "security_group", "port": "port"}
OCTAVIA = {"load balancer": ("loadbalancers", "loadbalancer"), "listener": ("listeners", "listener"), "pool": ("pools", "pool"),
           "monitor": ("healthmonitors", "healthmonitor")}


def neutron(kind, name, /, **fields):
    def act(p):
        item = mine(p, kind, name)
        p.send("network", "PUT", f"/{KEYS[kind].replace('_', '-')}s/{item['id']}", {KEYS[kind]: fields})
    return act


def octavia(kind, name, /, **fields):
    def act(p):
        path, key = OCTAVIA[kind]
        p.send("load_balancer", "PUT", f"/lbaas/{path}/{mine(p, kind, name)['id']}", {key: fields})
        p.settle()
    return act


def mine(p, kind, name):
    """The shop's resource of that name: somebody else has one of nearly each, without the mark."""
    mark = p.identity("shop")[1]
    found = [i for i in p.list(kind) if i["name"] == name and i.get("description", mark) == mark]
    assert len(found) == 1, f"{kind} {name}: {len(found)} found"
    return found[0]


def shop_server(p, name):
    found = [s for s in p.list("server") if s["name"] == name and f"gureum-{p.identity('shop')[0]}" in s["tags"]]
    assert len(found) == 1, f"server {name}: {len(found)} found"
    return found[0]


# --- rules: one is taken away, and another stands in its place

RULE = dict(direction="ingress", ethertype="IPv4", protocol="tcp", port_range_min=3306, port_range_max=3306)
RULE_ADDRESS = "group.db/rule.ingress-ipv4-tcp-3306-from-group-was"


def rule(group="db", remote="was", **other):
    def act(p):
        db = mine(p, "security group", "shop-db")
        old = next(r for r in db["security_group_rules"] if r["port_range_min"] == 3306)
        p.send("network", "DELETE", f"/security-group-rules/{old['id']}")
        new = {**RULE, "security_group_id": mine(p, "security group", f"shop-{group}")["id"], **other}
        if "remote_ip_prefix" not in other:
            new["remote_group_id"] = mine(p, "security group", f"shop-{remote}")["id"]
        p.send("network", "POST", "/security-group-rules", {"security_group_rule": new})
    return act


def other_rule(address):
    return {f"create {RULE_ADDRESS}", f"delete {address}"}


# --- the router's gateway can go only when no floating IP needs it; an interface only comes and goes

def floating(p):
    mark = p.identity("shop")[1]
    return next(f for f in p.list("floating ip") if f["description"] == mark)


def change_floating(**fields):
    return lambda p: p.send("network", "PUT", f"/floatingips/{floating(p)['id']}", {"floatingip": fields})


def close_gateway(p):
    change_floating(port_id=None)(p)
    neutron("router", "shop-main", external_gateway_info={})(p)


def unplug(p):
    router, subnet = mine(p, "router", "shop-main"), mine(p, "subnet", "shop-was")
    p.send("network", "PUT", f"/routers/{router['id']}/remove_router_interface", {"subnet_id": subnet["id"]})


def move_interface(p):
    subnet = mine(p, "subnet", "shop-db")
    port = next(i for i in p.list("port") if i["device_owner"] == "network:router_interface" and any(
        ip["ip_address"] == "10.10.2.1" for ip in i["fixed_ips"]))
    p.send("network", "PUT", f"/ports/{port['id']}", {"port": {"fixed_ips": [{"subnet_id": subnet["id"]}]}})


# --- members

def member(**fields):
    def act(p):
        pool = mine(p, "pool", "shop-http")["id"]
        members = p.send("load_balancer", "GET", f"/lbaas/pools/{pool}/members")["members"]
        id = next(m["id"] for m in members if m["address"] == "10.10.1.12")
        p.send("load_balancer", "PUT", f"/lbaas/pools/{pool}/members/{id}", {"member": fields})
        p.settle()
    return act


# --- servers

def nova(method, path, body=None, server="shop-web-2"):
    def act(p):
        p.send("compute", method, f"/servers/{shop_server(p, server)['id']}{path}", body)
        p.settle()
        time.sleep(1)
    return act


def untag(p):
    server = shop_server(p, "shop-web-2")
    p.send("compute", "DELETE", f"/servers/{server['id']}/tags/gureum-{p.identity('shop')[0]}")


def metadata(key, value):
    return nova("POST", "/metadata", {"metadata": {key: value}})


def detach(p):
    server, port = shop_server(p, "shop-web-2"), mine(p, "port", "shop-web-2")
    p.send("compute", "DELETE", f"/servers/{server['id']}/os-interface/{port['id']}")
    deadline = time.time() + 30
    while p.send("network", "GET", f"/ports/{port['id']}")["port"]["device_id"] and time.time() < deadline:
        time.sleep(0.5)


def switch_off(p):
    nova("POST", "/action", {"os-stop": None})(p)
    deadline = time.time() + 30
    while shop_server(p, "shop-web-2")["status"] != "SHUTOFF" and time.time() < deadline:
        time.sleep(0.5)


def image(p, name):
    return next(i["id"] for i in p.send("image", "GET", "/images?limit=200")["images"] if i["name"] == name)


def rebuild(p):
    nova("POST", "/action", {"rebuild": {"imageRef": image(p, "centos-7")}})(p)
    deadline = time.time() + 60
    while shop_server(p, "shop-web-2")["status"] != "ACTIVE" and time.time() < deadline:
        time.sleep(0.5)


def twin(flavor="small", config_drive=True, grouped=True):
    """A server of the same name, port and mark in the place of ours: what a resize or a rescue by hand leaves behind."""
    def act(p):
        old, port = shop_server(p, "shop-web-2"), mine(p, "port", "shop-web-2")
        p.send("compute", "DELETE", f"/servers/{old['id']}")
        deadline = time.time() + 60
        while p.send("compute", "GET", f"/servers/{old['id']}", ok=(404,)) and time.time() < deadline:
            time.sleep(0.5)
        flavors = {f["name"]: f["id"] for f in p.send("compute", "GET", "/flavors")["flavors"]}
        groups = {g["name"]: g["id"] for g in p.list("server group")}
        hints = {"os:scheduler_hints": {"group": groups[f"shop-web-{p.identity('shop')[0]}"]}} if grouped else {}
        new = p.send("compute", "POST", "/servers", {"server": {
            "name": "shop-web-2", "imageRef": old["image"]["id"], "flavorRef": flavors[flavor], "networks": [{"port": port["id"]}],
            "config_drive": config_drive, "tags": old["tags"], "metadata": old["metadata"]}, **hints})["server"]["id"]
        while p.send("compute", "GET", f"/servers/{new}")["server"]["status"] == "BUILD" and time.time() < deadline:
            time.sleep(0.5)
    return act


REPLACED = {"delete server.web-2", "create server.web-2"}


def remove_container(p):
    assert p.object("DELETE", f"/shop-assets-{p.identity('shop')[0]}").status_code == 204


def remove_claim(p):
    assert p.object("DELETE", f"/shop-signals-{p.identity('shop')[0]}/claim").status_code == 204


def update(address, *properties):
    return {f"update {address}: " + ", ".join(properties)}


def plainly(kind, address, make, name, /, **values):
    """One change for each property that is simply set to another value."""
    return [Change(kind, property, make(name, **{property: value}), update(address, property)) for property, value in values.items()]


def of(make, kind):
    return lambda name, /, **fields: make(kind, name, **fields)


NAMED = dict(name="renamed-by-hand", description="", admin_state_up=False)

CHANGED = [
    *plainly("network", "network.web", of(neutron, "network"), "shop-web", **NAMED),
    *plainly("subnet", "subnet.was", of(neutron, "subnet"), "shop-was", name="renamed-by-hand", description="",
             enable_dhcp=False, dns_nameservers=["192.0.2.53"],
             allocation_pools=[{"start": "10.10.2.128", "end": "10.10.2.200"}]),
    *plainly("router", "router.main", of(neutron, "router"), "shop-main", **NAMED),
    Change("router", "external_gateway_info", close_gateway,
           update("router.main", "external_gateway_info") | update("floating-ip.front", "port_id")),
    Change("interface", "router_id", unplug, {"create router.main/interface.was"}),
    *plainly("group", "group.web", of(neutron, "security group"), "shop-web", name="renamed-by-hand", description=""),
    Change("rule", "security_group_id", rule(group="kv"), other_rule("group.kv/rule.ingress-ipv4-tcp-3306-from-group-was")),
    Change("rule", "direction", rule(direction="egress"), other_rule("group.db/rule.egress-ipv4-tcp-3306-to-group-was")),
    Change("rule", "ethertype", rule(ethertype="IPv6"), other_rule("group.db/rule.ingress-ipv6-tcp-3306-from-group-was")),
    Change("rule", "protocol", rule(protocol="udp"), other_rule("group.db/rule.ingress-ipv4-udp-3306-from-group-was")),
    Change("rule", "port_range_min", rule(port_range_min=3300), other_rule("group.db/rule.ingress-ipv4-tcp-3300-3306-from-group-was")),
    Change("rule", "port_range_max", rule(port_range_max=3310), other_rule("group.db/rule.ingress-ipv4-tcp-3306-3310-from-group-was")),
    Change("rule", "remote_group_id", rule(remote="web"), other_rule("group.db/rule.ingress-ipv4-tcp-3306-from-group-web")),
    Change("rule", "remote_ip_prefix", rule(remote_ip_prefix="192.0.2.0/24"),
           other_rule("group.db/rule.ingress-ipv4-tcp-3306-from-192.0.2.0_24")),
    *plainly("port", "port.gw-2", of(neutron, "port"), "shop-gw-2", **NAMED),
    Change("port", "fixed_ips", lambda p: neutron("port", "shop-gw-2", fixed_ips=[
        {"subnet_id": mine(p, "subnet", "shop-was")["id"], "ip_address": "10.10.2.99"}])(p), update("port.gw-2", "fixed_ips")),
    Change("port", "security_groups", lambda p: neutron("port", "shop-gw-2", security_groups=[
        mine(p, "security group", "shop-was")["id"]])(p), update("port.gw-2", "security_groups")),
    Change("floating-ip", "port_id", change_floating(port_id=None), update("floating-ip.front", "port_id")),
    Change("floating-ip", "description", change_floating(description=""), update("floating-ip.front", "description")),
    *plainly("balancer", "balancer.front", of(octavia, "load balancer"), "shop-front", **NAMED),
    *plainly("pool", "balancer.front/pool.http", of(octavia, "pool"), "shop-http", **NAMED, lb_algorithm="LEAST_CONNECTIONS"),
    *plainly("listener", "balancer.front/listener.http", of(octavia, "listener"), "shop-http", **NAMED, default_pool_id=None,
             insert_headers={"X-Forwarded-Port": "true"}),
    *plainly("member", "balancer.front/pool.http/member.10.10.1.12:80", lambda _, /, **fields: member(**fields), "",
             name="renamed-by-hand", weight=5, admin_state_up=False),
    *plainly("monitor", "balancer.front/pool.http/monitor", of(octavia, "monitor"), "shop-http", name="renamed-by-hand",
             admin_state_up=False, delay=9, timeout=2, max_retries=5, http_method="HEAD", url_path="/health", expected_codes="204"),
    Change("server", "name", nova("PUT", "", {"server": {"name": "renamed-by-hand"}}), update("server.web-2", "name")),
    Change("server", "metadata", metadata("gureum", "stripped"), update("server.web-2", "metadata.gureum")),
    Change("server", "metadata", metadata("gureum_address", "server.web-9"), update("server.web-2", "metadata.gureum_address")),
    Change("server", "metadata", nova("DELETE", "/metadata/gureum_data"), update("server.web-2", "metadata.gureum_data")),
    Change("server", "tags", untag, update("server.web-2", "tags")),
    Change("server", "networks", detach, update("server.web-2", "networks")),
    Change("server", "power_state", switch_off, update("server.web-2", "power_state")),
    Change("server", "imageRef", rebuild, REPLACED),
    Change("server", "flavorRef", twin(flavor="medium"), REPLACED),
    Change("server", "config_drive", twin(config_drive=False), REPLACED),
    Change("server", "server_group", twin(grouped=False), REPLACED),
    Change("container", "name", remove_container, {"create container.assets"}),
    Change("claim", "container", remove_claim, {"create container.signals/claim"}),
]

FIXED = [
    Fixed("subnet", "network_id", lambda p: neutron("subnet", "shop-was", network_id=mine(p, "network", "shop-db")["id"])(p)),
    Fixed("subnet", "cidr", neutron("subnet", "shop-was", cidr="10.10.2.0/25")),
    Fixed("interface", "subnet_id", move_interface),
    Fixed("port", "network_id", lambda p: neutron("port", "shop-gw-2", network_id=mine(p, "network", "shop-db")["id"])(p)),
    Fixed("floating-ip", "floating_network_id", lambda p: change_floating(floating_network_id=mine(p, "network", "shop-db")["id"])(p)),
    *[Fixed("server-group", property, lambda p, body=body: p.send(
        "compute", "PUT", f"/os-server-groups/{p.one('server group', 'shop-web-' + p.identity('shop')[0])['id']}", {"server_group": body}))
      for property, body in (("name", {"name": "renamed-by-hand"}), ("policy", {"policy": "anti-affinity"}))],
    *[Fixed("balancer", property, octavia("load balancer", "shop-front", **{property: "10.10.1.9"}))
      for property in ("vip_port_id", "vip_subnet_id", "vip_address")],
    Fixed("pool", "loadbalancer_id", octavia("pool", "shop-http", loadbalancer_id="00000000-0000-0000-0000-000000000000")),
    Fixed("pool", "protocol", octavia("pool", "shop-http", protocol="TCP")),
    Fixed("listener", "loadbalancer_id", octavia("listener", "shop-http", loadbalancer_id="00000000-0000-0000-0000-000000000000")),
    Fixed("listener", "protocol", octavia("listener", "shop-http", protocol="TCP")),
    Fixed("listener", "protocol_port", octavia("listener", "shop-http", protocol_port=81)),
    Fixed("member", "pool_id", member(pool_id="00000000-0000-0000-0000-000000000000")),
    Fixed("member", "address", member(address="10.10.1.13")),
    Fixed("member", "protocol_port", member(protocol_port=81)),
    Fixed("member", "subnet_id", member(subnet_id="00000000-0000-0000-0000-000000000000")),
    Fixed("monitor", "pool_id", octavia("monitor", "shop-http", pool_id="00000000-0000-0000-0000-000000000000")),
    Fixed("monitor", "type", octavia("monitor", "shop-http", type="TCP")),
    Fixed("server", "availability_zone", nova("PUT", "", {"server": {"availability_zone": "other"}})),
]

# tried by cases of their own, in property_cases.py
ELSEWHERE = {
    ("ready", "server_id"): "a guest's word is no resource of the cloud's: the server's id stands in it",
    ("object", "container"): "the shop has no object: its user-data has room; tests/content.rs deploys one that has not",
    ("object", "name"): "as above",
    ("object", "metadata"): "as above",
    ("server", "user_data"): "Nova shows it to nobody: its hash in the metadata stands for it, and a difference is only reported",
    ("pool", "session_persistence"): "the shop sets none; a blueprint with a sticky listener does",
}
