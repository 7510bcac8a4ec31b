"""What peers need, in an environment of their own: none of it is a dependency of ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.bench.matching.sets import FOLDER
from tests.servers import locked, python_server

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


SCALE = {"stored": "scale_existing_1M", "incoming": "scale_incoming_100k"}


def scale_rows() -> None:
    """The parquet files of the scale run as CSV, written once by DuckDB of the peers, so that ours can read them, too."""
    with locked("matching-scale") as folder:
        for side, name in SCALE.items():
            if not (folder / f"{side}.csv").is_file():
                part = folder / f"{side}.part"
                copy = f"COPY (SELECT * FROM '{FOLDER / name}.parquet') TO '{part}' (HEADER, DELIMITER ',')"
                subprocess.run([peers_python(), "-c", "import duckdb, sys; duckdb.sql(sys.argv[1])", copy], check=True)
                part.rename(folder / f"{side}.csv")
