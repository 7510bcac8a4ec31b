"""Which columns a source of contacts shows, as the user chooses: those that are filled, or always the same ones."""

from __future__ import annotations

from tui_import.api.i18n import _
from tui_import.api.options import Choice, Option, Options, OptionType

KEY, FILLED, ALL = "columns", "filled", "all"


def columns_option() -> Option:
    """The option."""
    return Option(
        KEY,
        _("Columns"),
        OptionType.CHOICE,
        _("filled: those that some card has a value for; all: always the same, as a recipe needs that is used again and again"),
        FILLED,
        choices=[Choice(FILLED, _("filled")), Choice(ALL, _("all"))],
    )


def only_filled(options: Options) -> bool:
    """What was chosen."""
    return options.get(KEY) != ALL
