"""An account that answers as Google documents the People API (people.googleapis.com/v1); not the real service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.plugins.web import Asked, Reply

PAGE = 2


class Account:
    """Saved contacts, their groups, and what changed in which order."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.groups = {"myContacts": "My Contacts", "starred": "Starred", "1a": "Customers; big", "2b": "Golf"}
        self.changes: list[str] = []
        self.faults: list[Reply] = []
        """Answered first, one by one, when connections are asked for."""
        self.expired: Reply | None = None
        """What a sync token is answered with."""
        self.knows: Callable[[str], bool] = lambda token: token == "good"
        self.moment = 0

    def put(self, identity: str, **values: Any) -> None:
        """Write a contact, new or over what is there."""
        self.moment += 1
        sources = [
            {"type": "PROFILE", "updateTime": "2030-01-01T00:00:00Z"},
            {"type": "CONTACT", "updateTime": f"2026-01-01T00:00:{self.moment:02}Z"},
        ]
        name = f"people/{identity}"
        self.people[name] = {
            **self.people.get(name, {"resourceName": name}),
            **values,
            "metadata": {"sources": sources, "objectType": "PERSON"},
        }
        self.changes.append(name)

    def delete(self, identity: str) -> None:
        del self.people[f"people/{identity}"]
        self.changes.append(f"people/{identity}")

    def __call__(self, asked: Asked) -> Reply:
        if not self.knows(asked.headers.get("Authorization", "").removeprefix("Bearer ")):
            return Reply({"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "Request had invalid credentials."}}, 401)
        if asked.path == "/v1/contactGroups":
            listed = [
                {"resourceName": f"contactGroups/{key}", "groupType": "USER_CONTACT_GROUP", "name": name, "formattedName": name}
                for key, name in self.groups.items()
            ]
            return self._page(asked, "contactGroups", listed)
        assert asked.path == "/v1/people/me/connections"
        if self.faults:
            return self.faults.pop(0)
        if asked.query["personFields"] == "metadata":
            return Reply({"connections": [], "totalItems": len(self.people)})
        assert asked.query["sources"] == "READ_SOURCE_TYPE_CONTACT", "saved contacts alone"
        assert "photos" not in asked.query["personFields"]
        if "requestSyncToken" not in asked.query:
            return Reply({"connections": list(self.people.values())[: int(asked.query["pageSize"])]})
        assert asked.query["pageSize"] == "1000"
        return self._synchronised(asked)

    def _synchronised(self, asked: Asked) -> Reply:
        token = asked.query.get("syncToken", "")
        if token and self.expired:
            return self.expired
        found = list(self.people.values())
        if token:
            names = list(dict.fromkeys(self.changes[int(token.removeprefix("sync-")) :]))
            found = [self.people.get(name, {"resourceName": name, "metadata": {"deleted": True}}) for name in names]
        if asked.query.get("pageToken"):
            given, _start = asked.query["pageToken"].split("/")
            same = {key: value for key, value in asked.query.items() if key != "pageToken"}
            assert given == str(sorted(same)), "all parameters must be those of the first call"
        return self._page(asked, "connections", found)

    def _page(self, asked: Asked, key: str, everything: list[Any]) -> Reply:
        start = int(asked.query.get("pageToken", "/0").split("/")[1])
        told: dict[str, Any] = {key: everything[start : start + PAGE], "totalItems": len(everything)}
        if start + PAGE < len(everything):
            same = sorted(each for each in asked.query if each != "pageToken")
            told["nextPageToken"] = f"{same}/{start + PAGE}"
        elif "requestSyncToken" in asked.query:
            told["nextSyncToken"] = f"sync-{len(self.changes)}"
        return Reply({name: value for name, value in told.items() if value != []})  # an empty list is left out


def expired_token() -> Reply:
    """As documented: google.rpc.ErrorInfo with a reason."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "EXPIRED_SYNC_TOKEN", "domain": "people.googleapis.com"}]
    error = {"code": 400, "message": "Sync token is expired.", "status": "FAILED_PRECONDITION", "details": details}
    return Reply({"error": error}, 400)
