"""The rules of the house that neither a linter nor a type checker sees."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house
from tui_import.cli.commands import COMMANDS, load

ROOT = Path(__file__).resolve().parent.parent.parent


def run_python(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


# -- what is imported


def test_nothing_outside_the_screens_brings_textual_along() -> None:
    """Imports every other module in a process of its own."""
    names = [module.name for module in map(house.read, house.sources()) if not module.name.startswith("tui_import.tui")]
    assert len(names) > 50
    code = (
        "import importlib, json, sys\n"
        "sys.path.insert(0, 'plugins')\n"
        f"for name in {[name for name in names if name != 'tui_import.__main__']!r}:\n"
        "    importlib.import_module(name)\n"
        "print(json.dumps([name for name in ('textual', 'rich') if name in sys.modules]))"
    )
    assert json.loads(run_python(code)) == []


HEAVY = ("textual", "rich", "sqlite_utils", "sqlite3", "babel", "phonenumbers", "openpyxl", "python_calamine", "rapidfuzz", "pluggy",
         "importlib.metadata", "email_validator", "chardet", "argparse", "click")  # fmt: skip


@pytest.mark.parametrize(
    ("words", "allowed"),
    [(["--version"], ()), (["--help"], ("argparse",)), (["run", "--help"], ("argparse",)), (["undo", "--help"], ("argparse",))],
)
def test_a_question_that_needs_no_store_loads_no_heavy_library(words: list[str], allowed: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        "from tui_import.__main__ import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert sorted(ast.literal_eval(result.stderr)) == sorted(allowed)
    assert result.stdout


# -- what users read


ERRORS = re.compile(r"\w+Error$")
OWN_ERRORS = frozenset({
    "UsageError", "RecipeError", "RefusedError", "StaleError", "DriftError", "StoppedError", "SourceError", "PasswordNeededError",
    "PluginError", "StoreError", "StoreBusyError", "StoreTooNewError", "StoreDamagedError", "TuiImportError", "ArgumentTypeError",
})  # fmt: skip
SHOWING = frozenset({
    "Static", "Label", "Button", "Input", "Checkbox", "RadioButton", "notify", "note", "Finding", "begin", "Collapsible", "Header",
})  # fmt: skip
"""Calls whose texts are shown."""
SHOWN = frozenset({"help", "hint", "metavar", "description", "placeholder", "label", "tooltip", "border_title", "message"})
"""Arguments that are shown, whatever is called."""


def words_in(node: ast.expr) -> str:
    """The letters of a literal or of the literal parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = " ".join(part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str))
    else:
        return ""
    return text if re.search(r"[A-Za-z]{3,}", text) and not re.fullmatch(r"[#.$a-z0-9_\-/:]+", text.strip()) else ""


def untranslated(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        shown = [keyword.value for keyword in node.keywords if keyword.arg in SHOWN]
        if name in OWN_ERRORS or name in SHOWING:
            shown += node.args[:1]
        found += [(node.lineno, words_in(value)) for value in shown if words_in(value)]
    return found


@pytest.mark.parametrize("path", house.sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_string_a_user_reads_goes_through_gettext(path: Path) -> None:
    assert untranslated(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_search_for_untranslated_strings_finds_them() -> None:
    code = """
raise SourceError("This is no workbook.")
raise SourceError(f"Row {row} is odd.", hint="Look at it.")
parser.add_argument("--x", help="what it does")
Static("Hello there", id="x")
raise SourceError(_("fine"))
"""
    assert [line for line, _text in untranslated(ast.parse(code))] == [2, 3, 3, 4, 5]


def test_no_message_is_an_f_string() -> None:
    """Gettext cannot find those."""
    for path in house.sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_", "ngettext"):
                assert not any(isinstance(argument, ast.JoinedStr) for argument in node.args), f"{path}:{node.lineno}"


# -- what the guides say

GUIDE = ROOT / "docs" / "user-guide.md"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_place_in_the_guide(command: str) -> None:
    assert re.search(rf"^### .*`{command}`", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


def options_of(command: str) -> set[str]:
    """All options that a command takes, those of its verbs included."""
    from tui_import.cli.parser import Parser

    parser = Parser(prog=command)
    load(command).configure(parser)
    found: set[str] = set()
    parsers = [parser]
    while parsers:
        for action in parsers.pop()._actions:
            found |= set(action.option_strings)
            if isinstance(action.choices, dict):
                parsers += action.choices.values()
    return found - {"-h", "--help"}


def test_the_guide_speaks_of_every_option_and_of_none_that_there_is_not() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    there_are = {"--store", "--json", "--help", "--version"}.union(*map(options_of, COMMANDS))
    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", text))
    assert named - there_are == set()
    assert {option for option in there_are if option.startswith("--")} - named == set()


def test_the_readme_names_only_commands_and_targets_that_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", readme)) <= targets
    for word in re.findall(r"^\$? ?tui-import ([a-z]+)\b(?!\.)", readme, re.MULTILINE):
        assert word in COMMANDS


def test_no_guide_points_at_a_file_that_is_not_there() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_decision_is_numbered_and_short() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 60, f"{page.name}: half a page is meant"
