"""Every command, the module that has it and what it does: all that ``--help`` needs, without importing any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_import.api.i18n import N_

if TYPE_CHECKING:
    from tui_import.cli.call import Command


@dataclass(frozen=True, slots=True)
class Entry:
    """A command in the list of commands."""

    module: str
    """Module of this package; its `Command` is a constant of the command's name in capitals, "_" for "-"."""
    summary: str
    """In English; shown translated."""


COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo", N_("try it on a sample store and workbook")),
    "run": Entry("importing", N_("import a file without the screens")),
    "apply": Entry("importing", N_("import what a kept draft has planned")),
    "drafts": Entry("drafts", N_("imports in progress")),
    "resume": Entry("drafts", N_("go on with a draft, on the screens")),
    "decide": Entry("workbook", N_("take the answers of a decision workbook over")),
    "runs": Entry("history", N_("what was imported, deleted and restored")),
    "show": Entry("history", N_("one run in full")),
    "undo": Entry("history", N_("take a run back, field by field")),
    "redo": Entry("history", N_("do a run again that was taken back")),
    "blame": Entry("history", N_("where the values of a record come from")),
    "selections": Entry("selections", N_("named sets of records: list, make, combine, edit, delete")),
    "similar": Entry("similar", N_("probable duplicates inside the store")),
    "merge": Entry("merging", N_("make two records of the store one")),
    "verdicts": Entry("merging", N_("what is remembered of pairs, out of a store and into another")),
    "export": Entry("records", N_("write records to CSV, JSON or a workbook")),
    "template": Entry("records", N_("write a workbook to fill in")),
    "fields": Entry("fields", N_("the fields that can be imported, and those of your own")),
    "lists": Entry("settings", N_("the lists of the store and their items")),
    "price-lists": Entry("price_lists", N_("what products are imported into")),
    "recipes": Entry("settings", N_("saved ways of importing")),
    "sources": Entry("sources", N_("where data can come from")),
    "connections": Entry("connections", N_("saved ways to accounts and servers; signing in")),
    "preferences": Entry("settings", N_("rules of the store: numbering, defaults")),
    "backup": Entry("safety", N_("copy the store and check the copy")),
    "backups": Entry("backups", N_("the copies of the store; what differs between two")),
    "restore": Entry("safety", N_("bring back a backup, or a deleted record")),
    "erase": Entry("privacy", N_("remove a person everywhere, and keep the person out")),
    "suppressions": Entry("privacy", N_("what keeps erased persons out, and lifting it")),
    "doctor": Entry("safety", N_("check the store and the program")),
}
"""In the order of ``--help``."""


def load(name: str) -> Command:
    """Import the command of that name."""
    from importlib import import_module

    module = import_module(f"tui_import.cli.{COMMANDS[name].module}")
    command: Command = getattr(module, name.upper().replace("-", "_"))
    return command
