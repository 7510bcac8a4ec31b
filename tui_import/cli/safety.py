"""``backup``, ``restore``, ``doctor``: copies of the store, deleted records, and whether all is well."""

from __future__ import annotations

from argparse import ArgumentParser

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.cli.backups import list_backups
from tui_import.cli.call import Call, Command
from tui_import.cli.records import ENTITIES
from tui_import.cli.render import local_time, number, table
from tui_import.cli.stopping import work
from tui_import.model.runs import BackupInfo
from tui_import.model.text import safe


def _configure_backup(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar=_("OUT"), help=_("where to; default: the folder of backups beside the store"))
    parser.add_argument("--list", action="store_true", help=_("the backups that there are, instead of making one"))


def backup(call: Call) -> int:
    """Copy the store and check the copy, or list the copies."""
    if call.arguments.list:
        list_backups(call)
        return 0
    with work() as progress:
        made = call.workspace.backup(call.arguments.file, progress)
    call.output.result(made)
    call.output.text(_describe(made))
    return 0


def _describe(made: BackupInfo) -> str:
    state = _("checked") if made.verified else _("not checked")
    return _("{path} ({size} bytes, {state})").format(path=safe(made.path), size=number(made.size), state=state)


def _configure_restore(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="+", metavar=_("FILE | ENTITY ID"), help=_("a backup, or the kind and number of a deleted record"))


def restore(call: Call) -> int:
    """Put a backup in the place of the store (which is backed up first), or bring back a deleted record."""
    what = call.arguments.what
    if len(what) == 1:
        from tui_import.session import rescue

        before = str(rescue.restore(call.arguments.store, what[0]))
        call.output.result({"restored": what[0], "before": before})
        call.output.text(_("Restored. The store as it was before: {path}").format(path=safe(before)))
        return 0
    if len(what) != 2 or what[0] not in ENTITIES or not what[1].isdecimal():
        raise UsageError(_("Say what to restore."), hint=_("tui-import restore FILE, or tui-import restore company 7"))
    run = call.workspace.restore_record(what[0], int(what[1]))
    call.output.result({"run": run, "entity": what[0], "id": int(what[1])})
    call.output.text(_("Restored by run {run}.").format(run=run))
    return 0


def _configure_doctor(parser: ArgumentParser) -> None:
    parser.add_argument("--files", action="store_true", help=_("which files are kept, and which of them hold personal data"))
    parser.add_argument("--tidy", action="store_true", help=_("remove what killed programs left behind, nothing that one is at work on"))


def doctor(call: Call) -> int:
    """Check the store and the program; exit code 1 where something is wrong. Or list the files, or tidy up."""
    if call.arguments.files:
        _list_files(call)
        return 0
    if call.arguments.tidy:
        _tidy(call)
        return 0
    checks = call.workspace.doctor()
    if call.output.as_json:
        for check in checks:
            call.output.result(check)
    else:
        rows = [[_("ok") if check.ok else _("WRONG"), safe(check.name), safe(check.detail)] for check in checks]
        call.output.text(table([], rows))
        for check in checks:
            if not check.ok and check.hint:
                for line in check.hint.splitlines():
                    call.output.note(f"{safe(check.name)}: {safe(line)}")
    return 0 if all(check.ok for check in checks) else 1


def _tidy(call: Call) -> None:
    gone = [str(path) for path in call.workspace.tidy()]
    call.output.result({"removed": gone})
    for path in gone:
        call.output.text(safe(path))
    call.output.text(ngettext("{count} file removed.", "{count} files removed.", len(gone)).format(count=len(gone)))


def _list_files(call: Call) -> None:
    call.output.listing(
        call.workspace.files(),
        {
            _("File"): lambda each: each.path,
            _("What"): lambda each: each.kind,
            _("Bytes"): lambda each: each.size,
            _("Last changed"): lambda each: local_time(each.changed),
            _("Mode"): lambda each: each.mode,
            _("Personal data"): lambda each: each.personal,
        },
        empty=_("There are no files."),
    )


BACKUP = Command(backup, _configure_backup)
RESTORE = Command(restore, _configure_restore)
DOCTOR = Command(doctor, _configure_doctor)
