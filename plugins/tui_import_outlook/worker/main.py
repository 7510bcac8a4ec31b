"""The child: takes its job from standard input, reads under limits, and sends folders or contacts through standard output, a line each."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from tui_import_outlook.worker import msg
from tui_import_outlook.worker.found import Contact, Damaged, Folder, Item, Other
from tui_import_outlook.worker.pst import DataFile

LOOK_SECONDS = 60
"""For the look into the folders; those that are left are offered unseen."""
WAIT = 900
"""Seconds that the child waits for its reader; then it ends by itself."""
SHOWN = 20
"""Damaged files that are named."""


def main() -> None:
    """Run the job."""
    job = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe = os.fdopen(os.dup(1), "wb", 1 << 16)
    os.dup2(2, 1)  # nothing that a library prints can get between the messages
    try:
        for kind, content in run(job):
            send(pipe, kind, content)
    except MemoryError:
        send(pipe, "error", ["memory", ""])
    except ImportError as error:
        send(pipe, "error", ["missing", error.name or ""])
    except BrokenPipeError:
        os._exit(0)
    except BaseException as error:  # whatever it is, the parent is told
        send(pipe, "error", ["damaged", f"{type(error).__name__}: {error}"[:300]])
    signal.alarm(WAIT)
    pipe.flush()
    os._exit(0)


def send(pipe: BinaryIO, kind: str, content: Any) -> None:
    """Write one message."""
    signal.alarm(WAIT)
    pipe.write(json.dumps([kind, content]).encode() + b"\n")
    signal.alarm(0)


def run(job: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The messages of a job: look into a place, or read the contacts of one of its folders or of all."""
    file = None if job["kind"] == "msg" else DataFile(job["path"])
    if job["do"] == "look":
        yield from look(job["path"], file)
    else:
        yield from read(job["path"], file, job["folders"])


def look(path: str, file: DataFile | None) -> Iterator[tuple[str, Any]]:
    """The folders that hold contacts or lists, with their columns."""
    end = time.monotonic() + LOOK_SECONDS
    if file is None:
        folder = Folder(0, "")
        for item in msg.items(path):
            folder.add(item)
        yield "folder", told(folder)
    for folder, found in file.folders() if file else ():
        items = file.items(found) if file else iter(())
        folder.unseen = time.monotonic() > end and found.number_of_sub_messages > 0
        for item in () if folder.unseen else items:
            folder.add(item)
            if time.monotonic() > end:
                folder.unseen = True
                break
        if folder.contacts or folder.lists or folder.unseen or folder.damaged:
            yield "folder", told(folder)
    yield "end", {}


def told(folder: Folder) -> dict[str, Any]:
    """A folder as it is sent."""
    lists = [[each.name, each.items, each.addresses] for each in folder.lists]
    return {
        "key": folder.key, "path": folder.path, "deleted": folder.deleted, "unseen": folder.unseen, "contacts": folder.contacts,
        "columns": sorted(folder.columns), "lists": lists, "damaged": folder.damaged,
    }  # fmt: skip


def read(path: str, file: DataFile | None, folders: list[int]) -> Iterator[tuple[str, Any]]:
    """The contacts, numbered from 1, and at the end what was met beside them."""
    number = pictures = damaged = 0
    named: list[str] = []
    others = 0
    seen: set[int] = set()
    for item in _items(path, file, folders):
        if isinstance(item, Contact) and not (item.item and item.item in seen):
            number += 1
            pictures += item.picture
            seen.add(item.item)
            yield "row", [number, item.item, item.columns]
        elif isinstance(item, Damaged):
            damaged += 1
            named += [item.name] if item.name and len(named) < SHOWN else []
        elif isinstance(item, Other) and item.name:
            others += 1
    yield "end", {"pictures": pictures, "damaged": damaged, "named": named, "others": others}


def _items(path: str, file: DataFile | None, folders: list[int]) -> Iterator[Item]:
    if file is None:
        yield from msg.items(path)
        return
    for folder, found in file.folders():
        if folder.key in folders:
            yield from file.items(found)
