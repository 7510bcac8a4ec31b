"""Values of a draft's plan that lists do not have, with how many records have them."""

from __future__ import annotations

import json
from collections import Counter

from tui_import.model.fields import Catalogue, FieldType
from tui_import.store.draft import Draft, plan_tables


def planned_items(draft: Draft, catalogue: Catalogue) -> list[tuple[str, str, int]]:
    """(list, item, records) of all items that the plan adds, as they come in the file."""
    connection = draft.database.connection
    records: Counter[int] = Counter()
    tables = set(plan_tables(connection))
    for entity in dict.fromkeys(field.entity for field in catalogue):
        if f"plan_{entity}_new" not in tables:
            continue
        lists = {field.name for field in catalogue.of(entity) if field.type is FieldType.LIST}
        there = [row[1] for row in connection.execute(f"PRAGMA table_info(plan_{entity}_new)")]
        names = json.dumps(sorted(lists))
        named = "field IN (SELECT value FROM json_each(?))"
        for name in lists.intersection(there):
            query = f'SELECT "{name}", count(*) FROM plan_{entity}_new WHERE "{name}" < 0 GROUP BY 1'
            records.update(dict(connection.execute(query)))
        for table, column, condition in (("new_value", "value", ""), ("value", "value", "AND verb = 'append'"), ("change", "result", "")):
            rows = connection.execute(
                f"SELECT {column}, count(*) FROM plan_{entity}_{table} WHERE {named} AND typeof({column}) = 'integer' AND {column} < 0"
                f" {condition} GROUP BY 1",
                (names,),
            )
            records.update(dict(rows))
    return [
        (name, item, records[number])
        for number, name, item in connection.execute("SELECT id, list, name FROM plan_list_item WHERE used ORDER BY id DESC")
    ]


def unknown_values(draft: Draft, catalogue: Catalogue) -> list[tuple[str, str, int]]:
    """(list, value, rows) of all values that the settings do not add."""
    rows = draft.database.connection.execute(
        "SELECT field, json_extract(params, '$.value'), count(*) FROM plan_issue WHERE code = 'list_item_unknown'"
        " GROUP BY 1, 2 ORDER BY min(n)"
    )
    return [(catalogue[field].list, str(value), count) for field, value, count in rows if field in catalogue]
