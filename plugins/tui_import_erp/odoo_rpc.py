"""Odoo's two ways of being asked behind one method: JSON-2 from version 19 on, JSON-RPC before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tui_import.api import Options, SourceError, _
from tui_import.api.http import Http, HttpError, bearer

JSON_2_SINCE = 19
_POSITIONAL = {"search_read": ("domain",), "search_count": ("domain",), "fields_get": ()}
"""Arguments that JSON-RPC takes by their place."""


class OdooServer:
    """One database of one server; which version it is, is asked once."""

    def __init__(self, config: Options) -> None:
        self._database = str(config.get("database") or "")
        self._user, self._key = str(config.get("user") or ""), str(config.get("password") or "")
        base, ca_file = str(config["url"]).rstrip("/"), str(config.get("ca_file") or "")
        self._plain = Http(base, service="Odoo", ca_file=ca_file, tries=3)
        headers = {"X-Odoo-Database": self._database} if self._database else {}
        hint = _("Check the API key of the connection; a password is not enough from version 19 on.")
        self._keyed = Http(base, service="Odoo", ca_file=ca_file, credentials=bearer(self._key), headers=headers, sign_in_hint=hint)
        self._version = ""
        self._uid = 0

    @property
    def version(self) -> str:
        """Of the server: "17.0"."""
        if not self._version:
            self._version = self._ask_version()
        return self._version

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """A method of a model, by named arguments. It must be one that only reads. Raises `SourceError`."""
        number = re.search(r"\d+", self.version)
        if number and int(number[0]) >= JSON_2_SINCE:
            return self._by_json_2(model, method, arguments)
        return self._by_json_rpc(model, method, arguments)

    def close(self) -> None:
        """Close the lines."""
        for http in (getattr(self, "_plain", None), getattr(self, "_keyed", None)):
            if http is not None:
                http.close()

    __del__ = close

    # -- asking

    def _ask_version(self) -> str:
        answer = self._plain.request("GET", "/web/version", accept={404, 405})
        if answer.status < 300:
            found = answer.json()
            if isinstance(found, dict) and found.get("version"):
                return str(found["version"])
        found = self._rpc("common", "version")
        if not isinstance(found, dict) or not found.get("server_version"):
            raise _no_odoo()
        return str(found["server_version"])

    def _by_json_2(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._keyed.request("POST", f"/json/2/{model}/{method}", json=dict(arguments), safe=True).json()
        except HttpError as error:
            said = _said(error)
            if error.status in (400, 404, 422, 500) and said:
                raise _refused(said) from None
            raise

    def _by_json_rpc(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        if not self._uid:
            self._uid = int(self._rpc("common", "authenticate", self._database, self._user, self._key, {}) or 0)
            if not self._uid:
                raise SourceError(_("Odoo does not accept the sign-in."), hint=_("Check database, user and password of the connection."))
        places = _POSITIONAL[method]
        named = {key: value for key, value in arguments.items() if key not in places}
        positional = [arguments[key] for key in places]
        return self._rpc("object", "execute_kw", self._database, self._uid, self._key, model, method, positional, named)

    def _rpc(self, service: str, method: str, *arguments: Any) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "params": {"service": service, "method": method, "args": list(arguments)}, "id": 1}
        answer = self._plain.request("POST", "/jsonrpc", json=body, safe=True).json()
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            data = answer["error"].get("data") or {}
            raise _refused(str(data.get("message") or answer["error"].get("message") or ""), str(data.get("name") or ""))
        if not isinstance(answer, dict) or "result" not in answer:
            raise _no_odoo()
        return answer["result"]


def _no_odoo() -> SourceError:
    return SourceError(_("What answers there is no Odoo server."), hint=_("Check the address of the connection."))


def _said(error: HttpError) -> str:
    try:
        return str(error.answer.json()["message"]) if error.answer else ""
    except (HttpError, KeyError, TypeError):
        return ""


def _refused(said: str, name: str = "") -> SourceError:
    first = said.strip().partition("\n")[0][:200]
    if name.endswith(("AccessDenied", "AccessError")):
        return SourceError(_("Odoo does not allow it: {said}").format(said=first or name), hint=_("Check the rights of the user."))
    return SourceError(_("Odoo refuses: {said}").format(said=first or name), hint=_("Check database and settings of the connection."))
