"""Runs one command and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tui_import.api.errors import TuiImportError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.cli.call import Call
from tui_import.cli.commands import COMMANDS, load
from tui_import.cli.parser import general_help, parse, prepare, take_common
from tui_import.cli.render import Output, silence
from tui_import.cli.screens import Screens, needs_terminal
from tui_import.cli.stopping import interruption
from tui_import.model.text import safe


def main(words: Sequence[str], screens: Screens) -> int:
    """Run these words; returns the exit code. ``screens`` opens the TUI."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")  # a terminal in Latin-1 shows what it can
    output = Output()
    try:
        interruption.install()
        prepare()
        return dispatch(words, screens)
    except TuiImportError as error:
        output.note(f"tui-import: {safe(str(error))}")
        return error.exit_code
    except BrokenPipeError:  # the reader of an export has seen enough
        silence(sys.stdout)
        return 0
    except KeyboardInterrupt:
        output.note(_("tui-import: Stopped."))
        return 130
    except Exception as error:
        if os.environ.get("TUI_IMPORT_DEBUG"):
            raise
        output.note(
            _("tui-import: An error that we did not foresee: {kind} in {place}. Set TUI_IMPORT_DEBUG=1 to see more, and tell us.").format(
                kind=type(error).__name__, place=_place(error)
            )
        )
        return 1
    finally:
        interruption.ended()


def _place(error: Exception) -> str:
    """Where it happened. What it says may hold a customer's data, and standard error may go to a log."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def dispatch(words: Sequence[str], screens: Screens) -> int:
    """Find out what is meant, and do it."""
    common, rest = take_common(words)
    if not rest:
        return _open(common, screens)
    name, *others = rest
    if name in ("--help", "-h", "help"):
        Output().text(general_help())
        return 0
    if name in COMMANDS:
        call = Call(parse(name, others, common), Output(common.json), screens)
        try:
            return load(name).act(call)
        except Exception as error:
            from tui_import.session.faults import explained

            told = explained(error, common.store)
            if told is None or told is error:
                raise
            raise told from error
        finally:
            call.close()
    if name.startswith("-"):
        raise UsageError(_("There is no option “{name}”.").format(name=name), hint=_("See: tui-import --help"))
    if others:
        raise UsageError(_("“{name}” is no command.").format(name=name), hint=_("See: tui-import --help"))
    return _open(common, screens, file=name)


def _open(common: Namespace, screens: Screens, file: str | None = None) -> int:
    """The TUI, with a file or without."""
    if file is not None and not Path(file).exists():
        raise UsageError(_("This is neither a command nor a file."), where=Where(file=file), hint=_("See: tui-import --help"))
    needs_terminal(_("Without one, import with: tui-import run FILE"))
    return screens(common.store, file=file)
