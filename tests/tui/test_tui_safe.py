"""Nothing that a file holds can command the terminal."""

from __future__ import annotations

import datetime
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import shared
from tui_import.tui.safe import MOST_MARKS, PLACEHOLDER, content, lines, safe, shown

FORBIDDEN = (
    {chr(code) for code in (*range(32), *range(0x7F, 0xA0))}
    | {chr(code) for code in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))}
    | {chr(code) for code in range(0xE0000, 0xE0080)}
    | {"\ufeff", "\u061c", "\u00ad", "\u180e"}
)


def is_harmless(text: str) -> bool:
    run = 0
    for char in text:
        if char in FORBIDDEN or "\ud800" <= char <= "\udfff" or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
            return False
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run > MOST_MARKS:
            return False
    text.encode("utf-8")
    return True


@given(st.text(alphabet=st.characters(), max_size=60) | st.text(alphabet=[*sorted(FORBIDDEN), "a", "\u0301", "\ud800", "ø"], max_size=60))
def test_no_text_keeps_a_control_bidi_zero_width_tag_or_surrogate(text: str) -> None:
    assert is_harmless(safe(text))


@given(st.text(max_size=60))
def test_safe_text_stays_as_it_is_when_made_safe_again(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@pytest.mark.parametrize("text", ["Møllebæk & Sønner A/S", "Foo [/] Bar", "[bold]x[/bold]", "日本語", "אבג", "Nguyễn", "e\u0301", "100 €"])
def test_ordinary_names_are_shown_unchanged(text: str) -> None:
    assert safe(text) == text


def test_line_ends_are_one_visible_sign_and_tabs_a_space() -> None:
    assert safe("a\r\nb\nc\td") == "a⏎b⏎c d"


def test_escape_sequences_leave_a_visible_trace() -> None:
    assert safe("A\x1b]0;t\x07B") == f"A{PLACEHOLDER}]0;t{PLACEHOLDER}B"


def test_a_pile_of_accents_is_cut() -> None:
    assert safe("e" + "\u0301" * 60) == "e" + "\u0301" * MOST_MARKS


def test_brackets_are_letters_never_markup() -> None:
    assert content("[red]x[/red] [@click=app.bell]y[/]").plain == "[red]x[/red] [@click=app.bell]y[/]"
    assert lines("Foo [/] Bar\n[x]").plain == "Foo [/] Bar\n[x]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (23354000.0, "23354000"),
        (1.5, "1.5"),
        (datetime.date(2026, 3, 1), "2026-03-01"),
        (datetime.datetime(2026, 3, 1, 10, 5), "2026-03-01 10:05:00"),
        (True, "yes"),
    ],
)
def test_values_read_as_people_write_them(value: object, expected: str) -> None:
    assert shown(value) == expected  # type: ignore[arg-type]


def test_the_big_list_of_naughty_strings_is_harmless() -> None:
    strings = json.loads(shared("hostile/strings/blns.json").read_text(encoding="utf-8"))
    assert [text for text in strings if not is_harmless(safe(text))] == []
