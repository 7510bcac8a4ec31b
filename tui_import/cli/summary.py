"""The result of run, apply, undo and redo: as CONTRACT's JSON, and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli.render import Output, number, seconds, table
from tui_import.model.kinds import PLURALS
from tui_import.model.plan import COUNTED, Counts, PlanReport, SelectionInfo, Summary
from tui_import.model.text import safe

ROWS_LEFT = 3
"""Exit code: done, but rows are left."""
COUNT_HEADINGS = {
    "added": N_("added"), "updated": N_("updated"), "unchanged": N_("unchanged"), "skipped": N_("skipped"), "problem": N_("problems"),
    "held": N_("held"),
}  # fmt: skip
SELECTION_KINDS = {
    "new": N_("new"), "changed": N_("changed"), "merged": N_("merged into"), "skipped": N_("left as they were"),
    "problems": N_("of problem rows"), "cleared": N_("with cleared fields"), "union": N_("union"),
    "intersection": N_("intersection"), "difference": N_("difference"), "manual": N_("manual"),
}  # fmt: skip


def entity_name(entity: str) -> str:
    """The entity in words."""
    return _(PLURALS[entity]) if entity in PLURALS else safe(entity)


def selection_object(selection: SelectionInfo) -> dict[str, Any]:
    """A selection as CONTRACT writes it."""
    return {
        "id": selection.id, "name": selection.name, "entity": selection.entity, "kind": selection.kind, "members": selection.members,
    }  # fmt: skip


def summary_object(summary: Summary) -> dict[str, Any]:
    """The summary as CONTRACT writes it."""
    result: dict[str, Any] = {
        "run": summary.run,
        "draft": summary.draft,
        "rows": summary.rows,
        "entities": {entity: counts.as_dict() for entity, counts in summary.entities.items()},
        "duplicates": {"company": 0, "person": 0, **summary.duplicates},
        "selections": [selection_object(selection) for selection in summary.selections],
        "backup": summary.backup,
        "seconds": round(summary.seconds, 3),
    }
    for name in ("restored", "kept", "blocked"):
        if getattr(summary, name) is not None:
            result[name] = getattr(summary, name)
    if summary.notes:
        result["notes"] = list(summary.notes)
    return result


def plan_object(draft: str, report: PlanReport) -> dict[str, Any]:
    """What ``run --plan-only`` says: the summary of a run that did not happen, and what it would do to fields and lists."""
    entities, duplicates = dict(report.entities), dict(report.duplicates)
    summary = summary_object(Summary(run=None, draft=draft, rows=report.rows, entities=entities, duplicates=duplicates))
    return {
        **summary,
        "verbs": {str(verb): count for verb, count in report.verbs.items()},
        "clears": report.clears,
        "warnings": report.warnings,
        "new_list_items": report.new_list_items,
        "perhaps_meant": report.perhaps_meant,
        "suppressed": report.suppressed,
    }


def counts_table(entities: Mapping[str, Counts]) -> str:
    """A row per entity, a column per count; counts that are nought everywhere are left out."""
    names = [name for name in COUNTED if any(getattr(counts, name) for counts in entities.values())] or ["added"]
    rows = [[f"  {entity_name(entity)}", *(number(getattr(counts, name)) for name in names)] for entity, counts in entities.items()]
    return table(["", *(_(COUNT_HEADINGS[name]) for name in names)], rows, right=frozenset(range(1, len(names) + 1)))


def write_summary(output: Output, summary: Summary, heading: str) -> None:
    """The result for people or as JSON."""
    output.result(summary_object(summary))
    output.text(heading)
    output.text(counts_table(summary.entities))
    if summary.selections:
        output.text()
        output.text(_("Selections:"))
        output.text(selections_table(summary.selections))
    if summary.backup:
        output.text(_("Backup before it: {path}").format(path=safe(summary.backup)))
    for note in summary.notes:
        output.note(safe(note))


def selections_table(selections: Sequence[SelectionInfo]) -> str:
    """Number, name and size of each."""
    rows = [[f"  {selection.id}", safe(selection.name), number(selection.members)] for selection in selections]
    return table([], rows, right=frozenset({2}))


def heading(source: str, rows: int, duration: float | None = None, run: int | None = None) -> str:
    """ "Run 7: customers.xlsx, 1,200 rows, 0.8 s"."""
    parts = [safe(source), ngettext("{count} row", "{count} rows", rows).format(count=number(rows))]
    if duration is not None:
        parts.append(seconds(duration))
    text = ", ".join(parts)
    return text if run is None else _("Run {run}: {what}").format(run=run, what=text)
