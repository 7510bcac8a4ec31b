"""The suite that plugin authors use: the bundled sources and the template pass it, and it finds what is broken."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from tui_import_csv import source as csv_module
from tui_import_excel import source as excel_module

from tui_import.api import (
    Capability,
    Column,
    Criterion,
    Kind,
    Operator,
    Page,
    PluginError,
    Row,
    Searchable,
    SearchField,
    Source,
    Table,
    meets,
)
from tui_import.api.testing import Chaos, Conformance, Fault, MemorySource, MemoryTable, SyntheticTable, check_golden, check_memory

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def text_file(tmp_path: Path) -> str:
    path = tmp_path / "people.csv"
    path.write_text("Name;Age\nSøren;7\nBo;8\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def workbook(tmp_path: Path) -> str:
    book = openpyxl.Workbook()
    book.active.append(["Name", "Age"])
    book.active.append(["Søren", 7])
    book.save(tmp_path / "people.xlsx")
    book.close()
    return str(tmp_path / "people.xlsx")


@pytest.mark.parametrize("rule", Conformance.rules)
def test_text_files_keep_the_contract(rule: str, text_file: str, tmp_path: Path) -> None:
    Conformance(csv_module.CsvSource(), text_file, tmp_path).check(rule)


@pytest.mark.parametrize("rule", Conformance.rules)
def test_workbooks_keep_the_contract(rule: str, workbook: str, tmp_path: Path) -> None:
    Conformance(excel_module.ExcelSource(), workbook, tmp_path).check(rule)


@pytest.mark.slow
def test_a_million_rows_of_text_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("a;b\n")
        for number in range(1_000_000):
            file.write(f"{number};x\n")
    [table] = csv_module.CsvSource().open(str(path), {})
    assert check_memory(table) == 1_000_000


def test_a_table_that_holds_its_rows_is_found() -> None:
    class Held(SyntheticTable):
        def rows(self) -> Iterator[Row]:
            return iter(list(super().rows()))

    assert check_memory(SyntheticTable(20_000), most=1 << 20) == 20_000
    with pytest.raises(AssertionError, match="streamed"):
        check_memory(Held(20_000), most=1 << 20)


# -- the suite finds what is broken


class Broken(Source):
    name, title, suffixes = "broken", "Broken", (".txt",)

    def __init__(self, table: Table) -> None:
        self._table = table

    def open(self, location, options):
        open(location).close()
        return [self._table]


class Rows(MemoryTable):
    def __init__(self, *rows: Row) -> None:
        super().__init__("rows", ["a"], [])
        self.given: Sequence[Row] = rows

    def rows(self) -> Iterator[Row]:
        yield from self.given


class Prints(Rows):
    def rows(self) -> Iterator[Row]:
        print("hello")
        yield Row(1, ["a"])


class Forgets(Rows):
    def rows(self) -> Iterator[Row]:
        given, self.given = self.given, []
        yield from given


class Leaks(Rows):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[object] = []

    def rows(self) -> Iterator[Row]:
        self.files.append(open(__file__))  # noqa: SIM115
        yield Row(1, ["a"])


class TooMany(Rows):
    def peek(self, limit: int = 20):
        return super().peek(limit + 1)


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        (Rows(Row(2, ["a"]), Row(1, ["b"])), "rows"),
        (Rows(Row(1, [b"bytes"])), "rows"),  # type: ignore[list-item]
        (Rows(), "rows"),
        (Forgets(Row(1, ["a"])), "reading again"),
        (Prints(), "silence"),
        (TooMany(Row(1, ["a"]), Row(2, ["b"])), "first rows"),
    ],
)
def test_a_broken_rule_is_named(table: Table, rule: str, text_file: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Conformance(Broken(table), text_file, tmp_path).check(rule)
    assert Conformance(Broken(table), text_file, tmp_path).failures()["description"] == ""


def test_a_file_left_open_is_found(text_file: str, tmp_path: Path) -> None:
    table = Leaks()
    try:
        with pytest.raises(AssertionError, match="file open"):
            Conformance(Broken(table), text_file, tmp_path).check("stopping")
    finally:
        for file in table.files:
            file.close()  # type: ignore[attr-defined]


def test_a_crash_on_hostile_content_is_found(text_file: str, tmp_path: Path) -> None:
    class Trusting(Broken):
        def open(self, location, options):
            Path(location).read_bytes().decode("ascii")
            return [self._table]

    with pytest.raises(AssertionError, match="UnicodeDecodeError"):
        Conformance(Trusting(Rows(Row(1, ["a"]))), text_file, tmp_path).check("hostile content")


# -- search


class People(Searchable):
    name = "people"

    def __init__(self, *, lies: bool = False) -> None:
        self.lies = lies

    def columns(self) -> Sequence[Column]:
        return [Column("Name"), Column("City")]

    def rows(self) -> Iterator[Row]:
        for number, name, city in ((1, "Anna", "Oslo"), (2, "Bo", "Århus"), (3, "Cy", "OSLO")):
            yield Row(number, [name, city], key=f"k{number}", changed=f"2026-01-0{number}")

    def search_fields(self) -> Sequence[SearchField]:
        return [SearchField("name", "Name"), SearchField("city", "City", Kind.TEXT)]

    def search(self, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> Page:
        places = {"name": 0, "city": 1}
        found = [r for r in self.rows() if self.lies or all(meets(r.values[places[c.field]], c.operator, c.values) for c in criteria)]
        start = int(page or 0)
        more = str(start + limit) if start + limit < len(found) else ""
        return Page(found[start : start + limit], more, len(found))

    def fetch(self, keys: Sequence[str]) -> Iterator[Row]:
        return (row for row in self.rows() if row.key in keys)


class Erp(MemorySource):
    name, title = "erp", "ERP"
    capabilities = (Capability.SEARCH, Capability.KEYS)


def test_a_source_that_can_search_keeps_the_contract_of_it(tmp_path: Path) -> None:
    assert set(Conformance(Erp(People()), "", tmp_path).failures().values()) == {""}
    with pytest.raises(AssertionError, match="finds what it should not"):
        Conformance(Erp(People(lies=True)), "", tmp_path).check("capabilities")
    with pytest.raises(AssertionError, match="search is said"):
        Conformance(MemorySource(People()), "", tmp_path).check("capabilities")


@pytest.mark.parametrize(
    ("value", "operator", "values", "holds"),
    [
        ("Oslo", Operator.BEGINS, ["os"], True),
        ("Oslo", Operator.NOT_CONTAINS, ["SL"], False),
        ("Oslo", Operator.ENDS, ["lo"], True),
        ("Oslo", Operator.BETWEEN, ["a", "p"], True),
        (5, Operator.AT_LEAST, [5], True),
        (5, Operator.BETWEEN, [1], False),
        (None, Operator.MORE, [5], False),
        ("b", Operator.ONE_OF, ["a", "B"], True),
        ("c", Operator.NOT_ONE_OF, ["a", "b"], True),
        (True, Operator.IS, [True], True),
    ],
)
def test_operators_mean_the_same_everywhere(value, operator: Operator, values, holds: bool) -> None:
    assert meets(value, operator, values) is holds


# -- golden files, chaos, the template


def test_what_was_read_once_is_compared_with(text_file: str, tmp_path: Path) -> None:
    golden = tmp_path / "people.golden"
    check_golden(csv_module.CsvSource(), text_file, golden)
    check_golden(csv_module.CsvSource(), text_file, golden)
    Path(text_file).write_text("Name;Age\nSøren;7\nBoo;8\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="Boo"):
        check_golden(csv_module.CsvSource(), text_file, golden)


@pytest.mark.parametrize("fault", [Fault.TIME_OUT, Fault.ERROR, Fault.NONSENSE, Fault.HANG])
def test_an_import_from_a_source_that_goes_wrong_ends_in_a_sentence(fault: Fault) -> None:
    from tui_import import plugin_host
    from tui_import.plugin_host.guard import Limits, Speaker

    speaker = Speaker("wild")
    chaos = Chaos(MemorySource(MemoryTable("t", ["a"], [[str(n)] for n in range(10)])), fault)
    source = plugin_host.GuardedSource(chaos, speaker, Limits(next_row=0.3))
    [table] = source.open("", {})
    seen = []
    with pytest.raises(PluginError, match="wild") as error:
        seen.extend(table.rows())
    chaos.released.set()
    assert "." in error.value.hint


def test_half_pages_and_duplicates_are_rows_like_others() -> None:
    memory = MemorySource(MemoryTable("t", ["a"], [[str(n)] for n in range(10)]))
    assert len(list(Chaos(memory, Fault.HALF_PAGE).open("", {})[0].rows())) == 3
    twice = [row.values[0] for row in Chaos(memory, Fault.DUPLICATE_ROWS).open("", {})[0].rows()]
    assert twice == ["0", "1", "2", "0", "1", "2", *map(str, range(3, 10))]


TEMPLATE = ROOT / "plugins" / "template"


def test_a_file_source_takes_at_most_25_lines_of_python_and_toml() -> None:
    lines = [line for name in ("pyproject.toml", "tui_import_example.py") for line in (TEMPLATE / name).read_text("utf-8").splitlines()]
    assert 10 < len([line for line in lines if line.strip()]) <= 25
    assert max(map(len, lines)) <= 100, "no line is longer for that"


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_template_keeps_the_contract(rule: str, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("tui_import_example", TEMPLATE / "tui_import_example.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = tmp_path / "people.example"
    path.write_text("Anna|anna@example.com\nBo\n", encoding="utf-8")
    Conformance(module.Example(), str(path), tmp_path).check(rule)
