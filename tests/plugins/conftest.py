"""The bundled plugins are importable here also where the project is not installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui_import import plugin_host

PLUGINS = str(Path(__file__).resolve().parents[2] / "plugins")
if PLUGINS not in sys.path:
    sys.path.append(PLUGINS)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs a distribution with entry points and modules, for the length of a test."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    modules: list[str] = []

    def make(package: str, entry_points: dict[str, str], code: dict[str, str], *, version: str = "1.0") -> None:
        info = site / f"{package.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n", encoding="utf-8")
        lines = [f"[{plugin_host.GROUP}]", *(f"{name} = {value}" for name, value in entry_points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        for name, text in code.items():
            (site / f"{name}.py").write_text(text, encoding="utf-8")
            modules.append(name)
        importlib.invalidate_caches()
        plugin_host.forget()

    yield make
    plugin_host.forget()
    for name in modules:
        sys.modules.pop(name, None)
