"""What screens ask the app for: other screens. They know each other by these alone."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class OpenLocation(Message):
    """Begin an import of this file, or of an account."""

    location: str
    """Path; empty: what the source reads is no file."""
    source: str = ""
    """Name of the source; empty: by the file's ending."""
    recipe: str = ""
    """Name of the recipe to import it with."""
    password: str = ""
    connection: str = ""
    """Name of the saved connection."""
    selection: int | None = None
    """A selection of this store whose records are imported anew; nothing else is said then."""


@dataclass
class ResumeDraft(Message):
    """Go on with an unfinished import."""

    draft: str


@dataclass
class GoToStep(Message):
    """To a step of the import in progress."""

    step: str
    look: bool = False
    """Of a source that can be searched: to its options and first rows instead of the search."""


@dataclass
class GoHome(Message):
    """Leave the import (its draft stays) and go to the home screen."""


@dataclass
class Show(Message):
    """Another screen over this one."""

    screen: str
    """A name of `app.OVERLAYS`: open, connections, connection, run, selections, lists, records, duplicates, similar."""
    argument: object = None
    """What it shows: the id of a run or of a selection, an `Editing`."""


@dataclass
class ShowRow(Message):
    """Back to the preview, with the cursor on a row."""

    row: int
    """Its key in the draft."""


@dataclass(frozen=True)
class Editing:
    """A connection to be edited or made."""

    source: str
    title: str
    """Of the source."""
    name: str = ""
    """The connection it is, or that it is a copy of; empty: a new one."""
    copy: bool = False
    signs_in: bool = False
    """Its source has a sign-in."""
