"""The user-data as other versions of cloud-init take it: every part is found, and none takes the place of another's files and commands."""
import shutil
import tempfile

import base
import debian
import judge_cases
import plans
from boot_cases import expect

# Debian 12's own, 22.4, boots in all the other cases. Those of Ubuntu 16.04 and CentOS 7 are no longer to be had.
SUITES = {"bullseye": "20.4", "trixie": "25."}
STAGES = ("cloud-init init --local", "cloud-init init", "cloud-init modules --mode=config")
OWN = {"a cloud-config": "#cloud-config\nmerge_how: dict(replace)+list()+str()\nruncmd:\n  - [echo, '구름 is hardened']\nwrite_files:\n  - {path: /etc/own, content: own}\n",
       "a script": "#!/bin/sh\necho '구름 is hardened'\n"}


def prepare(suite):
    root = base.HOME / f"cloud-init-{suite}"
    if (root / "made").exists():
        return root
    if root.exists():
        shutil.rmtree(root)
    mirror = debian.mirrors()["debian"]
    base.say(["debootstrap", "--variant=minbase", suite, str(root), mirror])
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    install = "mount -t proc proc /proc; apt-get update -q; apt-get install -y -q --no-install-recommends cloud-init python3 python3-yaml procps; apt-get clean"
    base.say(["unshare", "-m", "-p", "--fork", "--kill-child", "chroot", str(root), "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-euc", install])
    (root / "etc/cloud/cloud.cfg.d/90_seed.cfg").write_text("datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\nlocale: false\n")
    (root / "made").touch()
    return root


def taken(suite):
    def run():
        lower = prepare(suite)
        version = base.say(["chroot", str(lower), "dpkg-query", "-W", "-f", "${Version}", "cloud-init"])
        expect(version.startswith(SUITES[suite]), f"{suite} has cloud-init {version}")
        for what, text in OWN.items():
            with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                guest = plans.plan("usecase-2.1", "debian-12", f"user_data={file.name}")["web-1"]
            with judge_cases.overlaid(lower) as top:
                seed = top / "var/lib/cloud/seed/nocloud"
                seed.mkdir(parents=True)
                (seed / "user-data").write_text(guest.text)
                (seed / "meta-data").write_text("instance-id: i-web-1\nlocal-hostname: shop-web-1\n")
                said = judge_cases.inside(top, "; ".join(STAGES))
                for ours in guest.config["write_files"]:
                    path = top / ours["path"].lstrip("/")
                    expect(path.exists() and path.read_text() == ours["content"], f"{what}: {ours['path']} is not as it should be\n{said}")
                    expect(oct(path.stat().st_mode)[-4:] == ours["permissions"], f"{what}: {ours['path']} has the wrong mode")
                scripts = {path.name: path.read_text() for path in (top / "var/lib/cloud/instances/i-web-1/scripts").iterdir()}
                expect("gureum-first-boot" in scripts["runcmd"], f"{what}: {scripts}\n{said}")
                expect(any("구름 is hardened" in script for script in scripts.values()), f"{what}: {scripts}\n{said}")
                if what == "a cloud-config":
                    expect((top / "etc/own").read_text() == "own", f"its own file is not there\n{said}")
        print(f"        cloud-init {version}")
    run.__name__ = f"cloud_init_of_{suite}"
    run.__doc__ = f"2.1's user-data with an operator's own part, taken by the cloud-init of Debian's {suite}."
    return run


CASES = [taken(suite) for suite in SUITES]
