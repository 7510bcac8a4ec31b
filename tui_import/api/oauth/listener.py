"""A port on 127.0.0.1 that a browser comes back to. It is looked at now and then and never waits for anybody."""

from __future__ import annotations

import contextlib
import html
import select
import socket
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from tui_import.api.i18n import _

MOST_LINES, MOST_BYTES = 16, 16 << 10
"""Connections kept open at a time (browsers open some they do not use), and bytes of one request."""


class Listener:
    """Use it in ``with``: its port is closed at the end, whatever happens."""

    def __init__(self, is_ours: Callable[[Mapping[str, str]], bool]) -> None:
        self._is_ours = is_ours
        self._open: dict[socket.socket, bytes] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])
        """Chosen by the system."""

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_error: object) -> None:
        for line in (*self._open, self._socket):
            line.close()
        self._open.clear()

    def look(self) -> Mapping[str, str]:
        """What the browser brought, by parameter, as soon as it is the answer that is waited for; empty until then."""
        while True:
            ready, _write, _error = select.select([self._socket, *self._open], [], [], 0)
            if not ready:
                return {}
            for each in ready:
                found = self._accept() if each is self._socket else self._read(each)
                if found:
                    return found

    def _accept(self) -> Mapping[str, str]:
        with contextlib.suppress(OSError):
            line, _address = self._socket.accept()
            line.setblocking(False)
            self._open[line] = b""
        while len(self._open) > MOST_LINES:
            self._drop(next(iter(self._open)))
        return {}

    def _read(self, line: socket.socket) -> Mapping[str, str]:
        try:
            more = line.recv(MOST_BYTES)
        except BlockingIOError:
            return {}
        except OSError:
            more = b""
        said = self._open[line] + more
        self._open[line] = said
        if not more or len(said) > MOST_BYTES:
            self._drop(line)
        elif b"\r\n\r\n" in said or b"\n\n" in said:
            query = _query(said)
            ours = self._is_ours(query)
            with contextlib.suppress(OSError):
                line.sendall(_page(ours))
            self._drop(line)
            return query if ours else {}
        return {}

    def _drop(self, line: socket.socket) -> None:
        del self._open[line]
        line.close()


def _query(request: bytes) -> Mapping[str, str]:
    try:
        method, target, _version = request.split(b"\n", 1)[0].decode("ascii").split()
        return dict(parse_qsl(urlsplit(target).query)) if method == "GET" else {}
    except ValueError:
        return {}


def _page(ours: bool) -> bytes:
    """Which is right for the favicon that browsers ask for, too."""
    text = _("You can close this page and go back to the program.") if ours else _("Nothing is expected here.")
    body = f"<!doctype html><meta charset=utf-8><title>tui-import</title><p>{html.escape(text)}".encode()
    head = [
        "HTTP/1.1 200 OK" if ours else "HTTP/1.1 404 Not Found",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
