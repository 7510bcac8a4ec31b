"""What is installed is what was looked at: pinned, hashed, licensed, and there for a reason."""

from __future__ import annotations

import pytest

from tests.audit import LOCK, ROOT, faults, licence_faults, pins

LINE = "textual==8.2.8 \\\n    --hash=sha256:" + "0" * 64 + "\n"
PROJECT = '[project]\ndependencies = [\n    "textual>=8.2,<9",  # the screens\n]\n'


def test_every_package_is_pinned_and_hashed_and_every_dependency_has_its_reason() -> None:
    assert faults(LOCK.read_text(encoding="utf-8"), (ROOT / "pyproject.toml").read_text(encoding="utf-8")) == []


def test_every_licence_is_one_that_this_program_may_be_given_away_with() -> None:
    assert licence_faults(pin.name for pin in pins(LOCK.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("lock", "project", "word"),
    [
        (LINE, PROJECT, ""),
        ("textual==8.2.8\n", PROJECT, "no hash"),
        ("textual>=8\n", PROJECT, "pins nothing"),
        (LINE.replace("textual", "rich"), PROJECT, "not in requirements.lock"),
        (LINE, PROJECT.replace("  # the screens", ""), "no reason"),
    ],
)
def test_the_audit_finds_what_is_missing(lock: str, project: str, word: str) -> None:
    found = faults(lock, project)
    assert (word in " ".join(found)) if word else found == []
