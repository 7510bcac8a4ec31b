"""Where a process makes something last: commits, copies, renames. Set up in the process that is killed; the program knows nothing of it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

LASTING = ("COMMIT", "END", "RELEASE")
FILE_STEPS = ("fsync", "link", "rename", "replace", "unlink", "remove")


class Boundaries:
    """Counts them, before and after each, and kills its own process at one."""

    def __init__(self, deadly: int = 0) -> None:
        """``deadly``: at which one, counted from 1; 0: at none."""
        self.deadly = deadly
        self.count = 0

    def reached(self) -> None:
        self.count += 1
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Every connection and every lasting file operation of this process from now on."""
        plain = sqlite3.connect
        made = type("Counted", (_Counted,), {"boundaries": self})

        def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
            return plain(*arguments, **{**named, "factory": made})

        sqlite3.connect = connect  # type: ignore[assignment]
        for name in FILE_STEPS:
            setattr(os, name, partial(self._around, getattr(os, name)))

    def _around(self, step: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self.reached()
        result = step(*arguments, **named)
        self.reached()
        return result


class _Counted(sqlite3.Connection):
    """A connection that tells when something of it lasts."""

    boundaries: Boundaries

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return self._told(sql, partial(super().execute, sql, *arguments))

    def executemany(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return self._told(sql, partial(super().executemany, sql, *arguments))

    def backup(self, *arguments: Any, **named: Any) -> None:
        self.boundaries.reached()
        super().backup(*arguments, **named)
        self.boundaries.reached()

    def _told(self, sql: str, step: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        if sql.lstrip().upper().startswith(LASTING):
            self.boundaries.reached()
        was_open, changes = self.in_transaction, self.total_changes
        cursor = step()
        if not self.in_transaction and (was_open or self.total_changes != changes):
            self.boundaries.reached()
        return cursor
