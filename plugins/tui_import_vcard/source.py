"""The source "vcard": its options, and whether a file is one that it reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tui_import.api import Choice, Option, Options, Source, SourceError, Table, Where, _
from tui_import.api.columns import columns_option, only_filled
from tui_import.api.errors import UsageError
from tui_import_vcard.table import CardTable

ENDINGS = (".vcf", ".vcard")
HEAD = 1 << 16
"""Bytes in which the first card must begin."""
AUTO = "auto"


class VcardSource(Source):
    """Files of vCards, and folders of such files."""

    name = "vcard"
    suffixes = (*ENDINGS, "/")
    api_version = (1, 1)

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("vCard file")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Contacts that an address book exported (.vcf), or a folder of such files")

    def options(self) -> Sequence[Option]:
        """Everything is found out where it is not given."""
        names = ("utf-8", "cp1252", "cp1250", "cp1251", "mac-roman")
        return (
            Option(
                "encoding",
                _("Encoding"),
                help=_("How letters are stored where a card does not say: utf-8, cp1252 (Windows), cp1250 …; auto finds it out"),
                default=AUTO,
                choices=[Choice(AUTO, _("find out")), *(Choice(name, name) for name in names)],
            ),
            columns_option(),
        )

    def recognises(self, head: bytes) -> float:
        """A card begins in it."""
        from tui_import.api.vcard import has_card

        return 1.0 if has_card(head) else 0.0

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """One table, of the file or of all files in the folder."""
        encoding = _encoding(options)
        files = _files_in(location) if os.path.isdir(location) else [location]
        if files == [location]:
            with open(location, "rb") as file:
                head = file.read(HEAD)
            if not self.recognises(head):
                raise SourceError(_("There is no vCard in it."), where=Where(location), hint=_("Choose another source for it."))
        name = Path(location).name or location
        return [CardTable(name, files, encoding, only_filled=only_filled(options))]


def _files_in(folder: str) -> list[str]:
    """The cards of a folder, by name."""
    found = sorted(entry.path for entry in os.scandir(folder) if entry.name.lower().endswith(ENDINGS) and entry.is_file())
    if not found:
        raise SourceError(_("There is no vCard in it."), where=Where(folder), hint=_("Name a folder with files that end in .vcf."))
    return found


def _encoding(options: Options) -> str:
    """The encoding that the user named; empty: to be found out."""
    from tui_import.api.vcard import known_encoding

    wanted = str(options.get("encoding") or "").strip()
    if wanted.lower() in ("", AUTO):
        return ""
    if not known_encoding(wanted):
        raise UsageError(
            _("“{value}” is not an encoding that we know.").format(value=wanted), hint=_("Give utf-8, cp1252, utf-16 … or auto.")
        )
    return wanted
