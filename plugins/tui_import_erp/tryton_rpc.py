"""Tryton's JSON-RPC: signing in, calling, values in both directions, and what its errors mean."""

from __future__ import annotations

import base64
import contextlib
import datetime
from collections.abc import Mapping
from itertools import count
from typing import Any

from tui_import.api import Options, SourceError, _
from tui_import.api.http import Fixed, Http, HttpError

LEAVE_SECONDS = 3.0
"""So long a server has to take the end of a session."""
MOMENT_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class TrytonServer:
    """One database of one server, signed in to when it is first asked, and again where the session is over."""

    def __init__(self, config: Options) -> None:
        self._config = config
        hint = _("Check user name and password of the connection.")
        base = self._base = str(config["url"]).rstrip("/")
        ca_file = self._ca_file = str(config.get("ca_file") or "")
        self._database = str(config["database"])
        self._numbers = count(1)
        self._session = ""
        self._open = Http(base, service="Tryton", ca_file=ca_file, sign_in_hint=hint, tries=2)
        self._known = Http(base, service="Tryton", ca_file=ca_file, sign_in_hint=hint, credentials=self)

    def version(self) -> str:
        """Of the server."""
        return str(self._ask(self._open, "", "common.server.version"))

    def call(self, method: str, *parameters: Any) -> Any:
        """A method of a model; the context that it wants as its last parameter is added. It must be one that only reads."""
        return self._ask(self._known, self._database, method, *parameters, {})

    def close(self) -> None:
        """Sign out."""
        if self._session:
            session = Fixed(self.headers())
            leaving = Http(self._base, service="Tryton", ca_file=self._ca_file, credentials=session, timeout=LEAVE_SECONDS, tries=1)
            with leaving, contextlib.suppress(SourceError):  # over already, or the server is gone: nobody waits for that
                self._ask(leaving, self._database, "common.db.logout")
            self._session = ""
        self.__del__()

    def __del__(self) -> None:
        for http in (getattr(self, "_open", None), getattr(self, "_known", None)):
            if http is not None:
                http.close()

    # -- as `Credentials`

    def headers(self) -> Mapping[str, str]:
        """The session, made now if there is none."""
        if not self._session:
            self._session = self._sign_in()
        return {"Authorization": f"Session {self._session}"}

    def renew(self) -> bool:
        """The session is over: the next request signs in again."""
        self._session = ""
        return True

    def _sign_in(self) -> str:
        user = str(self._config["user"])
        password = {"password": str(self._config.get("password") or "")}
        found = self._ask(self._open, self._database, "common.db.login", user, password)
        if not found:
            raise SourceError(_("Tryton does not accept the sign-in."), hint=_("Check user name and password of the connection."))
        return base64.b64encode(f"{user}:{found[0]}:{found[1]}".encode()).decode()

    # -- asking

    def _ask(self, http: Http, database: str, method: str, *parameters: Any) -> Any:
        body = {"id": next(self._numbers), "method": method, "params": [_out(each) for each in parameters]}
        try:
            answer = http.request("POST", f"{database}/rpc/" if database else "rpc/", json=body, safe=True).json()
        except HttpError as error:
            if error.status == 404:
                raise SourceError(
                    _("Tryton has no database {name}.").format(name=self._database), hint=_("Check address and database of the connection.")
                ) from None
            raise
        if not isinstance(answer, dict) or ("error" not in answer and "result" not in answer):
            raise SourceError(_("What answers there is no Tryton server."), hint=_("Check the address of the connection."))
        if "error" in answer:
            raise _refused(answer["error"])
        return _in(answer["result"])


def _refused(error: Any) -> SourceError:
    """Tryton's error: its name and arguments, or a text and a traceback."""
    name = str(error[0]) if isinstance(error, list) and error else str(error)
    if name == "LoginException":
        return SourceError(
            _("Tryton asks for more than a user name and a password, or has not got both."),
            hint=_("Check them; an account with a second factor cannot be used."),
        )
    said = error[1][0] if isinstance(error, list) and len(error) > 1 and isinstance(error[1], list) and error[1] else name
    return SourceError(
        _("Tryton refuses: {said}").format(said=str(said).strip().partition("\n")[0][:200]), hint=_("Check the rights of the user.")
    )


def _in(value: Any) -> Any:
    """A value of the answer; Tryton marks what JSON has no type for."""
    if isinstance(value, list):
        return [_in(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if kind == "datetime":
        return datetime.datetime(*(value[part] for part in MOMENT_PARTS))
    if kind == "date":
        return datetime.date(value["year"], value["month"], value["day"])
    if kind == "Decimal":
        return float(value["decimal"])
    return {key: _in(each) for key, each in value.items()}


def _out(value: Any) -> Any:
    """A value of the request."""
    if isinstance(value, (list, tuple)):
        return [_out(each) for each in value]
    if isinstance(value, datetime.datetime):
        return {"__class__": "datetime", **{part: getattr(value, part) for part in MOMENT_PARTS}}
    return value


def moment_of(record: Mapping[str, Any]) -> str:
    """When a record was changed last, as text that sorts by time."""
    moment = record.get("write_date") or record.get("create_date")
    return moment.isoformat(timespec="microseconds") if isinstance(moment, datetime.datetime) else ""
