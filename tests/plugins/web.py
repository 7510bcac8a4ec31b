"""A web server of the tests' own, on loopback: it answers what a test wants and keeps what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    data: Any = None
    """Sent as JSON; bytes as they are."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    half: bool = False
    """The line breaks after half of it."""
    never: bool = False
    """It is silent until the server stops."""


@dataclass
class Web:
    """The server."""

    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)


@contextmanager
def web(answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Answers while it stands; what `answer` raises is shown as status 500 with the text."""
    served = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # headers and content go out together

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), self.headers, body)
            served.asked.append(asked)
            try:
                reply = answer(asked)
            except Exception as error:
                reply = Reply({"test failed": repr(error)}, 500)
            if reply.never:
                served.stopped.wait()
                self.close_connection = True
                return
            content = reply.data if isinstance(reply.data, bytes) else json.dumps(reply.data).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if reply.half else content)
            self.wfile.flush()
            self.close_connection = self.close_connection or reply.half

        do_GET = do_POST = do_PROPFIND = do_REPORT = _serve

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    served.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        served.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
