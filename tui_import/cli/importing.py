"""``run`` and ``apply``: an import from its file to its summary, without the screens."""

from __future__ import annotations

import getpass
import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_import.api.errors import DriftError, PasswordNeededError, RefusedError, StoppedError, UsageError, Where
from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.choices import Choices, column_position, links, option_values, pair, sort_choices
from tui_import.cli.merging import apply_review
from tui_import.cli.parser import whole_number
from tui_import.cli.problems import MOST, shown_source, write_findings, write_problems
from tui_import.cli.render import Output, number
from tui_import.cli.stopping import interruption, work
from tui_import.cli.summary import ROWS_LEFT, counts_table, heading, plan_object, write_summary
from tui_import.model.kinds import planned_of
from tui_import.model.plan import PlanReport
from tui_import.model.settings import Action
from tui_import.model.sheets import LIST_SEPARATOR
from tui_import.model.text import safe

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession

PASSWORD_TRIES = 3


def _configure_run(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar=_("FILE"), help=_("what to import; - reads standard input"))
    parser.add_argument("--recipe", metavar=_("RECIPE"), help=_("a saved recipe: its name, or a TOML file"))
    parser.add_argument(
        "--source", metavar=_("NAME"), help=_("the source that reads it (default: by the file's ending; see: tui-import sources)")
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar=_("KEY=VALUE"),
        help=_("an option of the source (see: tui-import sources info NAME)"),
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar=_("KEY=VALUE"), dest="choices",
        help=_(
            "a setting as in recipes, like person.match=email, lists.category=blank, constants.company.category=Prospect, kind=products or "
            "product.price_list=NAME"
        ),
    )  # fmt: skip
    parser.add_argument(
        "--map", action="append", default=[], metavar=_("COLUMN=FIELD"), dest="map",
        help=_("link a column, by its header or letter, to a field (see: tui-import fields); COLUMN= leaves it out"),
    )  # fmt: skip
    parser.add_argument(
        "--transform", action="append", default=[], metavar=_("COLUMN=NAME"),
        help=_("let a plugin's transform change the values of a column (see: tui-import sources)"),
    )  # fmt: skip
    parser.add_argument("--plan-only", action="store_true", help=_("write nothing to the store; keep the draft for: tui-import apply"))
    parser.add_argument(
        "--max-problems", type=whole_number, metavar=_("N"), help=_("import nothing where there are more problem rows than this")
    )
    parser.add_argument("--yes", action="store_true", help=_("agree to values being cleared and to the same file being added once more"))


def run(call: Call) -> int:
    """Import a file. Exit codes: 0, `ROWS_LEFT`, or those of the errors raised."""
    session = _begin(call)
    keep = False
    try:
        _unlock(session)
        with work() as progress:
            findings = session.read(progress).findings
        write_findings(call.output, session, findings)
        _configure_session(call, session)
        _refuse_repetition(call, session)
        with work() as progress:
            report = session.plan(progress)
        keep = True
        return _conclude(call, session, report)
    except StoppedError:
        keep = keep and interruption.hung_up
        raise
    finally:
        forget = not keep and session.summary is None
        session.close()
        if forget:
            call.workspace.discard(session.id)


# -- up to the plan


def _begin(call: Call) -> ImportSession:
    """The session, with recipe and options; nothing is read yet."""
    workspace, arguments = call.workspace, call.arguments
    recipe = workspace.recipe(arguments.recipe) if arguments.recipe else None
    source = arguments.source or (recipe.source if recipe else "")
    if not arguments.file and not (source and workspace.reads_without_file(source)):
        raise UsageError(
            _("Say which file to import."),
            hint=_("tui-import run FILE; without a file: tui-import run --source SOURCE --option connection=NAME"),
        )
    source = source or workspace.source_for(arguments.file)
    pairs = [*_choices(call).options, *map(pair, arguments.option)]
    options = option_values(workspace.source_options(source), pairs)
    return workspace.begin(arguments.file or "", source=source, options=options, recipe=recipe, kind=_choices(call).kind)


def _named(call: Call) -> str:
    """What is imported, as messages name it."""
    return call.arguments.file or call.arguments.source or call.arguments.recipe or ""


def _unlock(session: ImportSession) -> None:
    """Look into the file once; where it wants a password and somebody is there to ask, ask."""
    for attempt in range(PASSWORD_TRIES + 1):
        try:
            session.peek(1)
            return
        except PasswordNeededError as wanted:
            if attempt == PASSWORD_TRIES or not sys.stderr.isatty():
                raise
            try:
                password = getpass.getpass(_("Password of {file}: ").format(file=safe(session.location)))
            except EOFError:
                raise wanted from None
            session.set_option("password", password)


def _choices(call: Call) -> Choices:
    return sort_choices(call.arguments.choices)


def _refuse_repetition(call: Call, session: ImportSession) -> None:
    """The same content once more: said always, refused where it would make everything twice."""
    earlier = session.already_imported()
    if earlier is None:
        return
    where = Where(file=_named(call))
    sentence = _("The same content was imported already, by run {run}.").format(run=earlier.id)
    if Action.ADD in map(session.settings.action, planned_of(session.kind, session.mapping.fields)) and not call.arguments.yes:
        raise RefusedError(sentence, where=where, hint=_("It would add every record once more; with --yes it does."))
    call.output.note(f"{safe(_named(call))}: {sentence}")


def _configure_session(call: Call, session: ImportSession) -> None:
    """Mapping, constants and settings; nothing may be missing afterwards."""
    _refuse_empty(call, session)
    for sheet, kind in _choices(call).sheets:
        session.set_sheet_kind(sheet, kind)
    for column, fields in links(call.arguments.map, session.columns).items():
        session.unlink(column)
        for field in fields:
            session.link(column, field)
    chosen = _choices(call)
    for key, value in chosen.constants:
        session.set_constant(key, value)
    if chosen.settings:
        from tui_import.session.choices import with_choices

        session.change_settings(with_choices(session.settings, chosen.settings, call.workspace.lists()))
    apply_transforms(call, session, call.arguments.transform)
    for finding in session.ambiguities():
        call.output.note(f"{safe(_named(call))}: {safe(finding.message)}")
    _report_drift(call, session)
    _refuse_missing(call, session)


def apply_transforms(call: Call, session: ImportSession, texts: Iterable[str]) -> int:
    """``COLUMN=NAME`` for each; returns how many cells changed, and notes the values that a transform finds fault with."""
    changed = 0
    for text in texts:
        header, equals, name = text.rpartition("=")
        if not equals:
            raise UsageError(_("“{text}” is not of the form COLUMN=NAME.").format(text=text))
        column = column_position(header.strip(), session.columns)
        with work() as progress:
            report = session.transform(column, name.strip(), progress)
        changed += report.cells
        for value, message in report.findings[:MOST]:
            call.output.note(f"{safe(header.strip())}:{safe(repr(value))}: {safe(message)}")
    return changed


def _report_drift(call: Call, session: ImportSession) -> None:
    drift = session.drift()
    where = Where(file=_named(call))
    if drift.blocks:
        raise DriftError(
            _("The file has no longer what the recipe needs: {columns}.").format(columns=", ".join(drift.missing)),
            where=where,
            hint=_("Link the columns anew with --map, or open the file in the screens and save the recipe again."),
        )
    for old, new in drift.renamed:
        call.output.note(_("The column “{old}” of the recipe is called “{new}” now.").format(old=safe(old), new=safe(new)))
    if drift.new:
        call.output.note(_("The recipe does not know these columns: {columns}.").format(columns=", ".join(map(safe, drift.new))))


def _refuse_empty(call: Call, session: ImportSession) -> None:
    """An empty sheet has no column that could be linked; what a recipe misses is told as its drift."""
    if not session.columns and not call.arguments.recipe:
        read = session.table.split(LIST_SEPARATOR)
        others = ", ".join(f"“{safe(table.name)}”" for table in session.tables() if not table.hidden and table.name not in read)
        raise UsageError(
            _("There is nothing in it to import."),
            where=Where(_named(call), session.table),
            hint=_("Choose another sheet with --option sheet=NAME: {names}.").format(names=others) if others else "",
        )


def _refuse_missing(call: Call, session: ImportSession) -> None:
    missing = session.missing()
    if missing:
        raise UsageError(
            " ".join(each.reason for each in missing),
            where=Where(file=_named(call)),
            hint=missing[0].hint
            or _('Link a column with --map "COLUMN={field}"; the columns are: {columns}.').format(
                field=missing[0].fields[0][0], columns=", ".join(column.title for column in session.columns)
            ),
        )


# -- from the plan on


def _conclude(call: Call, session: ImportSession, report: PlanReport) -> int:
    """Show the plan, or carry it out where nothing speaks against it."""
    output, arguments = call.output, call.arguments
    problems = max((counts.problem for counts in report.entities.values()), default=0)
    left = max((counts.problem + counts.held for counts in report.entities.values()), default=0)
    too_many = arguments.max_problems is not None and problems > arguments.max_problems
    if arguments.plan_only or too_many:
        write_plan(call, session, report)
        if too_many:
            sentence = ngettext(
                "Nothing was imported: {count} problem row is more than {limit}.",
                "Nothing was imported: {count} problem rows are more than {limit}.",
                problems,
            )
            output.note(sentence.format(count=number(problems), limit=number(arguments.max_problems)))
        return ROWS_LEFT if left else 0
    _refuse_clears(call, session, report)
    _write_near(output, report)
    return _apply(call, session)


def write_plan(call: Call, session: ImportSession, report: PlanReport) -> None:
    """What would happen, and how to make it happen."""
    output = call.output
    output.result(plan_object(session.id, report))
    output.text(heading(shown_source(call.workspace, session), report.rows))
    output.text(counts_table(report.entities))
    if "product" in report.entities:
        _write_price_list(call, session)
    for name, items in report.new_list_items.items():
        output.text(_("New in the list {list}: {items}").format(list=safe(name), items=", ".join(map(safe, items))))
    _write_near(output, report)
    if report.suppressed:
        text = ngettext(
            "{count} row left out: its person was erased.", "{count} rows left out: their persons were erased.", report.suppressed
        )
        output.text(text.format(count=number(report.suppressed)))
    if report.clears:
        output.text(_clears(report))
    write_problems(output, session)
    output.text(_("Nothing is written yet. To import it: tui-import apply {draft}").format(draft=session.id))


def _write_near(output: Output, report: PlanReport) -> None:
    """New items that are spelt nearly like one that is there, and how to say so."""
    for name, items in report.perhaps_meant.items():
        for item, near in items.items():
            text = _("“{item}” is new in the list {list}; perhaps meant: {names}.")
            output.note(text.format(item=safe(item), list=safe(name), names=", ".join(map(safe, near))))
            choice = shlex.quote(f"list_values.{name}.{safe(item)}={safe(near[0])}")
            output.note(_("  To take the one that is there: --set {choice}").format(choice=choice))


def _write_price_list(call: Call, session: ImportSession) -> None:
    """Which price list it goes into; a name with a mistake in it would make another one."""
    name = session.settings.product.price_list
    known = call.workspace.price_list(name)
    text = _("Price list: {name}") if known else _("Price list: {name} (new)")
    call.output.text(text.format(name=safe(known.name if known else name)))


def _clears(report: PlanReport) -> str:
    return ngettext("{count} value will be cleared.", "{count} values will be cleared.", report.clears).format(count=number(report.clears))


def _refuse_clears(call: Call, session: ImportSession, report: PlanReport) -> None:
    if report.clears and not call.arguments.yes:
        raise RefusedError(_clears(report), hint=_("If you want that: tui-import apply {draft} --yes").format(draft=session.id))


def _apply(call: Call, session: ImportSession) -> int:
    clears = call.arguments.yes
    interruption.goes_on = lambda: session.hand_over(accept_clears=clears)
    try:
        with work() as progress:
            session.apply(progress, accept_clears=clears)
    except StoppedError:
        if session.summary is None:
            raise
    finally:
        interruption.goes_on = None
    summary = session.summary
    assert summary is not None
    write_summary(call.output, summary, heading(shown_source(call.workspace, session), summary.rows, summary.seconds, summary.run))
    if summary.left:
        write_problems(call.output, session)
    return ROWS_LEFT if summary.left else 0


# -- apply


def _configure_apply(parser: ArgumentParser) -> None:
    parser.add_argument("draft", metavar=_("DRAFT"), help=_("its number, or the beginning of it (see: tui-import drafts)"))
    parser.add_argument("--yes", action="store_true", help=_("agree to values being cleared"))
    parser.add_argument(
        "--unattended", action="store_true",
        help=_("nobody looks: wait for whoever is at it, for an hour if need be, and keep the result in the list of drafts"),
    )  # fmt: skip


def apply(call: Call) -> int:
    """Carry out the plan of a kept draft, or what was decided in a review of the store."""
    if call.arguments.unattended:
        return _apply_unattended(call)
    from tui_import.session.importing import ImportSession

    session = call.workspace.reopen(call.arguments.draft)
    if not isinstance(session, ImportSession):
        return apply_review(call, session)
    try:
        done = session.summary
        if done is not None:
            call.output.note(_("It was imported already, by run {run}.").format(run=done.run))
            write_summary(call.output, done, heading(shown_source(call.workspace, session), done.rows, done.seconds, done.run))
            return ROWS_LEFT if done.left else 0
        report = session.report
        if report is None:
            raise RefusedError(_("The draft has no plan yet."), hint=_("Go on with it: tui-import resume {draft}").format(draft=session.id))
        _refuse_clears(call, session, report)
        return _apply(call, session)
    finally:
        session.close()


def _apply_unattended(call: Call) -> int:
    from tui_import.session.handing_over import finish

    with work() as progress:
        summary = finish(call.workspace, call.arguments.draft, progress, accept_clears=call.arguments.yes)
    write_summary(call.output, summary, heading(call.arguments.draft, summary.rows, summary.seconds, summary.run))
    return ROWS_LEFT if summary.left else 0


RUN = Command(run, _configure_run)
APPLY = Command(apply, _configure_apply)
