"""What helps to test a source plugin.

`check_source` reads everything and checks the contract; `Conformance` is the whole suite, rule by rule, `ConnectorConformance` that of a
connector to an ERP; `check_golden` compares with what was read before; `check_memory` asserts that a big table is streamed;
`MemorySource` is a source of given rows, `Chaos` one that goes wrong.
"""

from tui_import.api.testing.chaos import Chaos, Fault
from tui_import.api.testing.conformance import Conformance, Read, check_memory, check_refuses_missing_file, check_source
from tui_import.api.testing.connectors import ConnectorConformance
from tui_import.api.testing.golden import check_golden
from tui_import.api.testing.memory import MemorySource, MemoryTable, SyntheticTable

__all__ = [
    "Chaos",
    "Conformance",
    "ConnectorConformance",
    "Fault",
    "MemorySource",
    "MemoryTable",
    "Read",
    "SyntheticTable",
    "check_golden",
    "check_memory",
    "check_refuses_missing_file",
    "check_source",
]
