"""The programs that are measured: ours with either driver, and two peers installed in an environment of their own."""

from __future__ import annotations

import csv
import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import python_server

PEERS = ("harlequin==2.17.0", "visidata==3.4")
ROWS = 2000
HEADINGS = ("Company name", "City", "Country", "First name", "Last name", "Email", "Phone")


@dataclass(frozen=True)
class Program:
    """How to run it, how to get to its table, and which of its keys do what."""

    name: str
    command: Sequence[str]
    ready: str
    """Shown when it has started."""
    to_table: Sequence[tuple[str, str]] = ()
    """(keys, what is shown then)."""
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Action → keys, each of which is measured; the dearest counts."""
    environment: Mapping[str, str] = field(default_factory=dict)


def write_people(folder: Path) -> tuple[Path, Path]:
    """The same rows as CSV and as SQLite."""
    rows = [
        (f"Company {n * 7919 % ROWS} A/S", f"City {n % 97}", "Denmark", f"Anna{n}", f"Holm{n % 311}", f"a{n}@x{n % 53}.example", f"{n:08d}")
        for n in range(ROWS)
    ]
    file, database = folder / "people.csv", folder / "people.sqlite"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows])
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE people (a, b, c, d, e, f, g)")
    connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return file, database


def programs(folder: Path) -> list[Program]:
    """All of them; the peers are installed where they are not yet."""
    file, database = write_people(folder)
    steps = [("F8", "Step 2 of 6"), ("F8", "Step 3 of 6"), ("F8", "Showing all")]
    moves = {"down": ["Down"] * 3, "scroll": ["Down"] * 4, "page": ["PageDown", "PageDown"]}
    ours = {
        **moves,
        "focus": ["Enter", "Enter"],
        "help": ["F1"],
        "help closed": ["Esc"],
        "palette": ["\x10"],
        "palette closed": ["Esc"],
        "to a field": ["/"],
        "letter": ["a", "b"],
        "out of it": ["Esc"],
        "next step": ["F8"],
        "step before": ["F7"],
    }

    def own(name: str, driver: str) -> Program:
        environment = {"TUI_IMPORT_STORE": str(folder / f"{driver}.sqlite"), "TUI_IMPORT_DRIVER": driver, "LANGUAGE": "en"}
        environment |= {"TUI_IMPORT_CONFIG": str(folder / "configuration"), "PYTHONPATH": os.getcwd()}
        return Program(name, [sys.executable, "-m", "tui_import", str(file)], "Step 1 of 6", steps, ours, environment)

    peers = python_server("terminal-peers", *PEERS)
    query = [("select * from people", "select * from people"), ("\n", "Query Results (2"), ("\x1b[15~", "Query Results")]
    table = {**moves, "focus": ["Tab", "Tab"], "help": ["F1"], "help closed": ["Esc"]}
    harlequin = [str(peers / "harlequin"), "-a", "sqlite", str(database), "--no-download-tzdata"]
    home = {"HOME": str(folder)}
    return [
        own("tui-import", "lean"),
        own("stock driver", "stock"),
        Program("harlequin", harlequin, "Query Editor", query, table, home),
        Program("visidata", [str(peers / "vd"), str(file)], "2000 rows", (), moves, home),
    ]
