"""A line to another machine, on this one: an SSH server of our own on loopback, and a relay that makes the way to it slow."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.servers import answers, free_port

START_SECONDS = 20
SLOW_BYTES_A_SECOND, SLOW_SECONDS_EACH_WAY = 64_000 // 8, 0.075
"""64 kbit/s, and 150 ms there and back."""
CHUNK = 256


@dataclass(frozen=True)
class Server:
    """A running SSH server."""

    port: int
    folder: Path
    """Keys."""

    def command(self, command: Sequence[str], environment: Mapping[str, str], port: int | None = None) -> list[str]:
        """What runs a command there, on a terminal; ``port`` is the relay's."""
        options = {
            "Port": port or self.port,
            "IdentityFile": self.folder / "user",
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": os.devnull,
            "LogLevel": "ERROR",
        }
        settings = [f"{name}={value}" for name, value in environment.items()]
        flags = [flag for name, value in options.items() for flag in ("-o", f"{name}={value}")]
        return ["ssh", "-F", os.devnull, "-tt", *flags, "127.0.0.1", shlex.join(["env", *settings, *command])]


@contextmanager
def ssh_server(folder: Path) -> Iterator[Server]:
    """OpenSSH with keys of its own; skips where it is not installed."""
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None or shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH (openssh-server) is not on this machine")
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    port = free_port()
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "PidFile": "none",
        "AuthorizedKeysFile": folder / "authorized_keys",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "UsePAM": "no",
        "StrictModes": "no",
        "PrintMotd": "no",
        "PrintLastLog": "no",
    }
    (folder / "configuration").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it separates privileges
    log = folder / "log"
    with log.open("w") as stream:
        process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "configuration")], stderr=stream)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"OpenSSH does not start here: {log.read_text()[-300:]}")
            time.sleep(0.05)
        yield Server(port, folder)
    finally:
        process.terminate()
        process.wait()


class Relay:
    """Passes connections on, as slowly as a bad line; nothing is lost, all of it waits."""

    def __init__(self, port: int, rate: int = SLOW_BYTES_A_SECOND, delay: float = SLOW_SECONDS_EACH_WAY) -> None:
        self._target, self._rate, self._delay = port, rate, delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.passed = 0
        """Bytes that came back from the server, with what SSH adds."""

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pass(near, far, counted=False)
            self._pass(far, near, counted=True)

    def _pass(self, source: socket.socket, sink: socket.socket, *, counted: bool) -> None:
        waiting: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

        def take() -> None:
            free = 0.0
            while True:
                try:
                    data = source.recv(CHUNK)
                except OSError:
                    data = b""
                free = max(time.monotonic(), free) + len(data) / self._rate
                waiting.put((free + self._delay, data))
                if not data:
                    return

        def give() -> None:
            while True:
                due, data = waiting.get()
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not data:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(data)
                except OSError:
                    return
                if counted:
                    self.passed += len(data)

        for work in (take, give):
            threading.Thread(target=work, daemon=True).start()


