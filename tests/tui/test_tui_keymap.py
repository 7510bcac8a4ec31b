"""One table of keys feeds everything, and the user's own keys win."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import driven
from tests.tui.fakes import FakeWorkspace
from tui_import.tui import keymap


def test_every_action_has_keys_a_label_and_a_sentence() -> None:
    incomplete = [id for id, action in keymap.actions().items() if not (action.keys and action.label and action.help.endswith((".", "…")))]
    assert incomplete == []


def test_no_two_actions_of_a_section_share_a_key() -> None:
    for section in {action.section for action in keymap.actions().values()}:
        keys = [key for action in keymap.actions().values() if action.section == section for key in action.keys]
        assert len(keys) == len(set(keys)), section


def test_keys_that_terminals_cannot_tell_apart_are_not_used() -> None:
    lost = {
        "ctrl+i",
        "ctrl+m",
        "ctrl+h",
        "ctrl+j",
        "ctrl+left_square_bracket",
        "ctrl+z",
        "ctrl+s",
        "ctrl+b",
        "ctrl+a",
        "shift+enter",
        "ctrl+enter",
    }
    assert [id for id, action in keymap.actions().items() if lost & set(action.keys)] == []


def test_every_action_is_reachable_without_function_keys_or_without_letters() -> None:
    """F-keys work in fields, letters on terminals that lack F-keys: F8 and F7 have both."""
    assert {"f8", "right_square_bracket"} <= set(keymap.actions()["step.next"].keys)
    assert {"f7", "left_square_bracket"} <= set(keymap.actions()["step.previous"].keys)


def test_nothing_that_writes_to_the_store_starts_by_a_single_letter() -> None:
    assert all(len(key) > 1 for key in keymap.actions()["import.begin"].keys)
    assert all(len(key) > 1 for key in keymap.actions()["step.start"].keys)


@pytest.mark.parametrize(("key", "shown"), [("f8", "F8"), ("ctrl+p", "^P"), ("question_mark", "?"), ("escape", "Esc"), ("G", "G")])
def test_keys_are_written_as_people_say_them(key: str, shown: str) -> None:
    assert keymap.shown_key(key) == shown


def test_a_users_keymap_may_name_characters_and_several_keys(tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_text('[rows.filter]\nkeys = ["|", "F"]\n[home.undo]\nkeys = "z"\n')
    keys, complaints = keymap.user_keys(file)
    assert keys["home.undo"] == "z"
    assert keys["rows.filter"].split(",")[1] == "F"
    assert complaints == []


def test_what_a_users_keymap_gets_wrong_is_said_and_the_rest_still_works(tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_text('[home.fly]\nkeys = ["z"]\n[home.undo]\nkeys = ["x"]\n')
    keys, complaints = keymap.user_keys(file)
    assert keys == {"home.undo": "x"}
    assert len(complaints) == 1
    assert "home.fly" in complaints[0]


def test_a_keymap_that_is_no_toml_costs_nothing_but_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_text("[home.undo\n")
    keys, complaints = keymap.user_keys(file)
    assert keys == {}
    assert len(complaints) == 1


async def test_the_users_keys_work_and_are_shown(workspace: FakeWorkspace) -> None:
    keymap.user_file().parent.mkdir(parents=True)
    keymap.user_file().write_text('[home.selections]\nkeys = ["z"]\n')
    async with driven(workspace) as tui:
        assert "z Selections" in tui.text
        await tui.press("z")
        assert "New companies" in tui.text


def test_the_printed_reference_is_the_keymap() -> None:
    """Renew with ``make docs``."""
    from tests import generate_docs

    assert {action.section for action in keymap.actions().values()} == set(generate_docs.SECTIONS)
    for name, page in generate_docs.PAGES.items():
        assert (generate_docs.DOCS / name).read_text(encoding="utf-8") == page()


async def test_keys_of_one_burst_act_in_their_order_in_a_field() -> None:
    from textual import events
    from textual.app import App, ComposeResult
    from textual.widgets import Input

    from tui_import.tui.widgets.dialogs import line_input

    class Field(App[None]):
        def compose(self) -> ComposeResult:
            yield line_input("abc")

    app = Field()
    async with app.run_test() as pilot:
        app.query_one(Input).action_end()
        for key, letter in (("backspace", None), ("backspace", None), ("x", "x"), ("y", "y"), ("left", None), ("z", "z")):
            app.post_message(events.Key(key, letter))
        await pilot.pause()
        await pilot.pause(0.1)
        assert app.query_one(Input).value == "axzy"
