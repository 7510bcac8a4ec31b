"""What the suites of sources and of connectors share: rules that are checked by their names."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import ClassVar

CELLS = (str, int, float, bool, datetime.date, datetime.datetime, datetime.time, type(None))
"""Types that a value may have."""


class Suite:
    """A rule "reading again" is the method ``_reading_again``."""

    rules: ClassVar[Sequence[str]] = ()

    def check(self, rule: str) -> None:
        """Raises `AssertionError` with what is broken."""
        getattr(self, f"_{rule.replace(' ', '_')}")()

    def failures(self) -> Mapping[str, str]:
        """Every rule and what is wrong with it; empty text: nothing. Exceptions of what is checked are failures, too."""
        found = {}
        for rule in self.rules:
            try:
                self.check(rule)
            except AssertionError as error:
                found[rule] = str(error)
            except Exception as error:
                found[rule] = f"{type(error).__name__}: {error}"
            else:
                found[rule] = ""
        return found


def must(holds: bool, rule: str) -> None:
    """Raises `AssertionError` with the rule where it does not hold."""
    if not holds:
        raise AssertionError(rule)
