"""What the steps of an import tell a face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_import.api.options import OptionValue
from tui_import.api.source import Finding, Scalar
from tui_import.model.issues import Issue


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table that a source offers."""

    name: str
    hidden: bool = False
    """Hidden in the source; offered last."""
    expected_rows: int | None = None
    """None where the source does not know beforehand."""


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What reading a source into the draft gave."""

    rows: int
    blank_rows: int = 0
    """Passed over."""
    seconds: float = 0.0
    findings: Sequence[Finding] = ()
    """What is worth knowing about how it was read."""


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A distinct value of a column."""

    value: Scalar
    rows: int
    """How many rows have it."""
    issue: Issue | None = None
    """What is wrong with it, where there is a plan."""


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value of the file that its list does not have, or of which somebody has said what it means."""

    list: str
    value: str
    records: int
    """How many of the plan have it; 0 where it was decided to be another item, or none."""
    near: tuple[str, ...] = ()
    """Items that are spelt nearly like it, the nearest first."""
    becomes: str | None = None
    """What was decided: an item, itself where it is added, empty where the field is left blank. None: nothing yet."""


@dataclass(frozen=True, slots=True)
class TransformInfo:
    """A transform that a plugin offers for a column."""

    name: str
    """As in recipes."""
    title: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class TransformReport:
    """What a transform did to a column."""

    cells: int
    """Changed; `ImportSession.undo_correction` takes them back."""
    findings: Sequence[tuple[Scalar, str]] = ()
    """(value, what is wrong with it), for the values that it left as they are."""


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """A saved connection, as far as it may be shown."""

    source: str
    name: str
    account: str
    """Who is signed in; empty where nobody is."""
    options: Mapping[str, OptionValue]
    """Its settings without secrets."""
