"""Writes a small report of every import into a folder that the user names; does nothing where none is named.

``plugins.toml``::

    [settings.report]
    folder = "~/import-reports"
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui_import.api import FinishedRun, SourceError, Where, _, hookimpl


@hookimpl
def after_import(run: FinishedRun, settings: Mapping[str, Any]) -> None:
    """Write ``run-7.json`` and ``run-7.txt``; an older report of that number gives way."""
    chosen = str(settings.get("folder") or "")
    if not chosen:
        return
    folder = Path(chosen).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"run-{run.run}.json").write_text(json.dumps(asdict(run), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (folder / f"run-{run.run}.txt").write_text(report(run), encoding="utf-8")
    except OSError as error:
        raise SourceError(
            _("The report of the import cannot be written: {reason}.").format(reason=error.strerror),
            where=Where(str(folder)),
            hint=_("Name another folder in plugins.toml, [settings.report]."),
        ) from error


def report(run: FinishedRun) -> str:
    """The report as a text for people."""
    origin = "".join(character if character.isprintable() else "�" for character in run.origin)
    lines = [
        _("Run {run}: {origin}").format(run=run.run, origin=origin),
        _("by {user}, {finished}, {seconds} s, {rows} rows").format(
            user=run.user, finished=run.finished, seconds=f"{run.seconds:.1f}", rows=run.rows
        ),
        "",
    ]
    for entity, counts in run.counts.items():
        lines.append(f"{entity}: " + ", ".join(f"{name} {count}" for name, count in counts.items() if count))
    if run.selections:
        lines += ["", _("Selections: {names}").format(names="; ".join(run.selections))]
    if run.backup:
        lines.append(_("The store as it was before: {path}").format(path=run.backup))
    lines.append(_("Undo it with: tui-import undo {run}").format(run=run.run))
    return "\n".join(lines) + "\n"
