"""openstacksdk's cloud layer and proxies: what other programs are built upon."""
import logging
import os
import tempfile
import time

import openstack

CASES = []


def case(function):
    CASES.append(function)
    return function


def connect():
    logging.getLogger("openstack").setLevel(logging.CRITICAL)
    return openstack.connect(cloud=os.environ["OS_CLOUD"])


@case
def a_server_with_a_floating_ip():
    """create_server(wait=True) on a network behind a router, with a floating IP"""
    cloud = connect()
    network = cloud.create_network("clients-sdk")
    subnet = cloud.create_subnet(network.id, cidr="10.95.9.0/24", subnet_name="clients-sdk")
    router = cloud.create_router("clients-sdk", ext_gateway_net_id=cloud.get_network("public").id)
    cloud.add_router_interface(router, subnet_id=subnet.id)
    server = None
    try:
        server = cloud.create_server("clients-sdk", image="ubuntu-24.04", flavor="small", network=network.id, wait=True, auto_ip=True,
                                     timeout=300)
        assert server.status == "ACTIVE", server.status
        assert server.private_v4.startswith("10.95.9."), server.private_v4
        assert server.public_v4.startswith("10.250."), server.public_v4
        assert [one.id for one in cloud.list_servers() if one.name == "clients-sdk"] == [server.id]
        assert cloud.get_server("clients-sdk").id == server.id
    finally:
        if server:
            assert cloud.delete_server(server.id, wait=True, delete_ips=True, timeout=300)
        cloud.remove_router_interface(router, subnet_id=subnet.id)
        assert cloud.delete_router(router.id) and cloud.delete_network(network.id)
    assert cloud.get_server("clients-sdk") is None


@case
def a_load_balancer():
    """load balancer calls and their waits"""
    cloud = connect()
    network = cloud.create_network("clients-sdk-lb")
    subnet = cloud.create_subnet(network.id, cidr="10.95.10.0/24", subnet_name="clients-sdk-lb")
    lb = cloud.load_balancer
    balancer = lb.create_load_balancer(name="clients-sdk-lb", vip_subnet_id=subnet.id)
    try:
        balancer = lb.wait_for_load_balancer(balancer.id)
        listener = lb.create_listener(name="l", protocol="HTTP", protocol_port=80, load_balancer_id=balancer.id)
        lb.wait_for_load_balancer(balancer.id)
        pool = lb.create_pool(name="p", protocol="HTTP", lb_algorithm="ROUND_ROBIN", listener_id=listener.id)
        lb.wait_for_load_balancer(balancer.id)
        member = lb.create_member(pool, address="10.95.10.9", protocol_port=80)
        lb.wait_for_load_balancer(balancer.id)
        monitor = lb.create_health_monitor(pool_id=pool.id, type="HTTP", delay=5, timeout=3, max_retries=3)
        lb.wait_for_load_balancer(balancer.id)
        assert [one.id for one in lb.members(pool)] == [member.id]
        assert lb.get_pool(pool.id).health_monitor_id == monitor.id
        assert lb.find_load_balancer("clients-sdk-lb").id == balancer.id
        assert lb.get_load_balancer_statistics(balancer.id) is not None
    finally:
        lb.delete_load_balancer(balancer.id, cascade=True)
        until = time.time() + 120
        while lb.find_load_balancer(balancer.id) and time.time() < until:
            time.sleep(0.2)
        assert cloud.delete_network(network.id)


@case
def objects():
    """containers and objects, whole and listed"""
    cloud = connect()
    cloud.create_container("clients-sdk")
    try:
        with tempfile.NamedTemporaryFile("w") as data:
            data.write("hello world")
            data.flush()
            cloud.create_object("clients-sdk", "dir/o.txt", filename=data.name)
        headers, body = cloud.get_object("clients-sdk", "dir/o.txt")
        assert body == "hello world", body
        assert headers["content-length"] == "11"
        assert [one.name for one in cloud.list_objects("clients-sdk")] == ["dir/o.txt"]
        cloud.update_object("clients-sdk", "dir/o.txt", metadata={"a": "1"})
        assert cloud.get_object_metadata("clients-sdk", "dir/o.txt")["a"] == "1"
        assert "clients-sdk" in [one.name for one in cloud.list_containers()]
        assert cloud.delete_object("clients-sdk", "dir/o.txt")
    finally:
        assert cloud.delete_container("clients-sdk")


@case
def groups_and_quotas():
    """security groups, rules, quotas and limits"""
    cloud = connect()
    group = cloud.create_security_group("clients-sdk", "d")
    try:
        rule = cloud.create_security_group_rule(group.id, 80, 80, "tcp", "0.0.0.0/0")
        assert rule.port_range_max == 80
        assert len(cloud.get_security_group("clients-sdk").security_group_rules) == 3
    finally:
        assert cloud.delete_security_group(group.id)
    assert cloud.get_compute_limits().max_total_instances
    assert cloud.network.get_quota(cloud.current_project_id).networks
