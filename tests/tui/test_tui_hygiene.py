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


DRAWING = {"Segment", "Text"}
"""What widgets draw lines with."""
MADE_SAFE = {"safe", "shown", "content", "_", "ngettext", "number"}
"""Calls whose result may be drawn."""
PASSES_ON = {"fit", "join", "format", "ljust", "rjust", "replace", "upper"}
"""Calls whose result may be drawn where all that goes in may."""
DRAWN_AS_IT_IS = {
    ("key_bar.py", "key"): "keys of the keymap",
    ("key_bar.py", "label"): "labels of the keymap",
    ("key_bar.py", "last"): "a key and its label",
    ("crash.py", "places"): "files and lines of this program",
    ("crash.py", "type(error).__name__"): "what Python calls the error",
    ("where.py", "text"): "number and name of a step",
    ("pair_queue.py", "letter"): "letters of `queue.letter`",
    ("virtual_table.py", "line"): "texts of segments that are there already",
    ("pair_fields.py", "line.sign"): "signs of `FieldView.letter`",
    ("pair_fields.py", "line.source"): "letters of `FieldView.source`",
    ("pair_fields.py", "shown"): "parts of a text that `segments` has made safe",
}
"""Exceptions: file and expression, with the reason."""


class Drawn:
    """Whether an expression of a function may be drawn: it is a literal of ours, or what `safe` and its like give."""

    def __init__(self, path: Path, function: ast.AST) -> None:
        self._path, self._values = path, {}
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
            for target in targets:
                for name, value in self._pairs(target, node.value):
                    self._values.setdefault(name, []).append(value)

    @staticmethod
    def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[str, ast.expr]]:
        if isinstance(target, ast.Name):
            return [(target.id, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            return [(each.id, given) for each, given in zip(target.elts, value.elts, strict=True) if isinstance(each, ast.Name)]
        return [(each.id, value) for each in getattr(target, "elts", ()) if isinstance(each, ast.Name)]

    def may(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        if (self._path.name, ast.unparse(node)) in DRAWN_AS_IT_IS:
            return True
        parts: list[ast.expr]
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr():
                parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            case ast.BinOp():
                parts = [node.left] if isinstance(node.op, ast.Mult | ast.Mod) else [node.left, node.right]
            case ast.BoolOp() | ast.Tuple() | ast.List():
                parts = node.values if isinstance(node, ast.BoolOp) else node.elts
            case ast.IfExp():
                parts = [node.body, node.orelse]
            case ast.Subscript() | ast.Starred():
                parts = [node.value]
            case ast.GeneratorExp() | ast.ListComp():
                names = {name.id for made in node.generators for name in ast.walk(made.target) if isinstance(name, ast.Name)}
                safe_names = all(self.may(made.iter, seen) for made in node.generators)
                return self.may(node.elt, seen | names if safe_names else seen)
            case ast.Call():
                return self._call(node, seen)
            case ast.Name():
                if node.id in seen:
                    return True
                parts = self._values.get(node.id, [])
                return bool(parts) and all(self.may(part, seen | {node.id}) for part in parts)
            case _:
                return False
        return all(self.may(part, seen) for part in parts)

    def _call(self, node: ast.Call, seen: frozenset[str]) -> bool:
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in MADE_SAFE:
            return True
        if name == "map":
            return isinstance(node.args[0], ast.Name) and node.args[0].id in MADE_SAFE
        texts = node.args[:1] if name == "fit" else [*node.args, *(word.value for word in node.keywords)]
        if isinstance(node.func, ast.Attribute):
            texts.append(node.func.value)
        return name in PASSES_ON and all(self.may(text, seen) for text in texts)


def drawn_bare(path: Path, tree: ast.Module) -> list[str]:
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            drawn = Drawn(path, function)
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
            bare = [call for call in calls if call.func.id in DRAWING and not drawn.may(call.args[0])]
            found += [f"{path.name}:{call.lineno} {ast.unparse(call.args[0])}" for call in bare]
    return found


def test_no_line_is_drawn_from_a_bare_data_string() -> None:
    assert [place for path, tree in trees() if path.parent.name != "driver" for place in drawn_bare(path, tree)] == []


@pytest.mark.parametrize("line", ["Segment(row.name)", "Segment(fit(name, 3))", "x = cell.text; Segment(x)", "Text(f'{safe(a)}{b}')"])
def test_the_search_for_bare_data_strings_finds_them(line: str) -> None:
    assert drawn_bare(Path("x.py"), ast.parse(f"def f(name, row, cell, a, b):\n    {line}")) != []


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
