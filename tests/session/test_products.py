"""Products into price lists (SPEC 4.1, 4.2, 4.4, 6, 7): what the preview says is what happens, and undo takes it back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.session.importer import Importer
from tests.shared import shared
from tui_import import config
from tui_import.api.errors import RefusedError, StaleError, UsageError
from tui_import.model.plan import RowFilter
from tui_import.model.price_lists import PriceListInfo
from tui_import.model.settings import Action, BlankCells, ListPolicy, ProductKey, ProductRules, Settings, ValueRules
from tui_import.output.template import PRODUCTS
from tui_import.session.workspace import Workspace
from tui_import.store import apply

FEW = {
    "product.code": ["", "A1", "a1", "B2"],
    "product.name": ["", "Lamp", "LAMP ", "Chair"],
    "product.list_price": ["", "12,50", "99", "cheap"],
    "product.erp_key": ["", "E1", "E2"],
    "product.unit": ["", "pcs"],
    "product.category": ["", "Lamps", "Furniture"],
    "product.subscription": ["", "yes", "no"],
    "product.extra_info": ["", "Colour: oak", "Colour: red"],
}
ROWS = st.lists(st.fixed_dictionaries({field: st.sampled_from(values) for field, values in FEW.items()}), min_size=1, max_size=8)
RULES = st.builds(
    Settings,
    product=st.builds(ProductRules, st.sampled_from(ProductKey), st.sampled_from(Action), st.sampled_from(["Standard", "Other"])),
    lists=st.fixed_dictionaries({"product_category": st.sampled_from([ListPolicy.ADD, ListPolicy.BLANK])}),
    values=st.builds(ValueRules, blank_cells=st.sampled_from(BlankCells)),
)


@contextmanager
def store() -> Iterator[Importer]:
    with tempfile.TemporaryDirectory() as folder:
        importer = Importer(Workspace(Path(folder, "store.sqlite")), Path(folder), kind="products")
        try:
            yield importer
        finally:
            for session in importer.sessions:
                session.close()
            importer.workspace.close()


@pytest.fixture
def importer(make_importer: Callable[[], Importer]) -> Importer:
    made = make_importer()
    made.kind = "products"
    return made


def row(code: str = "", name: str = "", price: str = "", **others: str) -> dict[str, str]:
    return {"product.code": code, "product.name": name, "product.list_price": price} | {
        f"product.{key}": value for key, value in others.items()
    }


def rules(match: str = "code", action: str = "merge", price_list: str = "Standard", **others: Any) -> Settings:
    return Settings(product=ProductRules(ProductKey(match), Action(action), price_list), **others)


def products(importer: Importer) -> list[Mapping[str, Any]]:
    return list(importer.workspace.records("product"))


# -- counts, undo, redo


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=ROWS, rows=ROWS, chosen=RULES)
def test_the_preview_counts_what_happens_and_undo_brings_the_store_back(before: list[Any], rows: list[Any], chosen: Settings) -> None:
    with store() as importer:
        importer.run(before, rules("name_code"))
        earlier = importer.dump()
        session, report = importer.plan(rows, chosen)
        summary = session.apply(accept_clears=True)
        assert summary.entities == report.entities
        assert set(summary.entities) == {"product"}
        counts = summary.entities["product"]
        assert counts.total == session.rows
        assert counts.held == 0
        members = {each.kind: each.members for each in summary.selections}
        assert members.get("new", 0) == counts.added
        assert members.get("changed", 0) == counts.updated
        after = importer.dump()
        assert summary.run is not None
        importer.workspace.undo(summary.run)
        assert importer.dump() == earlier
        importer.workspace.redo(summary.run)
        assert importer.dump() == after


def test_each_row_shows_what_becomes_of_its_product(importer: Importer) -> None:
    importer.run([row("A1", "Lamp", "10")], rules())
    session, report = importer.plan(
        [row("A1", "Lamp", "12"), row("B2", "Chair", "99"), row("b2", "Chair", "99"), row("A1", "Lamp", "12"), row("C3", "", "1"), row()],
        rules(action="replace"),
    )
    assert importer.operations(session) == [("~A",), ("+A",), ('"A',), ('"A',), ("!A",)]  # blank rows are passed over
    shown = {show: len(session.row_keys(RowFilter(show=show))) for show in ("new", "changed", "problems", "unchanged", "clears", "skipped")}
    assert shown == {"new": 1, "changed": 1, "problems": 1, "unchanged": 2, "clears": 0, "skipped": 0}
    assert report.count("product").as_dict() == {"added": 1, "updated": 1, "unchanged": 2, "skipped": 0, "problem": 1, "held": 0}


# -- the price list


def test_a_price_list_that_is_not_there_is_made_with_the_first_product_and_goes_with_it(importer: Importer) -> None:
    summary = importer.run([row("A1", "Lamp", "€ 12,50")], rules(price_list=" Standard "))
    assert [(each.name, each.currency, each.products) for each in importer.workspace.price_lists()] == [("Standard", "EUR", 1)]
    assert any("Standard" in note for note in summary.notes)
    assert summary.run is not None
    importer.workspace.undo(summary.run)
    assert importer.workspace.price_lists() == []
    assert products(importer) == []
    importer.workspace.redo(summary.run)
    assert [each.products for each in importer.workspace.price_lists()] == [1]


def test_rows_with_problems_alone_make_no_price_list(importer: Importer) -> None:
    assert importer.run([row("A1", "", "1")], rules()).entities["product"].problem == 1
    assert importer.workspace.price_lists() == []


def test_undo_leaves_a_price_list_that_has_other_products_by_now(importer: Importer) -> None:
    first = importer.run([row("A1", "Lamp", "1")], rules())
    importer.run([row("B2", "Chair", "2")], rules())
    assert first.run is not None
    _summary, report = importer.workspace.undo(first.run)
    assert [(each.entity, "1 product" in each.reason) for each in report.blocked] == [("price_list", True)]
    assert [each["code"] for each in products(importer)] == ["B2"]


def test_a_price_list_that_comes_back_does_not_take_the_name_of_another(importer: Importer) -> None:
    first = importer.run([row("A1", "Lamp", "1")], rules())
    assert first.run is not None
    importer.workspace.undo(first.run)
    importer.workspace.add_price_list(PriceListInfo(0, "STANDARD"))
    _summary, report = importer.workspace.redo(first.run)
    assert {each.entity for each in report.blocked} == {"price_list", "product"}


def test_the_same_code_in_another_price_list_is_another_product(importer: Importer) -> None:
    importer.run([row("A1", "Lamp", "1")], rules())
    summary = importer.run([row("A1", "Lamp", "2")], rules(price_list="Export"))
    assert summary.entities["product"].added == 1
    assert [(each["price_list"], each["list_price"]) for each in products(importer)] == [("Standard", 1.0), ("Export", 2.0)]
    standard = importer.workspace.price_list("standard")
    assert standard is not None
    assert [each["list_price"] for each in importer.workspace.records("product", parent=standard.id)] == [1.0]


def test_products_wait_for_a_price_list_to_be_chosen(importer: Importer) -> None:
    importer.workspace.add_price_list(PriceListInfo(0, "Standard"))
    with pytest.raises(UsageError, match="price list") as error:
        importer.plan([row("A1", "Lamp", "1")], rules(price_list=""))
    assert "“Standard”" in error.value.hint


def test_a_copy_of_a_price_list_is_not_written_to(importer: Importer) -> None:
    made = importer.workspace.add_price_list(PriceListInfo(0, "Copy"))
    importer.workspace.database.connection.execute("UPDATE price_list SET read_only = 1 WHERE id = ?", (made.id,))
    with pytest.raises(RefusedError):
        importer.plan([row("A1", "Lamp", "1")], rules(price_list="Copy"))


def test_a_plan_is_made_anew_where_somebody_made_its_price_list_meanwhile(importer: Importer) -> None:
    session, _report = importer.plan([row("A1", "Lamp", "1")], rules())
    importer.workspace.add_price_list(PriceListInfo(0, "standard"))
    try:
        session.apply()
    except StaleError:
        session.apply()
    assert [each.products for each in importer.workspace.price_lists()] == [1]


def test_price_lists_of_one_name_there_are_not_two(importer: Importer) -> None:
    importer.workspace.add_price_list(PriceListInfo(0, "Straße"))
    with pytest.raises(UsageError, match="already"):
        importer.workspace.add_price_list(PriceListInfo(0, "STRASSE"))
    with pytest.raises(UsageError, match="name"):
        importer.workspace.add_price_list(PriceListInfo(0, " "))


# -- keys


@pytest.mark.parametrize(
    ("match", "found"),
    [("name", row("X9", "LAMP", "1")), ("code", row("a1 ", "X", "1")), ("name_code", row("A1", "lamp", "1")),
     ("erp_key", row("X9", "X", "1", erp_key="e1"))],
)  # fmt: skip
def test_a_product_is_found_by_the_chosen_key_whatever_its_case(importer: Importer, match: str, found: dict[str, str]) -> None:
    importer.run([row("A1", "Lamp", "1", erp_key="E1")], rules())
    other = {**found, "product.erp_key": "Z"} if match == "erp_key" else row("X9", "Y", "1")
    session, _report = importer.plan([{"product.erp_key": "", **found}, {"product.erp_key": "", **other}], rules(match, "skip"))
    assert importer.operations(session) == [("-A",), ("+A",)]


def test_a_product_that_two_products_match_is_a_problem(importer: Importer) -> None:
    importer.run([row("A1", "Lamp", "1"), row("A2", "Lamp", "1")], rules())
    session, _report = importer.plan([row("A3", "lamp", "1")], rules("name"))
    assert importer.operations(session) == [("!A",)]


def test_a_blank_key_never_matches(importer: Importer) -> None:
    importer.run([row("A1", "Lamp", "1")], rules())
    session, _report = importer.plan([row("A2", "Lamp", "1", erp_key="")], rules("erp_key"))
    assert importer.operations(session) == [("+A",)]
    assert "blank_key" in {issue.code for issue in session.detail(1).issues}


def test_the_adviser_tells_how_well_each_key_would_do(importer: Importer) -> None:
    importer.run([row("A1", "Lamp", "1")], rules())
    session = importer.begin([row("A1", "Lamp", "1"), row("A1", "Chair", "1")], rules())
    advice = {each.key: each for each in session.advice()}
    assert (advice["code"].hits, advice["code"].conflicts, advice["name_code"].hits, advice["erp_key"].mapped) == (2, 1, 1, False)


# -- actions and values


@pytest.mark.parametrize(
    ("action", "result"),
    [("merge", (1.0, "pcs", None)), ("replace", (2.0, None, "Big")), ("skip", (1.0, "pcs", None)), ("add", (1.0, "pcs", None))],
)
def test_what_happens_to_a_product_that_is_there(importer: Importer, action: str, result: tuple[Any, ...]) -> None:
    importer.run([row("A1", "Lamp", "1", unit="pcs")], rules())
    importer.run([row("A1", "Lamp", "2", unit="", description="Big")], rules(action=action))
    first, *others = products(importer)
    expected = (result[0], result[1], "Big") if action == "merge" else result
    assert (first["list_price"], first["unit"], first["description"]) == expected
    assert len(others) == (1 if action == "add" else 0)


def test_required_fields_keep_what_is_stored_where_the_cell_is_blank(importer: Importer) -> None:
    importer.run([row("A1", "Lamp", "1")], rules())
    session, report = importer.plan([row("A1", "", "")], rules(action="replace"))
    assert report.clears == 0
    assert [issue.code for issue in session.detail(1).issues] == ["required_kept", "required_kept"]


@pytest.mark.parametrize("missing", ["code", "name", "list_price"])
def test_code_name_and_price_have_to_be_linked_and_filled(importer: Importer, missing: str) -> None:
    whole = row("A1", "Lamp", "1")
    session = importer.begin([{**whole, f"product.{missing}": ""}], rules("name" if missing == "code" else "code"))
    assert importer.operations(session) == [()]
    session.plan()
    assert importer.operations(session) == [("!A",)]
    column = next(column for column in session.columns if column.header == f"product.{missing}")
    session.unlink(column.position)
    assert (f"product.{missing}",) in {alternative for each in session.missing() for alternative in each.fields}


@pytest.mark.parametrize("name", ["category", "family", "type"])
def test_words_that_the_lists_do_not_have_are_added_or_left_blank(importer: Importer, name: str) -> None:
    importer.run([row("A1", "Lamp", "1", **{name: "New"})], rules())
    importer.run([row("A2", "Chair", "1", **{name: "Other"})], rules(lists={f"product_{name}": ListPolicy.BLANK}))
    assert [each[name] for each in products(importer)] == ["New", None]
    with pytest.raises(UsageError):
        config.apply_set(Settings(), f"lists.product_{name}=default")


@pytest.mark.parametrize(
    ("prices", "country", "read", "currency"),
    [
        (["1.299,50", "9,95"], "DK", [1299.5, 9.95], "DKK"),
        (["1,299.50", "9.95"], "DK", [1299.5, 9.95], "DKK"),
        (["1.299", "2.500"], "DK", [1299.0, 2500.0], "DKK"),
        (["1.299", "2.500"], "GB", [1.299, 2.5], "GBP"),
        (["kr 1 299,50", "kr 5,-"], "NO", [1299.5, 5.0], "NOK"),
        (["$12.00", "$3"], "CA", [12.0, 3.0], "CAD"),
        (["12 USD", "3 USD"], "DK", [12.0, 3.0], "USD"),
    ],
)
def test_decimals_and_currency_are_those_of_the_file(
    importer: Importer, prices: list[str], country: str, read: list[float], currency: str
) -> None:
    importer.run([row(f"A{at}", f"N{at}", price) for at, price in enumerate(prices)], rules(values=ValueRules(country=country)))
    assert [each["list_price"] for each in products(importer)] == read
    assert importer.workspace.price_lists()[0].currency == currency


def test_a_price_in_another_currency_is_pointed_out(importer: Importer) -> None:
    importer.workspace.add_price_list(PriceListInfo(0, "Standard", currency="DKK"))
    session, report = importer.plan([row("A1", "Lamp", "€ 12"), row("A2", "Chair", "kr 12")], rules(values=ValueRules(country="DK")))
    assert report.warnings == 1
    assert [issue.code for issue in session.detail(1).issues] == ["other_currency"]


def test_a_new_product_called_nearly_as_another_is_pointed_out(importer: Importer) -> None:
    importer.run([row("A1", "Desk lamp Lys 40", "1"), row("A2", "Chair", "1")], rules())
    importer.duplicates = True
    names = ["Lamp, desk: LYS 40", "Desk lamp Lys 45", "Desk lamps Lys 40", "Sofa"]
    session, report = importer.plan([row(f"B{at}", name, "1") for at, name in enumerate(names)], rules())
    warned = [[issue.params["id"] for issue in session.detail(at).issues if issue.code == "similar_product"] for at in (1, 2, 3, 4)]
    assert warned == [[1], [], [1], []]
    assert report.count("product").added == 4


def test_an_import_that_breaks_off_leaves_no_price_list(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("the lights went out")

    session, _report = importer.plan([row("A1", "Lamp", "1", category="New")], rules())
    before = importer.dump()
    with monkeypatch.context() as patch:
        patch.setattr(apply, "_make_selections", broken)
        with pytest.raises(RuntimeError):
            session.apply()
    assert importer.dump() == before
    assert session.apply().entities["product"].added == 1


# -- what the file is about


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("Product code;Product name;List price", "products"),
        ("Varenummer;Varenavn;Pris;Leverandør", "products"),
        ("Artikelnummer;Bezeichnung;Preis;Warengruppe", "products"),
        ("Référence;Désignation;Prix HT", "products"),
        ("Name;Phone;E-mail;Price", "contacts"),
        ("Firma;Kontaktperson;Telefon", "contacts"),
        ("Company;Category;Description", "contacts"),
    ],
)
def test_what_a_file_is_about_is_seen_by_its_columns(importer: Importer, headers: str, kind: str) -> None:
    path = importer.folder / "file.csv"
    path.write_text(f"{headers}\n{';'.join('123' for _name in headers.split(';'))}\n", encoding="utf-8")
    session = importer.workspace.begin(str(path), options={"header_row": "1", "delimiter": ";"})
    importer.sessions.append(session)
    session.read()
    assert session.kind == kind
    session.set_kind("contacts" if kind == "products" else "products")
    assert not any(link.field.startswith("product.") == (kind == "products") for link in session.mapping.links)


def test_a_field_of_contacts_cannot_be_linked_in_an_import_of_products(importer: Importer) -> None:
    session = importer.begin([row("A1", "Lamp", "1")], rules())
    with pytest.raises(UsageError, match=r"company\.name"):
        session.link(0, "company.name")
    with pytest.raises(UsageError):
        importer.workspace.begin(str(importer.folder / "rows1.csv"), kind="cats")


def test_a_template_links_itself_and_its_example_is_left_out(importer: Importer) -> None:
    path = importer.folder / "products.xlsx"
    importer.workspace.write_template("products", path)
    session = importer.workspace.begin(str(path))
    importer.sessions.append(session)
    session.read()
    assert session.kind == "products"
    assert [session.mapping.fields_of(column.position) for column in session.columns] == [(column.field,) for column in PRODUCTS]
    session.change_settings(rules())
    assert session.plan().count("product").skipped == 1


def test_a_recipe_brings_kind_key_and_price_list_along(importer: Importer) -> None:
    session, _report = importer.plan([row("A1", "Lamp", "1")], rules("name_code", "replace", "Retail"))
    importer.workspace.save_recipe(session.recipe(), "prices")
    session.apply()
    path = importer.folder / "next.csv"
    path.write_text("product.list_price,product.name,product.code\n2,Lamp,A1\n", encoding="utf-8")
    following = importer.workspace.begin(str(path), recipe=importer.workspace.recipe("prices"))
    importer.sessions.append(following)
    following.read()
    following.apply()
    assert following.kind == "products"
    assert [(each["price_list"], each["list_price"]) for each in products(importer)] == [("Retail", 2.0)]


def test_a_real_price_list_of_a_thousand_products(importer: Importer) -> None:
    path = shared("samples/products/AbtBuy_Buy.csv")
    session = importer.workspace.begin(str(path))
    importer.sessions.append(session)
    session.read()
    assert session.kind == "products"
    session.change_settings(rules(price_list="Buy"))
    report = session.plan()
    counts = report.count("product")
    assert counts.total == session.rows
    assert counts.problem == session.rows - counts.added > 500  # those without a price
    session.set_constant("product.list_price", 0)
    summary = session.apply()
    assert summary.entities["product"].as_dict() == {**dict.fromkeys(counts.as_dict(), 0), "added": 1090, "problem": 2}  # two are #REF!
    assert importer.workspace.price_lists()[0].currency == "USD"
