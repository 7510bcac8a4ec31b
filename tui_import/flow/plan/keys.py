"""The texts that records are matched by: made here from a row, and found by `RecordReader.find` in the store.

A composite key is a small JSON array, so that SQLite can take it apart again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from json.encoder import encode_basestring

from tui_import.flow.folding import person_name_key
from tui_import.model.plan import Stored

__all__ = ["FIELDS_JOINED_BY", "LINK", "in_price_list", "link", "name_department", "of_fields", "person_in_company", "person_name_key"]

LINK = "external_key"
"""The multiple field, and the key, that a record is found again by where it comes from (SPEC 2, ErpKey)."""


def link(scope: str, value: object) -> str:
    """Key of a record's external key. ``scope``: whose keys these are, so that two sources may have the same; letters keep their case."""
    return f"{scope}:{value}"


def name_department(name_key: str | None, department_key: str | None) -> str | None:
    """Key of a company matched by name and department; None where there is no name."""
    return json.dumps([name_key, department_key or ""], ensure_ascii=False) if name_key else None


def in_price_list(price_list: int, *keys: str | None) -> str | None:
    """Key of a product: only inside its price list; None where a part is blank. ``price_list`` is negative for a planned one."""
    return json.dumps([price_list, *keys], ensure_ascii=False) if all(keys) else None


FIELDS_JOINED_BY = "+"
"""Between the fields of a key, as it is asked for ("heading+sale_date")."""


def of_fields(parts: Sequence[Stored]) -> str | None:
    """Key of a record matched by several fields: blank agrees with blank, and None where all are (a blank key never matches)."""
    return json.dumps(list(parts), ensure_ascii=False) if any(part is not None for part in parts) else None


def person_in_company(company: int | None, name_key: str | None) -> str | None:
    """Key of a person matched by name: only inside the row's company (SPEC 4.1). ``company`` is negative for a planned one."""
    if not name_key:
        return None
    return f"[{'null' if company is None else company}, {encode_basestring(name_key)}]"
