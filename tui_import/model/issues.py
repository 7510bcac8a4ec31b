"""What is wrong with a cell or a row, as data: it travels beside the record and is put into words when shown."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from tui_import.api.i18n import N_, _


class Severity(StrEnum):
    """What an issue means for its row."""

    ERROR = "error"
    """The row is a problem: not imported until it is corrected."""
    WARNING = "warning"
    """The row is imported; the user should look."""
    REPAIR = "repair"
    """Damage that we can mend (lost zeros, serial dates, mojibake): offered, never done by itself."""


WORDS: dict[str, str] = {
    "email_invalid": N_("not an e-mail address"),
    "phone_invalid": N_("not a valid telephone number for {country}; kept as text"),
    "phone_unreadable": N_("no telephone number in it; kept as text"),
    "url_invalid": N_("not a web address"),
    "domain_invalid": N_("not a domain name"),
    "vat_check_digit": N_("the check digit of this VAT number is wrong; kept as it is"),
    "date_invalid": N_("not a date that we can read"),
    "date_out_of_range": N_("a date outside 1000-9999"),
    "date_outside": N_("a date outside {first}-{last}"),
    "number_invalid": N_("not a number"),
    "number_too_small": N_("a number below {least}"),
    "number_too_large": N_("a number above {most}"),
    "boolean_invalid": N_("neither yes nor no"),
    "country_unknown": N_("not a country that we know"),
    "colleague_unknown": N_("no colleague has the key “{value}”; see: tui-import lists list colleague"),
    "currency_unknown": N_("not a currency that we know"),
    "reference_unknown": N_("no record is called “{value}”"),
    "reference_ambiguous": N_("{count} records are called “{value}”: {ids}"),
    "reference_deleted": N_("“{value}” is deleted (record {id}); restore it first"),
    "parent_held": N_("what it belongs to waits for a decision"),
    "lacks": N_("a new record needs it"),
    "country_default": N_("not a country that we know; taken for {country}, the default"),
    "choice_unknown": N_("none of: {choices}"),
    "too_long": N_("{length} characters; the field takes {limit}"),
    "error_cell": N_("an error value of the spreadsheet program"),
    "control_characters": N_("control characters were removed"),
    "turns_direction": N_("signs that turn the direction of writing were taken away"),
    "mixed_alphabets": N_("“{word}” mixes letters of two alphabets that look alike"),
    "lost_zeros": N_("leading zeros seem to be lost; perhaps {suggestion}"),
    "serial_date": N_("a spreadsheet serial date; perhaps {suggestion}"),
    "scientific": N_("shortened by a spreadsheet program; the last digits are lost"),
    "mojibake": N_("read with the wrong encoding; perhaps {suggestion}"),
    "unchecked": N_("un-checked"),
    "row_problem": N_("not imported, since the row has a problem"),
    "no_company_name": N_("no company name"),
    "no_person_name": N_("no first or last name"),
    "product_incomplete": N_("a new product needs a code, a name and a list price"),
    "other_currency": N_("a price in {currency}; the price list is in {expected}"),
    "similar_product": N_("the price list has “{name}” ({id}), which is nearly the same name"),
    "ambiguous": N_("{count} records match: {ids}"),
    "unknown_id": N_("no record has the ID {id}"),
    "linked": N_("already linked: record {id} has this external key"),
    "deleted": N_("the matching record {id} is deleted; restore it to import into it"),
    "number_taken": N_("the number {number} is taken by record {id}"),
    "number_repeated": N_("the number {number} stands in row {row}, too"),
    "number_missing": N_("a number is required"),
    "blank_key": N_("nothing to match by: {field} is empty, so this is a new record"),
    "held": N_("a probable duplicate ({percent} %) waits for a decision"),
    "contradiction": N_("the key agrees with record {id}, but something else says that it is another one; it waits for a decision"),
    "company_held": N_("its company waits for a decision"),
    "suppressed": N_("suppressed: this person was erased and is not imported again"),
    "imported": N_("imported by run {run}"),
    "required_kept": N_("{field} is empty here; what is stored is kept"),
    "list_item_unknown": N_("“{value}” is not in the list"),
    "heading_row": N_("looks like a heading"),
    "example_row": N_("looks like an example of a template"),
}
"""Every issue code and its sentence."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing about one cell, record or row."""

    code: str
    """A key of `WORDS`."""
    severity: Severity
    field: str = ""
    """Whole field name, or empty where it is about the row."""
    column: int | None = None
    """Position of the column it came from, counted from 0."""
    params: dict[str, str | int] = dataclasses.field(default_factory=dict)
    """What the sentence is filled with."""
    suggestion: str | None = None
    """A repaired text to offer in place of the cell's."""

    def __str__(self) -> str:
        return _(WORDS[self.code]).format(**self.params)
