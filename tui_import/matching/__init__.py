"""The duplicate finder: records in, probable duplicates out, scored and explained.

The way of the data: `records` → `clean` → `keys` → `candidates` → `compare` → `score` (`estimate`, `learn`) → `explain`, `cluster`.

A small library by itself; it knows no SQL and no screen::

    from tui_import.config.matching import load_model
    from tui_import.matching import Records, find

    model = load_model()
    people = Records("person", ids=[1, 2], columns={"first_name": ["Bob", "Robert"], "last_name": ["Lee", "Lee"], "city": ["Ely", "Ely"]})
    for pair in find(people, model).pairs():
        print(pair.a, pair.b, pair.probability)
"""

from tui_import.matching.find import Found, find
from tui_import.matching.model import Model
from tui_import.matching.records import Records

__all__ = ["Found", "Model", "Records", "find"]
