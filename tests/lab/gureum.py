"""Runs the binary as a user would, measures it, and keeps all that it said, so that secrets can be looked for in it."""
import json
import os
import subprocess
import time

import lab


class Failed(AssertionError):
    """A case does not hold; the text says what was expected and what was seen."""


class Run:
    """One run from process start to exit."""

    def __init__(self, args, code, out, err, seconds, log):
        self.args, self.code, self.out, self.err, self.seconds, self.log = args, code, out, err, seconds, log

    @property
    def calls(self):
        time.sleep(0.3)  # the services write a line after they have answered
        return self.log.calls()

    def said(self):
        return self.out + self.err

    def __str__(self):
        tail = "\n".join(self.said().splitlines()[-40:])
        return f"gureum {' '.join(self.args)}\nexit {self.code} after {self.seconds:.1f} s\n{tail}"


class Gureum:
    def __init__(self, binary, folder, guests=False):
        self.binary, self.folder, self.guests = binary, folder, guests
        self.said = folder / "said"
        self.said.mkdir()
        self.runs = 0

    def state(self, name="state"):
        return self.folder / name

    def start(self, *args, state="state", cloud="lab", env=None):
        """The process, with its output going to files."""
        if args and args[0] in ("plan", "deploy") and not self.guests:
            # The servers of this lab are pretended: nothing in them ever boots.
            args = (*args, "--until", "active")
        self.runs += 1
        base = self.said / f"{self.runs:03}"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("OS_", "GUREUM"))}
        environment |= {"OS_CLIENT_CONFIG_FILE": str(lab.CLOUDS), "LC_ALL": "C.UTF-8", "HOME": str(self.folder), **(env or {})}
        if cloud:
            environment.setdefault("OS_CLOUD", cloud)
        log = lab.Log()
        out, err = open(f"{base}.out", "wb"), open(f"{base}.err", "wb")
        process = subprocess.Popen([self.binary, *args, "--state", self.state(state)], stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=err, env=environment, cwd=lab.ROOT)
        out.close(), err.close()
        process.base, process.log, process.began, process.words = base, log, time.monotonic(), args
        return process

    def finish(self, process, timeout=900):
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = f"none: killed after {timeout} s"
        seconds = time.monotonic() - process.began
        texts = [open(f"{process.base}.{end}", errors="replace").read() for end in ("out", "err")]
        return Run(process.words, code, *texts, seconds, process.log)

    def __call__(self, *args, code=0, timeout=900, **kw):
        run = self.finish(self.start(*args, **kw), timeout)
        if code is not None and run.code != code:
            raise Failed(f"expected exit {code}: {run}")
        return run

    def deploy(self, *args, **kw):
        return self("deploy", *args, "--yes", "--accept-limitations", "--doubt", "30", **kw)

    def destroy(self, name, *args, **kw):
        return self("destroy", name, *args, "--yes", "--doubt", "30", **kw)

    def plan(self, *args, **kw):
        """The plan as JSON."""
        run = self("plan", *args, "--json", **kw)
        return json.loads(run.out)


def steps(plan):
    """A plan's steps as lines: `create server.web-1`, `update network.web: name, description`."""
    found = set()
    for step in plan["steps"]:
        (word, work), = step["work"].items()
        if word == "create":
            found |= {f"create {item['address']}" for item in work["items"]}
        elif word == "update":
            found.add(f"update {work['address']}: " + ", ".join(sorted(d["property"] for d in work["differences"])))
        else:
            found.add(f"{word} {work['address']}")
    return found
