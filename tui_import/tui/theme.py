"""Which colours: few bytes and plain terminals first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.theme import Theme

NAME = "tui-import"
PLAIN = "ansi-dark"
_SIXTEEN = ("linux", "xterm", "vt", "ansi", "screen", "rxvt", "cons")


def _own() -> Theme:
    """Dark, calm, one accent: contrasts of 7 to 1 and more for text."""
    return Theme(
        name=NAME,
        primary="#5fa8d3",
        secondary="#8ab6d6",
        accent="#f0c060",
        foreground="#e6e6e6",
        background="#15181c",
        surface="#1d2126",
        panel="#2a3038",
        success="#7fc97f",
        warning="#f0c060",
        error="#ff7b72",
        dark=True,
        variables={"input-cursor-background": "#e6e6e6", "input-cursor-foreground": "#15181c"},
    )


def wants_sixteen(environ: Mapping[str, str]) -> bool:
    """The terminal asks for the sixteen colours of its own: by its name, or since it is told to use none."""
    if "NO_COLOR" in environ:
        return True
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return False
    term = environ.get("TERM", "")
    return "256" not in term and "direct" not in term and term.startswith(_SIXTEEN)


def choose(app: App[Any], environ: Mapping[str, str]) -> str:
    """Register our theme and name the one to use."""
    app.register_theme(_own())
    if environ.get("TEXTUAL_THEME"):
        return environ["TEXTUAL_THEME"]
    return PLAIN if app.no_color or wants_sixteen(environ) else NAME
