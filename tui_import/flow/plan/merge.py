"""Stored value, incoming value and rule → result and verb. The worked example of SPEC 4.2 is this table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui_import.model.plan import Stored, Verb
from tui_import.model.records import Value
from tui_import.model.settings import Action, ValuesPolicy


class Outcome(NamedTuple):
    """What becomes of one single field."""

    result: Stored
    verb: Verb


def merge_single(action: Action, stored: Stored, incoming: Stored, *, clears: bool) -> Outcome:
    """One single-valued field of a record that exists.

    ``clears``: a blank cell empties the field under Replace (the setting, and a field that may be empty).
    `Action.ADD` only comes here where rows of one file meet; it fills like Merge.
    """
    if action is Action.SKIP:
        return Outcome(stored, Verb.SAME)
    if incoming is None:
        if action is Action.REPLACE and clears and stored is not None:
            return Outcome(None, Verb.CLEAR)
        return Outcome(stored, Verb.SAME)
    if stored is None:
        return Outcome(incoming, Verb.FILL)
    if stored == incoming:
        return Outcome(stored, Verb.SAME)
    if action is Action.REPLACE:
        return Outcome(incoming, Verb.OVERWRITE)
    return Outcome(stored, Verb.KEEP)


class MultipleOutcome(NamedTuple):
    """What becomes of a multiple field."""

    append: Sequence[Value]
    remove: Sequence[Value]


def merge_multiple(policy: ValuesPolicy, stored: Sequence[Value], incoming: Sequence[Value]) -> MultipleOutcome:
    """The values of one kind (mobiles, e-mails) of a record that exists (SPEC 4.5). A blank cell never removes."""
    if policy is ValuesPolicy.IGNORE or not incoming:
        return MultipleOutcome((), ())
    present = {value.key for value in stored}
    append = _new(incoming, present)
    if policy is ValuesPolicy.ADD:
        return MultipleOutcome(append, ())
    wanted = {value.key for value in incoming}
    return MultipleOutcome(append, [value for value in stored if value.key not in wanted])


def _new(incoming: Sequence[Value], present: set[str]) -> list[Value]:
    new = []
    seen = set(present)
    for value in incoming:
        if value.key not in seen:
            seen.add(value.key)
            new.append(value)
    return new
