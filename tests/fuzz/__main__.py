"""``make fuzz``: every target for some time each (``SECONDS=60``), one after the other; what breaks one is kept and named.

Atheris, which this needs, is no dependency of the project: ``make fuzz`` installs it. What it finds goes into ``found.py``, so that the
suite has it from then on.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import TARGETS, seeds

ROOT = Path(__file__).resolve().parents[2]
INSTRUMENTED = ("tui_import", "tui_import_csv", "tui_import_outlook", "tomllib", "olefile")
LONGEST = {"msg": 60_000, "display": 200, "formulas": 200}
"""Bytes of an input; of other targets 6,000."""
SLOWEST = 20
"""Seconds that one input may take."""
MOST_MEMORY = 1024
"""MB."""


def main() -> int:
    """Fuzz the named targets, or all; 1 where one broke."""
    if sys.argv[1:2] == ["--one"]:
        return _fuzz(sys.argv[2], sys.argv[3:])
    seconds = int(os.environ.get("SECONDS", "60"))
    broken = 0
    for name in sys.argv[1:] or TARGETS:
        broken |= _run(name, seconds)
    return broken


def _run(name: str, seconds: int) -> int:
    with tempfile.TemporaryDirectory(prefix="tui-import-fuzz-") as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for place, seed in enumerate(seeds(name)):
            (corpus / f"seed{place}").write_bytes(seed)
        kept = Path(tempfile.gettempdir()) / f"tui-import-fuzz-{name}-"
        options = [f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MOST_MEMORY}", f"-artifact_prefix={kept}"]
        options.append(f"-max_len={LONGEST.get(name, 6_000)}")
        words = [sys.executable, "-m", "tests.fuzz", "--one", name, *options, str(corpus)]
        result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    done = re.search(r"Done (\d+) runs in (\d+) second", result.stderr)
    if result.returncode == 0 and done:
        sys.stdout.write(f"{name}: {int(done[1]):,} executions in {done[2]} s, nothing broke\n")
        return 0
    sys.stdout.write(f"{name}: broken\n{result.stderr[-3000:]}\n")
    return 1


def _fuzz(name: str, options: list[str]) -> int:
    import atheris  # type: ignore[import-not-found, unused-ignore]

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        for seed in [*list(seeds(name))[:5], b""]:
            TARGETS[name](seed)
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
