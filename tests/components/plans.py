"""From a use case to the first boot of each of its servers, as the plan holds it."""
import email
import hashlib
import json
import pathlib
import subprocess
import tempfile

import base

ENVIRONMENT = "shop"
MIRROR = "http://10.10.255.1:8000"


class Guest:
    """One server of a plan: its user-data and what it fetches besides, with the secrets filled in."""

    def __init__(self, local, address, text, content, secrets):
        self.local, self.address, self.text, self.content, self.secrets = local, address, text, content, secrets
        parts = [part for part in email.message_from_string(text).walk() if part.get_filename() == "gureum"]
        self.cloud_config = parts[0].get_payload(decode=True).decode()
        self.config = json.loads(self.cloud_config.split("\n", 1)[1])

    def file(self, path):
        return next(file["content"] for file in self.config["write_files"] if file["path"] == path)

    def staged(self, component):
        """(where it waits, where it goes, mode, owner, group, content) of a component's files."""
        script = self.file("/var/lib/gureum/first-boot.sh")
        found = []
        for line in script.splitlines():
            words = line.split()
            if words[:1] == ["put"] and len(words) == 6 and words[1].startswith(f"'/var/lib/gureum/components/{component}/"):
                waits, goes, owner, group = (words[i].strip("'") for i in (1, 2, 4, 5))
                found.append((waits, goes, words[3], owner, group, self.file(waits)))
        return found


def plan(usecase, system, *sets):
    """The guests of a use case, by local name, and the secrets of the environment."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "plan.json"
        inputs = [word for assignment in (f"artifact_base_url={MIRROR}", *sets) for word in ("--set", assignment)]
        ours = base.ROOT / "tests/components/blueprints"
        blueprints = ["--blueprints", str(ours)] if (ours / f"{usecase}.yaml").exists() else []
        command = [base.binary(), "plan", usecase, *blueprints, "--name", ENVIRONMENT, "--os", system, *inputs, "--snapshot",
                   str(base.ROOT / "examples/cloud.json"), "--out", str(file), "--state", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not file.exists():
            raise AssertionError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        document = json.loads(file.read_text())
    return guests(document)


def items(document):
    for step in document["steps"]:
        yield from step["work"].get("create", {}).get("items", [])


def guests(document):
    """The servers by local name. Each secret gets a value, as deploy would make one."""
    secrets, contents = {name: (hashlib.sha256(name.encode()).hexdigest())[:shape["length"]] for name, shape in document["secrets"].items()}, {}
    addresses, found = {}, {}
    for item in items(document):
        kind, _, local = item["address"].partition(".")
        if kind == "port":
            addresses[local] = item["properties"]["fixed_ips"][0]["ip_address"]
    for item in items(document):
        if item["address"].startswith("container.signals/object."):
            files, key = whole(item["properties"]["content"], secrets), secrets["signals.content"]
            proof = hashlib.sha256(f"{key}{files}{key}".encode()).hexdigest()
            contents[item["address"].rpartition(".")[2]] = f"{proof}\n{files}"
    for item in items(document):
        kind, _, local = item["address"].partition(".")
        if kind == "server" and "/" not in local:
            text = whole(item["properties"]["user_data"], secrets)
            found[local] = Guest(local, addresses[local], text, contents.get(local, ""), secrets)
    return found


def whole(composed, secrets):
    return "".join(piece(part, secrets) for part in composed["$pieces"])


def piece(part, secrets):
    (sort, value), = part.items()
    if sort == "literal":
        return value
    if sort == "secret":
        return secrets[value]
    if sort == "signed_url":
        return f"{MIRROR}/{'reports/' if value['method'] == 'PUT' else ''}{value['object']}"
    raise AssertionError(f"a plan's user-data holds {sort}")
