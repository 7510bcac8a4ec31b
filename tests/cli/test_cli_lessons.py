"""What decisions taught, by command: shown, handed to a colleague, forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LESSON = "[person]\nbias = 0.5\ndecisions = 34\n[person.coefficients]\nphone = 0.6\n"


def test_lessons_are_taken_over_shown_handed_on_and_forgotten(cli: Any, tmp_path: Path) -> None:
    assert "as it was shipped" in cli("drafts", "lessons").out
    (tmp_path / "theirs.toml").write_text(LESSON, encoding="utf-8")
    taken = cli("drafts", "lessons", "--import", tmp_path / "theirs.toml", "--json")
    assert taken.object == {"entity": "person", "decisions": 34, "bias": 0.5, "coefficients": {"phone": 0.6}}
    shown = cli("drafts", "lessons").out
    assert "telephone" in shown
    assert "0.60" in shown
    assert cli("drafts", "lessons", "--export", tmp_path / "mine.toml").code == 0
    assert "phone = 0.6" in (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert "as it was shipped" in cli("drafts", "lessons", "--forget").out
    assert cli("drafts", "lessons", "--export", tmp_path / "again.toml").code == 2


def test_a_file_that_is_no_lesson_is_refused_by_name(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("[person.coefficients]\nphone = -3\n", encoding="utf-8")
    done = cli("drafts", "lessons", "--import", tmp_path / "wrong.toml")
    assert done.code != 0
    assert "wrong.toml" in done.err
