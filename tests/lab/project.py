"""The project as the OpenStack SDK shows it, independent of gureum: raw, and as a picture that can be compared with a table."""
import collections
import hashlib
import json
import time

import lab

# kind → (service of the SDK, path, key in the answer); the project sees other projects' public networks, so ownership is checked
LISTS = {
    "network": ("network", "/networks", "networks"),
    "subnet": ("network", "/subnets", "subnets"),
    "router": ("network", "/routers", "routers"),
    "port": ("network", "/ports", "ports"),
    "security group": ("network", "/security-groups", "security_groups"),
    "floating ip": ("network", "/floatingips", "floatingips"),
    "server": ("compute", "/servers/detail", "servers"),
    "server group": ("compute", "/os-server-groups", "server_groups"),
    "key pair": ("compute", "/os-keypairs", "keypairs"),
    "load balancer": ("load_balancer", "/lbaas/loadbalancers", "loadbalancers"),
    "listener": ("load_balancer", "/lbaas/listeners", "listeners"),
    "pool": ("load_balancer", "/lbaas/pools", "pools"),
    "monitor": ("load_balancer", "/lbaas/healthmonitors", "healthmonitors"),
    "volume": ("block_storage", "/volumes/detail", "volumes"),
}
# what changes by itself, or by looking away
RESTLESS = {"updated_at", "updated", "revision_number", "operating_status", "progress", "OS-EXT-STS:task_state", "last_modified", "status_reason"}


class Refused(Exception):
    def __init__(self, answer):
        super().__init__(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}")
        self.status = answer.status_code


class Project:
    def __init__(self, cloud="lab"):
        self.connection = lab.connect(cloud)
        self.id = self.connection.current_project_id
        self.swift = self.connection.session.get_endpoint(service_type="object-store", interface="public")

    def send(self, service, method, path, body=None, ok=()):
        """One request; its JSON. Statuses of refusal that are OK give None."""
        proxy = getattr(self.connection, service)
        extra = {"microversion": "2.79"} if service == "compute" else {}
        answer = proxy.request(path, method, json=body, raise_exc=False, **extra)
        if answer.status_code in ok:
            return None
        if answer.status_code >= 400:
            raise Refused(answer)
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}

    def object(self, method, path, **kw):
        return self.connection.session.request(self.swift + path, method, raise_exc=False, **kw)

    def settle(self, seconds=120):
        """Waits until nothing of the project's load balancers or servers is changing."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            busy = [b["name"] for b in self.list("load balancer") if b["provisioning_status"].startswith("PENDING")]
            busy += [s["name"] for s in self.list("server") if s["OS-EXT-STS:task_state"]]
            if not busy:
                return
            time.sleep(0.3)
        raise AssertionError(f"still changing after {seconds} s: {busy}")

    def list(self, kind):
        service, path, key = LISTS[kind]
        found = self.send(service, "GET", path)[key]
        if kind == "key pair":
            return [{"id": k["keypair"]["name"], **k["keypair"]} for k in found]
        return [item for item in found if item.get("project_id", item.get("tenant_id", self.id)) == self.id]

    def everything(self):
        """kind → id → the resource as its service shows it."""
        found = {kind: {item["id"]: item for item in self.list(kind)} for kind in LISTS}
        found["member"] = {}
        for pool in found["pool"]:
            for member in self.send("load_balancer", "GET", f"/lbaas/pools/{pool}/members")["members"]:
                found["member"][member["id"]] = {**member, "pool_id": pool}
        found["container"] = {c["name"]: {"name": c["name"]} for c in self.object("GET", "?format=json").json()}
        return found

    def ids(self):
        return {(kind, id) for kind, items in self.everything().items() for id in items}

    def names(self, ids):
        """Kind and name of each of these; without the environment's id at the end of a server group's."""
        everything = self.everything()
        return [(kind, everything[kind][id].get("name", "").rsplit("-", 1)[0] if kind == "server group" else everything[kind][id].get("name", ""))
                for kind, id in ids]

    def one(self, kind, name, **where):
        """The only resource of that name."""
        found = [i for i in self.list(kind) if i["name"] == name and all(i.get(k) == v for k, v in where.items())]
        assert len(found) == 1, f"{kind} {name}: {len(found)} found"
        return found[0]

    def identity(self, name):
        """An environment's id and mark, as the design defines them."""
        digest = hashlib.sha256(f"{self.id}\nRegionOne\n{name}".encode()).hexdigest()[:8]
        return digest, f"gureum {name} {digest}"


def fingerprint(everything, ids):
    """What these resources are, without what changes by itself."""
    return {f"{kind} {id}": steady(everything[kind].get(id)) for kind, id in sorted(ids)}


def steady(value):
    if isinstance(value, dict):
        return {k: steady(v) for k, v in value.items() if k not in RESTLESS}
    return [steady(v) for v in value] if isinstance(value, list) else value


def picture(project, before):
    """Everything that was not there BEFORE, with names for ids: kind → name → properties. Two of one name are an error."""
    now = project.everything()
    names = {id: item.get("name") or id for items in now.values() for id, item in items.items()}
    names.update({n["id"]: n["name"] for n in project.send("network", "GET", "/networks")["networks"]})
    names.update({i["id"]: i["name"] for i in project.send("image", "GET", "/images?limit=200")["images"]})
    seen = collections.defaultdict(dict)

    def put(kind, name, properties):
        assert name not in seen[kind], f"two of {kind} {name}"
        seen[kind][name] = properties

    def new(kind):
        return [item for id, item in now[kind].items() if (kind, id) not in before]

    def name(id):
        return names.get(id, "another's") if id else None

    for item in new("network"):
        put("network", item["name"], {"description": item["description"], "admin_state_up": item["admin_state_up"]})
    for item in new("subnet"):
        put("subnet", item["name"], {
            "description": item["description"], "network": name(item["network_id"]), "cidr": item["cidr"],
            "gateway_ip": item["gateway_ip"], "enable_dhcp": item["enable_dhcp"], "dns_nameservers": item["dns_nameservers"],
            "allocation_pools": [f"{p['start']}-{p['end']}" for p in item["allocation_pools"]]})
    for item in new("router"):
        inside = [p for p in new("port") if p["device_id"] == item["id"] and p["device_owner"] == "network:router_interface"]
        put("router", item["name"], {
            "description": item["description"], "admin_state_up": item["admin_state_up"],
            "external_network": name((item["external_gateway_info"] or {}).get("network_id")),
            "interfaces": sorted(address(p, names) for p in inside)})
    for item in new("security group"):
        put("security group", item["name"], {
            "description": item["description"], "rules": sorted(rule(r, names) for r in item["security_group_rules"])})
    for item in new("port"):
        if item["device_owner"] in ("network:router_interface", "network:dhcp"):
            continue  # the cloud's own: shown with their router, or with their subnet's enable_dhcp
        put("port", item["name"], {
            "description": item["description"], "admin_state_up": item["admin_state_up"], "network": name(item["network_id"]),
            "fixed_ips": [address(item, names)], "security_groups": sorted(map(name, item["security_groups"]))})
    for item in new("server group"):
        put("server group", item["name"], {"policy": item["policy"], "members": sorted(map(name, item["members"]))})
    for item in new("server"):
        put("server", item["name"], {
            "status": item["status"], "image": name(item["image"]["id"]), "flavor": item["flavor"]["original_name"],
            "config_drive": bool(item["config_drive"]), "availability_zone": item["OS-EXT-AZ:availability_zone"],
            "ports": sorted(p["name"] for p in now["port"].values() if p["device_id"] == item["id"]),
            "tags": sorted(item["tags"]), "metadata": item["metadata"], "key_name": item["key_name"]})
    for item in new("floating ip"):
        put("floating ip", f"of {name(item['port_id'])}", {
            "description": item["description"], "external_network": name(item["floating_network_id"])})
    for item in new("load balancer"):
        put("load balancer", item["name"], {
            "description": item["description"], "admin_state_up": item["admin_state_up"], "status": item["provisioning_status"],
            "vip_port": name(item["vip_port_id"]), "vip_subnet": name(item["vip_subnet_id"]), "vip_address": item["vip_address"]})
    for item in new("listener"):
        put("listener", item["name"], {
            "description": item["description"], "admin_state_up": item["admin_state_up"], "status": item["provisioning_status"],
            "load_balancers": [name(b["id"]) for b in item["loadbalancers"]], "protocol": item["protocol"],
            "protocol_port": item["protocol_port"], "default_pool": name(item["default_pool_id"]),
            "insert_headers": item["insert_headers"]})
    for item in new("pool"):
        put("pool", item["name"], {
            "description": item["description"], "admin_state_up": item["admin_state_up"], "status": item["provisioning_status"],
            "load_balancers": [name(b["id"]) for b in item["loadbalancers"]], "protocol": item["protocol"],
            "lb_algorithm": item["lb_algorithm"], "session_persistence": item["session_persistence"]})
    for item in new("member"):
        put("member", f"{item['address']}:{item['protocol_port']}", {
            "pool": name(item["pool_id"]), "name": item["name"], "subnet": name(item["subnet_id"]), "weight": item["weight"],
            "admin_state_up": item["admin_state_up"], "status": item["provisioning_status"]})
    for item in new("monitor"):
        put("monitor", f"of {name(item['pools'][0]['id'])}", {
            "name": item["name"], "admin_state_up": item["admin_state_up"], "status": item["provisioning_status"], **{
                key: item[key] for key in ("type", "delay", "timeout", "max_retries", "http_method", "url_path", "expected_codes")}})
    for kind in ("container", "volume", "key pair"):
        for item in new(kind):
            put(kind, item["name"], {})
    return json.loads(json.dumps(seen))


def address(port, names):
    return " + ".join(f"{names.get(ip['subnet_id'])} {ip['ip_address']}" for ip in port["fixed_ips"])


def rule(item, names):
    """`ingress IPv4 tcp 80 from 0.0.0.0/0`"""
    low, high = item["port_range_min"], item["port_range_max"]
    ports = [] if low is None else [str(low) if low == high else f"{low}-{high}"]
    remote = f"group {names.get(item['remote_group_id'])}" if item["remote_group_id"] else item["remote_ip_prefix"]
    words = [item["direction"], item["ethertype"], item["protocol"] or "any", *ports]
    return " ".join(words + (["from" if item["direction"] == "ingress" else "to", remote] if remote else []))
