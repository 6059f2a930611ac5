"""Installs Ansible with its `openstack.cloud` collection into a virtual environment below `target/`.

The collection is only to be had from PyPI inside the `ansible` package, whose hundred others take half a gigabyte: of that
package only this one is unpacked, beside `ansible-core`. openstacksdk 4.5 is newer than what the collection knows.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ANSIBLE, CORE, SDK = "ansible==12.3.0", "ansible-core~=2.19.5", "openstacksdk<4.5"
OURS = "ansible_collections/openstack/"


def folder():
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "ansible"


def run(*command):
    ran = subprocess.run(command, text=True, capture_output=True)
    if ran.returncode:
        words = " ".join(map(str, command))
        raise SystemExit(f"Ansible cannot be installed: {words}: exit {ran.returncode}\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return ran.stdout


def install():
    """The path of `ansible-playbook`. What is there already is taken; it is made anew when the versions above change."""
    place = folder()
    program, marker = place / "bin" / "ansible-playbook", place / "versions"
    wanted = f"{ANSIBLE} {CORE} {SDK}"
    if program.exists() and marker.exists() and marker.read_text() == wanted:
        return program
    if place.exists():
        shutil.rmtree(place)
    run(sys.executable, "-m", "venv", place)
    pip = [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "install", CORE, SDK)
    packages = run(place / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    with tempfile.TemporaryDirectory(prefix="gureum-ansible-") as wheels:
        run(*pip, "download", "--no-deps", "--only-binary", ":all:", "--dest", wheels, ANSIBLE)
        [wheel] = pathlib.Path(wheels).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            ours = [name for name in archive.namelist() if name.startswith(OURS)]
            if not ours:
                raise SystemExit(f"Ansible cannot be installed: no {OURS} in {wheel.name}")
            archive.extractall(packages, ours)
    marker.write_text(wanted)
    return program
