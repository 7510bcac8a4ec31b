"""Transforms that tidy names up: capitals, titles before and after, blanks; and a check for placeholders."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Transform, hookimpl
from tui_import_tidy.transforms import Blanks, CompanyCase, NameCase, Placeholders, WithoutTitles


@hookimpl
def register_transforms(register: Callable[[Transform], None]) -> None:
    """All of them."""
    for transform in (NameCase(), CompanyCase(), WithoutTitles(), Blanks(), Placeholders()):
        register(transform)
