"""What Outlook writes that is no value, or not where it belongs: empty dates, Exchange's own addresses, streets of several lines."""

from __future__ import annotations

import re
from collections.abc import MutableSequence, Sequence

from tui_import.api import Finding, Scalar, ngettext

EMAILS = {f"E-mail {number}Address": f"E-mail {number}Display Name" for number in ("", "2 ", "3 ")}
"""Column of an address → column with the name that it is shown by."""
DATES = ("Birthday", "Anniversary")
STREETS = ("Business Street", "Home Street", "Other Street")

_NO_DATE = re.compile(r"\s*0{1,4}([./-])\s*0{1,2}\1\s*0{1,4}\.?\s*")
"""What an export writes for a date that is not known: 0/0/00."""
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_EXCHANGE = re.compile(r"/o=.*/cn=", re.IGNORECASE | re.DOTALL)
_NO_GENDER = frozenset({
    "unspecified", "ikke angivet", "ikke angitt", "uspesifisert", "ospecificerat", "ej angivet", "keine angabe", "nicht angegeben",
    "niet opgegeven", "non spécifié", "sin especificar", "no especificado", "non specificato", "nieokreślona", "não especificado",
    "не указан", "не указано", "belirtilmemiş", "指定なし",
})  # fmt: skip
"""What an export writes for a gender that nobody chose; English is documented, the other languages are its translations."""


def smtp_address(address: str, shown: str) -> str:
    """The internet address; of an address inside Exchange ("/o=…/cn=…") the one that stands in the shown name, else nothing."""
    if not _EXCHANGE.match(address.strip()):
        return address
    found = _ADDRESS.search(shown)
    return found[0] if found else ""


class Tidier:
    """Tidies rows of columns that are known by Outlook's English names."""

    def __init__(self, names: Sequence[str]) -> None:
        at = {name: place for place, name in enumerate(names) if name}
        self._dates = [at[name] for name in DATES if name in at]
        self._gender = at.get("Gender", -1)
        self._emails = [(at[address], at.get(shown, -1)) for address, shown in EMAILS.items() if address in at]
        streets = [[f"{street}{line}" for line in ("", " 2", " 3")] for street in STREETS if street in at]
        self._streets = [[at[line] for line in lines if line in at] for lines in streets]
        self._internal = 0
        self._first_internal: int | None = None

    def tidy(self, values: MutableSequence[Scalar], row: int) -> None:
        """Change the values of one row in their place."""
        for place in self._dates:
            value = values[place]
            if isinstance(value, str) and _NO_DATE.fullmatch(value):
                values[place] = None
        if self._gender >= 0 and str(values[self._gender]).strip().casefold() in _NO_GENDER:
            values[self._gender] = None
        for address, shown in self._emails:
            self._tidy_address(values, address, shown, row)
        for places in self._streets:
            _spread(values, places)

    def _tidy_address(self, values: MutableSequence[Scalar], address: int, shown: int, row: int) -> None:
        value = values[address]
        if not isinstance(value, str) or not value.lstrip().startswith("/"):
            return
        found = smtp_address(value, str(values[shown] or "") if shown >= 0 else "")
        values[address] = found or None
        if not found:
            self._internal += 1
            self._first_internal = self._first_internal or row

    def findings(self) -> list[Finding]:
        """What was left out."""
        if not self._internal:
            return []
        text = ngettext(
            "{count} e-mail address is one inside the Exchange server, which nobody outside can use; it is left out.",
            "{count} e-mail addresses are ones inside the Exchange server, which nobody outside can use; they are left out.",
            self._internal,
        )
        return [Finding(text.format(count=self._internal), self._first_internal)]


def _spread(values: MutableSequence[Scalar], places: Sequence[int]) -> None:
    """The lines of a street over the columns for its second and third line, where those are empty; what is too much stays in the last."""
    street = values[places[0]]
    if not isinstance(street, str) or "\n" not in street.strip() or any(values[place] for place in places[1:]):
        return
    lines = [line.strip() for line in street.splitlines() if line.strip()]
    last = len(places) - 1
    lines[last:] = [", ".join(lines[last:])] if lines[last:] else []
    for place, line in zip(places, lines, strict=False):
        values[place] = line
