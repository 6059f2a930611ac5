"""Somebody else's resources in the same project, with names and descriptions that look like the shop's."""
import time

from project import fingerprint


class Foreigner:
    """Made before everything, compared after everything."""

    def __init__(self, project):
        self.project = project
        self.before = before = project.ids()
        try:
            self.make()
        finally:
            self.ids = project.ids() - before
        self.was = fingerprint(project.everything(), self.ids)

    def make(self):
        send = self.project.send
        id, mark = self.project.identity("shop")
        other = "gureum shop 00000000"

        def neutron(path, key, **body):
            return send("network", "POST", path, {key: body})[key]

        # the name of one of ours without the mark, and nearly the mark
        network = neutron("/networks", "network", name="shop-web", description="")
        subnet = neutron("/subnets", "subnet", name="shop-web", description=other, network_id=network["id"], ip_version=4,
                         cidr="10.10.1.0/24")
        neutron("/networks", "network", name="shop-was", description=other)
        neutron("/networks", "network", name="shop-db", description=f"{mark} and more")
        neutron("/routers", "router", name="shop-main", description=mark.upper())
        group = neutron("/security-groups", "security_group", name="shop-web", description=f"see {mark}")
        neutron("/security-group-rules", "security_group_rule", security_group_id=group["id"], direction="ingress", protocol="tcp",
                port_range_min=80, port_range_max=80, remote_ip_prefix="10.10.1.0/24")
        port = neutron("/ports", "port", name="shop-web-1", description=other, network_id=network["id"],
                       fixed_ips=[{"subnet_id": subnet["id"], "ip_address": "10.10.1.11"}], security_groups=[group["id"]])
        send("compute", "POST", "/os-server-groups", {"server_group": {"name": "shop-web", "policy": "soft-anti-affinity"}})
        send("compute", "POST", "/os-server-groups", {"server_group": {"name": "shop-web-00000000", "policy": "soft-anti-affinity"}})
        image = next(i for i in send("image", "GET", "/images?limit=200")["images"] if i["name"] == "ubuntu-16.04")
        flavor = next(f for f in send("compute", "GET", "/flavors")["flavors"] if f["name"] == "small")
        server = send("compute", "POST", "/servers", {"server": {
            "name": "shop-web-1", "imageRef": image["id"], "flavorRef": flavor["id"], "networks": [{"port": port["id"]}],
            "tags": [f"gureum-{id}0", "gureum"], "metadata": {"gureum": other, "gureum_address": "server.web-1"}}})["server"]
        public = next(n for n in send("network", "GET", "/networks?router:external=true")["networks"])
        neutron("/floatingips", "floatingip", floating_network_id=public["id"], description=other)
        balancer = send("load_balancer", "POST", "/lbaas/loadbalancers", {"loadbalancer": {
            "name": "shop-front", "description": other, "vip_subnet_id": subnet["id"]}})["loadbalancer"]
        self.project.settle()
        send("load_balancer", "POST", "/lbaas/pools", {"pool": {
            "name": "shop-http", "description": other, "loadbalancer_id": balancer["id"], "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}})
        self.project.object("PUT", "/shop-assets-00000000")
        self.project.object("PUT", "/shop-assets")
        self.project.object("PUT", f"/shop-assets/shop-assets-{id}", data=b"an object")
        self.project.settle()
        deadline = time.time() + 60
        booting = lambda: send("compute", "GET", f"/servers/{server['id']}")["server"]["status"] == "BUILD"
        # the agent makes the subnet's DHCP port when it comes to it
        dhcp = lambda: any(p["device_owner"] == "network:dhcp" and p["status"] == "ACTIVE" for p in self.project.list("port"))
        while (booting() or not dhcp()) and time.time() < deadline:
            time.sleep(0.5)
        time.sleep(2)  # Neutron tells the port's last news a moment later

    def changes(self):
        """What is no longer as it was."""
        now = fingerprint(self.project.everything(), self.ids)
        return [f"{key}:\n    was {self.was[key]}\n    is  {now[key]}" for key in self.was if self.was[key] != now[key]]

    def remove(self):
        """Takes everything of it away again, last things first."""
        delete = self.project.send
        everything = self.project.everything()
        mine = {kind: [everything[kind][id] for k, id in self.ids if k == kind and id in everything[kind]] for kind in everything}
        for balancer in mine["load balancer"]:
            delete("load_balancer", "DELETE", f"/lbaas/loadbalancers/{balancer['id']}?cascade=true", ok=(404,))
        for server in mine["server"]:
            delete("compute", "DELETE", f"/servers/{server['id']}", ok=(404,))
        deadline = time.time() + 60
        slow = {(kind, item["id"]) for kind in ("server", "load balancer") for item in mine[kind]}
        while slow & self.project.ids() and time.time() < deadline:
            time.sleep(0.5)
        for kind, path in (("floating ip", "/floatingips"), ("port", "/ports"), ("router", "/routers"), ("network", "/networks"),
                           ("security group", "/security-groups")):
            for item in mine[kind]:
                delete("network", "DELETE", f"{path}/{item['id']}", ok=(404, 409) if kind == "port" else (404,))
        for group in mine["server group"]:
            delete("compute", "DELETE", f"/os-server-groups/{group['id']}", ok=(404,))
        for container in mine["container"]:
            for item in self.project.object("GET", f"/{container['name']}?format=json").json():
                self.project.object("DELETE", f"/{container['name']}/{item['name']}")
            self.project.object("DELETE", f"/{container['name']}")
