"""``erase``, and what ``show RUN --privacy`` says."""

from __future__ import annotations

from argparse import ArgumentParser

from tui_import.api.errors import RefusedError
from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.records import CONTACTS, add_entity
from tui_import.cli.render import Output, local_time, number
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT
from tui_import.model.privacy import TRAIT_WORDS, Erasure, Named, PrivacyReport
from tui_import.model.text import safe


def _configure_erase(parser: ArgumentParser) -> None:
    add_entity(parser, CONTACTS)
    parser.add_argument("id", type=whole_number, metavar=_("ID"), help=_("the record's number"))
    parser.add_argument("--yes", action="store_true", help=_("agree to it: nothing brings the record back"))


def erase(call: Call) -> int:
    """Remove a record from the store, its journal and the drafts, and keep the person out. Exit code 3 where a draft still has it."""
    arguments, output = call.arguments, call.output
    if not arguments.yes:
        raise RefusedError(
            _("{entity} {id} would be erased from the store, its journal and the drafts; no undo brings it back.").format(
                entity=arguments.entity, id=arguments.id
            ),
            hint=_("With --yes it is."),
        )
    with work() as progress:
        done = call.workspace.erase(arguments.entity, arguments.id, progress)
    output.result(done)
    _write(output, done)
    return ROWS_LEFT if any(draft.failure for draft in done.drafts) else 0


def _write(output: Output, done: Erasure) -> None:
    output.text(_("{entity} {id} is erased, as run {run}.").format(entity=done.entity, id=done.record, run=done.run))
    text = ngettext(
        "In the journal {count} entry was redacted; undo says that it cannot come back.",
        "In the journal {count} entries were redacted; undo says that they cannot come back.",
        done.journal,
    )
    output.text(text.format(count=number(done.journal)))
    if done.marks:
        output.text(_("Kept out of imports from now on by: {traits}").format(traits=", ".join(_(TRAIT_WORDS[mark]) for mark in done.marks)))
    for draft in done.drafts:
        if draft.failure:
            output.note(_("Draft {draft} still has it: {reason}").format(draft=safe(draft.id), reason=safe(draft.failure)))
        else:
            text = ngettext("Draft {draft}: {count} row blanked", "Draft {draft}: {count} rows blanked", draft.rows)
            output.text(text.format(draft=safe(draft.id), count=number(draft.rows)))
    if done.backups:
        output.text(_("These backups cannot be changed and may still have it; delete them, or erase again after a restore:"))
        for path in done.backups:
            output.text(f"  {safe(path)}")
    for remark in done.remarks:
        output.note(safe(remark))


def write_report(output: Output, report: PrivacyReport) -> None:
    """Purposes, legal bases, sources and numbers of one run; no data of any person."""
    output.result(report)
    output.text(_("Privacy report of run {run}: {source}").format(run=report.run, source=safe(report.source)))
    times = {"start": local_time(report.started), "end": local_time(report.finished)}
    output.text(_("By {user}, {start} to {end}").format(user=safe(report.user), **times))
    output.text(
        _("Persons: {new} new, {changed} changed, of {rows} rows").format(
            new=number(report.persons_new), changed=number(report.persons_changed), rows=number(report.rows)
        )
    )
    output.text(_("Fields of persons: {fields}").format(fields=", ".join(map(safe, report.fields)) or "–"))
    output.text()
    if not output.as_json:
        output.listing(
            report.consents,
            {
                _("Purpose"): lambda each: each.purpose,
                _("Legal basis"): lambda each: each.legal_basis,
                _("Source"): lambda each: each.source,
                _("Comment"): lambda each: each.comment,
                _("Persons"): lambda each: each.persons,
            },
            empty=_("The run wrote no consents."),
        )
    output.text()
    for text, count in (
        (_("New persons without any consent: {count}"), report.without_consent),
        (_("Changed persons whose earlier consents were left as they are: {count}"), report.earlier_consents),
        (_("Of these with a withdrawn consent: {count}"), report.withdrawn),
        (_("Rows left out, since their person was erased: {count}"), report.suppressed),
        (_("Persons of this run erased since: {count}"), report.erased),
    ):
        output.text(text.format(count=number(count)))


# -- suppressions


def _configure_suppressions(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"))
    verbs.add_parser("list", help=_("all marks, which is what you get without a verb"))
    lifting = verbs.add_parser("lift", help=_("let a person be imported again whom you can name"))
    for name, help in (
        ("email", _("an e-mail address")),
        ("phone", _("a telephone number, with its country: +45 …")),
        ("first-name", _("with the last name, and company or date of birth")),
        ("last-name", _("see there")),
        ("birthdate", _("the whole date")),
        ("company", _("the company's name")),
        ("country", _("two letters, for a number without +")),
    ):
        lifting.add_argument(f"--{name}", default="", metavar=_("TEXT"), help=help)


def suppressions(call: Call) -> int:
    """List the marks of erased persons, or lift those of one."""
    return _lift(call) if call.arguments.verb == "lift" else _list_marks(call)


def _list_marks(call: Call) -> int:
    call.output.listing(
        call.workspace.suppressions(),
        {
            _("Mark"): lambda each: each.mark,
            _("Known by"): lambda each: _(TRAIT_WORDS[each.kind]),
            _("Erased"): lambda each: local_time(each.at),
            _("Who"): lambda each: each.by,
            _("Run"): lambda each: "" if each.run is None else str(each.run),
            _("Lifted"): lambda each: f"{local_time(each.lifted_at)}, {each.lifted_by}" if each.lifted_at else "",
        },
        empty=_("Nobody is kept out."),
    )
    return 0


def _lift(call: Call) -> int:
    asked = call.arguments
    person = Named(asked.email, asked.phone, asked.first_name, asked.last_name, asked.birthdate, asked.company, asked.country)
    summary, kinds = call.workspace.lift_suppression(person)
    call.output.result({"run": summary.run, "lifted": list(kinds)})
    text = _("Run {run}: the person can be imported again; it was kept out by: {traits}")
    call.output.text(text.format(run=summary.run, traits=", ".join(_(TRAIT_WORDS[kind]) for kind in kinds)))
    return 0


ERASE = Command(erase, _configure_erase)
SUPPRESSIONS = Command(suppressions, _configure_suppressions)
