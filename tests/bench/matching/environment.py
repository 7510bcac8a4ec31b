"""What peers need, in an environment of their own: none of it is a dependency of ours."""

from __future__ import annotations

from pathlib import Path

from tests.servers import python_server

PINS = (
    "splink==5.0.0",
    "duckdb==1.4.4",
    "dedupe==3.0.3",
    "BTrees==6.1",  # later ones lack what dedupe 3.0.3 calls
    "recordlinkage==0.16",
    "scikit-learn==1.7.2",
    "sparse_dot_topn==1.2.0",
    "rapidfuzz==3.14.6",
    "pandas==2.3.3",
    "pyarrow==23.0.0",
)


def peers_python() -> Path:
    """The interpreter that has the peers; installed at the first call (a minute, 1 GB)."""
    return python_server("matching-peers", *PINS) / "python"
