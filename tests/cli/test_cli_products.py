"""Products by command: into a price list, out of it, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tui_import.api.i18n import use_language
from tui_import.output.template import PRODUCTS
from tui_import.session.workspace import Workspace

FILE = """Product code;Product name;List price;Category
A1;Lamp;€ 12,50;Lamps
B2;Chair;99,00;Furniture
C3;;5,00;Furniture
"""


@pytest.fixture
def goods(tmp_path: Path) -> Path:
    path = tmp_path / "goods.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_products_are_imported_exported_undone_and_redone(cli: Cli, goods: Path) -> None:
    done = cli("run", goods, "--set", "product.price_list=Retail", "--json")
    assert done.code == 3
    assert done.object["entities"] == {"product": {"added": 2, "updated": 0, "unchanged": 0, "skipped": 0, "problem": 1, "held": 0}}
    assert [(each["entity"], each["kind"], each["members"]) for each in done.object["selections"]] == [("product", "new", 2)]
    assert [(each["name"], each["currency"], each["products"]) for each in cli("price-lists", "--json").objects] == [("Retail", "EUR", 2)]
    assert [each["code"] for each in cli("export", "product", "--price-list", "retail", "--format", "json").objects] == ["A1", "B2"]
    assert cli("blame", "product", 1, "list_price", "--json").objects[0]["column"] == "List price"
    undone = cli("undo", 1, "--json").object
    assert set(undone["entities"]) >= {"product"}
    assert cli("price-lists", "--json").objects == []
    cli("redo", 1)
    assert len(cli("export", "product", "--format", "json").objects) == 2


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_template_of_products_links_itself_in_every_language(cli: Cli, tmp_path: Path, language: str, compiled_catalogues: None) -> None:
    path = tmp_path / "products.xlsx"
    use_language(language)
    try:
        assert cli("template", "products", path).code == 0
    finally:
        use_language(None)
    planned = cli("run", path, "--set", "product.price_list=X", "--plan-only", "--json")
    assert planned.object["entities"]["product"]["skipped"] == 1
    with Workspace() as workspace:
        session = workspace.resume(planned.object["draft"])
        linked = [session.mapping.fields_of(column.position) for column in session.columns]
        session.close()
    assert linked == [(column.field,) for column in PRODUCTS]


def test_the_plan_says_whether_the_price_list_is_new(cli: Cli, goods: Path) -> None:
    cli("price-lists", "add", "Retail", "--currency", "eur", "--valid-from", "2026-01-01")
    assert "Price list: Retail\n" in cli("run", goods, "--set", "product.price_list=RETAIL", "--plan-only").out
    planned = cli("run", goods, "--set", "product.price_list=Retial", "--plan-only")
    assert "Price list: Retial (new)" in planned.out
    draft = cli("drafts", "--json").objects[0]["id"]
    shown = cli("drafts", "show", draft)
    assert "Product" in shown.out
    assert "+A new" in shown.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--set", "kind=products"), "choose it first"),
        (("--set", "kind=cats"), "no kind of import"),
        (("--set", "product.price_list=X", "--map", "Category=company.category"), "--set kind=contacts"),
    ],
)
def test_what_is_missing_or_wrong_is_said(cli: Cli, goods: Path, words: tuple[str, ...], sentence: str) -> None:
    result = cli("run", goods, *words)
    assert result.code == 2
    assert sentence in result.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("price-lists", "add", "X", "--currency", "euro"), "no currency"),
        (("price-lists", "add", "X", "--valid-from", "soon"), "no date"),
        (("price-lists", "add", "X", "--valid-from", "2026-02-01", "--valid-to", "2026-01-01"), "before it begins"),
        (("export", "product", "--price-list", "Nowhere"), "Nowhere"),
        (("export", "company", "--price-list", "Nowhere"), "Only products"),
    ],
)
def test_price_lists_are_checked(cli: Cli, words: tuple[str, ...], sentence: str) -> None:
    result = cli(*words)
    assert result.code == 2
    assert sentence in result.err


def test_a_file_of_products_is_imported_as_contacts_where_that_is_said(cli: Cli, goods: Path) -> None:
    result = cli("run", goods, "--set", "kind=contacts", "--map", "Product name=company.name", "--json")
    assert set(result.object["entities"]) == {"company", "person"}


def test_a_price_list_is_changed_and_changed_back(cli: Cli, goods: Path) -> None:
    cli("run", goods, "--set", "product.price_list=Retail")
    words = ("--name", "Retail 2027", "--currency", "dkk", "--valid-to", "2027-12-31", "--active", "no")
    changed = cli("price-lists", "change", "retail", *words, "--json")
    assert changed.code == 0
    info = changed.object
    assert (info["name"], info["currency"], info["valid_to"], info["active"]) == ("Retail 2027", "DKK", "2027-12-31", False)
    assert "not active" in cli("price-lists").out
    assert len(cli("price-lists", "products", "Retail 2027", "--json").objects) == 2
    assert "list_price" in cli("price-lists", "products", "Retail 2027", "--json").objects[0]
    cli("price-lists", "add", "Retail")
    blocked = cli("undo", info["run"])
    assert "another price list of this name" in blocked.err
    cli("price-lists", "change", "Retail", "--name", "Other")
    assert cli("undo", info["run"]).code == 0
    (retail,) = [each for each in cli("price-lists", "--json").objects if each["products"]]
    assert (retail["name"], retail["valid_to"], retail["active"]) == ("Retail", "", True)


def test_a_price_list_cannot_be_called_as_another(cli: Cli) -> None:
    cli("price-lists", "add", "A")
    cli("price-lists", "add", "B")
    assert "already" in cli("price-lists", "change", "B", "--name", "a").err
    assert cli("price-lists", "change", "C", "--name", "D").code == 2
