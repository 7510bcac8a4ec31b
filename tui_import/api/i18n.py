"""The words that users read, in their language: one gettext domain for the whole program.

Messages are written in English in the code, as ``_("…")``; the catalogues lie in ``tui_import/locale``.
The language is the first of ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG`` for which there is a catalogue.
"""

from __future__ import annotations

import gettext as _gettext
from functools import lru_cache
from pathlib import Path

DOMAIN = "tui_import"
LOCALE_FOLDER = Path(__file__).parent.parent / "locale"


@lru_cache(maxsize=1)
def _catalogue() -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, LOCALE_FOLDER, fallback=True)


def use_language(language: str | None) -> None:
    """Switch to ``language`` ("da"); ``None`` goes back to what the environment asks for."""
    _catalogue.cache_clear()
    if language is not None:
        chosen = _gettext.translation(DOMAIN, LOCALE_FOLDER, languages=[language], fallback=True)
        globals()["_chosen"] = chosen
    else:
        globals()["_chosen"] = None


_chosen: _gettext.NullTranslations | None = None


def _(message: str) -> str:
    """The message in the user's language."""
    return (_chosen or _catalogue()).gettext(message) if message else message


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that fits the count; it is still to be filled in."""
    return (_chosen or _catalogue()).ngettext(singular, plural, count)


def N_(message: str) -> str:
    """Marks a message for the catalogues where it is stored now and translated when shown."""
    return message
