"""Pictures of every screen for the documentation: ``make screenshots``, or ``python -m tests.screenshots [WIDTHxHEIGHT] [NAME …]``.

They are taken from the demo's store and workbook, through the same keys that a user presses.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from tests.tui.places import PLACES

OUT = Path(__file__).resolve().parent.parent / "docs" / "img"
SIZE = (80, 24)
QUIET_ROUNDS = 8


async def take(name: str, size: tuple[int, int], out: Path) -> None:
    """One picture, as SVG and PNG."""
    from tui_import.session.demo import make_demo
    from tui_import.session.workspace import Workspace
    from tui_import.tui.app import ImportApp
    from tui_import.tui.messages import OpenLocation

    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUI_IMPORT_CONFIG"] = f"{folder}/config"
        os.environ.setdefault("COLORTERM", "truecolor")
        os.chdir(folder)
        demo = make_demo(Path(folder))
        with Workspace(demo.store) as workspace:
            app = ImportApp(workspace)
            async with app.run_test(size=size, notifications=True) as pilot:
                for key in PLACES[name]:
                    if key == "OPEN":
                        app.post_message(OpenLocation(str(demo.customers)))
                    elif key == "ROWS":
                        await pilot.press(*str(app.session.report.rows if app.session and app.session.report else 0))
                    elif key == "RUN":
                        await pilot.press("end", *["up"] * 4)
                    else:
                        await pilot.press(key)
                    await settle(app, pilot)
                svg = app.export_screenshot(title=f"tui-import: {name.replace('_', ' ')}")
    write(svg, out / f"{name}.svg")


async def settle(app: object, pilot: object) -> None:
    """Until nothing has run for a while."""
    quiet = 0
    while quiet < QUIET_ROUNDS:
        await pilot.pause(0.02)  # type: ignore[attr-defined]
        quiet = quiet + 1 if app.bridge.current is None else 0  # type: ignore[attr-defined]


def write(svg: str, path: Path) -> None:
    """With a font that is installed everywhere: without it the columns stand crooked in the PNG."""
    import cairosvg

    svg = re.sub(r"@font-face \{.*?\}", "", svg.replace("Fira Code", "DejaVu Sans Mono"), flags=re.DOTALL)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    cairosvg.svg2png(bytestring=svg.encode(), write_to=str(path.with_suffix(".png")), scale=1)


def main(words: list[str]) -> None:
    """All pictures, or those named; a word like 200x50 is the size (then they go to a folder of that name)."""
    sizes = [word for word in words if re.fullmatch(r"\d+x\d+", word)]
    size = tuple(map(int, sizes[0].split("x"))) if sizes else SIZE
    out = OUT / sizes[0] if sizes else OUT
    for name in [word for word in words if word in PLACES] or PLACES:
        asyncio.run(take(name, (size[0], size[1]), out))
        sys.stdout.write(f"{out / name}.png\n")


if __name__ == "__main__":
    main(sys.argv[1:])
