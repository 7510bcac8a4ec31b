"""What keeping the index of the duplicate finder costs an import: ``python -m tests.bench.matching.keeping ROWS`` prints a line of JSON.

A whole headless import into an empty store, and one of the same rows with changes, with the upkeep of the index timed inside it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.data import write_csv
from tests.bench.matching.peers import Clock, peak_mb
from tui_import import config
from tui_import.session.workspace import Workspace

UPDATES = ("person.match=email", "person.action=replace", "company.action=replace")
NO_SEARCH = ("duplicates.find=false",)
"""Without looking for duplicates, so that the share of the upkeep is of the import alone."""


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Seconds of both imports, and of the upkeep within."""
    figures: dict[str, Any] = {"rows": count}
    for name, changed in (("new", False), ("update", True)):
        file = folder / f"{name}.csv"
        write_csv(file, count, changed=changed)
        whole, upkeep = Clock(), Clock()
        with Workspace(folder / "store.sqlite") as workspace:
            keep = workspace.database.upkeep
            assert keep is not None
            workspace.database.upkeep = _timed(keep, upkeep)
            with whole.running():
                session = workspace.begin(str(file))
                session.read()
                chosen = session.settings
                for text in (*UPDATES, *NO_SEARCH) if changed else NO_SEARCH:
                    chosen = config.apply_set(chosen, text)
                session.change_settings(chosen)
                session.plan()
                session.apply(accept_clears=True)
            session.close()
        figures[name] = {"wall": whole.wall, "cpu": whole.cpu, "upkeep": upkeep.wall, "upkeep_cpu": upkeep.cpu}
    figures["rss_mb"] = peak_mb()
    return figures


def _timed(keep: Callable[..., None], clock: Clock) -> Callable[..., None]:
    def timed(*arguments: Any) -> None:
        with clock.running():
            keep(*arguments)

    return timed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), int(sys.argv[-1]))))
