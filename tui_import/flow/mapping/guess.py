"""Which field is this column? Evidence in this order: the source says so, this user's memory, the header, the values.

A header's fields come from the vocabulary; where it fits a company and a person, `context` decides; where the values contradict it, the
column is left open and the reason says why. At last every field that holds one value is given to its best column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_import.api.i18n import N_, _
from tui_import.api.source import NO_FIELD
from tui_import.flow.mapping.context import LIKELY, UNLIKELY, UNSURE, Context, concept_of, decide, fields_of, order_of
from tui_import.flow.mapping.headers import EITHER, UNUSED, Alias, Reading, Vocabulary, languages_of, readings, shown, squash
from tui_import.flow.mapping.memory import Memory
from tui_import.flow.mapping.values import Profile, contradiction, supports
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import PLURALS, entities_of
from tui_import.model.mapping import LINK_FROM, ColumnInfo, Evidence, Guess, Link


def others_of(kind: str) -> frozenset[str]:
    """Groups of headers that mean nothing in a kind of import: only contacts have columns that fit a company and a person, or nothing."""
    own = frozenset(entities_of(kind))
    return frozenset(PLURALS) - own | (frozenset() if own >= {"company"} else {EITHER, UNUSED})


LANGUAGES = {
    "da": N_("Danish"), "de": N_("German"), "en": N_("English"), "es": N_("Spanish"), "fi": N_("Finnish"), "fr": N_("French"),
    "nl": N_("Dutch"), "no": N_("Norwegian"), "sv": N_("Swedish"),
}  # fmt: skip
_SIMILAR_FROM = 84
"""Similarity (0…100) from which a header is taken for a misspelt or longer name of a field."""
_SUPPORTED, _PROPOSED = 0.75, 0.58
"""Confidence of an identical header found by similarity, with and without values that speak for it ("Contract number" is no contact's)."""
_LEFT_OPEN = Alias(UNUSED, "", "", 0)
"""Stands for the header of a column that the user left unlinked last time, or that the source says is of no field."""
_OTHERS = 3
_TAKEN = 0.4
"""Confidence of a column whose field is fed by a better one."""


@dataclass(slots=True)
class _Column:
    """What we gather about one column."""

    info: ColumnInfo
    profile: Profile
    reading: Reading | None = None
    fields: tuple[str, ...] = ()
    """What its header can mean."""
    second: str = ""
    """What its header means as well, for files where another column is the first ("Varenummer" beside "Varekode")."""
    links: tuple[Link, ...] = ()
    """Candidates, the best first."""

    @property
    def is_clear(self) -> bool:
        return len(self.fields) == 1

    @property
    def is_unused(self) -> bool:
        return self.reading is not None and self.reading.alias.group == UNUSED

    @property
    def concept(self) -> str:
        return concept_of(self.reading) if self.reading is not None else ""


def guess(
    columns: Sequence[ColumnInfo],
    samples: Sequence[Sequence[str]],
    catalogue: Catalogue,
    vocabulary: Vocabulary,
    memory: Memory | None = None,
    kind: str = "contacts",
) -> list[Guess]:
    """One guess per column. ``samples`` are distinct filled values per column; `LINK_FROM` says which guesses are linked.

    No two guesses that are linked name the same field, unless it holds several values.
    """
    entities, others = entities_of(kind), others_of(kind)
    wanted = Catalogue({field.key: field for field in catalogue if field.entity in entities})
    gathered = [_Column(info, Profile(values, vocabulary)) for info, values in zip(columns, samples, strict=True)]
    _read_headers(gathered, wanted, vocabulary, others)
    context = Context()
    for column in gathered:
        column.links = _known(column, wanted, memory or Memory())
        _settle(column, context)
    for column in gathered:
        if not column.links and len(column.fields) != 1 and not column.concept and not column.is_unused:
            column.links = _by_values(column, context, wanted, vocabulary, names_only=True)
            _settle(column, context)
    _decide(gathered, context)
    for column in gathered:
        if not column.links and not column.concept and not column.is_unused:
            column.links = _by_values(column, context, wanted, vocabulary)
        column.links = tuple(_doubted(link, column, wanted) for link in column.links)
    return _assign(gathered, wanted)


def _read_headers(gathered: Sequence[_Column], catalogue: Catalogue, vocabulary: Vocabulary, others: frozenset[str]) -> None:
    headers = [column.info.header for column in gathered]
    languages = languages_of(headers, vocabulary, others)
    for position, column in enumerate(gathered):
        found = readings(column.info.header, vocabulary, others)
        for reading in sorted(found, key=lambda reading: languages.index(reading.alias.language)):
            fields = fields_of(reading, catalogue)
            if fields or reading.alias.group == UNUSED:
                column.reading, column.fields = reading, fields
                column.second = _second_meaning(reading, found, catalogue)
                break
        kind = _companion(position, gathered)
        if kind is not None and column.concept:
            column.fields = _of_kind(column, kind, catalogue, vocabulary)


def _second_meaning(first: Reading, found: Sequence[Reading], catalogue: Catalogue) -> str:
    """Another field that the same header names in the same language."""
    same = [each.alias for each in found if each.alias[:3] != first.alias[:3] and each.alias.language == first.alias.language]
    keys = [f"{alias.group}.{alias.name}" for alias in same if alias.group == first.alias.group]
    return next((key for key in keys if key in catalogue), "")


def _companion(position: int, gathered: Sequence[_Column]) -> Sequence[str] | None:
    """The values of the column that says which kind of number this one holds ("Phone 1 - Type" for "Phone 1 - Value")."""
    prefix, dash, _rest = gathered[position].info.header.rpartition(" - ")
    if not dash:
        return None
    names = {f"{prefix} - Type", f"{prefix} - Label"}
    return next((column.profile.values for column in gathered if column.info.header in names), None)


def _of_kind(column: _Column, kinds: Sequence[str], catalogue: Catalogue, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The fields of a column whose kind another column tells; unchanged where rows differ or it says nothing."""
    kinds = list({squash(kind) for kind in kinds})
    reading = column.reading
    if len(kinds) != 1 or reading is None:
        return column.fields
    for found in readings(f"{kinds[0]} {reading.alias.name}", vocabulary):
        fields = fields_of(found, catalogue)
        if len(fields) == 1 and found.alias.group != UNUSED:
            return fields
    qualifiers = vocabulary.qualifiers.get(kinds[0], ())
    return next((fields for q in qualifiers if (fields := fields_of(reading._replace(qualifier=q), catalogue))), column.fields)


def _known(column: _Column, catalogue: Catalogue, memory: Memory) -> tuple[Link, ...]:
    """What the source, the memory or a clear header says."""
    info = column.info
    if info.field in catalogue:
        return (Link(info.position, info.field, Evidence.SOURCE, 1.0, _("the source says so")),)
    recalled = memory.recall(info.header, column.profile.kind)
    if recalled == "" or (recalled is None and info.field == NO_FIELD):
        column.fields, column.reading = (), Reading(_LEFT_OPEN)
        return ()
    if recalled is not None and recalled in catalogue:
        return (Link(info.position, recalled, Evidence.MEMORY, 0.97, _("linked so in an earlier import")),)
    if column.is_clear and column.reading is not None:
        link = _header_link(column, column.fields[0], column.reading.certainty, catalogue)
        return (link, _header_link(column, column.second, _SUPPORTED, catalogue)) if column.second else (link,)
    return ()


def _header_link(column: _Column, key: str, confidence: float, catalogue: Catalogue) -> Link:
    language = column.reading.alias.language if column.reading is not None else ""
    text = _("header “{header}” means {field} ({language})") if language else _("header “{header}” means {field}")
    reason = text.format(header=shown(column.info.header), field=catalogue[key].title, language=_(LANGUAGES.get(language, language)))
    return Link(column.info.position, key, Evidence.HEADER, confidence, reason)


def _settle(column: _Column, context: Context) -> None:
    """Tell the context what became clear about a column, or which concept is still open."""
    if column.links and column.links[0].confidence >= LINK_FROM:
        context.settle(column.info.position, column.links[0].field)
    elif column.concept:
        context.concepts[column.info.position] = column.concept


def _decide(gathered: Sequence[_Column], context: Context) -> None:
    """Decide the columns whose header fits a company and a person."""
    open_columns = [column for column in gathered if not column.links and column.concept and column.fields]
    for column in sorted(open_columns, key=lambda column: order_of(column.concept)):
        position = column.info.position
        choice = decide(position, column.concept, column.fields, column.profile, context)
        column.links = tuple(_chosen_link(column, key, confidence, context) for key, confidence in choice)
        if choice and choice[0][1] >= LINK_FROM:
            context.settle(position, choice[0][0])


def _chosen_link(column: _Column, key: str, confidence: float, context: Context) -> Link:
    entity = key.partition(".")[0]
    if context.is_mixed:
        company, person = _("header “{header}”, among the columns of companies"), _("header “{header}”, among the columns of persons")
    elif context.has(entity):
        company, person = _("header “{header}” in a file of companies"), _("header “{header}” in a file of persons")
    else:
        company = person = _("header “{header}”; it could be a company's or a person's")
    reason = (company if entity == "company" else person).format(header=shown(column.info.header))
    kind = _NAME_KINDS.get(key)
    if column.concept == "name" and kind is not None and column.profile.count(kind):
        reason = _("header “{header}”; {evidence}").format(header=shown(column.info.header), evidence=column.profile.words(kind))
    return Link(column.info.position, key, Evidence.HEADER, confidence, reason)


_NAME_KINDS = {"company.name": "company", "person.full_name": "person"}


def _by_values(
    column: _Column, context: Context, catalogue: Catalogue, vocabulary: Vocabulary, *, names_only: bool = False
) -> tuple[Link, ...]:
    """Candidates for a column whose header says nothing: from its values, and from headers that are alike."""
    profile = column.profile
    links: list[Link] = []
    if profile.total:
        votes = _NAME_VOTES if names_only else _NAME_VOTES + _VOTES
        for kind, least, concept, confidence in votes:
            if profile.share(kind) >= least and (kind != "phone" or profile.share("written_phone") >= 0.5):
                choice = decide(column.info.position, concept, _fields_like(concept, catalogue), profile, context)
                reason = profile.words(kind)
                links += [Link(column.info.position, key, Evidence.VALUES, min(sure, confidence), reason) for key, sure in choice]
    if not names_only:
        links += _similar(column, context, catalogue, vocabulary)
    best: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: -link.confidence):
        best.setdefault(link.field, link)
    return tuple(best.values())


_NAME_VOTES = (
    ("company", 0.5, "company.name", 0.75),
    ("person", 0.5, "person.full_name", 0.7),
    ("given_name", 0.6, "person.first_name", 0.7),
)
_VOTES = (
    ("email", 0.8, "email", LIKELY),
    ("url", 0.8, "url", 0.75),
    ("vat", 0.9, "company.vat_number", LIKELY),
    ("phone", 0.8, "phone", 0.7),
    ("country", 0.9, "country", 0.7),
    ("date", 0.9, "person.birthdate", UNLIKELY),
    ("postal_code", 0.9, "company.postal_code", UNLIKELY),
)
"""(kind of value, least share, field or concept, confidence)."""


def _fields_like(concept: str, catalogue: Catalogue) -> tuple[str, ...]:
    if "." in concept:
        return (concept,) if concept in catalogue else ()
    return fields_of(Reading(Alias(EITHER, concept, "", 0)), catalogue)


def _similar(column: _Column, context: Context, catalogue: Catalogue, vocabulary: Vocabulary) -> list[Link]:
    """Fields with a name that is nearly this header; the values have to speak for it, or it is only a proposal."""
    from rapidfuzz import fuzz, process

    header = squash(column.info.header)
    if len(header) < 4:
        return []
    links = []
    for known, score, _index in process.extract(header, vocabulary.headers, scorer=fuzz.ratio, score_cutoff=_SIMILAR_FROM, limit=2):
        for reading in [Reading(alias) for alias in vocabulary.find(known) if _may_feed(alias, catalogue)][:1]:
            fields = fields_of(reading, catalogue)
            choice = decide(column.info.position, reading.alias.name, fields, column.profile, context) if fields else []
            for key, certainty in choice:
                best = _SUPPORTED if supports(catalogue[key], column.profile) else _PROPOSED
                confidence = min(certainty, best * score / 100)
                text = _("header “{header}” is close to a name of {field}")
                reason = text.format(header=shown(column.info.header), field=catalogue[key].title)
                links.append(Link(column.info.position, key, Evidence.SIMILAR_HEADER, confidence, reason))
    return links


def _may_feed(alias: Alias, catalogue: Catalogue) -> bool:
    return alias.group in (EITHER, UNUSED) or f"{alias.group}.{alias.name}" in catalogue


def _doubted(link: Link, column: _Column, catalogue: Catalogue) -> Link:
    """The link, under the mark where the values speak against it."""
    if link.evidence not in {Evidence.HEADER, Evidence.SIMILAR_HEADER, Evidence.MEMORY}:
        return link
    against = contradiction(catalogue[link.field], column.profile)
    if not against:
        return link
    reason = _("{reason}, but {objection}").format(reason=link.reason, objection=against)
    return replace(link, confidence=min(link.confidence / 2, UNLIKELY), reason=reason)


def _assign(gathered: Sequence[_Column], catalogue: Catalogue) -> list[Guess]:
    """Give every field of one value to its best column; the others get their next best field, or stay open."""
    taken: dict[str, str] = {}
    chosen: dict[int, Link | None] = {}
    ranked = sorted(gathered, key=lambda column: (-_best(column), column.reading.alias.rank if column.reading else 0, column.info.position))
    for column, is_last_round in [(column, False) for column in ranked] + [(column, True) for column in ranked]:
        position, links = column.info.position, column.links[: None if is_last_round else 1]
        if position in chosen:
            continue
        link = next((link for link in links if link.field not in taken and link.confidence >= LINK_FROM), None)
        if is_last_round and link is None and links:
            link = _second_line(links[0], taken, catalogue) or _left_open(links[0], taken)
        if link is not None or is_last_round:
            chosen[position] = link
        if link is not None and link.confidence >= LINK_FROM and not catalogue[link.field].multiple:
            taken[link.field] = column.info.title
    return [Guess(column.info.position, chosen[column.info.position], _others(column, chosen)) for column in gathered]


def _best(column: _Column) -> float:
    return column.links[0].confidence if column.links else 0.0


def _second_line(link: Link, taken: dict[str, str], catalogue: Catalogue) -> Link | None:
    """The next free line of the same address."""
    stem, line, number = link.field.rpartition("_line")
    if not line or link.confidence < LINK_FROM:
        return None
    lines = (f"{stem}_line{other}" for other in range(int(number) + 1, 4))
    free = next((key for key in lines if key in catalogue and key not in taken), None)
    return replace(link, field=free, confidence=min(link.confidence, UNSURE)) if free else None


def _left_open(link: Link, taken: dict[str, str]) -> Link:
    if link.field not in taken or link.confidence < LINK_FROM:
        return link
    reason = _("{reason}, but “{column}” feeds this field already").format(reason=link.reason, column=shown(taken[link.field]))
    return replace(link, confidence=_TAKEN, reason=reason)


def _others(column: _Column, chosen: dict[int, Link | None]) -> tuple[Link, ...]:
    link = chosen[column.info.position]
    return tuple(other for other in column.links if link is None or other.field != link.field)[:_OTHERS]


def link_guesses(guesses: Sequence[Guess]) -> tuple[Link, ...]:
    """The links of the guesses that we are sure enough of."""
    return tuple(guess.link for guess in guesses if guess.link is not None and guess.link.confidence >= LINK_FROM)
