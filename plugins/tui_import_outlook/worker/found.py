"""What the readers find, as the child sends it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Contact:
    """One contact."""

    columns: dict[str, str]
    """Outlook's English name of a column → its text."""
    item: int = 0
    """Its number in the file, which distribution lists know it by."""
    picture: bool = False


@dataclass(slots=True)
class List:
    """One distribution list."""

    name: str
    items: list[int]
    """Its members that are contacts, by their numbers."""
    addresses: list[str]
    """Addresses of its other members."""


@dataclass(slots=True)
class Damaged:
    """Something that cannot be read."""

    name: str = ""
    """Of the file, where each is in one of its own."""


@dataclass(slots=True)
class Other:
    """Something that is neither a contact nor a list: a mail."""

    name: str = ""


Item = Contact | List | Damaged | Other


@dataclass(slots=True)
class Folder:
    """A folder, and what is in it."""

    key: int
    """Its number in the file."""
    path: str
    deleted: bool = False
    """It is the folder of what was deleted, or within it."""
    unseen: bool = False
    """Nobody had the time to look into it."""
    contacts: int = 0
    columns: set[str] = field(default_factory=set)
    """Those that any contact fills."""
    lists: list[List] = field(default_factory=list)
    damaged: int = 0

    def add(self, item: Item) -> None:
        """Count it in."""
        if isinstance(item, Contact):
            self.contacts += 1
            self.columns.update(item.columns)
            for name, text in item.columns.items():
                if name.endswith("Street"):  # a street of several lines will be spread over the columns beside it
                    self.columns.update(f"{name} {line}" for line in range(2, 2 + min(text.count("\n"), 2)))
        elif isinstance(item, List):
            self.lists.append(item)
        elif isinstance(item, Damaged):
            self.damaged += 1
