"""Plan, deploy, deploy again, destroy with and without data."""
import base64
import gzip
import shutil

import lab
from gureum import steps
from project import Project
from world import SHOP, case, expect, expect_text


@case
def plan_reads_only(world):
    """a plan sends nothing but GETs and the token's POST, and writes nothing"""
    run = world.gureum("plan", *SHOP)
    requests = run.log.requests()
    writes = {f"{r.service} {r.method} {r.uri}" for r in requests if r.method not in ("GET", "HEAD") and r.uri != "/v3/auth/tokens"}
    expect("requests that are no GET", set(), writes)
    expect("services that were asked", {"keystone", "nova", "neutron", "glance", "octavia", "swift"}, {r.service for r in requests})
    world.expect_nothing()


@case
def deploy_shop(world):
    """examples/shop.yaml is brought up as the hand-written table says, and nothing beyond it"""
    run = world.gureum.deploy(*SHOP)
    children = [(kind, item["name"], item["provisioning_status"]) for kind in ("load balancer", "listener", "pool", "monitor")
                for item in world.project.list(kind) if (kind, item["id"]) not in world.before]
    expect("children of the load balancer that are not ACTIVE at exit", set(), {c for c in children if c[2] != "ACTIVE"})
    expect("kinds of children", 4, len(children))
    world.complete = True
    world.makespan = run.seconds
    world.figures["create"] = (run.seconds, run.calls)
    world.expect_shop()


@case
def web_server_says_its_name(world):
    """a web server's first boot carries a page with its own name and the environment's"""
    world.shop()
    server = next(s for s in world.project.list("server") if s["name"] == "shop-web-1" and ("server", s["id"]) not in world.before)
    shown = Project("lab-admin").send("compute", "GET", f"/servers/{server['id']}")["server"]["OS-EXT-SRV-ATTR:user_data"]
    data = base64.b64decode(shown)
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode(errors="replace")
    expect_text("the first boot of shop-web-1", ["nginx", "web-1", "shop"], text)


@case
def deploy_again(world):
    """deployed again, nothing is done"""
    world.shop()
    run = world.gureum.deploy(*SHOP)
    world.figures["no change"] = (run.seconds, run.calls)
    writes = {f"{r.service} {r.method} {r.uri}" for r in run.log.requests() if r.method != "GET" and r.uri != "/v3/auth/tokens"}
    expect("writes of a run that has nothing to do", set(), writes)
    world.expect_no_step()
    world.expect_shop()


@case
def snapshot_stands_for_the_cloud(world):
    """what observe writes down plans the same, without any cloud"""
    world.shop()
    file = world.gureum.folder / "shop.snapshot.json"
    world.gureum("observe", "shop", "--out", str(file))
    plan = world.gureum.plan(*SHOP, "--snapshot", str(file), cloud=None, env={"OS_CLIENT_CONFIG_FILE": "/nonexistent"})
    expect("steps of the plan", set(), steps(plan))


@case
def deploy_usecase_2_1(world):
    """use case 2.1 is brought up beside it as its own table says, and taken away again"""
    world.shop()
    before, world.before = world.before, world.project.ids()
    try:
        world.gureum.deploy("usecase-2.1", "-vv")
        world.expect_table("usecase-2.1.expected.yaml", "usecase-2.1")
        world.expect_no_step("usecase-2.1")
        world.gureum.destroy("usecase-2.1", "--delete-data")
        expect("what is left of use case 2.1", set(), world.project.ids() - world.before)
    finally:
        world.before = before
    world.expect_shop()


# The database holds data, so it stays, with all that it refers to; the port without a name is its network's DHCP.
KEPT = [("network", "shop-db"), ("port", ""), ("port", "shop-db-1"), ("security group", "shop-db"), ("server", "shop-db-1"),
        ("server group", "shop-db"), ("subnet", "shop-db")]


@case
def destroy_keeps_data(world):
    """destroy keeps the container with what is in it and the database with all that it refers to, says so, and the next deploy takes them up"""
    world.shop()
    container = f"shop-assets-{world.project.identity('shop')[0]}"
    world.project.object("PUT", f"/{container}/logo.svg", data=b"<svg/>")
    there = world.project.ids()
    try:
        world.complete = False
        run = world.gureum.destroy("shop")
        expect_text("what destroy says", [container, "server.db-1", "it holds data"], run.said())
        left = world.project.ids() - world.before
        expect("what is left and was not there before", set(), left - there)
        expect("what is left", sorted([("container", container), *KEPT]), sorted((kind, name) for kind, name in world.project.names(left)))
        world.gureum.deploy(*SHOP)
        world.complete = True
        expect("what is in the container", b"<svg/>", world.project.object("GET", f"/{container}/logo.svg").content)
        world.expect_shop()
    finally:
        world.project.object("DELETE", f"/{container}/logo.svg")


@case
def destroy_without_state(world):
    """destroy with data leaves nothing, though the local state was lost"""
    world.shop()
    shutil.rmtree(world.gureum.state())
    run = world.no_shop()
    world.figures["destroy"] = (run.seconds, run.calls)
