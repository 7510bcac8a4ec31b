"""What the screens cost over a line, beside peers in the same run: ``python -m tests.bench.terminal``."""
