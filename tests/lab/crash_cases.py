"""Killed at any moment, and two at once: in the end everything is there exactly once."""
import re
import time

from gureum import Failed
from world import CASES, SHOP, case, expect, expect_text

DEPLOY = ("deploy", *SHOP, "--yes", "--accept-limitations", "--doubt", "30")


def killed(tenth):
    def run(world):
        world.no_shop()
        process = world.gureum.start(*DEPLOY)
        time.sleep(world.makespan * tenth / 10)
        process.kill()
        process.wait()
        again = world.gureum.deploy(*SHOP)
        world.complete = True
        world.figures[f"after a kill at {tenth}/10"] = (again.seconds, again.calls)
        world.expect_shop()
        world.expect_no_step()
    return f"killed_{tenth:02}", f"killed with -9 at {tenth} tenths of a makespan and run again: complete, nothing twice", run


def measure(world):
    """A kill needs to know how long a deploy takes, where no case has told."""
    if not hasattr(world, "makespan"):
        world.no_shop()
        world.makespan = world.gureum.deploy(*SHOP).seconds


@case
def killed_in_doubt(world):
    """killed while the networks' POST is under way: the next run says what it waits for, and until when"""
    measure(world)
    world.no_shop()
    # The journal remembers the shop that was destroyed; only what comes after that counts.
    history = lambda: world.gureum("events", "shop", "--json", code=None).out.splitlines()
    past = len(history())
    process = world.gureum.start(*DEPLOY)
    deadline = time.time() + 60
    while not any('"intended"' in line and "network.web" in line for line in history()[past:]):
        if time.time() > deadline or process.poll() is not None:
            raise Failed(f"no network was ever intended: {world.gureum.finish(process)}")
        time.sleep(0.05)
    process.kill()
    process.wait()
    again = world.gureum.deploy(*SHOP)
    world.complete = True
    expect_text("what the run after the kill says", ["network.web create: looked for until", "it may still act"], again.said())
    world.expect_shop()


CASES += [killed(tenth) for tenth in range(1, 11)]


@case
def two_runs_of_one_state(world):
    """a second run on the same environment and state folder is refused"""
    world.no_shop()
    first = world.gureum.start(*DEPLOY)
    time.sleep(1.5)
    second = world.gureum(*DEPLOY, code=3)
    expect_text("what the second says", ["another gureum", "shop"], second.said())
    expect("the first's exit", 0, world.gureum.finish(first).code)
    world.complete = True
    world.expect_shop()


@case
def two_deploys_from_two_states(world):
    """two deploys from two state folders at once: exactly once in the end, and one says why it stopped"""
    world.no_shop()
    processes = [world.gureum.start(*DEPLOY, state=state) for state in ("state", "other-state")]
    runs = [world.gureum.finish(process) for process in processes]
    why = r"another gureum is deploying shop|claim holds the secret signals\.key, which this journal does not have"
    stopped = [run for run in runs if run.code != 0 and re.search(why, run.said())]
    if len(stopped) != 1:
        raise Failed("one of them is to say why it stopped: " + "\n".join(map(str, runs)))
    expect("exits", set(), {run.code for run in runs} - {0, 3, 4})
    survivor = "state" if stopped[0] is runs[1] else "other-state"
    world.gureum.deploy(*SHOP, state=survivor)
    world.complete = True
    world.expect_shop()
