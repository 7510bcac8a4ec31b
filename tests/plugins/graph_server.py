"""A mailbox that answers as Microsoft documents its contacts API (graph.microsoft.com/v1.0); not the real service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from tests.plugins.web import Asked, Reply

PAGE = 2
BASE = "/v1.0"


class Mailbox:
    """Folders and contacts, and what changed in which order."""

    def __init__(self) -> None:
        self.address = ""
        """Set when it is served."""
        self.folders: dict[str, tuple[str, str]] = {"usual=": ("Contacts", "root")}
        """Id → name and parent; the usual folder is in no listing, as in the real v1.0."""
        self.contacts: dict[str, dict[str, dict[str, Any]]] = {"usual=": {}}
        self.changes: list[tuple[str, str, tuple[str, ...]]] = []
        """(folder, contact, what changed; nothing: it was deleted)."""
        self.faults: list[Reply] = []
        """Answered first, one by one."""
        self.forgets = False
        """It no longer knows its delta tokens."""
        self.knows: Callable[[str], bool] = lambda token: token == "good"
        self.moment = 0

    def put(self, identity: str, folder: str = "usual=", **values: Any) -> None:
        """Write a contact, new or over what is there."""
        self.moment += 1
        when = f"2026-01-01T00:00:{self.moment:02}Z"
        old = self.contacts.setdefault(folder, {}).get(identity, {"id": identity, "parentFolderId": folder})
        self.contacts[folder][identity] = {**old, **values, "lastModifiedDateTime": when}
        self.changes.append((folder, identity, tuple(values)))

    def delete(self, identity: str, folder: str = "usual=") -> None:
        del self.contacts[folder][identity]
        self.changes.append((folder, identity, ()))

    def __call__(self, asked: Asked) -> Reply:
        if not self.knows(asked.headers.get("Authorization", "").removeprefix("Bearer ")):
            return self._error(401, "InvalidAuthenticationToken")
        if self.faults:
            return self.faults.pop(0)
        assert 'IdType="ImmutableId"' in asked.headers["Prefer"]
        me, *parts = [unquote(part) for part in asked.path.removeprefix(f"{BASE}/").split("/")]
        assert me == "me"
        match parts:
            case ["contacts"]:
                assert asked.query["$select"] == "parentFolderId"
                return Reply({"value": [{"parentFolderId": "usual="} for _each in list(self.contacts["usual="])[:1]]})
            case ["contactFolders"]:
                return self._page(asked, self._folders("root"))
            case ["contactFolders", folder] if folder in self.folders:
                return Reply({"id": folder, "displayName": self.folders[folder][0]})
            case ["contactFolders", folder, "childFolders"] if folder in self.folders:
                return self._page(asked, self._folders(folder))
            case ["contactFolders", folder, "contacts"] if folder in self.folders:
                return self._page(asked, [self._selected(asked, each) for each in self.contacts.get(folder, {}).values()])
            case ["contactFolders", folder, "contacts", "delta"] if folder in self.folders:
                return self._delta(asked, folder)
            case ["contactFolders", folder, "contacts", identity] if identity in self.contacts.get(folder, {}):
                return Reply(self._selected(asked, self.contacts[folder][identity]))
        return self._error(404, "ErrorItemNotFound")

    def _folders(self, parent: str) -> list[Mapping[str, str]]:
        return [{"id": key, "displayName": name} for key, (name, above) in self.folders.items() if above == parent and key != "usual="]

    def _selected(self, asked: Asked, contact: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = asked.query["$select"].split(",")
        return {key: value for key, value in contact.items() if key in wanted}

    def _page(self, asked: Asked, everything: list[Any], size: int = PAGE) -> Reply:
        start = int(asked.query.get("$skip", 0))
        size = min(size, int(asked.query.get("$top", size)))
        found: dict[str, Any] = {"value": everything[start : start + size]}
        if start + size < len(everything):
            kept = "&".join(f"{key}={value}" for key, value in asked.query.items() if key != "$skip")
            found["@odata.nextLink"] = f"{self.address}{asked.path}?{kept}&$skip={start + size}"
        return Reply(found)

    def _delta(self, asked: Asked, folder: str) -> Reply:
        assert not {"$select", "$top", "$filter"} & set(asked.query), "change queries of contacts refuse these"
        if "$deltatoken" in asked.query:
            if self.forgets:
                return self._error(410, "SyncStateNotFound")
            everything = self._since(folder, int(asked.query["$deltatoken"]))
        else:
            everything = list(self.contacts[folder].values())
        start = int(asked.query.get("$skiptoken", 0))
        token = f"$deltatoken={asked.query['$deltatoken']}&" if "$deltatoken" in asked.query else ""
        found: dict[str, Any] = {"value": everything[start : start + PAGE]}
        if start + PAGE < len(everything):
            found["@odata.nextLink"] = f"{self.address}{asked.path}?{token}$skiptoken={start + PAGE}"
        else:
            found["@odata.deltaLink"] = f"{self.address}{asked.path}?$deltatoken={len(self.changes)}"
        return Reply(found)

    def _since(self, folder: str, moment: int) -> list[Any]:
        """Of what changed, its id and the properties that changed, as documented; removed ones with a reason."""
        last: dict[str, dict[str, Any]] = {}
        for where, identity, keys in self.changes[moment:]:
            if where != folder:
                continue
            contact = self.contacts[folder].get(identity)
            last[identity] = {"id": identity, **({key: contact[key] for key in keys} if contact else {"@removed": {"reason": "deleted"}})}
        return list(last.values())

    @staticmethod
    def _error(status: int, code: str) -> Reply:
        return Reply({"error": {"code": code, "message": "The message for anna@example.dk."}}, status)
