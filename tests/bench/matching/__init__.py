"""The matcher beside its peers: ``python -m tests.bench.matching`` or ``make bench-matching``. Figures, not tests."""
