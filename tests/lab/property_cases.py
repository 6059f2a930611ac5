"""Every property of every kind's table, changed by hand one by one: the next plan shows exactly it, and deploy mends it."""
import re
import shutil

import lab
from changes import CHANGED, ELSEWHERE, FIXED, metadata, octavia, shop_server
from gureum import Failed, steps
from project import Refused
from world import CASES, SHOP, case, expect


def tables():
    """kind's word → its properties, as src/kind/ has them."""
    found = {}
    for path in (lab.ROOT / "src" / "kind").glob("*.rs"):
        text = path.read_text()
        word = re.search(r'^    word: "(.+)"', text, re.M)
        if word:
            found[word[1]] = re.findall(r'Property::(?:in_place|replace|reported)\("(\w+)"\)', text)
    return found


@case
def every_property_is_tried(world):
    """no property of a kind's table is forgotten below"""
    wanted = {(kind, property) for kind, properties in tables().items() for property in properties}
    if len(wanted) < 50:
        raise Failed(f"the tables in src/kind were not understood: {wanted}")
    expect("properties", wanted, {(c.kind, c.property) for c in CHANGED} | {(f.kind, f.property) for f in FIXED} | set(ELSEWHERE))


def changed(change, number):
    def run(world):
        world.shop()
        change.act(world.project)
        wanted = change.plan
        expect(f"steps of the plan after {change.kind}.{change.property} was changed", wanted, steps(world.gureum.plan(*SHOP)))
        world.complete = False
        world.gureum.deploy(*SHOP)
        world.complete = True
        # The next case's plan shows that this is mended; the last one is followed by `all_is_mended`.
    return f"changed_{number:02}_{change.kind}_{change.property}", f"{change.kind}.{change.property}, changed by hand, is shown and mended", run


def fixed(attempt):
    def run(world):
        world.shop()
        try:
            attempt.act(world.project)
        except Refused as refusal:
            if not 400 <= refusal.status < 500:
                raise
            return
        raise Failed(f"the API let {attempt.kind}.{attempt.property} be changed: it belongs to CHANGED")
    return f"fixed_{attempt.kind}_{attempt.property}", f"nobody can change {attempt.kind}.{attempt.property}: the API refuses", run


CASES += [changed(change, number) for number, change in enumerate(CHANGED, 1)]
CASES += [fixed(attempt) for attempt in FIXED]


@case
def all_is_mended(world):
    """after all those changes nothing is left to do, and the table holds again"""
    world.shop()
    world.expect_no_step()
    world.expect_shop()


@case
def user_data_is_reported(world):
    """a difference in user-data is shown, and replaces no machine"""
    world.shop()
    was = shop_server(world.project, "shop-web-2")
    metadata("gureum_user_data", "0" * 64)(world.project)
    plan = world.gureum.plan(*SHOP)
    try:
        expect("steps of the plan", set(), steps(plan))
        expect("differences that are only reported", [("server.web-2", True)],
               [(d["address"], "user_data" in d["property"]) for d in plan["reported"]])
        world.gureum.deploy(*SHOP)
        expect("the server's id", was["id"], shop_server(world.project, "shop-web-2")["id"])
    finally:
        metadata("gureum_user_data", was["metadata"]["gureum_user_data"])(world.project)
    expect("differences that are only reported", [], world.gureum.plan(*SHOP)["reported"])


@case
def session_persistence(world):
    """pool.session_persistence, which only a sticky listener sets, is shown and mended"""
    world.shop()
    folder = world.gureum.folder / "blueprints"
    shutil.copytree(lab.ROOT / "blueprints", folder)
    file = folder / "usecase-2.6.yaml"
    text = file.read_text()
    file.write_text(text.replace("        to_port: 80\n", "        to_port: 80\n        sticky: true\n", 1))
    if file.read_text() == text:
        raise Failed("the listener of usecase-2.6.yaml was not found")
    sticky = (*SHOP, "--blueprints", str(folder))
    update = {"update balancer.front/pool.http: session_persistence"}
    world.complete = False
    expect("steps that make it sticky", update, steps(world.gureum.plan(*sticky)))
    world.gureum.deploy(*sticky)
    octavia("pool", "shop-http", session_persistence=None)(world.project)
    expect("steps after it was taken away", update, steps(world.gureum.plan(*sticky)))
    world.gureum.deploy(*sticky)
    expect("steps when it is mended", set(), steps(world.gureum.plan(*sticky)))
    octavia("pool", "shop-http", session_persistence=None)(world.project)
    world.shop()
    world.expect_shop()


@case
def the_dashboards_way(world):
    """a server renamed and descriptions stripped in the dashboard: mended, nothing created or deleted"""
    world.shop()
    before = world.project.ids()
    p = world.project
    mine = lambda kind, name: next(i for i in p.list(kind) if i["name"] == name and (kind, i["id"]) not in world.before)
    p.send("compute", "PUT", f"/servers/{shop_server(p, 'shop-was-1')['id']}", {"server": {"name": "our new application server"}})
    p.send("network", "PUT", f"/networks/{mine('network', 'shop-web')['id']}", {"network": {"description": ""}})
    p.send("network", "PUT", f"/security-groups/{mine('security group', 'shop-was')['id']}", {"security_group": {"description": ""}})
    octavia("load balancer", "shop-front", description="")(p)
    world.complete = False
    world.gureum.deploy(*SHOP)
    world.complete = True
    expect("resources", before, world.project.ids())
    world.expect_shop()
