"""Real servers for tests, from the registries: installed once under `.servers/`, started on loopback, skipped by name where they cannot be.

`python_server` and `node_server` install; `serving` runs one and stops it. The folder is kept between runs, and a lock lets the
workers of pytest-xdist wait for each other.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / ".servers"
INSTALL_SECONDS, START_SECONDS = 600, 60


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """The folder of this server, with no other worker in it."""
    folder = ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    with (ROOT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def python_server(name: str, *requirements: str) -> Path:
    """The `bin` folder of a virtual environment of its own that holds these requirements, pinned: ``"radicale==3.9.0"``."""
    with locked(name) as folder:
        install = [[sys.executable, "-m", "venv", str(folder / "venv")]]
        install.append([str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
        _install(name, folder, requirements, install)
        return folder / "venv/bin"


def node_server(name: str, *packages: str) -> Path:
    """A folder whose `node_modules` holds these packages, pinned: ``"oidc-provider@9.13.3"``."""
    if shutil.which("npm") is None:
        pytest.skip(f"{name}: npm is not on this machine")
    with locked(name) as folder:
        install = [["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder), *packages]]
        _install(name, folder, packages, install)
        return folder


def _install(name: str, folder: Path, wanted: Sequence[str], commands: Sequence[Sequence[str]]) -> None:
    done = folder / "installed"
    if done.is_file() and done.read_text().split("\n") == list(wanted):
        return
    for command in commands:
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS, cwd=folder)
        except (OSError, subprocess.SubprocessError) as error:
            detail = getattr(error, "stderr", None) or b""
            pytest.skip(f"{name} cannot be installed here: {detail.decode(errors='replace').strip()[-300:] or error}")
    done.write_text("\n".join(wanted))


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something listens."""
    with socket.socket() as sock:
        sock.settimeout(0.2)
        return sock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving(
    command: Sequence[str | Path], port: int, *, cwd: Path, env: Mapping[str, str] | None = None, ready: Callable[[], bool] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server from its start, when it answers on its port, to its end; its output in `server.log` beside it."""
    log = cwd / "server.log"
    argv, environment = [str(each) for each in command], {**os.environ, **(env or {})}
    with log.open("wb") as output:
        process = subprocess.Popen(argv, cwd=cwd, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait(process, ready or (lambda: answers(port)), log)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
