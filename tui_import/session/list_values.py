"""Values that lists do not have: what they perhaps mean, and what somebody says that they mean (SPEC 4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_import.flow.folding import fold
from tui_import.flow.near import NearNames
from tui_import.model.settings import Settings
from tui_import.model.steps import UnknownValue
from tui_import.store import unknown_values
from tui_import.store.draft import Draft

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

MOST = 2_000
"""Values of one list that are looked up; a column with more is no list."""


def perhaps_meant(workspace: Workspace, settings: Settings, items: Mapping[str, Iterable[str]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """List → item that will be added → items of the list near it. Those that somebody decided to add are left out."""
    found = {}
    for name, texts in items.items():
        decided = {fold(value) for value in settings.list_values.get(name, {})}
        names = _names(workspace, name)
        near = {text: names.near(text) for text in list(texts)[:MOST] if fold(text) not in decided}
        found[name] = {text: each for text, each in near.items() if each}
    return {name: each for name, each in found.items() if each}


def _names(workspace: Workspace, name: str) -> NearNames:
    return NearNames(text for _item, text, deactivated in workspace.reader.list_items(name).values() if not deactivated)


def unknown(workspace: Workspace, draft: Draft, settings: Settings) -> list[UnknownValue]:
    """Every value that its list does not have once, those with near items first, and every value that was decided."""
    found: dict[tuple[str, str], UnknownValue] = {}
    for name, values in settings.list_values.items():
        for value, item in values.items():
            found[name, fold(value)] = UnknownValue(name, value, 0, (), item)
    planned = [
        *unknown_values.planned_items(draft, workspace.catalogue),
        *unknown_values.unknown_values(draft, workspace.catalogue),
    ]
    for name, value, records in planned:
        before = found.get((name, fold(value)))
        found[name, fold(value)] = UnknownValue(name, value, records) if before is None else replace(before, records=records)
    names = {name: _names(workspace, name) for name, _key in found}
    whole = [replace(each, near=names[each.list].near(each.value)) for each in list(found.values())[:MOST]]
    return sorted(whole, key=lambda each: (each.becomes is not None, not each.near, -each.records))


def decided(settings: Settings, name: str, value: str, becomes: str | None) -> Settings:
    """The settings with one value decided, or (None) left to the list's rule again."""
    values = {old: item for old, item in settings.list_values.get(name, {}).items() if fold(old) != fold(value)}
    if becomes is not None:
        values[value] = " ".join(becomes.split())
    lists = {key: each for key, each in {**settings.list_values, name: values}.items() if each}
    return replace(settings, list_values=lists)
