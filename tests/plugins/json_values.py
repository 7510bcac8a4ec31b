"""Whatever JSON a service may tell where a contact's values are expected: a few levels of it, which is as deep as sources look."""

from __future__ import annotations

from hypothesis import strategies as st

from tui_import.api.addressbook import WIDTHS
from tui_import.api.vcard import Sheet

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
KEYS = st.sampled_from(["value", "type", "date", "address", "name", "street", "city", "metadata", "month", "day"])
RECORDS = st.dictionaries(KEYS, LEAVES | st.dictionaries(KEYS, LEAVES, max_size=2), max_size=3)
VALUES = LEAVES | RECORDS | st.lists(LEAVES | RECORDS, max_size=2)
SHEET = Sheet(WIDTHS)
