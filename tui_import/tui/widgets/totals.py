"""The plan in numbers: a line per entity, one of verbs."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui_import.api.i18n import _, ngettext
from tui_import.model.plan import WRITING, Counts, PlanReport
from tui_import.tui.safe import content
from tui_import.tui.widgets.status import number
from tui_import.tui.words import ENTITIES, FEW, SIGNS, VERBS, counts_words, word


def clears_words(count: int) -> str:
    """ "312 values will be cleared"."""
    return ngettext("{count} value will be cleared", "{count} values will be cleared", count).format(count=number(count))


def signs(counts: Counts) -> str:
    """ "+2~1!1": without what is skipped."""
    return "".join(f"{SIGNS[name]}{number(count)}" for name, count in counts.as_dict().items() if count and name != "skipped") or "–"


class Totals(Static):
    """A strip over the preview."""

    ALLOW_SELECT = False

    def show(self, report: PlanReport | None, *, outdated: bool = False) -> None:
        """The plan's numbers; a word where they are not of now."""
        if report is None:
            self.update(content(_("There is no plan yet.")))
            return
        parts = []
        if len(report.entities) > FEW:  # together they fit into the strip
            parts.append(content("  ".join(f"{word(ENTITIES, entity)} {signs(counts)}" for entity, counts in report.entities.items())))
        else:
            for entity, counts in report.entities.items():
                parts.append(content(f"{word(ENTITIES, entity):<10} {counts_words(counts)}"))
        verbs = [f"{word(VERBS, verb)} {number(count)}" for verb, count in report.verbs.items() if verb in WRITING and count]
        last = [content(_("Fields: {verbs}").format(verbs="  ".join(verbs) or _("nothing changes in existing records")))]
        if report.clears:
            last.append(content("  !" + clears_words(report.clears), "bold $text-error"))
        if outdated:
            last.append(content("  " + _("(out of date: p plans anew)"), "bold $text-warning"))
        parts.append(Content("").join(last))
        self.update(Content("\n").join(parts))
