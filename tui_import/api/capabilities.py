"""What a source can beyond reading rows. It names each in `Source.capabilities` and implements the class; all of it is data, nothing draws.

=============  ==================  ===========================================================
capability     implemented by      what the host does with it
=============  ==================  ===========================================================
search         `Searchable` table  a grid of criteria, pages of results, rows picked by key
keys           `Row.key`           finds the record again at the next import
lists          `HasLists` source   shows the items of a list where cells hold their keys
connections    `HasConnections`    a form of `Option`; tested before it is saved under a name
changes        any `Table`         offers "changed since the last import", keeps `Table.bookmark`
sign-in        `SignsIn` source    shows address and code, waits, passes on what is pasted
=============  ==================  ===========================================================
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tui_import.api.options import Option, Options
from tui_import.api.source import Row, Scalar, Table


class Kind(StrEnum):
    """What a searchable field holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    LIST = "list"


class Operator(StrEnum):
    """How a field is compared with a criterion's values; texts ignoring case."""

    BEGINS = "begins"
    CONTAINS = "contains"
    ENDS = "ends"
    NOT_BEGINS = "not-begins"
    NOT_CONTAINS = "not-contains"
    NOT_ENDS = "not-ends"
    IS = "="
    IS_NOT = "!="
    MORE = ">"
    LESS = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    BETWEEN = "between"
    """Two values, both included."""
    ONE_OF = "one-of"
    NOT_ONE_OF = "not-one-of"


_NUMBER = tuple(Operator(sign) for sign in ("=", ">", "<", ">=", "<=", "!=", "between"))
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: tuple(map(Operator, ("contains", "begins", "ends", "not-contains", "not-begins", "not-ends", "=", "!=", "between"))),
    Kind.INTEGER: _NUMBER,
    Kind.DECIMAL: _NUMBER,
    Kind.BOOLEAN: (Operator.IS,),
    Kind.DATE: tuple(Operator(sign) for sign in ("=", "<", ">", "<=", ">=", "between")),
    Kind.LIST: (Operator.ONE_OF, Operator.NOT_ONE_OF),
}
"""Which operators go with which kind; the first is offered first."""


@dataclass(frozen=True, slots=True)
class SearchField:
    """A field that a table can be searched by."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    list: str = ""
    """For `Kind.LIST`: the list of `HasLists`."""
    operators: Sequence[Operator] = ()
    """What it can be searched by; empty: all `OPERATORS` of its kind."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the search form; a row must meet all of them, and no criterion at all means every row."""

    field: str
    """Key of a `SearchField`."""
    operator: Operator
    values: Sequence[Scalar]
    """One; two for `Operator.BETWEEN`; any number for the lists' operators."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows that were found."""

    rows: Sequence[Row]
    """Each with its `Row.key`."""
    next: str = ""
    """What to ask for the page behind it with; empty: this is the last."""
    total: int | None = None
    """How many rows there are on all pages, where that is known."""


class Searchable(Table):
    """A table whose rows can be searched, and fetched by their keys."""

    @abstractmethod
    def search_fields(self) -> Sequence[SearchField]:
        """The fields it can be searched by."""

    @abstractmethod
    def search(self, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> Page:
        """One page of the rows that meet the criteria; ``page`` is `Page.next` of the page before."""

    @abstractmethod
    def fetch(self, keys: Sequence[str]) -> Iterator[Row]:
        """The rows of these keys, streamed; unknown keys are left out."""

    def changed_since(self, moment: str) -> Iterator[Row]:
        """The rows whose `Row.changed` is later, or unknown. The default reads all rows."""
        return (row for row in self.rows() if not row.changed or row.changed > moment)


class HasLists(ABC):
    """A source whose columns hold keys of lists (`Column.list`)."""

    @abstractmethod
    def list_items(self, name: str) -> Mapping[str, str]:
        """The items of a list, by key."""


class HasConnections(ABC):
    """A source that is told by a saved connection where to read, and as whom."""

    @abstractmethod
    def connection_options(self) -> Sequence[Option]:
        """What a connection consists of. Passwords are kept apart from the rest, never in a file that is readable."""

    @abstractmethod
    def test_connection(self, connection: Options) -> str:
        """Try it out; a sentence that says what answered. Raises `SourceError`. Called before a connection is saved."""


@dataclass(frozen=True, slots=True)
class SignInStep:
    """What the host shows while somebody signs in."""

    sentence: str
    """What to do, or what is awaited."""
    address: str = ""
    """The page to open; the host also copies it."""
    code: str = ""
    """What to type there (device flow)."""
    paste: str = ""
    """Label of a field to paste into (the address that the browser was sent to); empty: there is none."""
    wait: float = 0.0
    """Seconds until the source looks again, sooner where something is pasted."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The outcome."""

    account: str
    """Who it is, as shown: an e-mail address."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Tokens, which the host keeps safe and hands to `Source.open` among the options; `keep_secrets` takes renewed ones back."""


class SignsIn(ABC):
    """A source whose user signs in elsewhere: device flow, loopback with PKCE, pasted address."""

    @abstractmethod
    def sign_in(self, options: Options) -> Generator[SignInStep, str, SignedIn]:
        """Yields what to show and gets what was pasted meanwhile ("": nothing); returns the outcome. Raises `SourceError`.

        The host closes it when the user gives up, so close ports in ``finally``. ::

            pasted = yield SignInStep("Open the page and type the code.", address=url, code=code, wait=5)
        """


def meets(value: Scalar, operator: Operator, values: Sequence[Scalar]) -> bool:
    """Whether a value meets a criterion: what the operators mean, for sources that search by themselves."""
    first, *more = [_comparable(each) for each in values] or [""]
    own = _comparable(value)
    if operator in _ON_TEXT:
        return _ON_TEXT[operator](str(own), str(first))
    if operator in _IN_ORDER and own == "":  # an empty cell is before and behind nothing
        return False
    try:
        return bool(_ON_VALUE[operator](own, first, more))
    except (TypeError, IndexError):  # nothing to compare: a number with a text, a bound that is not given
        return False


_IN_ORDER = frozenset({Operator.MORE, Operator.LESS, Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN})
_ON_TEXT: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.BEGINS: lambda text, part: text.startswith(part),
    Operator.CONTAINS: lambda text, part: part in text,
    Operator.ENDS: lambda text, part: text.endswith(part),
    Operator.NOT_BEGINS: lambda text, part: not text.startswith(part),
    Operator.NOT_CONTAINS: lambda text, part: part not in text,
    Operator.NOT_ENDS: lambda text, part: not text.endswith(part),
}
_ON_VALUE: Mapping[Operator, Callable[[Any, Any, Sequence[Any]], Any]] = {
    Operator.IS: lambda own, first, _more: own == first,
    Operator.IS_NOT: lambda own, first, _more: own != first,
    Operator.MORE: lambda own, first, _more: own > first,
    Operator.LESS: lambda own, first, _more: own < first,
    Operator.AT_LEAST: lambda own, first, _more: own >= first,
    Operator.AT_MOST: lambda own, first, _more: own <= first,
    Operator.BETWEEN: lambda own, first, more: first <= own <= more[0],
    Operator.ONE_OF: lambda own, first, more: own in (first, *more),
    Operator.NOT_ONE_OF: lambda own, first, more: own not in (first, *more),
}


def _comparable(value: Scalar) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value
