"""How far each component was seen to work on each system, against what the manifests say."""
import fcntl
import re

import base

RANKS = ["rendered", "config-tested", "booted"]
SYSTEMS = ["ubuntu-16.04", "centos-7", "ubuntu-24.04", "rocky-9", "debian-12"]
SEEN = {}


def saw(component, system, mark):
    key = component, system
    SEEN[key] = max(SEEN.get(key, "rendered"), mark, key=RANKS.index)


def manifests():
    """(component, path, text) of every manifest."""
    for path in sorted((base.ROOT / "blueprints/components").glob("*/manifest.yaml")):
        yield path.parent.name, path, path.read_text()


def proofs(text):
    """(system, its mark, where the word stands) in a manifest."""
    system = None
    for line in re.finditer(r"^.*$", text, re.M):
        head = re.match(r"  ([a-z]+-[0-9.]+):", line.group())
        if head:
            system = head.group(1)
        proof = re.search(r"proof: ([a-z-]+)", line.group())
        if proof and not line.group().lstrip().startswith("#"):
            yield system, proof.group(1), (line.start() + proof.start(1), line.start() + proof.end(1))


def differences():
    count = 0
    for component, path, text in manifests():
        for system, mark, _ in proofs(text):
            seen = SEEN.get((component, system), "rendered")
            if seen != mark:
                count += 1
                print(f"{path.relative_to(base.ROOT)}: {system} says {mark}, and it was {seen}: tests/components/run --write")
    return count


def write(all_ran):
    """Into the manifests; after some of the cases only what those saw."""
    with open(base.HOME / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for component, path, text in manifests():
            for system, mark, (start, end) in reversed(list(proofs(text))):
                seen = SEEN.get((component, system), "rendered")
                text = text[:start] + (seen if all_ran else max(seen, mark, key=RANKS.index)) + text[end:]
            path.write_text(text)


def table():
    rows = [["component", *SYSTEMS]]
    for component, _, text in manifests():
        there = {system for system, _, _ in proofs(text)}
        rows.append([component] + [SEEN.get((component, system), "rendered") if system in there else "refused" for system in SYSTEMS])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
