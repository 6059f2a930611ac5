"""Ansible's openstack.cloud: a web tier, unchanged by a second run. Needs `ansible-playbook` (PyPI's `ansible`) or `$ANSIBLE_PLAYBOOK`."""
import os
import pathlib
import re
import shutil
import subprocess

PLAY = pathlib.Path(__file__).parent / "web-tier.yaml"
PROGRAM = os.environ.get("ANSIBLE_PLAYBOOK") or shutil.which("ansible-playbook")


def play(state):
    """Runs the playbook; how many tasks changed something."""
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_DEPRECATION_WARNINGS": "0"}
    command = [PROGRAM, "-i", "localhost,", "-e", "ansible_python_interpreter={{ ansible_playbook_python }}", "-e", f"state={state}", PLAY]
    ran = subprocess.run(command, text=True, capture_output=True, env=environment)
    recap = re.search(r"changed=(\d+) .*failed=(\d+)", ran.stdout)
    if ran.returncode or not recap:
        raise AssertionError(ran.stdout[-4000:] + ran.stderr[-2000:])
    return int(recap[1]), ran.stdout


def a_web_tier():
    """an Ansible playbook builds a web tier and is unchanged on its second run"""
    try:
        changed, _ = play("present")
        assert changed >= 12, changed
        again, output = play("present")
        assert again == 0, output
    finally:
        changed, _ = play("absent")
    assert changed == 6, changed
    assert play("absent")[0] == 0


CASES = [a_web_tier] if PROGRAM else []
