"""How well each possible key would do: how many rows have it, whether it is unique in the file, how it meets the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingABC

from tui_import.flow.plan.binding import UNMATCHED, Bound, BoundBlock, Incoming
from tui_import.flow.plan.keys import FIELDS_JOINED_BY, in_price_list, name_department, of_fields
from tui_import.model.fields import Catalogue
from tui_import.model.mapping import Mapping
from tui_import.model.plan import KeyAdvice, Stored
from tui_import.model.records import RecordReader
from tui_import.model.settings import COMPANY_KEY_FIELDS, PRODUCT_KEY_FIELDS, USUAL_KEYS, CompanyKey, PersonKey, ProductKey

KeyFields = MappingABC[str, list[tuple[str, ...]]]
"""Entity → keys, each made of bare names of fields."""

IDENTIFYING = {"company": ("name", "vat_number", "number", "code"), "person": ("name", "number"), "product": ("name", "code")}
"""Fields that tell two records apart, by entity: a hit that differs in one of them is a conflict."""


class KeyAdviser:
    """Counts for every key over the blocks it is shown."""

    def __init__(
        self,
        mapping: Mapping,
        reader: RecordReader,
        price_list: int | None = None,
        keyed: KeyFields | None = None,
    ) -> None:
        """``price_list``: the one that products go into; None for contacts. ``keyed``: entity → the keys that are tried of it."""
        self._price_list = price_list
        self._keyed = keyed or {}
        self._reader = reader
        self._mapped = mapping.fields
        self._rows = 0
        self._entities: set[str] = set()
        self._values: dict[tuple[str, str], Counter[int]] = {}
        """(entity, key) → hash of the value → rows."""
        self._hits: Counter[tuple[str, str]] = Counter()
        self._ambiguous: Counter[tuple[str, str]] = Counter()
        self._conflicts: Counter[tuple[str, str]] = Counter()

    def look(self, block: BoundBlock) -> None:
        """Count one block of rows."""
        self._rows += len(block.n)
        self._entities.update(block.entities)
        for entity, key, values in self._candidates(block):
            if not self._is_mapped(entity, key):
                continue
            counter = self._values.setdefault((entity, key), Counter())
            counter.update(hash(value) for value in values if value is not None)
            self._meet(entity, key, values, block.entities[entity])

    def _candidates(self, block: BoundBlock) -> Iterator[tuple[str, str, list[str | None]]]:
        if "company" in block.entities:
            yield from _candidates(block)
        if self._price_list is not None:
            yield from _of_products(block, self._price_list)
        for entity, keys in self._keyed.items():
            bound = block.entities[entity]
            blank: list[Stored] = [None] * len(block.n)
            for names in keys:
                parts = (bound.keys.get(name) or bound.single.get(name) or blank for name in names)
                yield entity, FIELDS_JOINED_BY.join(names), [of_fields(each) for each in zip(*parts, strict=True)]

    def _meet(self, entity: str, key: str, values: list[str | None], bound: Bound) -> None:
        if (entity, key) == ("person", "name"):  # only means something inside a company, which the plan decides
            return
        found = self._reader.find(entity, key, sorted({value for value in values if value is not None}))
        single = {hits[0].id for hits in found.values() if len(hits) == 1}
        others = [name for name in IDENTIFYING.get(entity, ()) if name in bound.keys and name not in key]
        fields = [f"{name}_key" for name in others] if single else []
        records = self._reader.load(entity, sorted(single), fields) if fields else {}
        for i, value in enumerate(values):
            hits = found.get(value or "", ())
            if len(hits) > 1:
                self._ambiguous[entity, key] += 1
            elif hits:
                self._hits[entity, key] += 1
                record = records.get(hits[0].id)
                if record and any(
                    (ours := bound.keys[name][i]) and (theirs := record.values.get(f"{name}_key")) and ours != theirs for name in others
                ):
                    self._conflicts[entity, key] += 1

    def _is_mapped(self, entity: str, key: str) -> bool:
        if entity == "company":
            return all(field in self._mapped for field in COMPANY_KEY_FIELDS[CompanyKey(key)])
        if entity == "product":
            return all(field in self._mapped for field in PRODUCT_KEY_FIELDS[ProductKey(key)])
        if entity in self._keyed:
            return all(f"{entity}.{name}" in self._mapped for name in key.split(FIELDS_JOINED_BY))
        if key == "name":
            return bool({"person.full_name", "person.first_name", "person.last_name"} & self._mapped)
        return f"person.{key}" in self._mapped

    def advice(self) -> list[KeyAdvice]:
        """One line per possible key, companies first."""
        keys = [(entity, FIELDS_JOINED_BY.join(names)) for entity, every in self._keyed.items() for names in every]
        if self._price_list is not None:
            keys += [("product", str(key)) for key in ProductKey]
        if not keys or "company" in self._entities:
            of_persons = [("person", str(key)) for key in PersonKey if key is not PersonKey.NONE]
            keys = [("company", str(key)) for key in CompanyKey] + of_persons + keys
        lines = []
        for entity, key in keys:
            counter = self._values.get((entity, key), Counter())
            filled = sum(counter.values())
            once = sum(1 for count in counter.values() if count == 1)
            lines.append(
                KeyAdvice(
                    entity,
                    key,
                    self._is_mapped(entity, key),
                    filled / self._rows if self._rows else 0.0,
                    once / filled if filled else 0.0,
                    self._hits[entity, key],
                    self._ambiguous[entity, key],
                    self._conflicts[entity, key],
                )
            )
        return lines


def keyed_candidates(catalogue: Catalogue, entity: str, mapped: Collection[str]) -> list[tuple[str, ...]]:
    """The keys worth trying of an entity that is matched by any of its fields: the usual ones, then each field alone.

    Those with another record in them mean something only when that is decided.
    """
    links = catalogue.references(entity)
    alone = [(field.name,) for field in catalogue.keys(entity)]
    usual = [names for names in USUAL_KEYS[entity] if not any(name in links for name in names)]
    ids = [("id",)] if f"{entity}.id" in mapped else []
    return list(dict.fromkeys([*usual, *alone, *ids]))


def _first_key(values: tuple[Incoming, ...]) -> str | None:
    return next((value.key for value, _column in values if not value.key.startswith(UNMATCHED)), None)


def _of_products(block: BoundBlock, price_list: int) -> Iterator[tuple[str, str, list[str | None]]]:
    blank: list[str | None] = [None] * len(block.n)
    for key, fields in PRODUCT_KEY_FIELDS.items():
        parts = (block.entities["product"].keys.get(name.partition(".")[2], blank) for name in fields)
        yield "product", str(key), [in_price_list(price_list, *each) for each in zip(*parts, strict=True)]


def _candidates(block: BoundBlock) -> Iterator[tuple[str, str, list[str | None]]]:
    """(entity, key, value per row) for every key that the block has columns for."""
    company, person = block.entities["company"], block.entities["person"]
    count = len(block.n)
    for name in ("name", "number", "code", "vat_number"):
        if name in company.keys:
            yield "company", name, company.keys[name]
    if "name" in company.keys and "department" in company.keys:
        departments = company.keys["department"]
        yield "company", "name_department", [name_department(*pair) for pair in zip(company.keys["name"], departments, strict=True)]
    for name in ("name", "number"):
        if name in person.keys:
            yield "person", name, person.keys[name]
    for name in ("email", "mobile"):
        if name in person.multiple:
            yield "person", name, [_first_key(values) for values in person.multiple[name]]
    for entity, bound in block.entities.items():
        if "id" in bound.single:
            ids = bound.single["id"] or [None] * count
            yield entity, "id", [None if value is None else str(value) for value in ids]
