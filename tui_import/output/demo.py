"""The demo's files: what a small firm has in its CRM already (``crm.csv``), and the workbook that it is to import (``customers.xlsx``).

All companies and persons are invented. The workbook has what such workbooks have: a title above the headings, known companies with news,
new ones, a person written twice, words that the lists do not have, post codes that lost their zero and one e-mail address that is none.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_import.output.files import whole_file


@dataclass(frozen=True, slots=True)
class _Company:
    persons: int
    name: str
    country: str
    vat: str
    street: str
    code: str
    city: str
    phone: str
    domain: str
    category: str
    business: str


def _companies(lines: str) -> tuple[_Company, ...]:
    """One company a line, its parts between bars, the number of its persons last."""
    companies = []
    for line in lines.strip().splitlines():
        *texts, persons = line.strip().split("|")
        companies.append(_Company(int(persons), *texts))
    return tuple(companies)


KNOWN = _companies("""
    Nordlys Teknik ApS|DK|12972997|Havnegade 12|1058|København K|+45 33 12 40 10|nordlys|Customer|Manufacturing|3
    Brohus & Datter A/S|DK|93478878|Klostertorvet 4|8000|Aarhus C|+45 86 13 22 40|brohus|Customer|Retail|2
    Skagen Fisk & Røg|DK|44125242|Auktionsvej 9|9990|Skagen|+45 98 44 10 20|skagenfisk|Prospect|Wholesale|2
    Fjordvik Energi AS|NO|938306400|Strandgata 31|5013|Bergen|+47 55 31 20 00|fjordvik|Customer|Energy|3
    Akerselva Trykk AS|NO|937614365|Mølleveien 2|0182|Oslo|+47 22 20 41 30|akerselvatrykk|Partner|Media|2
    Lindqvist Bygg AB|SE|SE554163624601|Kungsgatan 55|111 22|Stockholm|+46 8 21 40 30|lindqvistbygg|Customer|Construction|2
    Västkust Data AB|SE|SE554963666901|Norra Hamngatan 8|411 14|Göteborg|+46 31 13 20 44|vastkustdata|Prospect|IT|3
    Kuusisto Oy|FI|FI09978371|Hämeenkatu 21|33200|Tampere|+358 3 212 4000|kuusisto|Customer|Manufacturing|2
    Hansekontor Meyer GmbH|DE|DE624715771|Speicherstraße 7|20457|Hamburg|+49 40 3690 120|hansekontor|Customer|Transport|2
    Bäckerei Sonnentau KG|DE|DE163492228|Lindenallee 3|04109|Leipzig|+49 341 962 1400|sonnentau|Prospect|Hospitality|2
    De Waterlijn B.V.|NL|NL806304145B01|Prinsengracht 210|1016 HD|Amsterdam|+31 20 620 4410|waterlijn|Supplier|Consulting|2
    Atelier du Port SARL|FR|FR25064285364|14 quai des Belges|13001|Marseille|+33 4 91 33 40 10|atelierduport|Customer|Retail|2
    Harrow & Pike Ltd|GB|GB547717122|22 Mill Lane|LS1 4DY|Leeds|+44 113 245 0120|harrowpike|Customer|Legal|2
    Cal Ferrer S.L.|ES|ESB83440792|Carrer de Mallorca 88|08029|Barcelona|+34 932 15 40 20|calferrer|Prospect|Agriculture|2
""")
"""Companies that the store has already."""

NEW = _companies("""
    Møllebæk Maskiner ApS|DK|18838737|Industrivej 40|7400|Herning|97 12 60 10|mollebaek|Reseller|Manufacturing|3
    Vesterhav Vind I/S|DK|26786843|Fyrvej 1|0800|Høje Taastrup|70 22 11 40|vesterhavvind|Prospect|Energy|2
    Klint Advokater P/S|DK|92965724|Bredgade 30|1260|København K|33 14 22 80|klintadvokater|Customer|Legal|2
    Sognefjord Hotell AS|NO|936630626|Kaivegen 3|6893|Vik i Sogn|57 69 51 00|sognefjordhotell|Customer|Hospitality|2
    Grünerløkka Kaffe AS|NO|921167342|Thorvald Meyers gate 18|0555|Oslo|22 37 40 60|grunerkaffe|Reseller|Wholesale|3
    Norrsken Frakt AB|SE|SE552610008501|Storgatan 12|972 32|Luleå|0920-22 04 10|norrskenfrakt|Prospect|Shipping|2
    Saimaa Software Oy|FI|FI51204177|Kauppakatu 5|53100|Lappeenranta|05 453 2010|saimaasoftware|Customer|IT|3
    Elbtal Medizintechnik GmbH|DE|DE332939430|Pfotenhauerstraße 90|01307|Dresden|0351 440 1250|elbtal|Prospect|Health|2
    Windmolen Advies B.V.|NL|NL363857849B01|Oude Delft 75|2611 BC|Delft|015 212 4050|windmolen|Partner|Consulting|2
    Imprimerie Vauban SAS|FR|FR20442643045|3 rue Nationale|59800|Lille|03 20 55 14 20|vauban|Customer|Media|2
    Saltmarsh Instruments plc|GB|GB538829738|Dock Road 5|NR1 1HJ|Norwich|01603 622 140|saltmarsh|Prospect|Manufacturing|2
    Olivar del Sur S.A.|ES|ESB53059283|Calle Feria 12|41003|Sevilla|954 22 10 40|olivardelsur|Customer|Agriculture|2
""")
"""Companies that only the workbook has."""

FIRST_NAMES = {
    "DK": "Signe Mads Freja Rasmus Ida Søren Astrid", "NO": "Ingrid Sondre Kari Øyvind Solveig Håkon Marit",
    "SE": "Elin Oskar Maja Göran Åsa Linus Birgitta", "FI": "Aino Eero Helmi Väinö Satu Mikko Tuuli",
    "DE": "Greta Jürgen Lena Matthias Heike Uwe Katrin", "NL": "Sanne Joris Femke Bram Lotte Daan Marijke",
    "FR": "Chloé Étienne Margaux Benoît Inès Luc Hélène", "GB": "Harriet Owen Imogen Callum Beth Rhys Fiona",
    "ES": "Lucía Álvaro Carmen Íñigo Nuria Pablo Rocío",
}  # fmt: skip
LAST_NAMES = {
    "DK": "Damgaard Østerby Kjær Lund Bæk Thorsen", "NO": "Haugen Sæther Nygård Brekke Tveit",
    "SE": "Ekström Sjöberg Åkesson Norén Hult", "FI": "Mäkinen Laaksonen Järvi Koskela Salo",
    "DE": "Hoffmann Grünwald Köhler Brandt Seidel", "NL": "Visser Hoekstra Kuipers Mulder Smit",
    "FR": "Lefèvre Garnier Delacroix Moreau Petit", "GB": "Ashworth Penrose Whitby Lockwood Hale",
    "ES": "Ortega Núñez Vidal Serrano Muñoz",
}  # fmt: skip
TITLES = ("Managing director", "Purchasing manager", "IT manager", "Head of marketing", "Office manager")
MOBILE_PREFIXES = {
    "DK": "+45 20 4", "NO": "+47 906 ", "SE": "+46 70 17", "FI": "+358 40 1", "DE": "+49 151 2", "NL": "+31 6 12", "FR": "+33 6 12 ",
    "GB": "+44 7700 9", "ES": "+34 612 ",
}  # fmt: skip
MOBILE_DIGITS = {"DK": 5, "NO": 5, "SE": 5, "FI": 6, "DE": 7, "NL": 6, "FR": 6, "GB": 5, "ES": 6}


@dataclass(frozen=True, slots=True)
class _Person:
    first: str
    last: str
    title: str
    mobile: str
    email: str


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where they are."""

    existing: Path
    """CSV: what the store has before the demo's import."""
    customers: Path
    """The workbook to import."""


def write_demo_files(folder: Path) -> DemoFiles:
    """Write both files into the folder."""
    files = DemoFiles(folder / "crm.csv", folder / "customers.xlsx")
    _write_existing(files.existing)
    _write_customers(files.customers)
    return files


def _persons(company: _Company) -> Iterator[_Person]:
    """The company's persons: always the same, taken from the names of its country."""
    firsts, lasts = FIRST_NAMES[company.country].split(), LAST_NAMES[company.country].split()
    start = sum(company.domain.encode())
    for number in range(company.persons):
        first, last = firsts[(start + number) % len(firsts)], lasts[(start // 3 + 2 * number) % len(lasts)]
        digits = str(start * 7919 + number * 104_729).zfill(8)[-MOBILE_DIGITS[company.country] :]
        yield _Person(
            first, last, TITLES[(start + number) % len(TITLES)], MOBILE_PREFIXES[company.country] + digits,
            f"{_plain(first)}.{_plain(last)}@{company.domain}.example",
        )  # fmt: skip


_LETTERS: dict[int, str] = {ord("ø"): "o", ord("æ"): "ae", ord("ß"): "ss"}


def _plain(name: str) -> str:
    """A name as it stands in an e-mail address."""
    import unicodedata

    name = name.lower().translate(_LETTERS)
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if letter.isascii())


EXISTING_HEADINGS = (
    "Company name", "Category", "Business", "Address line 1", "Post code", "City", "Country", "Telephone",
    "First name", "Last name", "E-mail",
)  # fmt: skip


def _write_existing(path: Path) -> None:
    """What the CRM had: no VAT numbers, no web addresses, one person a company."""
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(EXISTING_HEADINGS)
        for number, company in enumerate(KNOWN):
            person = next(_persons(company))
            street = company.street if number % 3 else ""
            writer.writerow(
                [company.name, company.category, company.business, street, company.code, company.city, company.country, company.phone,
                 person.first, person.last, person.email]
            )  # fmt: skip


HEADINGS = (
    "Company name", "Category", "Business", "VAT number", "Address line 1", "Post code", "City", "Country", "Telephone", "Web site",
    "First name", "Last name", "Title", "Mobile phone", "E-mail", "Met at",
)  # fmt: skip
BROKEN_EMAIL = "katrin.grunwald(at)elbtal.example"
"""The demo's one problem."""


def _write_customers(path: Path) -> None:
    """The workbook: headings in row 4, a row per person, the companies mixed as they came."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Customers"
    sheet["A1"] = "Spring fair: people we met"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = "Put together by Astrid, sales"
    for position, heading in enumerate(HEADINGS, 1):
        sheet.cell(4, position, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(position)].width = 20
    for row, values in enumerate(_customer_rows(), 5):
        for position, value in enumerate(values, 1):
            sheet.cell(row, position, value)
    notes = book.create_sheet("Notes")
    notes["A1"] = "Hall 4 was closed on Sunday."
    with whole_file(path) as temporary:
        book.save(temporary)


def _customer_rows() -> Iterator[tuple[str | int | datetime.date | None, ...]]:
    mixed = [company for pair in zip(NEW, KNOWN, strict=False) for company in pair] + list(KNOWN[len(NEW) :])
    met = datetime.date(2026, 3, 5)
    repeated: tuple[str | int | datetime.date | None, ...] | None = None
    for number, company in enumerate(mixed):
        for place, person in enumerate(_persons(company)):
            # somebody typed these post codes as numbers, so the zero before them is gone
            lost_zero = company.code.startswith("0") and company.code.isdigit()
            code = int(company.code) if lost_zero else company.code
            broken = company.domain == "elbtal" and place == 1
            row = (
                company.name, company.category, company.business, company.vat, company.street, code, company.city, company.country,
                company.phone, f"www.{company.domain}.example", person.first, person.last, person.title, person.mobile,
                BROKEN_EMAIL if broken else person.email, met + datetime.timedelta(days=number % 3),
            )  # fmt: skip
            yield row
            repeated = repeated or row
    if repeated:
        yield repeated
