"""``demo``: the whole thing on invented data, in a fresh folder."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from tui_import.api.i18n import _
from tui_import.cli.call import Call, Command
from tui_import.cli.problems import shown_source, write_problems
from tui_import.cli.screens import has_terminal
from tui_import.cli.stopping import work
from tui_import.cli.summary import heading, write_summary
from tui_import.model.settings import PersonKey
from tui_import.model.text import safe
from tui_import.session.demo import Demo, make_demo

CONFIG_VARIABLE = "TUI_IMPORT_CONFIG"


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help=_("without the screens: import, and print the summary"))


def demo(call: Call) -> int:
    """A sample store and workbook: the screens, or where there is no terminal the import itself.

    Its one problem row is there on purpose, so it ends with 0.
    """
    folder = Path(tempfile.mkdtemp(prefix="tui-import-demo-"))
    os.environ[CONFIG_VARIABLE] = str(folder / "config")  # what it remembers of files and mappings is not the user's
    made = make_demo(folder)
    if has_terminal() and not call.arguments.headless and not call.arguments.json:
        code = call.screens(str(made.store), file=str(made.customers), demo=True)
        call.output.text(_("The demo's store: {path}").format(path=safe(str(made.store))))
        return code
    return _headless(call, made)


def _headless(call: Call, made: Demo) -> int:
    from tui_import.session.workspace import Workspace

    output = call.output
    with Workspace(made.store) as workspace:
        session = workspace.begin(str(made.customers))
        with work() as progress:
            session.read(progress)
            settings = session.settings
            session.change_settings(dataclasses.replace(settings, person=dataclasses.replace(settings.person, match=PersonKey.EMAIL)))
            session.plan(progress)
            summary = session.apply(progress)
        write_summary(output, summary, heading(shown_source(workspace, session), summary.rows, summary.seconds, summary.run))
        write_problems(output, session)
        session.close()
    if summary.left:
        output.text(_("One row has an e-mail address that is none, on purpose: it waits until somebody corrects it."))
    output.text()
    output.text(_("The demo's store: {path}").format(path=safe(str(made.store))))
    output.text(_("Look at it:       {command}").format(command=f"tui-import runs --store {made.store}"))
    output.text(_("Take it back:     {command}").format(command=f"tui-import undo {summary.run} --store {made.store}"))
    return 0


DEMO = Command(demo, _configure)
