"""What a connector to an ERP implements. The bundled source ``erp`` does the rest: it asks for the connection, searches, pages, fetches
parents, and makes tables of all that.

A module of yours holds a `Connector`; an entry point of the group ``tui_import.erp_connectors`` names it ("module:class")::

    class MyConnector(Connector):
        title = "My ERP"

        def config_fields(self):
            return [Option("url", "Address", required=True), Option("password", "Password", OptionType.PASSWORD, required=True)]

        def connect(self, config):
            return MyErp(config)          # an `Erp`; talks to nobody yet
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui_import.api.capabilities import Criterion, Kind, Operator, SignedIn, SignInStep
from tui_import.api.errors import SourceError
from tui_import.api.i18n import _
from tui_import.api.options import Option, Options
from tui_import.api.source import Scalar

CONNECTOR_GROUP = "tui_import.erp_connectors"
"""The group of entry points that connectors are found in."""
ACTORS_AT_ONCE = 500
"""How many actors a page holds where all of them are read."""

_ADDRESS = {"AD1": "address_line1", "AD2": "address_line2", "AD3": "address_line3", "ZIP": "code", "CITY": "city", "COUNTY": "county",
            "STATE": "state"}  # fmt: skip
_COMPANY = {
    "NAME": "name", "NUMBER1": "code", "NUMBER2": "number", "DEPARTMENT": "department", "PHONE": "phone", "FAX": "fax", "EMAIL": "email",
    "URL": "url", "COUNTRY": "country", "VATNO": "vat_number",
    **{f"POSTAL{part}": f"postal_{name}" for part, name in _ADDRESS.items()},
    **{f"STREET{part}": f"street_{name}" for part, name in _ADDRESS.items()},
}  # fmt: skip
_PERSON = {
    "FIRSTNAME": "first_name", "MIDDLENAME": "middle_name", "LASTNAME": "last_name", "TITLE": "title", "NUMBER": "number",
    "PHONE_DIRECT": "phone_direct", "PHONE_PRIVATE": "phone_private", "PHONE_MOBILE": "mobile", "PHONE_OTHER": "phone_other",
    "EMAIL": "email", "POSITION": "position", "BIRTHDATE": "birthdate", "URL": "url", "COUNTRY": "country",
    **{f"POSTAL{part}": f"private_{name}" for part, name in _ADDRESS.items()},
}  # fmt: skip
_PROJECT = {"NAME": "name", "TEXT": "description", "NUMBER": "number", "URL": "url", "ENDDATE": "end_date"}
WELL_KNOWN: Mapping[str, Mapping[str, str]] = {
    entity: {name: f"{entity}.{own}" for name, own in names.items()}
    for entity, names in (("company", _COMPANY), ("person", _PERSON), ("project", _PROJECT))
}
"""Entity → name of a connector's field, in capitals → the field of ours that it is: fields of these names link themselves."""


@dataclass(frozen=True, slots=True)
class ActorType:
    """A kind of record that can be imported: customers, suppliers, persons."""

    key: str
    """As in ``--option actor=supplier``: customer, supplier, partner, company, person, project, employee, or a word of your own."""
    label: str
    """As shown."""
    entity: str = "company"
    """What it is here: company, person or project."""
    parent: str = ""
    """Key of the type that the parents of its actors are of (the customer that a person works for); empty: it has none."""
    numbered: str = ""
    """Whose keys its actors have: types that say the same word share them (a party is a customer, a supplier or both, under one key), so
    that a record is found again whatever it was imported as; empty: the type's own."""

    @property
    def space(self) -> str:
        """What its keys are keys of."""
        return self.numbered or self.key


@dataclass(frozen=True, slots=True)
class ErpField:
    """A field of an actor type."""

    key: str
    """Its name there, as in ``where=city contains Aarhus``. A name of `WELL_KNOWN` links itself, in any case."""
    label: str = ""
    """In English, since recipes know columns by it; shown in the user's language where `N_` marked it. Empty: the key."""
    kind: Kind = Kind.TEXT
    field: str = ""
    """The field of ours that it surely is ("company.postal_city"); empty: by its name, else the program guesses."""
    searchable: bool = True
    operators: Sequence[Operator] = ()
    """What it can be searched by; empty: all of its kind."""
    list: str = ""
    """Its values are keys of this list of `Erp.list_items`."""
    note: str = ""
    """What there is to say about it."""

    @property
    def title(self) -> str:
        """What is shown for it."""
        return self.label or self.key

    def target(self, entity: str) -> str:
        """The field of ours that it is in an actor of this entity; empty where nobody knows."""
        return self.field or WELL_KNOWN.get(entity, {}).get(self.key.upper(), "")


@dataclass(frozen=True, slots=True)
class Actor:
    """A record of the ERP."""

    key: str
    """ErpKey: what it is found by again; stable, unique in its type."""
    values: Mapping[str, Scalar]
    """By key of the field; what is missing is empty."""
    changed: str = ""
    """LastModified: any text that sorts by time; empty where the ERP does not tell."""
    parent: str = ""
    """ErpKey of its parent."""
    parent_type: str = ""
    """Where parents are of several types: the one of this one's; empty: `ActorType.parent`."""


@dataclass(frozen=True, slots=True)
class ActorPage:
    """Some of the actors that were found."""

    actors: Sequence[Actor]
    next: str = ""
    """What to ask for the page behind it with; empty: this is the last."""
    total: int | None = None
    """How many there are on all pages, where the ERP says so cheaply."""


class Erp(ABC):
    """An ERP that is reached through one connection. Whatever its user can do something about is a `SourceError`. Nothing here ever writes.

    Each method may be called from another thread than the one before, never two at a time.
    """

    @abstractmethod
    def test(self) -> str:
        """Ask the ERP for something small; a sentence that says what answered."""

    @abstractmethod
    def actor_types(self) -> Sequence[ActorType]:
        """What can be imported; the first is offered first."""

    @abstractmethod
    def fields(self, actor_type: str) -> Sequence[ErpField]:
        """The fields of a type, in the order that they are shown in."""

    @abstractmethod
    def search(self, actor_type: str, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> ActorPage:
        """One page of the actors that meet all criteria, texts compared regardless of case; none at all: every actor.

        ``page`` is `ActorPage.next` of the page before. Values of a list's criterion are its items' keys.
        """

    @abstractmethod
    def get(self, actor_type: str, keys: Sequence[str]) -> Iterator[Actor]:
        """The actors of these keys (at most `ACTORS_AT_ONCE`); unknown ones are left out."""

    def changed_since(self, actor_type: str, moment: str) -> Iterator[Actor]:
        """The actors whose `Actor.changed` is later, or unknown. The default reads all of them."""
        return (actor for actor in self.everything(actor_type) if not actor.changed or actor.changed > moment)

    def everything(self, actor_type: str) -> Iterator[Actor]:
        """All actors of a type, streamed. The default asks for page after page."""
        page = ""
        while True:
            found = self.search(actor_type, (), page, ACTORS_AT_ONCE)
            yield from found.actors
            if not found.next:
                return
            page = found.next

    def list_items(self, name: str) -> Mapping[str, str]:  # noqa: ARG002
        """The items of a list by key, for fields with `ErpField.list`."""
        return {}

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of what the connection holds; the next call opens it again."""


class Connector(ABC):
    """A way into one kind of ERP. Its name is its entry point's."""

    title: str
    """As in the list of connectors."""
    description: str = ""
    """One sentence."""
    signs_in: bool = False
    """Whether `sign_in` can be used."""

    @abstractmethod
    def config_fields(self) -> Sequence[Option]:
        """What a connection consists of. Where two connectors have a field of one key, the form shows it once: use "url", "database",
        "user" and "password" for what these are. Passwords are `OptionType.PASSWORD`: they are kept apart from the rest."""

    def check(self, config: Options) -> None:
        """Look at a configuration without asking the ERP. Raises `SourceError` where it cannot work.

        The default looks for what is required.
        """
        absent = [option.label for option in self.config_fields() if option.required and config.get(option.key) in (None, "")]
        if absent:
            raise SourceError(
                _("The connection says nothing about: {names}.").format(names=", ".join(absent)), hint=_("Fill that in and save it again.")
            )

    @abstractmethod
    def connect(self, config: Options) -> Erp:
        """The ERP of a configuration that was checked. Talks to nobody: that is for the methods of `Erp`."""

    def sign_in(self, config: Options) -> Generator[SignInStep, str, SignedIn]:  # noqa: ARG002
        """As `SignsIn.sign_in`, for an ERP that its user signs in to elsewhere."""
        raise SourceError(_("{title} needs no sign-in.").format(title=self.title), hint=_("Save a connection with user and password."))
