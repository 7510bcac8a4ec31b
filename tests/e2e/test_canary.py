"""A customer's data lies in store, drafts and backups, and nowhere else, however an import ends."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.steps import leave, open_preview
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
CANARIES = ("Kanariefugl", "kanarie@fugl.example", "+4512345670")
HEADER = "Company name;First name;Last name;E-mail;Telephone\n"
ROW = f"{CANARIES[0]} ApS;Anna;{CANARIES[0]};{CANARIES[1]};{CANARIES[2]}\n"
FAULTY = f"{CANARIES[0]} ApS;Anna;{CANARIES[0]};{CANARIES[0]}(at)x;{CANARIES[2]}\n"
PLACES = re.compile(r"crm\.sqlite(-wal|-shm|-journal)?$|crm\.sqlite\.(drafts|backups)/|customers\.csv$|asked/")
"""Where it may lie: the store and what belongs to it, the file itself, and what was asked to be written."""
FAILING = """
import sys
from tui_import.session import planning
def fail(*_args, **_named):
    raise ValueError("cannot plan " + {canary!r})
import tui_import.session.plan_step as step
step.PlanStep.plan = fail
from tui_import.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""The program with a mistake in it, whose message holds a customer's data."""


@dataclass(frozen=True)
class House:
    """A home of one's own, in which everything is found that the program writes."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        names = {"HOME": "", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}
        named = {name: str(self.folder / place) for name, place in {**names, "TMPDIR": "tmp"}.items()}
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        return {**kept, **named, "TUI_IMPORT_STORE": str(self.folder / "crm.sqlite"), "LANGUAGE": "en", "LC_ALL": "C.UTF-8"}

    @property
    def file(self) -> Path:
        return self.folder / "customers.csv"

    def run(self, *words: object, code: str = "", mask: int = 0o022) -> subprocess.CompletedProcess[str]:
        start = ["-c", code] if code else ["-m", "tui_import"]
        return subprocess.run(
            [sys.executable, *start, *map(str, words)],
            env=self.environment, cwd=self.folder, umask=mask, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def files(self) -> Iterator[Path]:
        return (path for path in self.folder.rglob("*") if path.is_file())

    def strays(self) -> list[str]:
        """Files that hold a canary where none belongs."""
        found = []
        for path in self.files():
            place = str(path.relative_to(self.folder))
            content = path.read_bytes().lower()
            if not PLACES.search(place) and any(canary.lower().encode() in content for canary in CANARIES):
                found.append(place)
        return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "asked").mkdir()
    made = House(tmp_path)
    made.file.write_text(HEADER + ROW + FAULTY)
    return made


def test_imports_that_end_in_any_way_leave_nothing_outside(house: House) -> None:
    assert house.run("run", house.file, "--plan-only").returncode == 3
    assert house.run("run", house.file, "--max-problems", 0).returncode == 3
    assert house.run("run", house.file).returncode == 3
    assert house.run("run", house.file, "--set", "company.action=add").returncode == 4
    assert house.run("run", house.file, "--map", "nothing=company.code").returncode == 2
    assert house.run("undo", 1).returncode == 0
    assert house.run("redo", 1).returncode == 0
    assert house.run("similar").returncode == 0
    assert house.run("export", "person", "-o", house.folder / "asked" / "persons.xlsx").returncode == 0
    assert house.run("doctor").returncode in (0, 1)
    assert (house.folder / "crm.sqlite").exists()
    assert house.strays() == []


def test_a_mistake_of_ours_is_told_without_what_it_was_about(house: House) -> None:
    result = house.run("run", house.file, code=FAILING.format(canary=CANARIES[0]))
    assert result.returncode == 1
    assert "ValueError in <string>:5" in result.stderr
    assert [canary for canary in CANARIES if canary in result.stderr + result.stdout] == []
    assert house.strays() == []


def test_a_killed_import_leaves_nothing_outside(house: House) -> None:
    house.file.write_text(HEADER + ROW * 20_000)
    process = subprocess.Popen([sys.executable, "-m", "tui_import", "run", house.file], env=house.environment, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(house.folder.glob("crm.sqlite.drafts/*-wal")):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert house.strays() == []


def open_files(pid: int) -> list[str]:
    """Where the files lie that a process has open."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(os.readlink(link))
    return found


def test_what_came_through_a_pipe_leaves_nothing_either(house: House) -> None:
    words = [sys.executable, "-m", "tui_import", "run", "-", "--plan-only"]
    with subprocess.Popen(words, env=house.environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write((HEADER + ROW * 5_000).encode())
        process.stdin.flush()
        while process.poll() is None and not any(str(house.folder / "tmp") in place for place in open_files(process.pid)):
            pass
        assert process.poll() is None, "it keeps what came so far, and waits for more"
        process.kill()
    assert list((house.folder / "tmp").iterdir()) == []
    assert house.strays() == []


def test_every_file_is_its_owners_alone_and_an_export_is_as_the_user_s_files_are(house: House) -> None:
    house.run("run", house.file)
    house.run("run", house.file, "--plan-only")
    house.run("backup")
    house.run("export", "person", "-o", house.folder / "asked" / "persons.csv", mask=0o027)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in house.files() if path != house.file}
    assert {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077 and path.parent.name != "asked"} == {}
    assert modes[house.folder / "asked" / "persons.csv"] == 0o640


def test_neither_title_nor_process_name_tells_whose_data_is_on_the_screen(house: House) -> None:
    with Terminal([sys.executable, "-m", "tui_import", str(house.file)], house.environment) as terminal:
        assert CANARIES[0] in open_preview(terminal)
        names = [Path(f"/proc/{terminal.process.pid}/{name}").read_bytes() for name in ("cmdline", "comm")]
        leave(terminal)
        assert not re.search(rb"\x1b\][0-9]", terminal.received), "no title, no other message to the terminal"
    assert [canary for canary in CANARIES if any(canary.encode() in name for name in names)] == []
    assert house.strays() == []
