"""Collects every string that a user reads into the catalogues: ``make messages``.

Strings in the code are those in ``_()``, ``ngettext()`` and ``N_()``; those in the data are labels and groups of fields, the names of
lists and entities, and labels and help of keys. English is complete by itself; other languages get new strings untranslated, and
`tests/unit/test_messages.py` fails until somebody translates them.
"""

from __future__ import annotations

import datetime
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "tui_import" / "locale"
DOMAIN = "tui_import"
LANGUAGES = ("en", "da")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
COMMENT_TAGS = ("Translators:",)
MADE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
"""The date in the catalogues' heads: always the same, so that collecting again changes nothing where nothing changed."""

Message = tuple[str | tuple[str, str], str, list[str]]
"""Text (or singular and plural), the file that has it, and comments for translators."""


def from_code() -> Iterator[Message]:
    """What the Python code says."""
    for folder in ("tui_import", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for _line, text, comments, _context in extract_from_file("python", path, keywords=KEYWORDS, comment_tags=COMMENT_TAGS):
                yield text, place, comments


def from_data() -> Iterator[Message]:
    """What the shipped TOML says."""
    fields = _toml("config/fields.toml")
    for entity, its_fields in fields.items():
        yield entity.replace("_", " ").capitalize(), "config/fields.toml", []
        for field in its_fields.values():
            yield field["label"], "config/fields.toml", []
            if field.get("group"):
                yield field["group"], "config/fields.toml", []
    for name in _toml("config/lists.toml"):
        yield name.replace("_", " ").capitalize(), "config/lists.toml", []
    for section in _toml("config/keymap.toml").values():
        for action in section.values():
            for part in ("label", "help"):
                if action.get(part):
                    yield action[part], "config/keymap.toml", []


def _toml(path: str) -> dict:
    file = ROOT / path
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def collected() -> Catalog:
    """All messages, in the order of the files that have them."""
    template = Catalog(
        project="tui-import", version="1", domain=DOMAIN, charset="utf-8", fuzzy=False, creation_date=MADE,
        msgid_bugs_address="https://github.com/tui-import/tui-import/issues", header_comment="# The messages of tui-import.",
    )  # fmt: skip
    for text, place, comments in (*from_code(), *from_data()):
        flags = ("python-brace-format",) if "{" in str(text) else ()
        template.add(text, locations=[(place, 0)], auto_comments=comments, flags=flags)
    return template


def po_path(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, domain=DOMAIN)


def updated(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with the template's messages and its own translations; nothing is guessed."""
    catalogue = read_catalogue(language)
    catalogue.header_comment = "# The messages of tui-import."
    catalogue.msgid_bugs_address = template.msgid_bugs_address
    catalogue.project, catalogue.version, catalogue.fuzzy = template.project, template.version, False
    catalogue.creation_date = catalogue.revision_date = MADE
    catalogue.last_translator, catalogue.language_team = "The tui-import authors", language
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    if language == "en":
        for message in catalogue:
            if message.id:
                message.string = message.id
                message.flags.discard("fuzzy")
    return catalogue


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue without line numbers, which would change with every edit of the code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, width=120, include_lineno=False, sort_by_file=False, ignore_obsolete=True)


def main() -> None:
    """Bring the template and all catalogues up to date, and say what is still to be translated."""
    write(LOCALE / f"{DOMAIN}.pot", collected())
    for language in LANGUAGES:
        catalogue = updated(language, collected())
        write(po_path(language), catalogue)
        missing = [message.id for message in catalogue if message.id and not _translated(message.string)]
        sys.stdout.write(f"{language}: {len(catalogue)} messages, {len(missing)} not translated\n")


def _translated(text: str | tuple[str, ...]) -> bool:
    return bool(text) and all(text if isinstance(text, tuple) else (text,))


if __name__ == "__main__":
    main()
