"""The second and third step: which column feeds which field, and how the import behaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_import import config, plugin_host
from tui_import.api.errors import UsageError, Where
from tui_import.api.i18n import _
from tui_import.api.source import Finding, Scalar
from tui_import.flow.mapping import recipe_keys, recipe_mapping
from tui_import.model.fields import Field
from tui_import.model.kinds import CONTACTS, KINDS, SEVERAL, entities_of, has_contacts, kind_of
from tui_import.model.mapping import LINK_FROM, ColumnInfo, Drift, Evidence, Guess, Link, Mapping, Missing
from tui_import.model.plan import KeyAdvice
from tui_import.model.progress import Progress
from tui_import.model.settings import (
    LISTS_WITHOUT_DEFAULT_POLICY,
    Action,
    CompanyKey,
    ListPolicy,
    PersonKey,
    Recipe,
    Settings,
    WithoutCompany,
)
from tui_import.model.sheets import Sheet, own_header
from tui_import.model.steps import ReadReport, TransformInfo, TransformReport
from tui_import.session import planning
from tui_import.session.connecting import PASSING
from tui_import.session.source_step import SECRET_OPTIONS, SourceStep
from tui_import.session.stored import mapping_from_dict, mapping_to_dict
from tui_import.store.draft import Draft

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

ALL_VALUES = -1
"""No limit of a query."""


class MappingStep(SourceStep):
    """An import whose columns are mapped and whose settings are chosen."""

    def __init__(self, workspace: Workspace, draft: Draft, recipe: Recipe | None = None) -> None:
        super().__init__(workspace, draft)
        if recipe is not None:
            draft.write_meta(
                recipe=config.dump_recipe(recipe),
                recipe_name=recipe.name,
                settings=config.settings_to_dict(recipe.settings),
                kind=recipe.kind,
            )

    def read(self, progress: Progress | None = None) -> ReadReport:
        """Read all rows into the draft and guess the mapping (or find the recipe's); what was read before is replaced."""
        report = super().read(progress)
        self._draft.write_meta(transforms={})
        if self._draft.meta("mapping") is None:
            self._map_at_first()
        recipe = self._recipe_it_runs()
        positions = {key: position for position, key in enumerate(recipe_keys(self.columns))}
        for header, names in (recipe.transforms if recipe else {}).items():
            for name in names if header in positions else ():
                self.transform(positions[header], name, progress)
        self._draft.write_meta(state="read")  # last: who is broken off before reads again, and never goes on without a mapping
        return report

    # -- mapping

    @property
    def mapping(self) -> Mapping:
        """The links and constants as they are."""
        stored = self._draft.meta("mapping")
        return mapping_from_dict(stored) if stored else Mapping()

    def guesses(self) -> Sequence[Guess]:
        """What each column is believed to be, linked or not."""
        if not self.sheets:
            return self._workspace.guess(self.columns, self.kind)
        found: list[Guess] = []
        for sheet in self.sheets:
            found += self._workspace.guess(self._of_sheet(sheet), sheet.kind or CONTACTS)
        return found

    def _of_sheet(self, sheet: Sheet) -> list[ColumnInfo]:
        """A sheet's columns, called as they are there."""
        return [replace(column, header=own_header(column.header, sheet.name)) for column in self.columns if sheet.has(column.position)]

    def _recognise_sheets(self, recipe: Recipe | None) -> None:
        """What the rows of each sheet are: as the recipe says, else by its columns."""
        known = recipe.sheets if recipe else {}
        sheets = [
            replace(sheet, kind=sheet.kind or known.get(sheet.name, "") or self._workspace.recognise_kind(self._of_sheet(sheet)))
            for sheet in self.sheets
        ]
        self._draft.write_sheets(sheets)

    def set_sheet_kind(self, name: str, kind: str) -> None:
        """Say what the rows of one of several sheets are; its columns are linked anew. Raises `UsageError`."""
        self._changeable()
        check_kind(kind)
        sheets = list(self.sheets)
        at = next((at for at, sheet in enumerate(sheets) if sheet.name == name), None)
        if at is None:
            names = ", ".join(f"“{sheet.name}”" for sheet in sheets) or "-"
            raise UsageError(_("No sheet “{name}” was read.").format(name=name), hint=_("There are: {names}.").format(names=names))
        sheets[at] = replace(sheets[at], kind=kind)
        self._draft.write_sheets(sheets)
        guesses = self._workspace.guess(self._of_sheet(sheets[at]), kind)
        links = [link for link in self.mapping.links if not sheets[at].has(link.column)]
        links += [guess.link for guess in guesses if guess.link is not None and guess.link.confidence >= LINK_FROM]
        self._write_mapping(replace(self.mapping, links=tuple(links)))

    def _map_at_first(self) -> None:
        recipe = self._recipe_it_runs()
        if self.sheets:
            self._draft.write_meta(kind=SEVERAL)
            self._recognise_sheets(recipe)
        if recipe is not None:
            mapping, _drift = self._workspace.match_recipe(recipe, self.columns)
        else:
            if self._draft.meta("kind") is None:
                self._draft.write_meta(kind=self._workspace.recognise_kind(self.columns))
            links = [guess.link for guess in self.guesses() if guess.link is not None and guess.link.confidence >= LINK_FROM]
            mapping = Mapping(tuple(links))
        self._write_mapping(mapping)

    def set_kind(self, kind: str) -> None:
        """Say what is imported, a key of `model.kinds.KINDS`; what was linked is guessed anew. Raises `UsageError`."""
        self._changeable()
        check_kind(kind)
        if self.sheets and kind != SEVERAL:
            hint = _("Choose one sheet, or say what each sheet is: sheets.NAME=KIND.")
            raise UsageError(_("Several sheets are of several kinds."), hint=hint)
        if kind != self._draft.meta("kind"):
            self._draft.write_meta(kind=kind, mapping=None, outdated=True)
            if self.state != "opened":
                self._map_at_first()

    def _check_kind(self, field: Field) -> None:
        """Raise `UsageError` where a field belongs to another kind of import."""
        if field.entity not in entities_of(self.kind):
            raise UsageError(
                _("{field} is no field of this import: it is one of {kind}.").format(field=field.key, kind=self.kind),
                hint=_("Say what is imported: --set kind={kind}.").format(kind=kind_of(field.entity)) if kind_of(field.entity) else "",
            )

    def _write_mapping(self, mapping: Mapping) -> None:
        self._draft.write_meta(mapping=mapping_to_dict(mapping), outdated=True)

    def link(self, column: int, field: str) -> None:
        """Feed a field from a column; a single field is taken from the column that fed it before."""
        self._changeable()
        known = self._workspace.field(field)
        self._check_kind(known)
        columns = self.columns
        if not 0 <= column < len(columns):
            raise UsageError(_("There is no column {number}.").format(number=column + 1))
        if columns[column].locked and columns[column].field != field:
            raise UsageError(_("The source does not let this column be mapped anew."), where=Where(column=columns[column].title))
        mapping = self.mapping
        sheet = next((sheet for sheet in self.sheets if sheet.has(column)), None)

        def stays(link: Link) -> bool:
            other = link.column != column
            return link.field != field or (other and (known.multiple or (sheet is not None and not sheet.has(link.column))))

        links = [link for link in mapping.links if stays(link)]
        self._write_mapping(replace(mapping, links=(*links, Link(column, field, Evidence.USER, 1.0, _("chosen by you")))))

    def unlink(self, column: int, field: str = "") -> None:
        """Take a column's link to a field away; to all fields where none is named."""
        self._changeable()
        mapping = self.mapping
        links = [link for link in mapping.links if link.column != column or (field and link.field != field)]
        self._write_mapping(replace(mapping, links=tuple(links)))

    def set_constant(self, field: str, value: Scalar) -> None:
        """A value for every row whose column has none; None takes it away."""
        self._changeable()
        self._check_kind(self._workspace.field(field))
        mapping = self.mapping
        constants = {key: old for key, old in mapping.constants.items() if key != field}
        if value not in (None, ""):
            constants[field] = value
        self._write_mapping(replace(mapping, constants=constants))

    def missing(self) -> Sequence[Missing]:
        """Fields that must be linked before the import can go on; empty: nothing is missing."""
        return self._workspace.missing(self.mapping, self.settings, self.kind)

    def drift(self) -> Drift:
        """How the file differs from the recipe it is imported with; empty without a recipe."""
        recipe = self._recipe_it_runs()
        return self._workspace.match_recipe(recipe, self.columns)[1] if recipe else Drift()

    def _recipe_it_runs(self) -> Recipe | None:
        text = self._draft.meta("recipe")
        return config.parse_recipe(text, self._draft.meta("recipe_name", "")) if text else None

    # -- transforms

    def transforms(self, column: int) -> Sequence[TransformInfo]:
        """What plugins offer to do with a column's values: for the fields that it feeds, or any where it feeds none."""
        fields = [self._workspace.field(key) for key in self.mapping.fields_of(column)]
        return [
            TransformInfo(offer.name, offer.title, offer.help)
            for offer in plugin_host.transforms()
            if not fields or any(offer.applies_to(field.key, field.type) for field in fields)
        ]

    def transform(self, column: int, name: str, progress: Progress | None = None) -> TransformReport:
        """Apply a transform to every value of a column; one step that `undo_correction` takes back, and part of the recipe."""
        self._changeable()
        offers = {offer.name: offer for offer in plugin_host.transforms()}
        if name not in offers:
            raise UsageError(
                _("There is no transform “{name}”.").format(name=name), hint=_("There are: {names}.").format(names=", ".join(offers) or "-")
            )
        values = [value for value, _rows in self._draft.distinct(column, ALL_VALUES) if value is not None]
        results = offers[name].apply(values, progress)
        changes: list[tuple[Scalar, Scalar]] = []
        findings: list[tuple[Scalar, str]] = []
        for value, result in zip(values, results, strict=True):
            if isinstance(result, Finding):
                findings.append((value, result.message))
            elif result != value:
                changes.append((value, result))
        cells = self._draft.replace_values(column, changes) if changes else 0
        applied = self._draft.meta("transforms", {})
        key = recipe_keys(self.columns)[column]
        self._draft.write_meta(transforms={**applied, key: [*applied.get(key, []), name]}, outdated=True)
        return TransformReport(cells, findings)

    # -- settings

    @property
    def settings(self) -> Settings:
        """How the import behaves: as it was set, else the defaults; a file without any column of persons is one of companies only."""
        stored = self._draft.meta("settings")
        if stored:
            return config.settings_from_dict(stored)
        settings = config.default_settings()
        if has_contacts(self.kind) and self.mapping.fields and not any(field.startswith("person.") for field in self.mapping.fields):
            settings = replace(settings, person=replace(settings.person, match=PersonKey.NONE))
        return settings

    def change_settings(self, settings: Settings) -> None:
        """Change them. Raises `UsageError` where they break a rule of the store."""
        self._changeable()
        check_settings(settings, mandatory_company=self._workspace.mandatory_company)
        if settings != self.settings or self._draft.meta("settings") is None:
            self._draft.write_meta(settings=config.settings_to_dict(settings), outdated=True)

    def ambiguities(self) -> Sequence[Finding]:
        """Columns whose dates or numbers can be read in two ways, and how they will be read."""
        return planning.ambiguities(self._workspace, self._draft, self.mapping, self.settings)

    def advice(self, progress: Progress | None = None) -> Sequence[KeyAdvice]:
        """How well each possible key would do on this file and this store."""
        return planning.advise(self._workspace, self._draft, self.mapping, self.settings, progress or Progress())

    def recipe(self) -> Recipe:
        """All of it, to save: finds its columns by their headers again."""
        mapping = self.mapping
        fields = recipe_mapping(mapping, self.columns)
        passing = SECRET_OPTIONS | PASSING
        options = {key: value for key, value in self.options.items() if value is not None and key not in passing}
        constants = {key: value for key, value in mapping.constants.items() if isinstance(value, str | int | float | bool)}
        transforms = {header: tuple(names) for header, names in self._draft.meta("transforms", {}).items()}
        own = {field.key: field.definition() for field in self._workspace.own_fields() if field.key in {*mapping.fields, *constants}}
        name = self._draft.meta("recipe_name", "")
        sheets = {sheet.name: sheet.kind for sheet in self.sheets}
        return Recipe(self.source, self.kind, options, fields, transforms, constants, self.settings, sheets, name, own)


def check_kind(kind: str) -> None:
    """Raise `UsageError` where there is no import of that kind in this version."""
    if kind not in KINDS:
        raise UsageError(
            _("“{kind}” is no kind of import that there is now.").format(kind=kind),
            hint=_("There are: {names}.").format(names=", ".join(KINDS)),
        )


def check_settings(settings: Settings, *, mandatory_company: bool) -> None:
    """Raise `UsageError` where settings break a rule of SPEC 4."""
    if settings.person.without_company is WithoutCompany.WITHOUT and mandatory_company:
        raise UsageError(
            _("Persons without company are not allowed in this store."),
            hint=_("Choose create or skip, or set the preference mandatory_company to 0."),
        )
    for entity, key, action in (
        ("company", settings.company.match == CompanyKey.ID, settings.company.action),
        ("person", settings.person.match == PersonKey.ID, settings.person.action),
    ):
        if key and action is Action.ADD:
            raise UsageError(_("{entity}: matching by ID goes with merge, replace or skip.").format(entity=entity))
    for name in LISTS_WITHOUT_DEFAULT_POLICY:
        if settings.list_policy(name) is ListPolicy.DEFAULT:
            raise UsageError(_("The list {name} has no default item; choose add or blank.").format(name=name))
    if len(settings.privacy.comment) > 255:
        raise UsageError(_("The consent comment takes at most 255 characters."))
