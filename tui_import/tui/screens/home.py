"""Home: what to import, what to go on with, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.errors import TuiImportError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.model.kinds import PRODUCTS, SIMILAR, TITLES
from tui_import.model.plan import Summary
from tui_import.model.runs import DraftInfo, RunInfo, UndoReport
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.messages import OpenLocation, ResumeDraft, Show
from tui_import.tui.price_list_choice import choose_price_list
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.dialogs import Choose
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import RUN_KINDS, RUN_STATES, draft_words, moment, rows, run_words, undo_words, word

MOST = 12
"""Entries shown of each kind."""
FOLLOW_SECONDS = 1.0
"""How soon home looks again at what runs elsewhere; while nothing does, it sleeps."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line of home stands for."""

    kind: str
    """open | connections | file | draft | run | selections | similar | lists | fields | suppressions."""
    what: object = None


class HomeScreen(Frame):
    """The start screen."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("home")
    HELP_TEXT = N_(
        "Open a file to import it, or go on with an import that was not finished. Everything that was imported can be undone "
        "here: put the cursor on it and press u. Enter opens what the cursor stands on."
    )

    def where(self) -> Where:
        """Program and store."""
        title = "tui-import"
        if self.host.demo:
            title += " · " + _("demo: the store is a temporary one")
        return Where(title, right=str(self.workspace.path))

    def body(self) -> ComposeResult:
        """Kinds and entries."""
        yield Static(id="kinds")
        yield Menu(id="entries")

    def on_mount(self) -> None:
        """Fill it."""
        self._show_kinds()

    def on_screen_resume(self) -> None:
        """Things may have changed meanwhile."""
        self.renew()

    def renew(self) -> None:
        """Ask the store anew."""
        items = self.attempt(self._items, again=True)
        if items is not None:
            self.query_one(Menu).show(items)

    def _follow(self) -> None:
        """What runs elsewhere goes on: show how far. Who comes back to home sees it anew anyway."""
        if self.is_current:
            self.renew()

    def leave(self) -> None:
        """There is nothing below home."""
        self.tell(_("This is home. q quits."))

    def _show_kinds(self) -> None:
        kind = _(TITLES[self.host.kind]) if self.host.kind else _("whatever its columns say")
        if self.host.kind == PRODUCTS:
            kind = _("{kind}, into the price list “{name}”").format(kind=kind, name=safe(self.host.price_list))
        self.query_one("#kinds", Static).update(content(_("A file is imported as: {kind}   (c chooses)").format(kind=kind)))

    def action_kind(self) -> None:
        """What the next file is; products go into a price list that is chosen first."""

        def take(kind: str, price_list: str = "") -> None:
            self.host.kind, self.host.price_list = kind, price_list
            self._show_kinds()

        def chosen(at: int | None) -> None:
            if at is None:
                return
            if kinds[at] == PRODUCTS:
                choose_price_list(self.host, partial(take, PRODUCTS))
            else:
                take(kinds[at])

        kinds = ["", *TITLES]
        labels = [_("Whatever its columns say"), *(_(title) for title in TITLES.values())]
        self.app.push_screen(Choose(_("What is imported?"), labels, start=kinds.index(self.host.kind)), chosen)

    # -- the entries

    def _items(self) -> list[MenuItem]:
        drafts, writer = self.workspace.drafts(), self.workspace.writer
        if writer is not None or any(draft.running for draft in drafts):
            self.set_timer(FOLLOW_SECONDS, self._follow)
        items = [MenuItem(self.workspace.words_of(writer), tone="change")] if writer is not None else []
        items += [MenuItem(_("Import")), MenuItem(_("Open a file …"), Entry("open"), self._endings())]
        items.append(MenuItem(_("From an account or server …"), Entry("connections"), self._connections()))
        recent = map(Path, self.workspace.recent_files()[:5])
        items += [MenuItem(path.name, Entry("file", str(path)), str(path.parent)) for path in recent]
        if drafts:
            items.append(MenuItem(_("Go on with")))
            items += [self._draft_item(draft) for draft in drafts[:MOST]]
        runs = self.workspace.runs()
        if runs:
            items.append(MenuItem(_("History")))
            items += [self._run_item(run) for run in runs[:MOST]]
        items.append(MenuItem(_("Store")))
        count = len(self.workspace.selections())
        made = ngettext("{count} selection", "{count} selections", count).format(count=count)
        items.append(MenuItem(_("Selections"), Entry("selections"), made))
        items.append(MenuItem(_("Duplicates in the store"), Entry("similar")))
        lists = self.workspace.price_lists()
        if lists:
            found = ngettext("{count} price list", "{count} price lists", len(lists)).format(count=number(len(lists)))
            items.append(MenuItem(_("Price lists"), Entry("price_lists"), found))
        items.append(MenuItem(_("Lists and preferences"), Entry("lists")))
        own = len(self.workspace.own_fields())
        fields = ngettext("{count} field", "{count} fields", own).format(count=own) if own else ""
        items.append(MenuItem(_("Own fields"), Entry("fields"), fields))
        if self.workspace.suppressions():
            items.append(MenuItem(_("Erased persons"), Entry("suppressions"), _("what keeps them out")))
        return items

    def _endings(self) -> str:
        # a third party's source is not loaded for its title: it might take long, and the first screen must not wait
        return ", ".join(source.title if source.bundled else safe(source.name) for source in self.workspace.sources())

    def _connections(self) -> str:
        try:
            count = len(self.workspace.connections())
        except TuiImportError as error:
            return safe(error)
        return ngettext("{count} saved connection", "{count} saved connections", count).format(count=count) if count else _("none yet")

    def _draft_item(self, draft: DraftInfo) -> MenuItem:
        count = rows(draft.rows)
        if draft.kind == SIMILAR:
            count = ngettext("{count} pair", "{count} pairs", draft.rows).format(count=number(draft.rows))
        detail = " · ".join((draft_words(draft), count, moment(draft.changed)))
        return MenuItem(draft.source, Entry("draft", draft), detail)

    def _run_item(self, run: RunInfo) -> MenuItem:
        name = f"{run.id}  {word(RUN_KINDS, run.kind)}: {run.source}" if run.kind != "import" else f"{run.id}  {run.source}"
        detail = " · ".join(part for part in (word(RUN_STATES, run.state), moment(run.started), run_words(run)) if part)
        return MenuItem(name, Entry("run", run), detail, tone="dim" if run.state == "undone" else "plain")

    @property
    def _entry(self) -> Entry:
        found = self.query_one(Menu).current
        return found if isinstance(found, Entry) else Entry("")

    # -- keys

    def action_enter(self) -> None:
        """Open what the cursor stands on."""
        entry = self._entry
        if entry.kind == "file":
            self.post_message(OpenLocation(str(entry.what)))
        elif isinstance(entry.what, DraftInfo):
            self.post_message(ResumeDraft(entry.what.id))
        elif isinstance(entry.what, RunInfo):
            self.post_message(Show("run", entry.what.id))
        elif entry.kind:
            self.post_message(Show(entry.kind))

    def action_open_file(self) -> None:
        """Choose a file."""
        self.post_message(Show("open"))

    def action_accounts(self) -> None:
        """Accounts and servers."""
        self.post_message(Show("connections"))

    def action_selections(self) -> None:
        """All selections."""
        self.post_message(Show("selections"))

    def action_lists(self) -> None:
        """Lists and preferences."""
        self.post_message(Show("lists"))

    def action_discard(self) -> None:
        """Discard a draft."""
        draft = self._entry.what
        if not isinstance(draft, DraftInfo):
            self.tell(_("Only an unfinished import can be discarded."))
            return

        def discard() -> None:
            self.attempt(lambda: self.workspace.discard(draft.id))
            self.renew()

        self.ask(_("Discard?"), _("Discard the unfinished import of {source}? The file itself stays.").format(source=draft.source), discard)

    def _ask_for_run(self, title: str, text: str, redo: bool) -> None:
        run = self._entry.what
        if not isinstance(run, RunInfo):
            self.tell(_("Put the cursor on a line of the history first."))
            return
        work = self.workspace.redo if redo else self.workspace.undo

        def go() -> None:
            self.start(title, lambda progress: work(run.id, progress=progress), self._undone)

        self.ask(title, text.format(run=run.id, source=run.source), go)

    def _undone(self, result: tuple[Summary, UndoReport]) -> None:
        self.renew()
        self.tell(undo_words(result[1])[0])

    def action_undo(self) -> None:
        """Take a change back."""
        self._ask_for_run(_("Undo?"), _("Undo run {run} ({source})? What was edited since is kept."), redo=False)

    def action_redo(self) -> None:
        """Do it again."""
        self._ask_for_run(_("Redo?"), _("Redo run {run} ({source})? What was edited since is kept."), redo=True)
