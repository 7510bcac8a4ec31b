"""The contacts of a data file's folder, or of saved items, as a table with the columns of Outlook's own CSV export."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tui_import.api import Column, Finding, Peek, Row, Scalar, Table, _, ngettext
from tui_import.api.exports import ContactTable
from tui_import_outlook.child import Child, checked, failure
from tui_import_outlook.headings import fields, table
from tui_import_outlook.tidy import EMAILS, Tidier

LISTS = "Distribution lists"
LISTS_FIELD = "person.interests"
SHOWN_NAMES = 5
"""Names in a sentence."""

Members = Mapping[str, Sequence[str]]
"""Number of a contact in its file, or its e-mail address → the distribution lists that it is in."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the contacts are."""

    path: str
    shown: str
    """As the user gave it."""
    kind: str
    """"pst" or "msg"."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look into one folder showed."""

    key: int
    path: str
    """Its name, with those of the folders above it."""
    deleted: bool
    unseen: bool
    contacts: int
    columns: frozenset[str]
    damaged: int
    lists: Sequence[tuple[str, Sequence[int], Sequence[str]]]


class ItemTable(Table):
    """The contacts of one or several folders."""

    def __init__(self, place: Place, name: str, folders: Sequence[Seen], members: Members, complete: bool, hidden: bool = False) -> None:
        """``complete``: with all columns that have a field, whatever the contacts fill."""
        self.name, self.hidden = name, hidden
        self._place, self._folders, self._members = place, folders, members
        self._complete = complete or any(folder.unseen for folder in folders)
        self._has_lists = complete or bool(members)
        self._findings: Sequence[Finding] = ()

    @cached_property
    def _names(self) -> Sequence[str]:
        """All columns of an export."""
        return list(table().fields)

    @cached_property
    def _shown(self) -> Sequence[int]:
        """Those that are filled; or all that have a field, as of a folder that nobody looked into."""
        used = frozenset().union(*(folder.columns for folder in self._folders))
        if self._complete:
            used |= {name for name, one in table().fields.items() if "." in one}
        return [at for at, name in enumerate(self._names) if name in used and name not in EMAILS.values()]

    def columns(self) -> Sequence[Column]:
        """By the names of Outlook's English export, each with its field; last the distribution lists, where there are any."""
        names = [self._names[at] for at in self._shown]
        found = [Column(name, one) for name, one in zip(names, fields(names), strict=True)]
        return [*found, Column(LISTS, LISTS_FIELD)] if self._has_lists else found

    def rows(self) -> Iterator[Row]:
        """The contacts, numbered in the order of the file."""
        self._findings = ()
        place, tidier = self._place, Tidier(self._names)
        child = Child(place.path, place.shown, place.kind, [folder.key for folder in self._folders])
        summary: Mapping[str, Any] = {}
        try:
            for kind, content in child:
                if kind == "row":
                    number, item, filled = self._row(content)
                    values: list[Scalar] = [filled.get(name) for name in self._names]
                    tidier.tidy(values, number)
                    lists = self._lists(item, filled)
                    yield Row(number, [*(values[at] for at in self._shown), *([lists] if self._has_lists else [])])
                elif kind == "end":
                    summary = checked(content, place.shown, pictures=int, damaged=int, named=list, others=int)
        finally:
            child.close()
            self._findings = [*tidier.findings(), *_sentences(summary), *_list_sentences(self._folders)]

    def _row(self, content: Any) -> tuple[int, int, Mapping[str, str]]:
        try:
            number, item, filled = content
            if isinstance(number, int) and isinstance(filled, dict) and all(isinstance(text, str) for text in filled.values()):
                return number, item, filled
        except (TypeError, ValueError):
            pass
        raise failure("died", "", self._place.shown)

    def _lists(self, item: int, filled: Mapping[str, str]) -> str | None:
        """The lists that a contact is in, by its number in the file or by an address."""
        keys = [str(item), *(filled[name].casefold() for name in EMAILS if name in filled)]
        names = dict.fromkeys(name for key in keys for name in self._members.get(key, ()))
        return "; ".join(names) or None

    def peek(self, limit: int = 20) -> Peek:
        """The first contacts."""
        rows = self.rows()
        try:
            found = [row for _place, row in zip(range(limit), rows, strict=False)]
        finally:
            getattr(rows, "close", lambda: None)()
        return Peek(found)

    def findings(self) -> Sequence[Finding]:
        """What was met beside the contacts."""
        return self._findings

    def expected_rows(self) -> int | None:
        """As many as the look found."""
        return None if any(folder.unseen for folder in self._folders) else sum(folder.contacts for folder in self._folders)


def open_items(place: Place, complete: bool = False) -> Sequence[Table]:
    """A table per folder with contacts, before them one of all where there are several; what was deleted comes last, hidden.

    ``complete``: with all columns, whatever the contacts fill.
    """
    every = look(place)
    seen = [folder for folder in every if folder.contacts or folder.unseen]
    if not seen:
        damaged = sum(folder.damaged for folder in every)
        raise failure("damaged", _("no item of it can be read"), place.shown) if damaged else failure("empty", "", place.shown)
    members = members_of(every)
    titles = _titles([folder.path for folder in seen], place)
    tables = [
        ItemTable(place, title, [folder], members, complete, folder.deleted or folder.unseen)
        for title, folder in zip(titles, seen, strict=True)
    ]
    usual = [folder for folder in seen if not folder.deleted and not folder.unseen]
    title = _("All contacts")
    if len(usual) > 1 and title not in titles:
        tables.insert(0, ItemTable(place, title, usual, members, complete))
    return [ContactTable(table, complete=complete) for table in tables]


def look(place: Place) -> list[Seen]:
    """The folders that hold contacts or distribution lists, or may do so."""
    found = []
    for kind, content in Child(place.path, place.shown, place.kind):
        if kind == "folder":
            told = checked(
                content, place.shown, key=int, path=str, deleted=bool, unseen=bool, contacts=int, columns=list, lists=list, damaged=int
            )
            lists = _distribution_lists(told["lists"], place.shown)
            columns = frozenset(map(str, told["columns"]))
            marks = (told["deleted"], told["unseen"])
            found.append(Seen(told["key"], told["path"], *marks, told["contacts"], columns, told["damaged"], lists))
    return found


def _distribution_lists(told: Sequence[Any], shown: str) -> list[tuple[str, Sequence[int], Sequence[str]]]:
    try:
        return [(str(name), [int(item) for item in items], [str(address) for address in addresses]) for name, items, addresses in told]
    except (TypeError, ValueError) as error:
        raise failure("died", "", shown) from error


def members_of(folders: Sequence[Seen]) -> Members:
    """Who is in which distribution list."""
    members: dict[str, list[str]] = {}
    for folder in folders:
        for name, items, addresses in folder.lists:
            for key in (*map(str, items), *(address.casefold() for address in addresses)):
                members.setdefault(key, []).append(name.replace(";", ","))
    return members


def _titles(paths: Sequence[str], place: Place) -> list[str]:
    """A title of its own for each folder: its name, with those above it where it has a namesake; a single item is called by its file."""
    last = [path.rpartition("/")[2] for path in paths]
    titles: list[str] = []
    for name, path in zip(last, paths, strict=True):
        title = (name if last.count(name) == 1 else path) or os.path.basename(place.shown.rstrip("/")) or place.kind
        again = sum(known == title or known.startswith(f"{title} (") for known in titles)
        titles.append(f"{title} ({again + 1})" if again else title)
    return titles


def _sentences(summary: Mapping[str, Any]) -> Iterator[Finding]:
    pictures, damaged, others = (summary.get(key, 0) for key in ("pictures", "damaged", "others"))
    if pictures:
        text = ngettext(
            "{count} contact has a photo; photos are not imported.",
            "{count} contacts have a photo; photos are not imported.",
            pictures,
        )
        yield Finding(text.format(count=pictures))
    if damaged:
        text = ngettext("{count} item is damaged and was left out.", "{count} items are damaged and were left out.", damaged)
        names = ", ".join(f"“{name}”" for name in summary["named"][:SHOWN_NAMES])
        yield Finding(text.format(count=damaged) + (f" ({names})" if names else ""))
    if others:
        text = ngettext("{count} file is no contact and was left out.", "{count} files are no contacts and were left out.", others)
        yield Finding(text.format(count=others))


def _list_sentences(folders: Sequence[Seen]) -> Iterator[Finding]:
    lists = [each for folder in folders for each in folder.lists]
    if lists:
        names = ", ".join(f"“{name}”" for name, _items, _addresses in lists[:SHOWN_NAMES]) + (" …" if len(lists) > SHOWN_NAMES else "")
        text = _("Distribution lists are a column of their members: {names}. Members that are no contacts here are left out.")
        yield Finding(text.format(names=names))
