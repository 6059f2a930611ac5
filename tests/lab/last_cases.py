"""What must hold after everything else: no secret anywhere, and the foreigner as it was."""
import re

import lab
from gureum import Failed
from world import SHOP, case
from wrong_cases import PLANTED

SECRETS = re.compile(f"{lab.PASSWORD}|{PLANTED}|gAAAA[\\w-]{{20}}".encode())


@case
def no_secret_anywhere(world):
    """no password and no token in any output, at the highest level of logging, in any journal, plan or snapshot"""
    folder = world.gureum.folder
    world.shop()
    world.gureum("plan", *SHOP, "-vv", "--out", str(folder / "plan.json"), env={"GUREUM_LOG": "trace"})
    world.gureum.deploy(*SHOP, "-vv", env={"GUREUM_LOG": "trace"})
    world.gureum("observe", "shop", "-vv", "--out", str(folder / "last.snapshot.json"))
    world.gureum("status", "shop"), world.gureum("output", "shop", "--json"), world.gureum("events", "shop", "--json")
    searched, found = 0, []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        # these are ours: the clouds.yaml files that wrong_cases wrote
        if path.parent == folder and path.suffix == ".yaml":
            continue
        searched += 1
        found += [f"{path.relative_to(folder)}: {hit.group()[:12]!r}" for hit in SECRETS.finditer(path.read_bytes())]
    if found:
        raise Failed("secrets:\n  " + "\n  ".join(found[:20]))
    journals = [p for p in folder.rglob("journal.db*")]
    if searched < 10 or not journals or not (folder / "plan.json").stat().st_size:
        raise Failed(f"only {searched} files were searched, {len(journals)} of them journals")


@case
def shop_leaves_nothing(world):
    """destroyed for good, the shop leaves nothing that was not there before"""
    world.shop()
    world.no_shop()


@case
def foreigner_untouched(world):
    """the foreigner's resources, with similar names and descriptions, are as they were"""
    changes = world.foreigner.changes()
    if changes:
        raise Failed("\n  ".join(["changed:", *changes]))
