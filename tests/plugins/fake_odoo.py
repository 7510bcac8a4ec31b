"""A fake of Odoo, since its server is in no registry: the documented shapes of JSON-2 (19) and JSON-RPC (17) over partners in memory."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY, DATABASE, USER, UID = "sesame", "demo", "anna@example.dk", 7
FIELDS = {
    "id": "integer", "name": "char", "is_company": "boolean", "parent_id": "many2one", "type": "selection", "vat": "char", "ref": "char",
    "email": "char", "phone": "char", "website": "char", "street": "char", "street2": "char", "zip": "char", "city": "char",
    "country_id": "many2one", "function": "char", "category_id": "many2many", "customer_rank": "integer", "supplier_rank": "integer",
    "comment": "html", "write_date": "datetime", "child_ids": "one2many", "x_since": "date", "x_stars": "integer", "image_1920": "binary",
}  # fmt: skip
OLDER = {"mobile": "char", "title": "many2one"}
"""Fields that version 17 has beside these."""
TAGS = {1: "Retail", 2: "Nordic"}


def partner(number: int, name: str, **values: Any) -> dict[str, Any]:
    """A partner with false for what is empty, as Odoo has it."""
    empty = {"category_id": [], "child_ids": [], "customer_rank": 0, "supplier_rank": 0, "x_stars": 0, "is_company": False}
    record = {**dict.fromkeys({**FIELDS, **OLDER}, False), **empty, "type": "contact", "write_date": f"2026-01-{number:02d} 10:00:00"}
    return {**record, "id": number, "name": name, **values}


def partners() -> list[dict[str, Any]]:
    """Two customers, two suppliers, and persons, one of whom is only an address for invoices."""
    denmark, norway = [1, "Denmark"], [2, "Norway"]
    return [
        partner(1, "Acme A/S", is_company=True, customer_rank=3, vat="DK13585628", city="Aarhus", zip="8000", country_id=denmark,
                phone="+45 33112233", category_id=[1, 2], comment="<p>Pays &amp; smiles</p>", x_since="2024-05-01", x_stars=4),
        partner(2, "Bolt 100% ApS", is_company=True, supplier_rank=1, city="AARHUS N", country_id=denmark, ref="B_2"),
        partner(3, "Cirkel AS", is_company=True, customer_rank=1, supplier_rank=1, city="Oslo", country_id=norway, x_stars=2),
        partner(4, "Anna Holm", parent_id=[1, "Acme A/S"], function="Director", email="anna@example.dk", city="Aarhus",
                mobile="+45 20112244"),
        partner(5, "Invoices", parent_id=[1, "Acme A/S"], type="invoice"),
        partner(6, "Bo van der Lund", customer_rank=1, city="Odense", street="Kanalen 2"),
        partner(7, "Cia Berg", parent_id=[3, "Cirkel AS"], title=[1, "Madam"]),
    ]  # fmt: skip


class FakeOdoo:
    """What the server knows."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.partners = partners()
        self.asked: list[str] = []
        """Paths and methods, in order."""

    @property
    def fields(self) -> Mapping[str, str]:
        return FIELDS if self.version >= 19 else {**FIELDS, **OLDER}

    def call(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append(f"{model}.{method}")
        if method == "fields_get":
            return {name: {"string": name.replace("_", " ").title(), "type": kind} for name, kind in self.fields.items()}
        records = self.partners if model == "res.partner" else [{"id": key, "name": name} for key, name in TAGS.items()]
        unknown = set(arguments.get("fields") or ()) - set(self.fields if model == "res.partner" else ("name",))
        if unknown:
            raise ValueError(f"Invalid field {sorted(unknown)[0]!r} on {model!r}")
        found = [each for each in records if _meets(each, arguments.get("domain") or [])]
        if method == "search_count":
            return len(found)
        start, limit = arguments.get("offset") or 0, arguments.get("limit") or len(found)
        names = ["id", *arguments["fields"]]
        return [{name: each[name] for name in names} for each in sorted(found, key=lambda each: each["id"])[start : start + limit]]


def _meets(record: Mapping[str, Any], domain: Sequence[Any]) -> bool:
    """Odoo's prefix notation; terms side by side are joined by "and"."""
    terms = list(domain)

    def evaluate() -> bool:
        term = terms.pop(0)
        if term == "!":
            return not evaluate()
        if term in ("|", "&"):
            left, right = evaluate(), evaluate()
            return left or right if term == "|" else left and right
        return _term(record, *term)

    results = []
    while terms:
        results.append(evaluate())
    return all(results)


def _term(record: Mapping[str, Any], path: str, operator: str, value: Any) -> bool:
    name, _dot, further = path.partition(".")
    own = record[name]
    if further:
        names = [TAGS[each] for each in own] if name == "category_id" else [own[1]] if own else []
        return any(_compare(each, operator, value) for each in names)
    return _compare(own[0] if isinstance(own, list) and operator in ("in", "=") and own else own, operator, value)


def _compare(own: Any, operator: str, value: Any) -> bool:
    if operator in ("ilike", "=ilike"):
        pattern = f"%{value}%" if operator == "ilike" else value
        return bool(own) and _like(str(own).casefold(), pattern.casefold())
    if operator in ("=", "!="):
        same = (own or False) == (value or False)
        return same if operator == "=" else not same
    if operator == "in":
        return own in value
    if own is False:
        return False
    return bool({">": own > value, "<": own < value, ">=": own >= value, "<=": own <= value}[operator])


def _like(text: str, pattern: str) -> bool:
    import re

    parts = re.findall(r"\\.|%|_|[^\\%_]+", pattern)
    wanted = "".join(".*" if part == "%" else "." if part == "_" else re.escape(part.removeprefix("\\")) for part in parts)
    return re.fullmatch(wanted, text, re.DOTALL) is not None


class _Handler(BaseHTTPRequestHandler):
    odoo: FakeOdoo

    def do_GET(self) -> None:
        if self.path == "/web/version" and self.odoo.version >= 19:
            self._answer(200, {"version_info": [self.odoo.version, 0, 0, "final", 0, ""], "version": f"{self.odoo.version}.0"})
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/jsonrpc" and self.odoo.version < 19:
            self._answer(200, {"jsonrpc": "2.0", "id": body["id"], **self._rpc(**body["params"])})
        elif self.path.startswith("/json/2/") and self.odoo.version >= 19:
            self._json_2(*self.path.split("/")[3:], body)
        else:
            self._answer(404, {})

    def _json_2(self, model: str, method: str, body: Mapping[str, Any]) -> None:
        if self.headers.get("Authorization", "").lower() != f"bearer {KEY}":
            return self._answer(401, {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"})
        if self.headers.get("X-Odoo-Database", DATABASE) != DATABASE:
            return self._answer(404, {"name": "werkzeug.exceptions.NotFound", "message": "no such database"})
        try:
            return self._answer(200, self.odoo.call(model, method, body))
        except ValueError as error:
            return self._answer(422, {"name": "builtins.ValueError", "message": str(error)})

    def _rpc(self, service: str, method: str, args: Sequence[Any]) -> Mapping[str, Any]:
        if (service, method) == ("common", "version"):
            return {"result": {"server_version": f"{self.odoo.version}.0", "protocol_version": 1}}
        if args[0] != DATABASE:
            return _error("psycopg2.OperationalError", f'database "{args[0]}" does not exist')
        if (service, method) == ("common", "authenticate"):
            return {"result": UID if args[1:3] == [USER, KEY] else False}
        if args[1:3] != [UID, KEY]:
            return _error("odoo.exceptions.AccessDenied", "Access Denied")
        places = {"search_read": ["domain"], "search_count": ["domain"]}.get(args[4], [])
        try:
            return {"result": self.odoo.call(args[3], args[4], {**dict(zip(places, args[5], strict=True)), **args[6]})}
        except ValueError as error:
            return _error("builtins.ValueError", str(error))

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def _error(name: str, message: str) -> Mapping[str, Any]:
    return {"error": {"code": 200, "message": "Odoo Server Error", "data": {"name": name, "message": message, "debug": "Traceback …"}}}


@contextmanager
def fake_odoo(version: int) -> Iterator[tuple[str, FakeOdoo]]:
    """Its address, and what it knows."""
    odoo = FakeOdoo(version)
    handler = type("Handler", (_Handler,), {"odoo": odoo})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", odoo
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
