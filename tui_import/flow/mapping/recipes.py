"""A recipe's columns found again in a file: by header, by another name for the same field, by the look of the values; never by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_import.api.i18n import _
from tui_import.flow.mapping.context import fields_of
from tui_import.flow.mapping.headers import Vocabulary, plain, readings, shown, squash
from tui_import.flow.mapping.values import Profile, contradiction, supports
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.mapping import ColumnInfo, Drift, Evidence, Link
from tui_import.model.mapping import Mapping as ColumnMapping
from tui_import.model.settings import Recipe

_TELLING = frozenset({FieldType.EMAIL, FieldType.URL, FieldType.VAT_NUMBER})
"""Types whose values are known by their look alone."""


def recipe_keys(columns: Sequence[ColumnInfo]) -> list[str]:
    """What a recipe calls the columns: their header (or letter, where they have none), "NAME #2" for the second of the same name."""
    titles = {column.title for column in columns}
    keys: list[str] = []
    used: set[str] = set()
    for column in columns:
        key, number = column.title, 1
        while key in used or (number > 1 and key in titles):
            number += 1
            key = f"{column.title} #{number}"
        used.add(key)
        keys.append(key)
    return keys


def recipe_mapping(mapping: ColumnMapping, columns: Sequence[ColumnInfo]) -> dict[str, tuple[str, ...]]:
    """A mapping as a recipe keeps it. Columns without a field are kept with none, so that they are not taken for new ones."""
    return {key: mapping.fields_of(column.position) for key, column in zip(recipe_keys(columns), columns, strict=True)}


@dataclass(frozen=True, slots=True)
class _Found:
    """A column of the file for a column of the recipe."""

    position: int
    reason: str


def match_recipe(
    recipe: Recipe, columns: Sequence[ColumnInfo], catalogue: Catalogue, vocabulary: Vocabulary
) -> tuple[ColumnMapping, Drift]:
    """The recipe's mapping for these columns, and how they differ from those that it was made for."""
    keys = recipe_keys(columns)
    found = _by_header(recipe.mapping, keys, columns, catalogue)
    renamed = _by_alias(recipe.mapping, found, columns, catalogue, vocabulary)
    renamed |= _by_type(recipe.mapping, found | renamed, columns, catalogue, vocabulary)
    matched = found | renamed
    links = [
        Link(matched[header].position, key, Evidence.RECIPE, 1.0, matched[header].reason)
        for header, fields in recipe.mapping.items()
        for key in fields
        if header in matched
    ]
    taken = {match.position for match in matched.values()}
    drift = Drift(
        missing=tuple(header for header, fields in recipe.mapping.items() if fields and header not in matched),
        new=tuple(key for key, column in zip(keys, columns, strict=True) if column.position not in taken),
        renamed=tuple((header, _key_at(match.position, keys, columns)) for header, match in renamed.items()),
        moved=_moved([(header, found[header].position) for header in recipe.mapping if header in found]),
    )
    return ColumnMapping(tuple(links), dict(recipe.constants)), drift


def _key_at(position: int, keys: Sequence[str], columns: Sequence[ColumnInfo]) -> str:
    return next(key for key, column in zip(keys, columns, strict=True) if column.position == position)


def _by_header(
    wanted: Mapping[str, tuple[str, ...]], keys: Sequence[str], columns: Sequence[ColumnInfo], catalogue: Catalogue
) -> dict[str, _Found]:
    """Columns with the same header; exactly first, then without case, accents and punctuation. Letters need fitting values."""
    exact = dict(zip(keys, columns, strict=True))
    matched: dict[str, _Found] = {}
    for header, fields in wanted.items():
        column = exact.get(header)
        if column is not None and (column.header or _fits(column, fields, catalogue)):
            matched[header] = _Found(column.position, _("by the recipe"))
    taken = {match.position for match in matched.values()}
    folded: dict[str, list[ColumnInfo]] = {}
    for key, column in exact.items():
        if column.position not in taken and column.header and squash(key):
            folded.setdefault(plain(squash(key)), []).append(column)
    for header in wanted:
        candidates = folded.get(plain(squash(header)))
        if header not in matched and candidates:
            matched[header] = _Found(candidates.pop(0).position, _("by the recipe"))
    return matched


def _fits(column: ColumnInfo, fields: Sequence[str], catalogue: Catalogue) -> bool:
    profile = Profile(column.samples, Vocabulary())
    return not any(contradiction(catalogue[key], profile) for key in fields if key in catalogue)


def _by_alias(
    wanted: Mapping[str, tuple[str, ...]],
    found: Mapping[str, _Found],
    columns: Sequence[ColumnInfo],
    catalogue: Catalogue,
    vocabulary: Vocabulary,
) -> dict[str, _Found]:
    """Columns that are called by another name of the same field."""
    taken = {match.position for match in found.values()}
    means = {
        column.position: {key for reading in readings(column.header, vocabulary) for key in fields_of(reading, catalogue)}
        for column in columns
        if column.position not in taken and column.header and column.title not in wanted
    }
    renamed: dict[str, _Found] = {}
    for header, fields in wanted.items():
        if header in found or not fields:
            continue
        position = next((position for position, meant in means.items() if meant.intersection(fields)), None)
        if position is not None:
            del means[position]
            reason = _("another name for “{header}” of the recipe").format(header=shown(header))
            renamed[header] = _Found(position, reason)
    return renamed


def _by_type(
    wanted: Mapping[str, tuple[str, ...]],
    found: Mapping[str, _Found],
    columns: Sequence[ColumnInfo],
    catalogue: Catalogue,
    vocabulary: Vocabulary,
) -> dict[str, _Found]:
    """The only column left whose values are unmistakably those of the only field left of their type."""
    open_headers = {
        header: [catalogue[key] for key in fields if key in catalogue and catalogue[key].type in _TELLING]
        for header, fields in wanted.items()
        if header not in found
    }
    taken = {match.position for match in found.values()}
    renamed: dict[str, _Found] = {}
    for type_ in _TELLING:
        headers = {header: fields for header, known in open_headers.items() if (fields := [f for f in known if f.type is type_])}
        if len(headers) != 1:
            continue
        header, fields = next(iter(headers.items()))
        fitting = [
            column
            for column in columns
            if column.position not in taken
            and supports(fields[0], Profile(column.samples, vocabulary))
            and not readings(column.header, vocabulary)
        ]
        if len(fitting) == 1:
            taken.add(fitting[0].position)
            reason = _("its values are those of “{header}” of the recipe").format(header=shown(header))
            renamed[header] = _Found(fitting[0].position, reason)
    return renamed


def _moved(positions: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """The columns that left their order: all but those of the longest run that kept it."""
    best: list[tuple[int, int]] = []  # per column: length of the longest run that ends with it, index of the one before
    for index, (_header, position) in enumerate(positions):
        before = [(best[other][0], other) for other in range(index) if positions[other][1] < position]
        length, previous = max(before, default=(0, -1))
        best.append((length + 1, previous))
    kept = set()
    index = max(range(len(best)), key=lambda index: best[index][0], default=-1)
    while index >= 0:
        kept.add(index)
        index = best[index][1]
    return tuple(header for index, (header, _position) in enumerate(positions) if index not in kept)
