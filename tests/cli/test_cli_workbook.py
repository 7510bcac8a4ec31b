"""The decision workbook by command: out, answered, back, imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

HEAD = "Company name,Company phone,City,First name,Last name,Email\n"
STORED = HEAD + "Aurland Timber AS,+47 22 12 44 55,Oslo,Kari,Lund,kari@aurland.example\n"
COMING = HEAD + "Aurlnd Timber A/S,+47 22 12 44 55,Oslo,,,\nElgsund Optics,+47 44 44 12 12,Bergen,Per,Lund,per@elgsund.example\n"


@pytest.fixture
def workbook(cli: Any, tmp_path: Path) -> Path:
    """The one open pair of a draft."""
    for name, text in (("stored.csv", STORED), ("coming.csv", COMING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    cli("run", tmp_path / "stored.csv")
    draft = cli("run", tmp_path / "coming.csv", "--plan-only", "--json").object["draft"]
    path = tmp_path / "decisions.xlsx"
    written = cli("drafts", "export-decisions", draft, path, "--json")
    assert written.object == {"path": str(path), "pairs": 1}
    return path


def answer(path: Path, word: str, column: int = 1) -> None:
    book = openpyxl.load_workbook(path)
    book.worksheets[0].cell(2, column).value = word
    book.save(path)


def test_an_answer_makes_the_row_importable(cli: Any, workbook: Path) -> None:
    answer(workbook, "same")
    done = cli("decide", workbook, "--json")
    assert done.code == 0
    assert (done.object["decided"], done.object["refused"]) == (1, [])
    assert cli("apply", done.object["draft"], "--json").code == 0
    names = [json.loads(line)["name"] for line in cli("export", "company", "--format", "json").out.splitlines()]
    assert sorted(names) == ["Aurland Timber AS", "Elgsund Optics"]


def test_without_an_answer_the_row_goes_on_waiting(cli: Any, workbook: Path) -> None:
    done = cli("decide", workbook)
    assert done.code == 3
    assert "0 decisions taken over" in done.out


def test_a_refused_answer_is_named_with_its_reason(cli: Any, workbook: Path) -> None:
    answer(workbook, "same")
    answer(workbook, "somebody else", 8)
    done = cli("decide", workbook)
    assert done.code == 4
    assert "row 2 of the sheet (row 2, company 1): cells beside the answer were changed" in done.err


def test_any_other_file_is_refused(cli: Any, workbook: Path, tmp_path: Path) -> None:
    done = cli("decide", tmp_path / "coming.csv")
    assert done.code == 1
    assert "no decision workbook" in done.err
