"""Workbooks to fill in: headings that the importer knows, a tip on each, drop-downs of the store's lists and one example row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import RefusedError, UsageError, Where
from tui_import.api.i18n import N_, _
from tui_import.model.fields import Field
from tui_import.model.kinds import TITLES
from tui_import.model.own_fields import TAGS, OwnType
from tui_import.output.files import whole_file

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column to fill in."""

    field: str
    """Whole field name that the importer links it to."""
    heading: str
    """In English; written in the user's language."""
    tip: str
    """What to write there, as the heading's comment."""
    example: str = ""
    list: str = ""
    """The list whose items the drop-down offers."""
    required: bool = False


CONTACTS: tuple[TemplateColumn, ...] = (
    TemplateColumn(
        "company.name",
        N_("Company name"),
        N_("Write it again in each row where a company has several persons."),
        "Nordlys Teknik ApS",
        required=True,
    ),
    TemplateColumn(
        "company.category",
        N_("Category"),
        N_("What the company is to you. New words can be added to the list."),
        "Customer",
        list="category",
        required=True,
    ),
    TemplateColumn(
        "company.business",
        N_("Business"),
        N_("The line of business. New words can be added to the list."),
        "Manufacturing",
        list="business",
        required=True,
    ),
    TemplateColumn(
        "company.number", N_("Company number"), N_("Your own number for the company. Leave it out where numbers are given out."), "10001"
    ),
    TemplateColumn("company.vat_number", N_("VAT number"), N_("With or without the country's letters."), "DK13585628"),
    TemplateColumn("company.postal_address_line1", N_("Address line 1"), N_("Street and house number, or post box."), "Havnegade 12"),
    TemplateColumn("company.postal_address_line2", N_("Address line 2"), N_("Floor, building or place."), "2. sal"),
    TemplateColumn("company.postal_code", N_("Post code"), N_("The column is text, so zeros at the beginning stay."), "0999"),
    TemplateColumn("company.postal_city", N_("City"), N_("Town or city of the address."), "København C"),
    TemplateColumn("company.country", N_("Country"), N_("Name in your language or English, or the code of two or three letters."), "DK"),
    TemplateColumn(
        "company.phone",
        N_("Telephone"),
        N_("The company's telephone. Numbers without +45 and the like are read by the country."),
        "+45 70 12 34 56",
    ),
    TemplateColumn("company.email", N_("Company e-mail"), N_("An address of the company, not of a person."), "info@nordlys.example"),
    TemplateColumn("company.url", N_("Web site"), N_("The company's web address."), "www.nordlys.example"),
    TemplateColumn(
        "person.full_name", N_("Full name"), N_("Either this, or first and last name in the next two columns."), "Signe Damgaard"
    ),
    TemplateColumn("person.first_name", N_("First name"), N_("The person's first name."), "Signe"),
    TemplateColumn("person.last_name", N_("Last name"), N_("The person's last name."), "Damgaard"),
    TemplateColumn("person.number", N_("Person number"), N_("Your own number for the person; a good key for the next import."), "20001"),
    TemplateColumn("person.title", N_("Title"), N_("What stands on the visiting card."), "Head of purchasing"),
    TemplateColumn("person.mobile", N_("Mobile phone"), N_("The person's mobile phone."), "+45 20 12 34 56"),
    TemplateColumn(
        "person.email", N_("E-mail"), N_("The person's own address; a good key for the next import."), "signe.damgaard@nordlys.example"
    ),
)

PRODUCTS: tuple[TemplateColumn, ...] = (
    TemplateColumn(
        "product.code", N_("Product code"), N_("Your own code for the product; the best key for the next import."), "NT-1001", required=True
    ),
    TemplateColumn("product.name", N_("Product name"), N_("What the product is called on offers."), "Desk lamp Lys", required=True),
    TemplateColumn("product.list_price", N_("List price"), N_("Without VAT, in the currency of the price list."), "1299.50", required=True),
    TemplateColumn("product.erp_key", N_("ERP key"), N_("The product's key in your ERP, where it has one."), "ERP-778"),
    TemplateColumn("product.description", N_("Description"), N_("Up to 2,047 characters."), "Lamp of oak with a dimmer"),
    TemplateColumn("product.unit", N_("Unit"), N_("What is counted: pieces, hours, metres."), "pcs"),
    TemplateColumn("product.unit_minimum_price", N_("Unit minimum price"), N_("The lowest price that may be offered."), "999"),
    TemplateColumn("product.cost", N_("Product cost"), N_("What one unit costs you."), "640"),
    TemplateColumn("product.category", N_("Category"), N_("New words can be added to the list."), "Lamps", list="product_category"),
    TemplateColumn("product.family", N_("Family"), N_("New words can be added to the list."), "Lys", list="product_family"),
    TemplateColumn("product.type", N_("Type"), N_("New words can be added to the list."), "Goods", list="product_type"),
    TemplateColumn("product.supplier", N_("Supplier"), N_("The company that you buy it from."), "Nordlys Teknik ApS"),
    TemplateColumn("product.supplier_code", N_("Supplier's code"), N_("What the supplier calls it."), "LYS-4"),
    TemplateColumn("product.vat_percent", N_("VAT"), N_("In per cent."), "25"),
    TemplateColumn("product.extra_info", N_("Other fields"), N_("A label and a value, like: Colour: oak."), "Colour: oak"),
    TemplateColumn("product.subscription", N_("Subscription"), N_("Yes where it is paid for by the period."), "no"),
    TemplateColumn("product.price_unit", N_("Number description"), N_("What the price is for, like: per month."), "per piece"),
    TemplateColumn(
        "product.item_number", N_("Bar code"), N_("Item number or bar code. The column is text, so zeros stay."), "0705632441947"
    ),
    TemplateColumn("product.web_address", N_("Web address"), N_("The product's page."), "www.nordlys.example/lys"),
)

_LIST = N_("New words can be added to the list.")
_OWNER = N_("A colleague; empty: whoever imports.")
_DAY = N_("Year, month, day: 2026-03-31.")
_WHOSE = N_("As it is called in the store: its name, its number, or # and its ID.")

PROJECTS: tuple[TemplateColumn, ...] = (
    TemplateColumn("project.name", N_("Project name"), N_("What the project is called."), "New web shop", required=True),
    TemplateColumn("project.number", N_("Project number"), N_("Your own number; the best key for the next import."), "P-2026-01"),
    TemplateColumn("project.type", N_("Project type"), _LIST, "Customer", list="project_type"),
    TemplateColumn("project.status", N_("Project status"), _LIST, "Active", list="project_status"),
    TemplateColumn("project.manager", N_("Project manager"), _OWNER, "Anna Berg"),
    TemplateColumn("project.start_date", N_("Start date"), _DAY, "2026-03-01"),
    TemplateColumn("project.end_date", N_("End date"), _DAY, "2026-09-30"),
    TemplateColumn("project.description", N_("Description"), N_("What it is about."), "Shop for spare parts"),
    TemplateColumn("project.url", N_("Web address"), N_("The project's page."), "www.nordlys.example/shop"),
)

SALES: tuple[TemplateColumn, ...] = (
    TemplateColumn("sale.heading", N_("Sale heading"), N_("What the sale is called."), "200 desk lamps", required=True),
    TemplateColumn("sale.number", N_("Sale number"), N_("Your own number; the best key for the next import."), "S-1001"),
    TemplateColumn("sale.company", N_("Company"), _WHOSE, "Nordlys Teknik ApS"),
    TemplateColumn("sale.person", N_("Person"), N_("A name or an e-mail address."), "signe.damgaard@nordlys.example"),
    TemplateColumn("sale.project", N_("Project"), _WHOSE, "P-2026-01"),
    TemplateColumn("sale.sale_date", N_("Sale date"), _DAY, "2026-06-30", required=True),
    TemplateColumn("sale.amount", N_("Amount"), N_("A number."), "259900.00"),
    TemplateColumn("sale.currency", N_("Currency"), N_("Three letters, as EUR."), "DKK"),
    TemplateColumn("sale.type", N_("Sale type"), _LIST, "New sale", list="sale_type"),
    TemplateColumn("sale.stage", N_("Stage"), _LIST, "Proposal", list="sale_stage"),
    TemplateColumn("sale.probability", N_("Probability"), N_("In per cent."), "60"),
    TemplateColumn("sale.status", N_("Sale status"), N_("open, sold, lost or stalled."), "open"),
    TemplateColumn("sale.owner", N_("Sale owner"), _OWNER, "Anna Berg"),
    TemplateColumn("sale.source", N_("Sale source"), _LIST, "Trade fair", list="sale_source"),
    TemplateColumn("sale.description", N_("Description"), N_("What it is about."), "Lamps for the new office"),
)

FOLLOW_UPS: tuple[TemplateColumn, ...] = (
    TemplateColumn("follow_up.type", N_("Follow-up type"), _LIST, "Meeting", list="follow_up_type"),
    TemplateColumn("follow_up.start", N_("Start"), N_("Year, month, day and time: 2026-03-31 10:00."), "2026-03-31 10:00", required=True),
    TemplateColumn("follow_up.end", N_("End"), N_("Year, month, day and time: 2026-03-31 11:00."), "2026-03-31 11:00"),
    TemplateColumn("follow_up.text", N_("Text"), N_("What is to be done."), "Show the new lamps"),
    TemplateColumn("follow_up.company", N_("Company"), _WHOSE, "Nordlys Teknik ApS"),
    TemplateColumn("follow_up.person", N_("Person"), N_("A name or an e-mail address."), "signe.damgaard@nordlys.example"),
    TemplateColumn("follow_up.project", N_("Project"), _WHOSE, "P-2026-01"),
    TemplateColumn("follow_up.sale", N_("Sale"), _WHOSE, "S-1001"),
    TemplateColumn("follow_up.owner", N_("Follow-up owner"), _OWNER, "Anna Berg"),
    TemplateColumn("follow_up.status", N_("Follow-up status"), N_("not started, started or completed."), "not started"),
    TemplateColumn("follow_up.priority", N_("Priority"), _LIST, "Medium", list="priority"),
    TemplateColumn("follow_up.location", N_("Location"), N_("Where it takes place."), "Head office"),
)

PROJECT_MEMBERS: tuple[TemplateColumn, ...] = (
    TemplateColumn("project_member.project", N_("Project"), _WHOSE, "P-2026-01", required=True),
    TemplateColumn("project_member.person", N_("Project member"), N_("A name or an e-mail address."), "signe.damgaard@nordlys.example"),
    TemplateColumn("project_member.company", N_("Company"), N_("Needed where no person is named."), "Nordlys Teknik ApS"),
    TemplateColumn("project_member.role", N_("Project role"), _LIST, "Participant", list="project_role"),
    TemplateColumn("project_member.comment", N_("Comment"), N_("What is worth knowing about it."), "Only until the summer"),
)

SALE_STAKEHOLDERS: tuple[TemplateColumn, ...] = (
    TemplateColumn("sale_stakeholder.sale", N_("Sale"), _WHOSE, "S-1001", required=True),
    TemplateColumn("sale_stakeholder.person", N_("Stakeholder"), N_("A name or an e-mail address."), "signe.damgaard@nordlys.example"),
    TemplateColumn("sale_stakeholder.company", N_("Company"), N_("Needed where no person is named."), "Nordlys Teknik ApS"),
    TemplateColumn("sale_stakeholder.role", N_("Stakeholder role"), _LIST, "Decision maker", list="stakeholder_role"),
    TemplateColumn("sale_stakeholder.comment", N_("Comment"), N_("What is worth knowing about it."), "Signs above 100,000"),
)

CURRENCIES: tuple[TemplateColumn, ...] = (
    TemplateColumn("currency.iso_code", N_("ISO code"), N_("Three letters, as EUR."), "EUR", required=True),
    TemplateColumn("currency.name", N_("Currency name"), N_("What it is called."), "Euro"),
    TemplateColumn("currency.rate", N_("Rate"), N_("What so many units cost in your own currency."), "746.00", required=True),
    TemplateColumn("currency.units", N_("Units"), N_("For how many the rate is: 1 or 100."), "100"),
)

POST_CODES: tuple[TemplateColumn, ...] = (
    TemplateColumn("post_code.country", N_("Country"), N_("A name or two letters."), "Denmark"),
    TemplateColumn("post_code.code", N_("Post code"), N_("The column is text, so zeros stay."), "8000", required=True),
    TemplateColumn("post_code.city", N_("City"), N_("What the place is called."), "Aarhus C", required=True),
)

RED_LETTER_DAYS: tuple[TemplateColumn, ...] = (
    TemplateColumn("red_letter_day.date", N_("Date"), _DAY, "2026-12-25", required=True),
    TemplateColumn("red_letter_day.country", N_("Country"), N_("A name or two letters."), "Denmark", required=True),
    TemplateColumn("red_letter_day.text", N_("Red-letter day"), N_("What it is called."), "Christmas Day"),
    TemplateColumn("red_letter_day.colour", N_("Colour"), N_("red, black or special."), "red"),
)

TEMPLATES: Mapping[str, tuple[TemplateColumn, ...]] = {
    "contacts": CONTACTS,
    "products": PRODUCTS,
    "projects": PROJECTS,
    "sales": SALES,
    "follow_ups": FOLLOW_UPS,
    "project_members": PROJECT_MEMBERS,
    "sale_stakeholders": SALE_STAKEHOLDERS,
    "currencies": CURRENCIES,
    "post_codes": POST_CODES,
    "red_letter_days": RED_LETTER_DAYS,
}
"""Template name, a kind of import → its columns."""

DROP_DOWN_ROWS = 5000
"""Rows under the heading that offer drop-downs."""


def write_template(name: str, path: Path, lists: Mapping[str, Sequence[str]], own: Sequence[Field] = ()) -> None:
    """Write the template; ``lists`` are the items of the store's lists by list name, ``own`` the store's own fields of that kind.

    Raises `UsageError` for an unknown name and `RefusedError` where the file exists: it may be one that somebody filled in.
    """
    if name not in TEMPLATES:
        raise UsageError(
            _("There is no template “{name}”.").format(name=name), hint=_("There are: {names}.").format(names=", ".join(TEMPLATES))
        )
    if path.suffix.lower() != ".xlsx":
        raise UsageError(_("A template is a workbook, so its name ends in .xlsx."), where=Where(file=str(path)))
    if path.exists():
        raise RefusedError(_("The file exists already."), where=Where(file=str(path)), hint=_("Choose another name."))
    from openpyxl import Workbook

    columns = (*TEMPLATES[name], *(TemplateColumn(field.key, field.title, TAGS[OwnType(field.own)], list=field.list) for field in own))
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _(TITLES[name])
    _fill(sheet, columns)
    _add_drop_downs(book, sheet, columns, lists)
    with whole_file(path) as temporary:
        book.save(temporary)


def _fill(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for position, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(position)]
        dimension.width = max(14, len(column.example) + 3, len(_(column.heading)) + 4)
        dimension.number_format = "@"  # what is typed stays as it is typed: no lost zeros, no dates made of numbers
        heading = sheet.cell(1, position, _(column.heading))
        heading.font = Font(bold=True)
        heading.fill = PatternFill("solid", fgColor="FFD9A0" if column.required else "DCE6F1")
        tip = _(column.tip)
        if column.required:
            tip = f"{tip} {_('Needed in every row.')}"
        heading.comment = Comment(tip, "tui-import", width=240, height=90)
        text = f"{_('Example data:')} {column.example}" if position == 1 else column.example
        example = sheet.cell(2, position, text)
        example.data_type = "s"
        example.number_format = "@"
        example.font = Font(italic=True, color="808080")


def _add_drop_downs(book: Any, sheet: Worksheet, columns: Sequence[TemplateColumn], lists: Mapping[str, Sequence[str]]) -> None:
    """Drop-downs point at a hidden sheet, since a rule's own text holds 255 characters only. Other words may be typed, too."""
    from openpyxl.utils import get_column_letter, quote_sheetname
    from openpyxl.worksheet.datavalidation import DataValidation

    from tui_import.output.workbook import set_text

    items_sheet = book.create_sheet(_("Lists"))
    items_sheet.sheet_state = "hidden"
    used = 0
    for position, column in enumerate(columns, 1):
        items = lists.get(column.list, ()) if column.list else ()
        if not items:
            continue
        used += 1
        letter = get_column_letter(used)
        for row, item in enumerate(items, 1):
            set_text(items_sheet.cell(row, used), item)
        rule = DataValidation(
            type="list", formula1=f"{quote_sheetname(items_sheet.title)}!${letter}$1:${letter}${len(items)}", allow_blank=True
        )
        rule.showErrorMessage = False
        target = get_column_letter(position)
        rule.add(f"{target}2:{target}{DROP_DOWN_ROWS}")
        sheet.add_data_validation(rule)
