"""Compares a picture of the project with a hand-written table; a text between slashes is a pattern."""
import pathlib
import re

import yaml

FOLDER = pathlib.Path(__file__).parent


def read(file, id, mark):
    """The table with the environment's id and mark put in."""
    return yaml.safe_load((FOLDER / file).read_text().replace("<MARK>", mark).replace("<ID>", id))


def count(table):
    """Resources in it; interfaces and rules are resources, too."""
    inner = sum(len(v.get("interfaces", [])) + len([r for r in v.get("rules", []) if r.startswith("ingress")])
                for items in table.values() for v in (items or {}).values() if v)
    return sum(len(items or {}) for items in table.values()) + inner


def differences(wanted, seen, at=""):
    """Every place where they differ, as lines."""
    if isinstance(wanted, dict) and isinstance(seen, dict):
        found = []
        for key in sorted({*wanted, *seen}, key=str):
            where = f"{at} / {key}" if at else str(key)
            if key not in wanted:
                found.append(f"{where}: not in the table, seen {seen[key]}")
            elif key not in seen:
                found.append(f"{where}: not seen, wanted {wanted[key]}")
            else:
                found += differences(wanted[key], seen[key], where)
        return found
    if isinstance(wanted, str) and re.fullmatch("/.+/", wanted) and isinstance(seen, str):
        return [] if re.fullmatch(wanted.strip("/"), seen) else [f"{at}: {seen!r} does not look like {wanted}"]
    return [] if wanted == seen else [f"{at}: wanted {wanted!r}, seen {seen!r}"]
