"""The demo: a store that was in use for a while, and a workbook to import into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui_import.output.demo import write_demo_files
from tui_import.session.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo's files are."""

    store: Path
    customers: Path
    """The workbook to import."""


def make_demo(folder: Path) -> Demo:
    """Make both in an empty folder; the store gets its records through an import, as any other would."""
    files = write_demo_files(folder)
    store = folder / "crm.db"
    with Workspace(store) as workspace:
        session = workspace.begin(str(files.existing))
        session.read()
        session.plan()
        session.apply()
        session.close()
    return Demo(store, files.customers)
