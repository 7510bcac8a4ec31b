"""The tail of the house: ``make house``. Marks to look up at, not limits to satisfy (docs/architecture.md)."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST = 10
"""Lines of each table."""


@dataclass(slots=True)
class Module:
    """What one module consists of."""

    name: str
    path: Path
    lines: int
    functions: list[tuple[int, str]] = field(default_factory=list)
    """(lines, name) of every function and method."""
    classes: list[tuple[int, str]] = field(default_factory=list)
    """(methods, name) of every class."""
    imports: set[str] = field(default_factory=set)
    """Names of all modules it imports, wherever in the file."""


def sources() -> list[Path]:
    """Our Python files, tests and the template of plugins apart."""
    found = [*(ROOT / "tui_import").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    return sorted(path for path in found if not path.is_relative_to(ROOT / "plugins" / "template"))


def read(path: Path) -> Module:
    """Measure one file."""
    text = path.read_text(encoding="utf-8")
    top = ROOT / "plugins" if path.is_relative_to(ROOT / "plugins") else ROOT
    name = ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")
    module = Module(name, path, text.count("\n"))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            module.functions.append(((node.end_lineno or node.lineno) - node.lineno + 1, node.name))
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in node.body)
            module.classes.append((methods, node.name))
        elif isinstance(node, ast.Import):
            module.imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            module.imports |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return module


def fan(modules: Sequence[Module]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """How many modules of ours each one is imported by, and imports."""
    ours = {module.name for module in modules}
    into: dict[str, set[str]] = defaultdict(set)
    out = []
    for module in modules:
        used = {name for name in module.imports if name in ours} - {module.name}
        out.append((len(used), module.name))
        for name in used:
            into[name].add(module.name)
    return [(len(users), name) for name, users in into.items()], out


def ui_share(modules: Sequence[Module]) -> float:
    """Share of all lines that stand in modules which import Textual."""
    ui = sum(m.lines for m in modules if any(name.split(".")[0] in ("textual", "rich") for name in m.imports))
    return ui / sum(m.lines for m in modules)


def table(title: str, rows: Iterable[tuple[int, str]]) -> str:
    """The first of the sorted rows under a title."""
    first = sorted(rows, key=lambda row: (-row[0], row[1]))[:MOST]
    return "\n".join([title, *(f"  {number:5}  {name}" for number, name in first), ""])


def report(modules: Sequence[Module]) -> str:
    """All tables."""
    into, out = fan(modules)
    return "\n".join([
        table("Longest modules (lines; look up at 400)", ((m.lines, m.name) for m in modules)),
        table("Longest functions (lines; look up at 50)", ((n, f"{m.name}.{name}") for m in modules for n, name in m.functions)),
        table("Classes of most methods (look up at 20)", ((n, f"{m.name}.{name}") for m in modules for n, name in m.classes)),
        table("Most imported (modules that import it)", into),
        table("Most importing (modules that it imports)", out),
        f"{sum(m.lines for m in modules):,} lines in {len(modules)} modules; {ui_share(modules):.0%} of the lines import Textual",
    ])  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(report([read(path) for path in sources()]) + "\n")
