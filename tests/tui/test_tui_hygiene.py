"""Rules of the screens' code, each named after what it guards."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.dom import DOMNode

import tui_import.tui
from tui_import.tui import keymap

FOLDER = Path(tui_import.tui.__file__).parent
MODULES = sorted(path for path in FOLDER.rglob("*.py"))
SHOWING = {"Static", "Label", "OptionList", "Button", "Checkbox", "Tab", "Select", "MarkdownViewer"}
"""Widgets that read markup in a plain str."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in MODULES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages([str(FOLDER)], "tui_import.tui."):
        for found in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(found) and found.__module__ == module.name:
                yield found


def is_safe(node: ast.expr) -> bool:
    """A literal without brackets, or what `safe`'s family or a translated sentence gives."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return name in {"content", "lines", "Content", "join"}
    return isinstance(node, ast.Name) and node.id == "table"  # the table of the help: cells of `Text`


def test_no_widget_gets_a_bare_string() -> None:
    bad = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            updates = name == "update" and isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name)
            if (name in SHOWING or updates) and not is_safe(node.args[0]):
                bad.append(f"{path.name}:{node.lineno}")
    assert bad == []


def test_every_toast_is_shown_without_markup() -> None:
    bad = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "notify":
                plain = [
                    word for word in node.keywords if word.arg == "markup" and isinstance(word.value, ast.Constant) and not word.value.value
                ]
                if not plain:
                    bad.append(f"{path.name}:{node.lineno}")
    assert bad == []


def test_screens_import_no_other_screens() -> None:
    bad = []
    for path, tree in trees():
        if path.parent.name in ("screens", "widgets"):
            imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            bad += [f"{path.name}:{node.lineno}" for node in imports if (node.module or "").startswith("tui_import.tui.screens")]
    assert bad == []


def test_widgets_know_neither_session_nor_app() -> None:
    outside = re.compile(r"tui_import\.(session|tui\.(app|frame|bridge|screens))")
    assert [path.name for path in (FOLDER / "widgets").glob("*.py") if outside.search(path.read_text(encoding="utf-8"))] == []


def test_every_binding_comes_from_the_keymap() -> None:
    bad = []
    for found in classes():
        bad += [f"{found.__name__}: {binding}" for binding in found.__dict__.get("BINDINGS", ()) if binding.id not in keymap.actions()]
    assert bad == []


def test_every_action_of_the_keymap_exists_in_the_code() -> None:
    used = {}
    for found in classes():
        for binding in found.__dict__.get("BINDINGS", ()):
            method = "action_" + binding.action.partition("(")[0]
            if hasattr(found, method) or hasattr(App, method):
                used[binding.id] = True
            else:
                used.setdefault(binding.id, False)
    assert sorted(id for id in keymap.actions() if not used.get(id)) == []


def test_no_attribute_of_ours_hides_one_of_textuals() -> None:
    """An innocent ``self._closed`` made a widget deaf: Textual has private attributes of that name."""
    pattern = re.compile(r"self\.(\w+)(?:: [^=\n]+)? = ")
    allowed = {"animation_level", "theme", "virtual_size", "cursor_blink"}
    bad = []
    for found in classes():
        if not issubclass(found, DOMNode):
            continue
        ours = set(pattern.findall(inspect.getsource(found))) - allowed
        theirs: set[str] = set()
        for base in found.__mro__:
            if base.__module__.startswith("textual"):
                theirs |= set(pattern.findall(inspect.getsource(base))) | set(vars(base))
        bad += [f"{found.__name__}.{name}" for name in sorted(ours & theirs)]
    assert bad == []


def test_nothing_blinks() -> None:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Input":
                assert path.name == "dialogs.py", f"{path.name}:{node.lineno}: use line_input"
    assert 'animation_level = "none"' in (FOLDER / "app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "heavy",
    [
        "openpyxl",
        "phonenumbers",
        "rapidfuzz",
        "rich.markdown",
        "textual.widgets._markdown",
        "python_calamine",
        "babel",
        "textual.widgets._data_table",
    ],
)
def test_the_start_does_not_pay_for_what_it_does_not_need(heavy: str) -> None:
    code = f"import sys, tui_import.tui.app, tui_import.tui.screens.home; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
