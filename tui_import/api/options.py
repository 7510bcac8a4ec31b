"""What a source lets its user choose, as data: the screens draw a form from it and the command line its ``--option``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

OptionValue = str | int | float | bool | None


class OptionType(StrEnum):
    """How a value is typed and checked."""

    TEXT = "text"
    PASSWORD = "password"  # noqa: S105 - the name of a type
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"
    PATH = "path"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice, and how it reads."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    key: str
    """Its name in ``--option KEY=VALUE`` and in recipes."""
    label: str
    """Its name on the screen."""
    type: OptionType = OptionType.TEXT
    help: str = ""
    """One sentence for the status line."""
    default: OptionValue = None
    required: bool = False
    choices: Sequence[Choice] = ()
    """For `OptionType.CHOICE`."""
    minimum: float | None = None
    maximum: float | None = None
    """Limits of integers and decimals, and of a text's length."""
    only_where: tuple[str, Sequence[str]] | None = None
    """Another option's key, and the values of it that this one matters with: ``("kind", ("file", "folder"))``. None: it always does.

    A form leaves it out otherwise, and it is neither needed nor kept.
    """

    def matters(self, options: Mapping[str, OptionValue]) -> bool:
        """Whether it has any meaning beside these."""
        return self.only_where is None or str(options.get(self.only_where[0]) or "") in self.only_where[1]


Options = Mapping[str, OptionValue]
"""The values chosen, by option key."""


class ConnectionOptions(dict[str, OptionValue]):
    """The options of a saved connection, secrets among them; it takes renewed secrets back.

    Its representation leaves the values out, so that no traceback shows them.
    """

    def __init__(self, options: Options, keep: Callable[[Mapping[str, str]], None]) -> None:
        super().__init__(options)
        self.keep = keep
        """Given what was renewed, by option key."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"


def keep_secrets(options: Options, renewed: Mapping[str, str]) -> None:
    """Hand renewed secrets (tokens) back, to be kept at once with the connection that `options` come from; else they are forgotten."""
    if isinstance(options, ConnectionOptions):
        options.keep(renewed)
