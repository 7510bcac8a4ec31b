"""Pure functions, one package or module per arrow: read → mapping → normalise → plan."""
