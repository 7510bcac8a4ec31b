"""One tree of exceptions, for when the program cannot go on. A fault in a row is an `Issue`, never an exception.

::

    TuiImportError              anything we say in one sentence; exit code 1
    ├── UsageError              the command or a setting does not exist or does not fit; exit code 2
    │   └── RecipeError         a recipe or settings file says something that we cannot read
    ├── RefusedError            nothing was done, on purpose; exit code 4
    │   ├── StaleError          the plan was made against records that have changed since
    │   └── DriftError          the file's columns no longer fit the recipe
    ├── StoppedError            the user stopped it; exit code 130
    ├── SourceError             a file or account cannot be read (the user's side)
    │   └── PasswordNeededError it is encrypted; ask, and open again with ``password``
    ├── PluginError             a plugin is broken, slow or too old (its author's side)
    └── StoreError              the store cannot be used
        ├── StoreBusyError      somebody else is writing
        ├── StoreTooNewError    made by a later version of this program
        └── StoreDamagedError   SQLite says so
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """The place a message speaks of; every part may be unknown."""

    file: str = ""
    """Path or account, as the user gave it."""
    table: str = ""
    """Sheet, folder or query inside it."""
    row: int | None = None
    """Row in the sheet or line in the file, counted from 1 as spreadsheet programs do."""
    column: str = ""
    """Header, else letter of the column."""
    value: str = ""
    """What stood there."""

    def __str__(self) -> str:
        parts = [self.file, self.table]
        if self.row is not None:
            parts.append(str(self.row))
        parts += [self.column, repr(self.value) if self.value else ""]
        return ":".join(part for part in parts if part)


class TuiImportError(Exception):
    """Something a user is told in one sentence: what happened, where, and what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, where: Where | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened, a sentence in the user's language."""
        self.where = where or Where()
        self.hint = hint
        """What to do next, a sentence in the user's language; may be empty."""

    def __str__(self) -> str:
        place = str(self.where)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.hint}" if self.hint else text


class UsageError(TuiImportError):
    """The command, option or setting does not exist or does not fit."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe or settings file cannot be understood."""


class RefusedError(TuiImportError):
    """Nothing was done, on purpose, since it would not be what was agreed."""

    exit_code = 4


class StaleError(RefusedError):
    """The plan was made against records that have changed since."""


class DriftError(RefusedError):
    """The columns no longer fit the recipe."""


class StoppedError(TuiImportError):
    """The user stopped it."""

    exit_code = 130


class SourceError(TuiImportError):
    """A file or account cannot be read; the user can do something about it."""


class PasswordNeededError(SourceError):
    """The file is encrypted, or the given password is wrong: ask, and open again with the option ``password``."""


class PluginError(TuiImportError):
    """A plugin is broken, slow or too old; its author can do something about it."""


class StoreError(TuiImportError):
    """The store cannot be used."""


class StoreBusyError(StoreError):
    """Another program is writing to the store."""


class StoreTooNewError(StoreError):
    """The store was made by a later version of this program."""


class StoreDamagedError(StoreError):
    """SQLite finds the file damaged."""
