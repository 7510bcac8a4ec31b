"""The whole contract in one line, and what this source reads."""

import pytest
from tui_import_example import Example

from tui_import.api.testing import Conformance, check_source


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.example"
    path.write_text("Anna Berg|anna@example.com\nBo\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("rule", Conformance.rules)
def test_it_keeps_the_contract(rule, people, tmp_path):
    Conformance(Example(), people, tmp_path).check(rule)


def test_it_reads_people(people):
    read = check_source(Example(), people)["example"]
    assert [column.name for column in read.columns] == ["Name", "E-mail"]
    assert [list(row.values) for row in read.rows] == [["Anna Berg", "anna@example.com"], ["Bo"]]
