"""Containers on a network of their own, which nothing leaves."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import base
from base import say

NET = "gureum-components"
GATE = "10.10.255.1"
SILENCE = 300  # seconds without a new report


class World:
    """Every guest of a plan in a container, as long as the `with` lasts."""

    def __init__(self, guests):
        self.guests = guests
        self.folder = base.HOME / "run"
        self.processes = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        for path in base.MIRROR.iterdir():
            (self.folder / path.name).symlink_to(path)
        (self.folder / "reports.lines").touch()
        (self.folder / "content").mkdir()
        for guest in self.guests.values():
            if guest.content:
                (self.folder / "content" / guest.local).write_text(guest.content)
        say(["ip", "netns", "add", NET])
        for command in (["link", "add", "bridge", "type", "bridge"], ["addr", "add", f"{GATE}/16", "dev", "bridge"],
                        ["link", "set", "bridge", "up"], ["link", "set", "lo", "up"]):
            say(["ip", "-n", NET, *command])
        self.processes["serve"] = subprocess.Popen(
            ["ip", "netns", "exec", NET, sys.executable, str(pathlib.Path(__file__).with_name("serve.py")), str(self.folder), GATE, "8000"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for guest in self.guests.values():
            self.root(guest)
            self.boot(guest)

    def root(self, guest):
        """The guest's root: the base below, its own changes above."""
        place = self.folder / guest.local
        for name in ("upper", "work", "root"):
            (place / name).mkdir(parents=True)
        root = place / "root"
        say(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base.BASE},upperdir={place}/upper,workdir={place}/work", str(root)])
        seed = root / "var/lib/cloud/seed/nocloud"
        seed.mkdir(parents=True, exist_ok=True)
        (seed / "user-data").write_text(guest.text)
        (seed / "meta-data").write_text(f"instance-id: i-{guest.local}\nlocal-hostname: shop-{guest.local}\n")
        (root / "etc/hostname").write_text(f"shop-{guest.local}\n")
        return root

    def boot(self, guest):
        space = f"gureum-{guest.local}"
        say(["ip", "netns", "add", space])
        say(["ip", "-n", NET, "link", "add", guest.local, "type", "veth", "peer", "name", "eth0", "netns", space])
        say(["ip", "-n", NET, "link", "set", guest.local, "master", "bridge", "up"])
        for command in (["addr", "add", f"{guest.address}/16", "dev", "eth0"], ["link", "set", "eth0", "up"], ["link", "set", "lo", "up"]):
            say(["ip", "-n", space, *command])
        console = open(self.folder / guest.local / "console", "wb")
        self.processes[guest.local] = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", str(self.folder / guest.local / "root"), "--machine", space, "--register=no", "--keep-unit",
             f"--network-namespace-path=/run/netns/{space}", "-b"],
            stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
        console.close()

    def __exit__(self, *_):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for local in self.guests:
            for _ in range(20):
                if subprocess.run(["umount", str(self.folder / local / "root")], capture_output=True, check=False).returncode == 0:
                    break
                time.sleep(0.5)
            subprocess.run(["ip", "netns", "del", f"gureum-{local}"], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", NET], capture_output=True, check=False)

    def reports(self):
        return [json.loads(line) for line in (self.folder / "reports.lines").read_text().splitlines()]

    def wait(self, wanted=None):
        """Until every guest (or those that are wanted) is ready; seconds by local name."""
        began, last, seen, ready = time.monotonic(), time.monotonic(), 0, {}
        while not set(wanted or self.guests) <= set(ready):
            reports = self.reports()
            if len(reports) > seen:
                seen, last = len(reports), time.monotonic()
            for report in reports:
                stage = report["type"].rsplit(".", 1)[1]
                if stage == "failed":
                    raise AssertionError(f"{report['object']} failed:\n{report['text']}")
                if stage == "ready":
                    ready.setdefault(report["object"], time.monotonic() - began)
            if time.monotonic() - last > SILENCE:
                latest = {report["object"]: report for report in reports}
                raise AssertionError(f"silence after {[(r['object'], r['type'], r['text']) for r in latest.values()]}")
            time.sleep(1)
        return ready

    def inside(self, local, *command, check=True):
        """Runs a command in a guest."""
        leader = say(["pgrep", "-P", str(self.processes[local].pid)]).split()[0]
        done = subprocess.run(["nsenter", "-t", leader, "-a", *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise AssertionError(f"{local}: {' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def get(self, local, path, port=80, headers=()):
        """(status, headers in lower case, text, seconds) of an address of a guest."""
        given = [word for header in headers for word in ("-H", header)]
        began = time.monotonic()
        out = say(["ip", "netns", "exec", NET, "curl", "-s", "-i", "-m", "20", *given, f"http://{self.guests[local].address}:{port}{path}"])
        head, _, text = out.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.split("\n")
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return int(first.split()[1]), fields, text, time.monotonic() - began
