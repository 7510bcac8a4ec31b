"""What each screen is for, by keyboard alone at 80x24."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import driven
from tests.tui.fakes import FakeSession, FakeWorkspace
from tui_import.api.errors import SourceError, Where
from tui_import.model.settings import Action, BlankCells, ListPolicy, PersonKey, ValuesPolicy
from tui_import.tui.widgets.dialogs import Choose

# -- home


async def test_home_shows_recent_files_drafts_history_and_selections(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        for words in ("Open a file", "customers.xlsx", "Go on with", "in the preview", "History", "3 selections", "Back up first"):
            assert words in tui.text


async def test_products_need_a_price_list_before_anything_else(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        assert "imported as: whatever its columns say" in tui.text
        await tui.press("c", "escape")
        assert "imported as: whatever its columns say" in tui.text
        await tui.press("c")
        await tui.write("Products")
        await tui.press("enter")
        await tui.write("Retail")
        await tui.press("enter")
        assert "imported as: Products, into the price list “Retail”" in tui.text


async def test_any_kind_can_be_chosen_for_the_next_file(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("c")
        await tui.write("Project members")
        await tui.press("enter")
        assert "imported as: Project members" in tui.text
        assert (tui.app.kind, tui.app.price_list) == ("project_members", "")  # type: ignore[attr-defined]
        await tui.press("c")
        await tui.write("Whatever")
        await tui.press("enter")
        assert "imported as: whatever its columns say" in tui.text


async def test_an_unfinished_import_goes_on_where_it_stopped(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("down", "down", "down", "enter")
        assert ("resume", "d1") in workspace.done
        assert "[4 Preview]" in tui.text


async def test_a_run_is_undone_from_home_only_after_a_yes(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("down", "down", "down", "down", "u")
        assert "Undo run 7" in tui.text
        await tui.press("enter", "n")
        assert workspace.done == []
        await tui.press("u", "y")
        assert workspace.done == [("undo", 7)]
        assert "8 records put back" in tui.text
        await tui.press("r", "y")
        assert workspace.done[-1] == ("redo", 7)


async def test_a_draft_is_discarded_only_after_a_yes(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("down", "down", "down", "delete", "escape")
        assert workspace.done == []
        await tui.press("delete", "y")
        assert workspace.done == [("discard", "d1")]


# -- opening


async def test_a_file_is_found_by_typing_and_opened(workspace: FakeWorkspace, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "people.xlsx").write_bytes(b"")
    (tmp_path / "sub" / "notes.doc").write_bytes(b"")
    async with driven(workspace) as tui:
        await tui.press("o")
        field = tui.app.screen.query_one("#path")
        field.value = f"{tmp_path}/"  # type: ignore[attr-defined]
        await tui.settle()
        await tui.press("enter")
        assert "people.xlsx" in tui.text
        assert "notes.doc" not in tui.text
        await tui.write("peo")
        await tui.press("enter")
        assert workspace.done == [("begin", str(tmp_path / "sub" / "people.xlsx"), "")]
        assert "[1 Source]" in tui.text


async def test_a_file_that_cannot_be_opened_says_why_and_costs_nothing(workspace: FakeWorkspace) -> None:
    def broken(*_args: object, **_options: object) -> FakeSession:
        raise SourceError("It is not a workbook.", where=Where(file="x.xlsx"), hint="Save it as xlsx.")

    workspace.begin = broken  # type: ignore[method-assign]
    async with driven(workspace, location="x.xlsx") as tui:
        assert "It is not a workbook." in tui.text
        assert "Save it as xlsx." in tui.text
        await tui.press("escape")
        assert "Open a file" in tui.text


# -- step 1


async def test_the_first_rows_are_shown_as_they_stand_with_the_heading_marked(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        assert "H 1" in tui.text
        assert "Nordic Timber AS" in tui.text


async def test_another_sheet_is_chosen_and_looked_at(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("right")
        assert session.table == "Old"
        assert "Old (hidden)" in tui.text


async def test_a_number_that_is_none_is_refused_in_words(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("down", "enter")
        await tui.write("x")
        await tui.press("enter")
        assert "is not a number" in tui.text
        assert session.options["header_row"] == 1


async def test_an_encrypted_workbook_asks_for_its_password() -> None:
    session = FakeSession(password="secret")
    async with driven(FakeWorkspace(session), location="customers.xlsx") as tui:
        assert "The workbook is encrypted." in tui.text
        await tui.write("secret")
        assert "secret" not in tui.text
        await tui.press("enter")
        assert "Nordic Timber AS" in tui.text


async def test_f8_reads_the_file_and_goes_to_the_mapping(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8")
        assert session.state == "read"
        assert "[2 Mapping]" in tui.text
        assert "5 rows read." in tui.text


# -- step 2


async def test_each_column_shows_its_field_how_sure_it_is_and_why(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8")
        assert "Company: Name" in tui.text
        assert "99%" in tui.text
        assert "means company name" in " ".join(tui.text.split())
        assert "? Company: Postal address" in tui.text


async def test_a_column_is_linked_by_typing_a_few_letters(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "end", "enter")
        await tui.write("vat")
        await tui.press("enter")
        assert session.mapping.fields_of(4) == ("company.vat_number",)


async def test_one_column_feeds_two_fields(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "plus")
        await tui.write("company code")
        await tui.press("enter")
        assert session.mapping.fields_of(0) == ("company.name", "company.code")


async def test_there_is_no_way_on_until_what_is_required_is_linked(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "delete")
        assert "Still to be linked: Company: Name" in tui.text
        await tui.press("f8")
        assert "[2 Mapping]" in tui.text
        assert "First link what is missing" in tui.text


async def test_a_constant_is_given_changed_and_removed(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "c")
        await tui.write("category")
        await tui.press("enter")
        await tui.write("Prospect")
        await tui.press("enter")
        assert session.mapping.constants == {"company.category": "Prospect"}
        assert "(every row)" in tui.text
        await tui.press("end", "delete")
        assert session.mapping.constants == {}


async def test_a_value_is_replaced_in_the_whole_column_and_taken_back(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "down", "v")
        assert "Bergen" in tui.text
        await tui.press("down", "e", *["backspace"] * 6)
        await tui.write("Stavanger")
        await tui.press("enter")
        assert [row[1] for row in session.cells].count("Stavanger") == 2
        assert "2 rows changed." in tui.text
        await tui.press("u", "escape")
        assert [row[1] for row in session.cells].count("Bergen") == 2


# -- step 3


async def test_settings_are_turned_by_arrow_keys(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "f8", "down", "right")
        assert session.settings.company.action is Action.REPLACE
        assert "The file wins" in tui.text


async def test_settings_are_chosen_from_a_list(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "f8", "down", "down", "enter")
        await tui.write("none")
        await tui.press("enter")
        assert session.settings.person.match is PersonKey.NONE
        assert "If no company name" not in tui.text


async def test_persons_without_company_are_not_offered_while_a_company_is_mandatory(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "f8", "down", "down", "down", "down", "enter")
        assert "Make a company named" in tui.text
        assert "Import persons without company" not in tui.text


async def test_position_offers_no_default(workspace: FakeWorkspace) -> None:
    from tui_import.model.settings import Settings
    from tui_import.tui import settings_form

    form = settings_form.options(Settings(), workspace.catalogue, workspace.lists(), mandatory_company=True)
    policies = {option.key: [choice.value for choice in option.choices] for option in form if option.key.startswith("lists.")}
    assert [choice.value for option in form if option.key == "values.date_order" for choice in option.choices] == ["", "dmy", "mdy", "ymd"]
    assert policies["lists.position"] == ["add", "blank"]
    assert policies["lists.category"] == ["add", "default", "blank"]


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("lists.category", "blank", lambda s: s.lists["category"] is ListPolicy.BLANK),
        ("values.phones", "replace", lambda s: s.values.phones is ValuesPolicy.REPLACE),
        ("values.blank_cells", "keep", lambda s: s.values.blank_cells is BlankCells.KEEP),
        ("values.country", "no", lambda s: s.values.country == "NO"),
        ("privacy.comment", "Fair", lambda s: s.privacy.comment == "Fair"),
        ("company.match", "id", lambda s: s.company.match == "id"),
    ],
)
def test_every_kind_of_setting_can_be_changed(key: str, value: str, read: object) -> None:
    from tui_import.model.settings import Settings
    from tui_import.tui import settings_form

    assert read(settings_form.with_value(Settings(), key, value))  # type: ignore[operator]


def test_matching_by_id_never_stays_with_add_always() -> None:
    from tui_import.model.settings import Settings
    from tui_import.tui import settings_form

    adding = settings_form.with_value(Settings(), "company.action", "add")
    assert settings_form.with_value(adding, "company.match", "id").company.action is Action.MERGE


async def test_the_adviser_stands_beside_the_key(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("f8", "f8")
        assert "conflicts" in tui.text
        assert "not linked" in tui.text
        await tui.press("a")
        assert "Key adviser" in tui.text


# -- step 4


async def open_preview(tui: object) -> None:
    await tui.press("f8", "f8", "f8")  # type: ignore[attr-defined]


async def test_the_preview_shows_states_totals_and_fields(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        for words in ("[4 Preview]", "~C +P", "+3 new", "!1 problem", "fill 2", "Stored", "Incoming", "Result"):
            assert words in tui.text


async def test_a_row_is_taken_out_with_space_and_the_totals_follow(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("space")
        assert session.checked[0] is False
        assert "-1 skipped" in tui.text
        assert "1 row un-checked" in tui.text


async def test_filters_show_only_what_they_say(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("f")
        await tui.write("problem")
        await tui.press("enter")
        assert "Showing problems: 1" in tui.text
        assert "Fjord Shipping" in tui.text
        assert "Foo [/] Bar" not in tui.text
        await tui.press("escape")
        assert "Showing all: 5" in tui.text


async def test_searching_finds_rows_by_any_cell(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("slash")
        await tui.write("bergen")
        await tui.press("enter")
        assert "Showing all: 2" in tui.text


async def test_n_goes_to_the_problem_and_to_the_cell_at_fault(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("n")
        assert "E-mail: not an e-mail address" in tui.text
        await tui.press("n")
        assert "No further problem" in tui.text


async def test_a_cell_is_corrected_in_place_and_the_row_is_planned_anew(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("n", "e", *["backspace"] * 20)
        await tui.write("kari@fjord.example")
        await tui.press("enter")
        assert session.cells[2][3] == "kari@fjord.example"
        assert "!1 problem" not in tui.text
        assert "Moved: Persons: 1 from problem to new" in tui.text
        await tui.press("u")
        assert session.cells[2][3] == "not an address"


async def test_esc_leaves_the_cell_as_it_was(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("e", "x", "escape")
        assert session.cells[0][0] == "Nordic Timber AS"
        assert "[4 Preview]" in tui.text


async def test_sorting_by_the_columns_own_key_goes_up_down_and_back(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("right", "s")
        assert "by City" in tui.text
        await tui.press("s")
        assert "descending" in tui.text
        await tui.press("s")
        assert "by City" not in tui.text


async def test_colon_goes_to_a_row_of_the_file(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("colon", "5", "enter")
        assert tui.app.screen.browser.key == 4  # type: ignore[attr-defined]


async def test_all_none_and_inverted_checks_apply_to_the_filter(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("slash")
        await tui.write("bergen")
        await tui.press("enter", "A")
        assert session.checked == [True, False, False, True, True]
        await tui.press("asterisk")
        assert session.checked == [True] * 5


# -- steps 5 and 6


async def test_the_import_starts_only_after_the_number_of_rows_was_typed(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("f9", "f9")
        await tui.write("4")
        await tui.press("enter")
        assert "That is not 5" in tui.text
        assert session.summary is None
        await tui.press("backspace", "5", "enter")
        assert session.summary is not None
        assert "[6 Result]" in tui.text
        assert "New companies: 3" in tui.text


async def test_clearing_values_needs_its_own_yes(workspace: FakeWorkspace, session: FakeSession) -> None:
    session.clears = 312
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        assert "312 values will be cleared" in tui.text
        await tui.press("f9", "f9", "5", "enter")
        assert "Clear values?" in tui.text
        await tui.press("n")
        assert session.summary is None
        await tui.press("f9", "5", "enter", "y")
        assert session.accepted_clears is True


async def test_the_result_is_undone_and_the_recipe_saved_from_where_it_stands(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("f9", "f9", "5", "enter", "r")
        await tui.write("fairs")
        await tui.press("enter")
        assert ("save_recipe", "fairs") in workspace.done
        await tui.press("u", "y")
        assert ("undo", 7) in workspace.done
        assert "taken back" in tui.text
        await tui.press("escape")
        assert "Open a file" in tui.text


# -- moving about


async def test_esc_leads_back_step_by_step_and_loses_nothing(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("space", "escape")
        assert "[3 Settings]" in tui.text
        await tui.press("escape")
        assert "[2 Mapping]" in tui.text
        await tui.press("f8", "f8")
        assert session.checked[0] is False
        await tui.press("1", "escape")
        assert "Open a file" in tui.text
        assert session.closed


async def test_numbers_jump_to_steps_that_can_be_reached_and_say_why_not(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("4")
        assert "not read yet" in tui.text
        await open_preview(tui)
        await tui.press("2")
        assert "[2 Mapping]" in tui.text
        await tui.press("6")
        assert "when the import is done" in tui.text


async def test_question_mark_explains_the_screen_and_its_keys(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        await tui.press("question_mark")
        assert "Before each row stand its states" in tui.text
        assert "Space" in tui.text
        await tui.press("escape")
        assert "[4 Preview]" in tui.text


async def test_the_palette_has_every_action_of_the_screen(workspace: FakeWorkspace) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await open_preview(tui)
        titles = {command.title.partition("  (")[0] for command in tui.app.get_system_commands(tui.app.screen)}
        assert {"Filter", "Next problem", "Invert checks", "Sort", "Step 2: Mapping", "Help", "Quit"} <= titles


async def test_quitting_asks_and_keeps_the_draft(workspace: FakeWorkspace, session: FakeSession) -> None:
    async with driven(workspace, location="customers.xlsx") as tui:
        await tui.press("q")
        assert "is kept" in tui.text
        await tui.press("n")
        assert "[1 Source]" in tui.text
        await tui.press("q", "y")
    assert session.closed
    assert tui.app.return_code == 0


# -- selections, runs, lists


async def test_selections_are_combined_exported_and_their_records_deleted(workspace: FakeWorkspace, tmp_path: Path) -> None:
    async with driven(workspace) as tui:
        await tui.press("s", "space", "down", "space", "c", "enter")
        await tui.press("enter")
        assert workspace.done[-1] == ("combine", "union", (1, 3), "all of them")
        await tui.press("home", "x")
        field = tui.app.screen.query_one("Input")
        field.value = f"{tmp_path}/out.json"  # type: ignore[attr-defined]
        await tui.press("enter")
        assert workspace.done[-1] == ("export", f"{tmp_path}/out.json", "json", 1)
        await tui.press("D", "3", "enter")
        assert workspace.done[-1] == ("delete_members", 1)


async def test_a_selection_shows_its_records(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("s", "enter")
        assert "Foo [/] Bar" in tui.text
        assert "Bergen" in tui.text


async def test_a_run_shows_each_changed_field_and_where_values_come_from(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("down", "down", "down", "down", "enter")
        assert "Nordic Timber AS" in tui.text
        assert "fill" in tui.text
        await tui.press("enter")
        assert "column Company name" in " ".join(tui.text.split())


async def test_preferences_and_list_items_are_changed(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("p", "enter")
        assert workspace.done[-1] == ("set_preference", "mandatory_company", 0)
        await tui.press("down", "d")
        assert workspace.done[-1] == ("set_list_item", "category", "Customer", None, True)


async def test_an_import_is_undone_for_one_selection_only(workspace: FakeWorkspace) -> None:
    async with driven(workspace) as tui:
        await tui.press("s", "u", "y")
        assert workspace.done == [("undo", 7, 1)]


async def test_a_file_is_opened_with_a_recipe(workspace: FakeWorkspace, tmp_path: Path) -> None:
    (tmp_path / "people.xlsx").write_bytes(b"")
    async with driven(workspace) as tui:
        await tui.press("o", "f5", "down", "enter")
        assert "with the recipe fairs" in tui.text
        field = tui.app.screen.query_one("#path")
        field.value = f"{tmp_path}/people.xlsx"  # type: ignore[attr-defined]
        await tui.press("enter")
        assert workspace.recipe_used == "fairs"


async def test_a_second_enter_of_one_burst_closes_the_window_once_and_nothing_below_it() -> None:
    answers: list[int | None] = []
    async with driven(FakeWorkspace()) as tui:
        below = tui.app.screen
        await tui.app.push_screen(Choose("Which?", ["first", "second"]), answers.append)
        for _turn in range(3):
            tui.app.post_message(events.Key("enter", "\r"))
        await tui.pilot.pause()
        await tui.pilot.pause()
        assert answers == [0]
        assert tui.app.screen is below
