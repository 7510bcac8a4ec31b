"""Words for what the model speaks of in codes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from tui_import.api.capabilities import Operator
from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.fields import entity_word
from tui_import.model.issues import Issue
from tui_import.model.kinds import PLURALS
from tui_import.model.mapping import ColumnInfo, Evidence
from tui_import.model.plan import Counts, Operation, PlanReport, RowState, Verb
from tui_import.model.price_lists import PriceListInfo
from tui_import.model.privacy import Erasure
from tui_import.model.runs import DraftInfo, RunInfo, UndoReport
from tui_import.tui.safe import safe, shown
from tui_import.tui.widgets.status import number

ENTITIES = PLURALS
OPERATIONS = {
    "added": N_("new"),
    "updated": N_("changed"),
    "unchanged": N_("unchanged"),
    "repeated": N_("repeated"),
    "skipped": N_("skipped"),
    "problem": N_("problem"),
    "held": N_("held"),
    "edited": N_("edited meanwhile"),
}
SIGNS = {"added": "+", "updated": "~", "unchanged": "=", "repeated": '"', "skipped": "-", "problem": "!", "held": "?"}
VERBS = {
    Verb.FILL: N_("fill"),
    Verb.OVERWRITE: N_("overwrite"),
    Verb.CLEAR: N_("CLEAR"),
    Verb.APPEND: N_("append"),
    Verb.REMOVE: N_("remove"),
    Verb.KEEP: N_("keep"),
    Verb.SAME: N_("same"),
}
EVIDENCE = {
    Evidence.SOURCE: N_("the source says so"),
    Evidence.HEADER: N_("by its header"),
    Evidence.SIMILAR_HEADER: N_("by a similar header"),
    Evidence.VALUES: N_("by its values"),
    Evidence.MEMORY: N_("as you linked it before"),
    Evidence.RECIPE: N_("by the recipe"),
    Evidence.USER: N_("by you"),
}
FILTERS = {
    "all": N_("all"),
    "new": N_("new"),
    "changed": N_("changed"),
    "unchanged": N_("unchanged"),
    "skipped": N_("skipped"),
    "problems": N_("problems"),
    "clears": N_("clears"),
    "warnings": N_("warnings"),
    "unchecked": N_("un-checked"),
    "held": N_("waiting"),
}
RUN_KINDS = {
    "import": N_("import"), "delete": N_("deleted"), "restore": N_("restored"), "undo": N_("undo"), "redo": N_("redo"),
    "price_list": N_("new price list"), "fields": N_("own fields"), "lift": N_("suppression lifted"),
    "erase": N_("erased"), "edit": N_("edited"), "list_merge": N_("list items merged"), "merge": N_("merged"),
}  # fmt: skip
RUN_STATES = {"done": N_("done"), "undone": N_("undone"), "partly undone": N_("partly undone")}
DRAFT_STATES = {
    "opened": N_("not read yet"),
    "reading": N_("not read yet"),
    "read": N_("to be mapped"),
    "mapping": N_("to be mapped"),
    "planned": N_("in the preview"),
    "applied": N_("imported"),
    "looking": N_("being looked for"),
    "reviewing": N_("being decided"),
    "damaged": N_("damaged"),
}


def draft_words(draft: DraftInfo) -> str:
    """How far an unfinished import is; of one that goes on elsewhere: where, and what came of it."""
    running = draft.running
    if running is not None:
        total = "?" if running.total is None else number(running.total)
        text = _("running (process {pid}, {user}): {done} of {total}")
        return text.format(pid=running.pid, user=running.user, done=number(running.done), total=total)
    if draft.failure:
        return _("failed: {reason}").format(reason=draft.failure)
    if draft.state == "applied" and draft.waiting:
        return ngettext("{count} row waits", "{count} rows wait", draft.waiting).format(count=draft.waiting)
    if draft.unattended and draft.state == "applied":
        return _("finished meanwhile, run {run}").format(run=draft.run)
    return word(DRAFT_STATES, draft.state)


OPERATORS = {
    Operator.BEGINS: N_("begins with"),
    Operator.CONTAINS: N_("contains"),
    Operator.ENDS: N_("ends with"),
    Operator.NOT_BEGINS: N_("does not begin with"),
    Operator.NOT_CONTAINS: N_("does not contain"),
    Operator.NOT_ENDS: N_("does not end with"),
    Operator.IS: N_("is"),
    Operator.IS_NOT: N_("is not"),
    Operator.MORE: N_("is more than"),
    Operator.LESS: N_("is less than"),
    Operator.AT_LEAST: N_("is at least"),
    Operator.AT_MOST: N_("is at most"),
    Operator.BETWEEN: N_("is between"),
    Operator.ONE_OF: N_("is one of"),
    Operator.NOT_ONE_OF: N_("is none of"),
}
SELECTION_KINDS = {
    "new": N_("new"),
    "changed": N_("changed"),
    "merged": N_("merged"),
    "skipped": N_("skipped"),
    "problems": N_("problems"),
    "cleared": N_("cleared"),
    "union": N_("all of"),
    "intersection": N_("common to"),
    "difference": N_("only in"),
    "manual": N_("by hand"),
}


def word(table: Mapping[Any, str], code: str) -> str:
    """The word for a code, in the user's language; the code itself where the table has none."""
    return _(table.get(code, code))


def list_word(name: str) -> str:
    """What a list is called: those of the catalogue in the user's language."""
    return _(name.removeprefix("x_").replace("_", " ").capitalize())


def moment(stamp: str) -> str:
    """An ISO 8601 time of the store (UTC) as local date and time, to the minute."""
    try:
        return datetime.datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return stamp


def rows(count: int) -> str:
    """ "1,204 rows"."""
    return ngettext("{count} row", "{count} rows", count).format(count=number(count))


def counts_words(counts: Counts) -> str:
    """ "+204 new  ~33 changed"."""
    parts = [f"{SIGNS[name]}{number(count)} {word(OPERATIONS, name)}" for name, count in counts.as_dict().items() if count]
    return "  ".join(parts) or _("nothing")


def counted(entities: Mapping[str, Counts]) -> list[str]:
    """A line per entity, the numbers under each other."""
    names = {entity: word(ENTITIES, entity) for entity in entities}
    width = max(12, *(len(name) + 2 for name in names.values())) if names else 0
    return [f"{names[entity]:<{width}}{counts_words(counts)}" for entity, counts in entities.items()]


def run_words(run: RunInfo) -> str:
    """What a run did, in one line."""
    parts = [f"{word(ENTITIES, entity)} {counts_words(counts)}" for entity, counts in run.entities.items() if counts.total]
    return "; ".join(parts)


def issue_words(issue: Issue, columns: Sequence[ColumnInfo]) -> str:
    """ "E-mail: not an e-mail address"."""
    known = issue.column is not None and issue.column < len(columns)
    return f"{columns[issue.column or 0].title}: {issue}" if known else str(issue)


FEW = 2
"""Entities of a row whose states are all shown; of more only what happens, since most rows have nothing of most of them."""


def states_worth_a_word(states: Sequence[RowState]) -> Sequence[RowState]:
    """All of a row with few kinds of records; else those of which something happens, or is to be said."""
    some = [state for state in states if len(states) <= FEW or state.operation is not Operation.SKIPPED]
    return some or states[:1]


def state_words(state: RowState, columns: Sequence[ColumnInfo] = ()) -> str:
    """ "Company: changed (7)", with the reason where there is one."""
    name = entity_word(state.entity)
    text = f"{name}: {word(OPERATIONS, state.operation)}"
    if state.operation is Operation.REPEATED and state.row is not None:
        text += " " + _("(as in row {row})").format(row=state.row)
    elif state.record is not None:
        text += " " + _("(record {id})").format(id=state.record)
    return f"{text} – {issue_words(state.reason, columns)}" if state.reason is not None else text


def moved_words(report: PlanReport) -> str:
    """What the last change moved: "12 persons from new to changed"."""
    parts = []
    for before, after, count in report.moved:
        entity, _colon, old = before.partition(":")
        new = after.partition(":")[2]
        text = _("{entity}: {count} from {old} to {new}")
        parts.append(text.format(entity=word(ENTITIES, entity), count=number(count), old=word(OPERATIONS, old), new=word(OPERATIONS, new)))
    return "; ".join(parts)


def price_list_words(info: PriceListInfo) -> str:
    """ "DKK · 1,204 products · 2026-01-01 – 2026-12-31"."""
    products = ngettext("{count} product", "{count} products", info.products).format(count=number(info.products))
    validity = f"{info.valid_from or '…'} – {info.valid_to or '…'}" if info.valid_from or info.valid_to else ""
    remark = _("copy") if info.read_only else "" if info.active else _("not active")
    return " · ".join(part for part in (info.currency, products, validity, remark) if part)


def held_words(held: int) -> str:
    """ "12 rows wait, probably duplicates: d decides." Empty where none does."""
    text = ngettext(
        "{count} row waits, probably a duplicate: d decides.",
        "{count} rows wait, probably duplicates: d decides.",
        held,
    )
    return text.format(count=number(held)) if held else ""


def near_words(report: PlanReport) -> str:
    """What could be misspelt: "2 new list items look like others: i decides." Empty where none does."""
    count = sum(len(items) for items in report.perhaps_meant.values())
    text = ngettext("{count} new list item looks like another: i decides.", "{count} new list items look like others: i decides.", count)
    return text.format(count=number(count)) if count else ""


def undo_words(report: UndoReport) -> list[str]:
    """What undo or redo did, and what it left alone."""
    kept, blocked = len(report.kept), len(report.blocked)
    parts = [ngettext("{count} record put back", "{count} records put back", report.restored).format(count=report.restored)]
    if report.definitions:
        text = ngettext("{count} definition put back", "{count} definitions put back", report.definitions)
        parts.append(text.format(count=report.definitions))
    text = ngettext("{count} field kept since it was edited later", "{count} fields kept since they were edited later", kept)
    parts.append(text.format(count=kept))
    parts.append(ngettext("{count} record blocked", "{count} records blocked", blocked).format(count=blocked))
    texts = [", ".join(parts) + "."]
    for each in report.kept[:20]:
        line = _("kept {entity} {id}, {field}: “{found}” (not “{wanted}”), edited by {by} {at}")
        values = {"found": each.found, "wanted": each.wanted, "by": each.by or "?", "at": each.at}
        texts.append(line.format(entity=each.entity, id=each.record, field=each.field, **values))
    texts += [_("blocked {entity} {id}: {reason}").format(entity=b.entity, id=b.record, reason=b.reason) for b in report.blocked[:20]]
    return texts


def value_words(value: Any) -> str:
    """A record's value in one line; several are joined."""
    if isinstance(value, Mapping):
        return value_words(value.get("value", value.get("name", "")))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(value_words(each) for each in value)
    return shown(value)


def erasure_words(done: Erasure) -> list[str]:
    """What an erasure did, and what is still to do."""
    texts = [_("Erased as run {run}; {count} entries of the journal are redacted.").format(run=done.run, count=done.journal)]
    for draft in done.drafts:
        text = ngettext("Draft {draft}: {count} row blanked", "Draft {draft}: {count} rows blanked", draft.rows)
        text = _("Draft {draft} still has it: {reason}") if draft.failure else text
        texts.append(text.format(draft=draft.id, reason=safe(draft.failure), count=draft.rows))
    if done.backups:
        texts.append(_("These backups cannot be changed and may still have it; delete them, or erase again after a restore:"))
        texts += [f"  {safe(path)}" for path in done.backups]
    return texts + [safe(remark) for remark in done.remarks]
