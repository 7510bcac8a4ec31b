"""The command line run inside the test process, on a store of its own."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tui_import.__main__ import main
from tui_import.cli.stopping import SIGNALS


@dataclass(frozen=True)
class Result:
    """What one call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        """Standard output as its only JSON object."""
        (only,) = self.objects
        return only


Cli = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store" / "crm.db"


@pytest.fixture
def cli(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Call it with the words of a command line."""
    monkeypatch.setenv("TUI_IMPORT_STORE", str(store))
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LANGUAGE", "en")
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGALRM)}

    def call(*words: object) -> Result:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse's --help
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    yield call
    for number, handler in before.items():
        signal.signal(number, handler)


CUSTOMERS = """\
Company name;Country;VAT number;First name;Last name;E-mail;Telephone
Alfa ApS;DK;12972997;Anna;Holm;anna@alfa.example;33124010
Alfa ApS;DK;12972997;Bo;Ek;bo@alfa.example;
Gamma Oy;FI;;Cai;Niemi;cai@gamma.example;
"""


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Three persons of two companies, nothing wrong with them."""
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS, encoding="utf-8")
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """One row whose e-mail address is none."""
    path = tmp_path / "faulty.csv"
    path.write_text(CUSTOMERS.replace("bo@alfa.example", "bo(at)\x1b[31malfa"), encoding="utf-8")
    return path


@pytest.fixture
def compiled_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogues as they are in the checkout, whatever was compiled when the package was installed."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    from tests.messages import LANGUAGES, po_path
    from tui_import.api import i18n

    for language in LANGUAGES:
        target = tmp_path / "locale" / language / "LC_MESSAGES" / "tui_import.mo"
        target.parent.mkdir(parents=True)
        with po_path(language).open("rb") as po, target.open("wb") as mo:
            write_mo(mo, read_po(po, locale=language))
    monkeypatch.setattr(i18n, "LOCALE_FOLDER", tmp_path / "locale")
