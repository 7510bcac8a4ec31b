"""One call of one command: what it was asked, the store it speaks of, and where it writes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tui_import.cli.render import Output
from tui_import.cli.screens import Screens

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace


class Call:
    """The arguments of a command, its output, the way to the screens and, opened when first used, its store."""

    def __init__(self, arguments: Namespace, output: Output, screens: Screens) -> None:
        self.arguments = arguments
        self.output = output
        self.screens = screens

    @cached_property
    def workspace(self) -> Workspace:
        """The store that ``--store`` names."""
        from tui_import.session.workspace import Workspace

        return Workspace(self.arguments.store)

    def close(self) -> None:
        """Close the store, where it was opened."""
        if "workspace" in self.__dict__:
            self.workspace.close()


def no_arguments(_parser: ArgumentParser) -> None:
    """For commands that take none."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, and which arguments it takes."""

    act: Callable[[Call], int]
    """Does it; returns the exit code."""
    configure: Callable[[ArgumentParser], None] = field(default=no_arguments)
    """Adds its arguments to a parser."""
