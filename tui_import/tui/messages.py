"""What screens ask the app for: other screens. They know each other by these alone."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class OpenLocation(Message):
    """Begin an import of this file."""

    location: str
    source: str = ""
    """Name of the source; empty: by the file's ending."""
    recipe: str = ""
    """Name of the recipe to import it with."""
    password: str = ""


@dataclass
class ResumeDraft(Message):
    """Go on with an unfinished import."""

    draft: str


@dataclass
class GoToStep(Message):
    """To a step of the import in progress."""

    step: str


@dataclass
class GoHome(Message):
    """Leave the import (its draft stays) and go to the home screen."""


@dataclass
class Show(Message):
    """Another screen over this one."""

    screen: str
    """A name of `app.OVERLAYS`: open, run, selections, lists, records."""
    argument: object = None
    """What it shows: the id of a run or of a selection."""
