"""The contract of a connector to an ERP as checks, rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from tui_import.api.capabilities import OPERATORS, Criterion, Kind, Operator, meets
from tui_import.api.erp import Actor, ActorPage, ActorType, Connector, Erp, ErpField
from tui_import.api.errors import SourceError
from tui_import.api.i18n import N_
from tui_import.api.options import Options
from tui_import.api.source import Scalar
from tui_import.api.testing.suite import CELLS, Suite, must

_NOBODY = "no actor has this in it \u2603"


class ConnectorConformance(Suite):
    """The suite: each rule by its name, for ``pytest.mark.parametrize("rule", ConnectorConformance.rules)``.

    ``config`` must reach an ERP that holds a few actors of each type, all of which are read several times: use a small one.
    """

    rules: ClassVar[Sequence[str]] = (
        N_("description"),
        N_("configuration"),
        N_("connection test"),
        N_("actor types"),
        N_("fields"),
        N_("actors"),
        N_("pages"),
        N_("search"),
        N_("keys"),
        N_("changes"),
        N_("parents"),
        N_("lists"),
    )

    def __init__(self, connector: Connector, config: Options) -> None:
        self.connector, self.config = connector, config

    # -- rules

    def _description(self) -> None:
        must(bool(self.connector.title), "title is empty")
        options = self.connector.config_fields()
        keys = [option.key for option in options]
        must(len(set(keys)) == len(keys), "two fields of the configuration share a key")
        must("connector" not in keys, "the key “connector” is taken")
        for option in options:
            must(option.required or option.default is not None, f"the field {option.key} is neither required nor has a default")

    def _configuration(self) -> None:
        self.connector.check(self.config)
        if any(option.required for option in self.connector.config_fields()):
            try:
                self.connector.check({})
            except SourceError as error:
                must(len(error.message) > 5, "the error about an empty configuration has no sentence")
            else:
                raise AssertionError("an empty configuration is not refused")

    def _connection_test(self) -> None:
        said = self._erp().test()
        must(isinstance(said, str) and len(said) > 5, "the test must give a sentence that says what answered")

    def _actor_types(self) -> None:
        types = self._erp().actor_types()
        keys = [each.key for each in types]
        must(bool(types) and all(isinstance(each, ActorType) and each.label for each in types), "actor types must be there, with labels")
        must(len(set(keys)) == len(keys), "two actor types share a key")
        for each in types:
            must(each.entity in ("company", "person", "project"), f"{each.key}: {each.entity} is none of company, person, project")
            must(not each.parent or each.parent in keys, f"{each.key}: there is no actor type {each.parent} for its parents")

    def _fields(self) -> None:
        for erp, kind in self._each():
            fields = erp.fields(kind.key)
            keys = [each.key.casefold() for each in fields]
            must(all(isinstance(each, ErpField) for each in fields), "fields must be of type ErpField")
            must(len(set(keys)) == len(keys), f"{kind.key}: two fields share a key")
            must(any(each.searchable for each in fields), f"{kind.key}: there is no field to search by")
            must(any(each.target(kind.entity) for each in fields), f"{kind.key}: no field says which of ours it is")
            for each in fields:
                must(set(each.operators) <= set(OPERATORS[each.kind]), f"{kind.key}.{each.key}: an operator that its kind has not")
                must((each.kind is Kind.LIST) <= bool(each.list), f"{kind.key}.{each.key}: a list without name")

    def _actors(self) -> None:
        for erp, kind in self._each():
            known = {each.key for each in erp.fields(kind.key)}
            found = list(erp.everything(kind.key))
            must(bool(found), f"{kind.key}: there is no actor; check with an ERP that holds some")
            for actor in found:
                must(isinstance(actor, Actor) and isinstance(actor.key, str) and bool(actor.key), f"{kind.key}: an actor without key")
                must(isinstance(actor.changed, str), f"{kind.key}: LastModified is no text")
                must(set(actor.values) <= known, f"{kind.key}: values of fields that are none: {sorted(set(actor.values) - known)}")
                for value in actor.values.values():
                    must(type(value) in CELLS, f"{kind.key}: a value of type {type(value).__name__}")
            must(_keys(found) == _keys(erp.everything(kind.key)), f"{kind.key}: reading again gives others")

    def _pages(self) -> None:
        for erp, kind in self._each():
            keys, page = [], ""
            while True:
                found = erp.search(kind.key, (), page, 2)
                must(isinstance(found, ActorPage) and len(found.actors) <= 2, f"{kind.key}: a page has more than was asked for")
                keys += _keys(found.actors)
                if not found.next:
                    break
                must(found.next != page and len(keys) < 10_000, f"{kind.key}: the same page comes again and again")
                page = found.next
            must(len(set(keys)) == len(keys), f"{kind.key}: an actor is on two pages")
            must(set(keys) == set(_keys(erp.everything(kind.key))), f"{kind.key}: the pages of a search for everything are not everything")

    def _search(self) -> None:
        """Every field by every operator finds just those that `meets` says, in any case of letters."""
        for erp, kind in self._each():
            everybody = list(erp.everything(kind.key))
            for each in erp.fields(kind.key):
                if not each.searchable:
                    continue
                sample = next((actor.values[each.key] for actor in everybody if actor.values.get(each.key) not in (None, "")), None)
                for criterion in _criteria(each, sample):
                    found = set(_keys(self._found(erp, kind.key, criterion)))
                    due = {a.key for a in everybody if meets(a.values.get(each.key), criterion.operator, criterion.values)}
                    what = f"{kind.key}: {each.key} {criterion.operator} {criterion.values}"
                    must(found == due, f"{what}: finds {sorted(found - due)[:3]} too much, {sorted(due - found)[:3]} too little")

    def _keys(self) -> None:
        for erp, kind in self._each():
            last = list(erp.everything(kind.key))[-1]
            found = list(erp.get(kind.key, [last.key, "no-such-key"]))
            must(_keys(found) == [last.key], f"{kind.key}: get must give the actors of the keys that exist")
            must(found[0] == last, f"{kind.key}: get gives another actor than reading everything")
            must(not list(erp.get(kind.key, [])), f"{kind.key}: no key gives actors")

    def _changes(self) -> None:
        for erp, kind in self._each():
            everybody = list(erp.everything(kind.key))
            known = sorted({actor.changed for actor in everybody if actor.changed})
            unknown = {actor.key for actor in everybody if not actor.changed}
            for moment in {known[0], known[-1]} if known else set():
                later = {actor.key for actor in everybody if actor.changed > moment}
                found = set(_keys(erp.changed_since(kind.key, moment)))
                must(found == later | unknown, f"{kind.key}: changed_since({moment}) gives others than those that are later")

    def _parents(self) -> None:
        for erp, kind in self._each():
            for actor in erp.everything(kind.key):
                must(not actor.parent or bool(actor.parent_type or kind.parent), f"{kind.key}: a parent of no type")
                if actor.parent:
                    found = _keys(erp.get(actor.parent_type or kind.parent, [actor.parent]))
                    must(found == [actor.parent], f"{kind.key} {actor.key}: its parent cannot be fetched")

    def _lists(self) -> None:
        for erp, kind in self._each():
            for each in erp.fields(kind.key):
                if each.list:
                    items = erp.list_items(each.list)
                    must(bool(items), f"the list {each.list} has no items")
                    values = {actor.values.get(each.key) for actor in erp.everything(kind.key)} - {None, ""}
                    must({str(value) for value in values} <= set(items), f"{kind.key}.{each.key}: values that are no keys of its list")

    # -- help

    def _erp(self) -> Erp:
        return self.connector.connect(self.config)

    def _each(self) -> Iterable[tuple[Erp, ActorType]]:
        erp = self._erp()
        try:
            for kind in erp.actor_types():
                yield erp, kind
        finally:
            erp.close()

    @staticmethod
    def _found(erp: Erp, kind: str, criterion: Criterion) -> list[Actor]:
        actors: list[Actor] = []
        page = ""
        while True:
            found = erp.search(kind, (criterion,), page, 100)
            actors += found.actors
            if not found.next:
                return actors
            page = found.next


def _criteria(field: ErpField, sample: Scalar) -> Iterable[Criterion]:
    """What to search a field for: a value that is there, in other case, and one that is nowhere."""
    for operator in field.operators or OPERATORS[field.kind]:
        values: Sequence[Scalar] = [sample]
        if field.kind is Kind.TEXT:
            text = "x" if sample is None else str(sample)
            part = {Operator.BEGINS: text[:3], Operator.ENDS: text[-3:], Operator.CONTAINS: text[1:4] or text}.get(operator, text)
            values = [part.swapcase()]
            if operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
                yield Criterion(field.key, operator, [_NOBODY])
        elif sample is None:
            continue
        if operator is Operator.BETWEEN:
            values = [values[0], values[0]]
        yield Criterion(field.key, operator, values)


def _keys(actors: Iterable[Actor]) -> list[str]:
    return [actor.key for actor in actors]
