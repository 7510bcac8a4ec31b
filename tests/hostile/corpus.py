"""Which files are hostile."""

from __future__ import annotations

from pathlib import Path

from tests.shared import SHARED

FOLDERS = ("hostile", "samples/excel", "samples/csv_messy")


def files() -> list[Path]:
    """All of them that are here."""
    return sorted(path for folder in FOLDERS for path in (SHARED / folder).rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")


def group(path: Path) -> str:
    """The row of the table that a file is counted in."""
    if not path.is_relative_to(SHARED):
        return "made here"
    parts = path.relative_to(SHARED).parts
    return "/".join(parts[:2])
