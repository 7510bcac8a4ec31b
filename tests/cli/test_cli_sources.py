"""A source's author is served by the command line: facts, checks, and the beginning of a package."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_what_is_known_of_a_source_is_shown(cli: Cli) -> None:
    out = cli("sources", "info", "csv").out
    assert "tui-import" in out
    assert "MIT" in out
    assert "Delimiter" in out


def test_an_unknown_source_names_those_there_are(cli: Cli) -> None:
    result = cli("sources", "info", "exel")
    assert result.code == 2
    assert "excel" in result.err


def test_the_bundled_sources_pass_the_check_on_a_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Name;Age\nAnna;7\n", encoding="utf-8")
    result = cli("sources", "check", "csv", path, "--json")
    assert result.code == 0
    assert len(result.objects) > 10
    assert {check["ok"] for check in result.objects} == {True}
    assert "LOCATION" in cli("sources", "check", "excel").err


def test_a_check_that_finds_something_ends_with_1(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Name;Age\n", encoding="utf-8")
    result = cli("sources", "check", "csv", path)
    assert result.code == 1
    assert "there are no rows" in result.out


def test_a_new_source_is_written_under_its_name(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert cli("sources", "new", "my_erp", folder, "--json").object == {"folder": str(folder)}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        ".github/workflows/test.yml",
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "tests/test_my_erp.py",
        "tui_import_my_erp.py",
    }
    assert not any("example" in path.read_text("utf-8").lower().replace("@example.com", "") for path in folder.rglob("*") if path.is_file())
    again = cli("sources", "new", "my_erp", folder)
    assert again.code == 4
    assert cli("sources", "new", "My-Erp", tmp_path / "other").code == 2
    assert not (tmp_path / "other").exists()


def test_a_source_that_the_user_does_not_want_is_not_loaded_and_not_called_broken(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "plugins.toml").write_text('deny = ["excel"]\n', encoding="utf-8")
    sources = {each["name"]: each for each in cli("sources", "--json").objects}
    assert "plugins.toml" in sources["excel"]["error"]
    assert sources["csv"]["error"] == ""
    assert {check["name"]: check["ok"] for check in cli("doctor", "--json").objects}["Source excel"]
    (tmp_path / "config" / "plugins.toml").write_text("denny = []\n", encoding="utf-8")
    wrong = cli("sources")
    assert wrong.code == 2
    assert "denny" in wrong.err
