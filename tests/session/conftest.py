"""A store in a temporary folder, and the developer's own configuration out of reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.session.importer import Importer
from tui_import.session.workspace import Workspace


@pytest.fixture(autouse=True)
def own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the developer's own configuration."""
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("TUI_IMPORT_STORE", raising=False)


@pytest.fixture
def make_importer(tmp_path: Path) -> Iterator[Callable[[], Importer]]:
    """Makes importers, each with a store of its own."""
    made: list[Importer] = []

    def make() -> Importer:
        folder = tmp_path / f"store{len(made)}"
        folder.mkdir()
        made.append(Importer(Workspace(folder / "store.sqlite"), folder))
        return made[-1]

    yield make
    for importer in made:
        for session in importer.sessions:
            session.close()
        importer.workspace.close()


@pytest.fixture
def importer(make_importer: Callable[[], Importer]) -> Importer:
    """One importer."""
    return make_importer()
