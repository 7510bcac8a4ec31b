"""What was exported is imported again as the same values, formulas and all."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.session.importer import Importer
from tui_import.model.settings import Action, CompanyRules, DuplicateRules, PersonKey, PersonRules, Settings
from tui_import.session.workspace import Workspace

COMPANIES = Settings(company=CompanyRules(action=Action.ADD), person=PersonRules(match=PersonKey.NONE))
"""Every row is a company of its own."""
FIELDS = ("name", "department", "note")
DANGEROUS = [
    "=1+1",
    "'=1+1",
    "''=1",
    "+45 33 12 40 10",
    "-12",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "a;=1",
    "two\n=lines",
    "_x0041_",
    "#N/A",
    "'",
]
CELLS = st.one_of(
    st.sampled_from(DANGEROUS),
    st.text("'=+-@＝＋ ;\"\n\t|,a1_x", min_size=1, max_size=12),
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12),
)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=25)


def fill(workspace: Workspace, rows: list[tuple[str, str, str]], folder: Path) -> None:
    """Import the rows as companies, each one a new one."""
    importer = Importer(workspace, folder)
    importer.run([{f"company.{name}": text for name, text in zip(FIELDS, row, strict=True)} for row in rows], COMPANIES)
    importer.sessions[0].close()


def values(workspace: Workspace) -> list[tuple[str, ...]]:
    return [tuple(str(record[name] or "") for name in FIELDS) for record in workspace.records("company")]


def import_export(workspace: Workspace, path: Path) -> None:
    """Import a file that `export` wrote, each column into the field that it is called by; every row is a company of its own."""
    session = workspace.begin(str(path), kind="contacts")
    try:
        session.read()
        for column in session.columns:
            session.unlink(column.position)
            if column.header in FIELDS:
                session.link(column.position, f"company.{column.header}")
        session.change_settings(replace(COMPANIES, duplicates=DuplicateRules(find=False)))
        session.plan()
        session.apply()
    finally:
        session.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
@example([(text, text, text) for text in DANGEROUS])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_was_exported_is_the_same_after_it_is_imported_again(file_format: str, rows: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = Workspace(folder / "first.sqlite"), Workspace(folder / "second.sqlite")
        try:
            fill(first, rows, folder)
            stored = values(first)
            first.export("company", folder / f"out.{file_format}", format=file_format)
            import_export(second, folder / f"out.{file_format}")
            assert values(second) == stored
        finally:
            first.close()
            second.close()
