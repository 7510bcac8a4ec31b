"""Customer rows to measure with: 15 columns, four persons a company, every telephone number and VAT number valid."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

HEADERS = (
    "Company name", "VAT number", "Street address", "Street zip code", "Street city", "Country", "Company phone", "Web site", "Category",
    "First name", "Last name", "Title", "Mobile phone", "E-mail", "Contact number",
)  # fmt: skip
CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


def vat_numbers() -> Iterator[str]:
    """Danish company numbers with a right check digit."""
    number = 10_000_000
    while True:
        if sum(weight * int(digit) for weight, digit in zip(CVR_WEIGHTS, str(number), strict=True)) % 11 == 0:
            yield str(number)
        number += 1


def rows(count: int, *, changed: bool = False) -> Iterator[tuple[str, ...]]:
    """The rows; ``changed``: every second person with another title, every company with another street."""
    vats = vat_numbers()
    vat = ""
    for i in range(count):
        company = i // 4
        if i % 4 == 0:
            vat = next(vats)
        yield (
            f"Company {company} A/S", vat, f"Main street {company % 500}{' B' if changed else ''}", f"{1000 + company % 8999}",
            f"City {company % 300}", "Denmark", f"{27_000_000 + company % 1_000_000}", f"www.company{company}.dk",
            ("Customer", "Prospect", "Partner")[company % 3], f"First{i % 700}", f"Last{i % 3000}",
            "Director" if changed and i % 2 else "Manager", f"{26_000_000 + i % 1_000_000}", f"first{i}.last@company{company}.dk", f"N{i}",
        )  # fmt: skip


def write_csv(path: Path, count: int, *, changed: bool = False) -> None:
    """The rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADERS)
        writer.writerows(rows(count, changed=changed))


def write_xlsx(path: Path, count: int) -> None:
    """The rows as a workbook."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Customers")
    sheet.append(HEADERS)
    for row in rows(count):
        sheet.append(row)
    book.save(path)
