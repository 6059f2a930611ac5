"""`tests/lab/run --guests`: everything that needs guests which boot. About an hour under emulation."""
import pathlib
import shutil
import tempfile
import time
import traceback

import lab


def main(binary, args):
    import guest_cases
    chosen = [c for c in guest_cases.CASES if not args.only or any(part in c[0] for part in args.only)]
    if args.list:
        print(*(f"{name}: {sentence}" for name, sentence, _ in chosen), sep="\n")
        return 0
    if not chosen:
        raise SystemExit(f"no case is named like {args.only}")
    import guests
    from gureum import Failed, Gureum
    from project import Project
    guests.up()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gureum-guests-"))
    world = guest_cases.World(Gureum(binary(), folder, guests=True), Project(), guests.Mirror(), guests.key(folder))
    outcomes = []
    for name, sentence, function in chosen:
        begin = time.monotonic()
        try:
            function(world)
            failure = None
        except Exception as problem:
            failure = str(problem) if isinstance(problem, Failed) else traceback.format_exc()
        outcomes.append(failure is None)
        print(f"{'ok    ' if failure is None else 'FAILED'} {time.monotonic() - begin:6.1f} s  {name}: {sentence}", flush=True)
        if failure:
            print("        " + failure.replace("\n", "\n        "), flush=True)
    if args.keep:
        print(f"kept: {folder}")
    else:
        for name in ("chain", "jboss", "site", "store", "plain", "closed", "flawed", "full"):
            world.gureum("destroy", name, "--delete-data", "--yes", code=None, timeout=1200)
        shutil.rmtree(folder)
    for line, (seconds, calls) in world.figures.items():
        print(f"{line:24}{seconds:7.1f} {calls:6}")
    print(f"guests: {outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if all(outcomes) else 1
