"""What tests on a real terminal share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A store and a configuration of their own, for the program and for the tests that look at what it did."""
    settings = {
        "TUI_IMPORT_CONFIG": str(tmp_path / "configuration"),
        "TUI_IMPORT_STORE": str(tmp_path / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }
    for name in ("NO_COLOR", "SSH_CONNECTION", "TUI_IMPORT_DRIVER", "ESCDELAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings
