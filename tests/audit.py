"""``make audit``: what the project is built of. Pins and hashes, a reason for each runtime dependency, licences, known vulnerabilities.

Exit code 0: all is well; 1: something is not; 3: all is well, but nobody could be asked about vulnerabilities.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
AUDITOR = ROOT / ".venv" / "audit" / "bin" / "pip-audit"
NOBODY_ASKED = 3
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; [^\\]+)?(.*)$")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
_DEPENDENCY = re.compile(r'^\s*"([A-Za-z0-9._-]+)[^"]*",?\s*(?:#\s*(\S.*))?$', re.MULTILINE)
FREE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|MPL|Mozilla|Zlib|Unlicense|HPND|CNRI|CC0|Public Domain)\b",
    re.IGNORECASE,
)
"""Licences that ask for nothing but to be named (MPL: and for changes to its own files)."""
OTHERS: Mapping[str, str] = {
    "python-stdnum": "LGPL: a library, used as it is",
    "psycopg": "LGPL: an extra, used as it is",
    "psycopg-binary": "LGPL: an extra, used as it is",
    "libpff-python": "LGPL: an extra, used as it is",
    "pyte": "LGPL: tests alone",
    "cairosvg": "LGPL: screenshots alone",
}
"""Packages under other licences, and why they may be used."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A line of the lock."""

    name: str
    version: str
    hashes: int


def pins(text: str) -> Iterator[Pin]:
    """The packages of a lock file. Raises `ValueError` where a line pins nothing."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            found = _PIN.match(line.strip())
            if found is None:
                raise ValueError(f"it pins nothing: {line}")
            yield Pin(_normal(found[1]), found[2], len(_HASH.findall(line)))


def reasons(text: str) -> dict[str, str]:
    """Runtime dependencies of a ``pyproject.toml`` and the reasons written beside them."""
    block = text.split("\ndependencies = [", 1)[1].split("\n]", 1)[0]
    return {_normal(name): (reason or "").strip() for name, reason in _DEPENDENCY.findall(block)}


def faults(lock: str, project: str) -> list[str]:
    """What is wrong with pins, hashes and reasons."""
    try:
        locked = {pin.name: pin for pin in pins(lock)}
    except ValueError as error:
        return [f"requirements.lock: {error}"]
    why = reasons(project)
    wanted = {_normal(re.split(r"[<>=!~\[; ]", each)[0]) for each in tomllib.loads(project)["project"]["dependencies"]}
    return [
        *(f"{pin.name}: no hash in requirements.lock (make lock)" for pin in locked.values() if not pin.hashes),
        *(f"{name}: not in requirements.lock (make lock)" for name in sorted(wanted - locked.keys())),
        *(f"{name}: no reason in pyproject.toml" for name in sorted(wanted) if not why.get(name)),
    ]


def licence(name: str) -> str:
    """What an installed package says of its licence."""
    facts = importlib.metadata.metadata(name)
    classified = [text.rsplit(" :: ", 1)[-1] for text in facts.get_all("Classifier", ()) if text.startswith("License :: ")]
    said = facts.get("License-Expression") or "; ".join(classified) or facts.get("License") or ""
    return " ".join(said.split())[:60]


def licence_faults(names: Iterable[str]) -> list[str]:
    """Packages whose licence is neither free of conditions nor excused."""
    found = []
    for name in names:
        try:
            said = licence(name)
        except importlib.metadata.PackageNotFoundError:  # of another platform
            continue
        if name not in OTHERS and not FREE.search(said):
            found.append(f"{name}: licence {said or 'unknown'!r}, neither free of conditions nor excused in tests/audit.py")
    return found


def vulnerabilities() -> tuple[list[str], int]:
    """(known vulnerabilities, how many packages nobody could be asked about) by pip-audit, which asks the package index."""
    words = [str(AUDITOR), "-r", str(LOCK), "--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    try:
        result = subprocess.run(words, capture_output=True, text=True, check=False)
        answers = json.loads(result.stdout)["dependencies"]
    except (OSError, ValueError, KeyError):
        return [], len(list(pins(LOCK.read_text(encoding="utf-8"))))
    found = [f"{each['name']} {each['version']}: {hit['id']}" for each in answers for hit in each.get("vulns", ())]
    return found, sum(1 for each in answers if "skip_reason" in each)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Look at all of it."""
    lock, project = LOCK.read_text(encoding="utf-8"), (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wrong = faults(lock, project)
    locked = [] if wrong else list(pins(lock))
    wrong += licence_faults(pin.name for pin in locked)
    known, unasked = vulnerabilities()
    wrong += known
    write = sys.stdout.write
    hashes = sum(pin.hashes for pin in locked)
    write(f"{len(locked)} packages pinned, {hashes} hashes; {len(reasons(project))} at run time, each with a reason\n")
    write("".join(f"{name}: {reason}\n" for name, reason in OTHERS.items()))
    write("".join(f"WRONG {each}\n" for each in wrong))
    if unasked:
        write(f"NOT CHECKED: vulnerabilities of {unasked} packages, since nobody answers; run it where pypi.org answers pip-audit\n")
    elif not known:
        write("no known vulnerabilities\n")
    return 1 if wrong else NOBODY_ASKED if unasked else 0


if __name__ == "__main__":
    sys.exit(main())
