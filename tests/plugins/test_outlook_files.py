"""Outlook's data files and saved contacts: read in a process of their own, whatever folder they lie in, however broken they are."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import tui_import_outlook.child
import tui_import_outlook.items
from hypothesis import given
from hypothesis import strategies as st
from tui_import_outlook.items import Place, open_items
from tui_import_outlook.source import OutlookSource
from tui_import_outlook.worker import main, mapi, msg
from tui_import_outlook.worker.found import Contact, Damaged, Folder

from tests.plugins.compound import ADDRESS, STRINGS, compound, item, written
from tests.plugins.pst_double import Folder as FakeFolder
from tests.plugins.pst_double import Item, Library, member, stranger
from tests.plugins.reading import outcome, read
from tests.shared import SHARED, shared
from tui_import import plugin_host
from tui_import.api import SourceError, Table
from tui_import.api.testing import Conformance, check_source

CONTACT = "IPM.Contact"
SAMPLES = "samples/pst_msg"


def moment(year: int, month: int, day: int, hour: int = 0) -> bytes:
    """A moment as MAPI counts."""
    passed = datetime.datetime(year, month, day, hour, tzinfo=datetime.UTC) - datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
    return struct.pack("<q", passed // datetime.timedelta(microseconds=1) * 10)


def saved(folder: Path, name: str, properties: Mapping[int, object], named: Mapping[object, object] | None = None, **more: int) -> str:
    return written(folder / name, item({0x1A: CONTACT, **properties}, named, **more))  # type: ignore[arg-type, dict-item]


def contacts(path: str, table: str = "") -> list[dict[str, object]]:
    """The filled cells of each contact by column."""
    reading = read(OutlookSource(), path, table)
    return [{name: value for name, value in zip(reading.names, row, strict=True) if value is not None} for row in reading.values]


# -- saved contacts (msg)


def test_a_saved_contact_is_read_with_its_named_properties(tmp_path: Path) -> None:
    named = {
        (ADDRESS, 0x8083): "soren@example.com", (ADDRESS, 0x8045): "Gaden 1\r\n2. sal", (ADDRESS, 0x8046): "Aarhus",
        (ADDRESS, 0x8048): "8000", (STRINGS, "Keywords"): ["Kunde", "Julekort"],
    }  # fmt: skip
    properties = {
        0x3A06: "Søren", 0x3A11: "Ågård", 0x3A16: "Acme A/S", 0x3A1C: "+45 20 12 34 56", 0x3A4D: 2,
        0x3A42: moment(1975, 12, 11, 23), 0x1000: "Rings\r\nalways",
    }  # fmt: skip
    path = saved(tmp_path, "Søren.msg", properties, named)
    assert plugin_host.source_for(path) == "outlook"
    assert contacts(path) == [
        {
            "First Name": "Søren", "Last Name": "Ågård", "Company": "Acme A/S", "Mobile Phone": "+45 20 12 34 56", "Gender": "male",
            "Birthday": "1975-12-12", "Notes": "Rings\nalways", "E-mail Address": "soren@example.com", "Business Street": "Gaden 1",
            "Business Street 2": "2. sal", "Business City": "Aarhus", "Business Postal Code": "8000", "Categories": "Kunde; Julekort",
        }
    ]  # fmt: skip


def test_every_column_of_a_saved_contact_has_its_field(tmp_path: Path) -> None:
    columns = OutlookSource().open(saved(tmp_path, "a.msg", {0x3A06: "Anna", 0x3A16: "Acme", 0x3A48: "Bo"}), {})[0].columns()
    assert {column.name: column.field for column in columns} == {
        "First Name": "person.first_name", "Company": "company.name", "Spouse": "-",
    }  # fmt: skip


def test_old_items_are_read_in_the_code_page_that_they_say(tmp_path: Path) -> None:
    path = saved(tmp_path, "old.msg", {0x3A06: "Łukasz", 0x3A11: "Wójcik"}, codepage=1250)
    assert contacts(path) == [{"First Name": "Łukasz", "Last Name": "Wójcik"}]


def test_an_item_of_a_code_page_that_nobody_knows_is_read_as_western(tmp_path: Path) -> None:
    data = item({0x1A: CONTACT, 0x3A06: "Soren"}, codepage=1252).replace(struct.pack("<q", 1252), struct.pack("<q", 99))
    assert contacts(written(tmp_path / "odd.msg", data)) == [{"First Name": "Soren"}]


def test_no_date_is_no_birthday(tmp_path: Path) -> None:
    assert contacts(saved(tmp_path, "a.msg", {0x3A06: "Anna", 0x3A42: moment(4501, 1, 1)})) == [{"First Name": "Anna"}]


def test_an_address_in_one_piece_is_the_street(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.msg", {0x3A06: "A", 0x3A16: "Acme"}, {(ADDRESS, 0x801B): "Lane 12\r\nSpringfield  01234"})
    assert contacts(path)[0]["Business Street"] == "Lane 12"
    assert contacts(path)[0]["Business Street 2"] == "Springfield  01234"


def test_a_mailing_address_that_copies_no_other_is_the_business_address(tmp_path: Path) -> None:
    assert contacts(saved(tmp_path, "a.msg", {0x3A16: "Acme", 0x3A27: "Oslo"})) == [{"Company": "Acme", "Business City": "Oslo"}]
    both = saved(tmp_path, "b.msg", {0x3A06: "A", 0x3A59: "Bergen", 0x3A27: "Bergen"})
    assert contacts(both) == [{"First Name": "A", "Home City": "Bergen"}]


def test_a_folder_of_saved_contacts_is_one_table_and_what_is_no_contact_is_told(tmp_path: Path) -> None:
    saved(tmp_path, "b.msg", {0x3A06: "Bo"}, {(ADDRESS, 0x8015): 1})
    saved(tmp_path, "a.MSG", {0x3A06: "Anna"})
    written(tmp_path / "c.msg", item({0x1A: "IPM.Note", 0x37: "Hello"}))
    written(tmp_path / "d.msg", item({0x1A: CONTACT, 0x3A06: "Cy"})[:700])
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert plugin_host.source_for(str(tmp_path)) == "outlook"
    reading = read(OutlookSource(), str(tmp_path))
    assert [row.values[0] for row in reading.rows] == ["Anna", "Bo"]
    assert "1 contact has a photo; photos are not imported." in reading.sentences
    assert "1 item is damaged and was left out. (“d.msg”)" in reading.sentences
    assert "1 file is no contact and was left out." in reading.sentences


def test_a_folder_without_saved_contacts_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder without msg files"):
        OutlookSource().open(str(tmp_path), {})


def test_a_saved_mail_holds_no_contact(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no contact in it"):
        OutlookSource().open(written(tmp_path / "mail.msg", item({0x1A: "IPM.Note"})), {})


def test_a_saved_distribution_list_is_a_column_of_its_members(tmp_path: Path) -> None:
    saved(tmp_path, "anna.msg", {0x3A06: "Anna"}, {(ADDRESS, 0x8083): "Anna@B.example"})
    saved(tmp_path, "bo.msg", {0x3A06: "Bo"})
    members = [stranger("Anna", "anna@b.example"), stranger("Cy", "cy@d.example", wide=False)]
    written(tmp_path / "list.msg", item({0x1A: "IPM.DistList", 0x3001: "Choir"}, {(ADDRESS, 0x8055): members}))
    reading = read(OutlookSource(), str(tmp_path))
    assert reading.names[-1] == "Distribution lists"
    assert [row.values[-1] for row in reading.rows] == ["Choir", None]
    assert "Distribution lists are a column of their members: “Choir”." in reading.sentences


def test_a_card_of_a_company_alone_is_the_companys(tmp_path: Path) -> None:
    properties = {0x3001: "Acme A/S", 0x3A16: "Acme A/S", 0x3A08: "65 11 22 33"}
    path = saved(tmp_path, "acme.msg", properties, {(ADDRESS, 0x8083): "info@acme.example"})
    columns = {column.name: column.field for column in OutlookSource().open(path, {})[0].columns()}
    assert contacts(path) == [{"Company": "Acme A/S", "Company telephone": "65 11 22 33", "Company e-mail": "info@acme.example"}]
    assert (columns["Company telephone"], columns["Company e-mail"]) == ("company.phone", "company.email")


def test_a_recipe_finds_its_columns_again_in_every_file_where_all_are_asked_for(tmp_path: Path) -> None:
    files = [saved(tmp_path, "a.msg", {0x3A06: "Anna", 0x3A48: "Bo"}), saved(tmp_path, "b.msg", {0x3A16: "Acme", 0x3A08: "65 11 22 33"})]
    asked = [OutlookSource().open(path, {"columns": "all"})[0] for path in files]
    assert {c.name for c in asked[0].columns()} - {"Spouse"} == {c.name for c in asked[1].columns()}
    cells = [dict(zip([c.name for c in table.columns()], next(iter(table.rows())).values, strict=True)) for table in asked]
    assert (cells[0]["First Name"], cells[1]["Company Main Phone"], cells[0]["Distribution lists"]) == ("Anna", "65 11 22 33", None)


@pytest.mark.parametrize("content", [b"", b"Name;City\n", b"PK\x03\x04" + b"x" * 600, b"!BDM" + b"\0" * 600])
@pytest.mark.parametrize("ending", [".msg", ".pst", ".ost"])
def test_a_file_with_a_wrong_ending_is_refused_in_a_sentence(tmp_path: Path, ending: str, content: bytes) -> None:
    with pytest.raises(SourceError) as error:
        list(OutlookSource().open(written(tmp_path / f"x{ending}", content), {})[0].rows())
    assert error.value.message


def test_an_office_file_that_is_no_item_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="damaged, or not one that we can read"):
        OutlookSource().open(written(tmp_path / "workbook.msg", compound({"Workbook": b"x" * 100})), {})


GOOD = item({0x1A: CONTACT, 0x3A06: "Anna", 0x3A16: "Acme"}, {(ADDRESS, 0x8083): "a@b.example", (STRINGS, "Keywords"): ["x", "y"]})


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=12), st.integers(0, len(GOOD)))
def test_no_broken_item_stops_the_reading_of_a_folder(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(GOOD)
    for place, byte in changes:
        data[place] = byte
    path = tmp_path_factory.getbasetemp() / "broken.msg"
    path.write_bytes(data[: cut or None])
    assert len(list(msg.items(str(path)))) == 1


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_no_map_of_names_makes_the_reader_fail(sets: bytes, entries: bytes, strings: bytes) -> None:
    names = mapi.names_of(sets, entries, strings)
    assert all(number >= 0x8000 for number in names)
    assert mapi.several(entries) == mapi.several(entries)
    assert isinstance(mapi.moment(sets), str)
    found = {number: [entries, strings] for number in range(0x8000, 0x8003)}
    title, items, addresses = mapi.list_of(found, dict.fromkeys(found, mapi.MEMBERS))
    assert (title, len(items) + len(addresses) <= 4) == ("", True)


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_source_keeps_each_rule_of_the_contract_with_saved_contacts(rule: str, tmp_path: Path) -> None:
    Conformance(OutlookSource(), saved(tmp_path, "a.msg", {0x3A06: "Anna", 0x3A11: "Berg", 0x3A16: "Acme"}), tmp_path).check(rule)


# -- data files (pst, ost): the reader


def person(number: int, name: str, **more: object) -> Item:
    return Item(number, {0x1A: CONTACT, 0x3A06: name, **{getattr(Library, key): value for key, value in more.items()}})  # type: ignore[dict-item]


def store() -> Library:
    """Contacts in three folders, one of them for mails, one deleted; a list; a damaged item."""
    keywords = person(0x20, "Anna", KEYWORDS=["Friend", "Client"], EMAIL="anna@b.example", PICTURE=1)
    members = [member(0x20), member(0x40), stranger("Zoe", "zoe@x.example")]
    choir = Item(0x60, {0x1A: "IPM.DistList", Library.MEMBERS: members, Library.LIST_NAME: "Choir"})
    mail = Item(0x80, {0x1A: "IPM.Note", 0x37: "Hello"})
    forms = Item(0xA0, {0x1A: "ipm.contact.MyForm", 0x3A06: "Dan"})
    tree = FakeFolder("", 1, (), (FakeFolder("Top", 2, (), (
        FakeFolder("Contacts", 3, (keywords, choir, OSError("damaged"))),
        FakeFolder("Inbox", 4, (mail, person(0x40, "Bo"), Item(0xC0, {0x1A: "IPM.ContactX", 0x3A06: "No"}))),
        FakeFolder("Bin", 5, (person(0xE0, "Gone"),), (FakeFolder("Contacts", 6, (forms,)),)),
        FakeFolder("Empty", 7),
    )),))  # fmt: skip
    return Library(tree, deleted=5)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = store()
    monkeypatch.setitem(sys.modules, "pypff", library)  # type: ignore[arg-type]
    return library


def run(do: str, **more: object) -> list[tuple[str, dict[str, object]]]:
    return list(main.run({"kind": "pst", "path": "x.pst", "do": do, **more}))


def test_contacts_are_found_in_every_folder_and_deleted_ones_are_marked(double: Library) -> None:
    found = {content["path"]: content for kind, content in run("look") if kind == "folder"}
    assert {path: (each["contacts"], each["deleted"]) for path, each in found.items()} == {
        "Contacts": (1, False), "Inbox": (1, False), "Bin": (1, True), "Bin/Contacts": (1, True),
    }  # fmt: skip
    assert found["Contacts"]["lists"] == [["Choir", [0x20, 0x40], ["zoe@x.example"]]]
    assert found["Contacts"]["columns"] == ["Categories", "E-mail Address", "First Name"]


def test_the_contacts_of_chosen_folders_are_read_and_what_is_damaged_is_counted(double: Library) -> None:
    found = run("read", folders=[3, 4])
    rows = [content for kind, content in found if kind == "row"]
    assert rows == [
        [1, 0x20, {"E-mail Address": "anna@b.example", "Categories": "Friend; Client", "First Name": "Anna"}],
        [2, 0x40, {"First Name": "Bo"}],
    ]
    assert found[-1] == ("end", {"pictures": 1, "damaged": 1, "named": [], "others": 0})


def test_an_item_that_two_folders_show_is_read_once(double: Library) -> None:
    double.root_folder.folders = (FakeFolder("A", 2, (person(0x20, "Anna"),)), FakeFolder("Search", 3, (person(0x20, "Anna"),)))
    assert [kind for kind, _content in run("read", folders=[2, 3])] == ["row", "end"]


def test_folders_that_nobody_had_the_time_to_look_into_are_offered_unseen(double: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "LOOK_SECONDS", -1)
    unseen = {content["path"] for kind, content in run("look") if kind == "folder" and content["unseen"]}
    assert unseen == {"Contacts", "Inbox", "Bin", "Bin/Contacts"}


def test_folders_without_end_do_not_take_the_reader_down(double: Library) -> None:
    endless = FakeFolder("Loop", 9, (person(0x20, "Anna"),))
    endless.folders = (endless,)
    double.root_folder.folders = (endless,)
    assert [kind for kind, _content in run("read", folders=[9])] == ["row", "end"]


class InThisProcess:
    """The child without a process: what goes through its pipe, and no more."""

    def __init__(self, path: str, shown: str, kind: str, folders: list[int] | None = None) -> None:
        job = {"kind": kind, "path": path, "do": "look" if folders is None else "read", "folders": folders}
        self._messages = [json.loads(json.dumps(message)) for message in main.run(job)]

    def __iter__(self) -> Iterator[tuple[str, object]]:
        return iter(self._messages)

    def close(self) -> None:
        pass


def tables(monkeypatch: pytest.MonkeyPatch) -> dict[str, Table]:
    monkeypatch.setattr(tui_import_outlook.items, "Child", InThisProcess)
    return {table.name: table for table in open_items(Place("x.pst", "x.pst", "pst"))}


def test_folders_are_tables_after_one_of_all_and_deleted_contacts_are_hidden_and_apart(
    double: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tables(monkeypatch)
    assert {name: (table.hidden, table.expected_rows()) for name, table in found.items()} == {
        "All contacts": (False, 2), "Contacts": (False, 1), "Inbox": (False, 1), "Bin": (True, 1), "Bin/Contacts": (True, 1),
    }  # fmt: skip
    assert [row.values for row in found["All contacts"].rows()] == [
        ["Anna", "Friend; Client", "anna@b.example", "Choir"],
        ["Bo", None, None, "Choir"],
    ]
    assert [column.field for column in found["All contacts"].columns()] == [
        "person.first_name", "person.interests", "person.email", "person.interests",
    ]  # fmt: skip
    told = " ".join(finding.message for finding in found["All contacts"].findings())
    assert "1 contact has a photo" in told
    assert "1 item is damaged" in told
    assert "“Choir”" in told
    assert [row.values[0] for row in found["Bin/Contacts"].rows()] == ["Dan"]


def test_namesakes_among_folders_are_told_apart(double: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [FakeFolder("Contacts", at, (person(0x20 * at, "Anna"),)) for at in (2, 3)]
    double.root_folder.folders = (FakeFolder("Top", 9, (), twins),)
    assert list(tables(monkeypatch)) == ["All contacts", "Contacts", "Contacts (2)"]


def test_a_folder_that_was_not_looked_into_has_every_column_that_has_a_field(double: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "LOOK_SECONDS", -1)
    found = tables(monkeypatch)["Inbox"]
    assert (found.hidden, found.expected_rows()) == (True, None)
    assert {"First Name", "E-mail Address", "Business City"} <= {column.name for column in found.columns()}
    assert [row.values[[column.name for column in found.columns()].index("First Name")] for row in found.rows()] == ["Bo"]


def test_streets_of_several_lines_ask_for_the_columns_that_take_them() -> None:
    folder = Folder(1, "")
    folder.add(Contact({"Business Street": "a\nb", "Home Street": "c"}))
    folder.add(Damaged())
    assert (folder.columns, folder.damaged) == ({"Business Street", "Business Street 2", "Home Street"}, 1)


# -- data files: the process around it


def in_child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Run this in the reading process before it begins."""
    program = code + "\n" + tui_import_outlook.child._program()
    monkeypatch.setattr(tui_import_outlook.child, "_program", lambda: program)


@pytest.fixture
def data_file(tmp_path: Path) -> str:
    return written(tmp_path / "mail.pst", b"!BDN" + b"\0" * 600)


def test_without_the_library_a_data_file_is_refused_with_the_way_to_get_it(data_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_child(monkeypatch, "import sys; sys.modules['pypff'] = None")
    with pytest.raises(SourceError, match="need the library libpff") as error:
        OutlookSource().open(data_file, {})
    assert "tui-import[pst]" in error.value.hint


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import os; os.kill(os.getpid(), 11)", "made its reader stop"),
        ("import os; os._exit(3)", "made its reader stop"),
        ("print('nonsense', flush=True)", "made its reader stop"),
        ("print('[\"folder\", 7]', flush=True)", "made its reader stop"),
        ("print('[\"error\", []]', flush=True)", "made its reader stop"),
        ("import os; os.kill(os.getpid(), 9)", "takes longer than it is given"),
        ("import sys; print('[\"error\", [\"memory\", \"\"]]', flush=True)", "needs more memory"),
    ],
)
def test_a_file_that_crashes_its_reader_is_a_sentence(data_file: str, monkeypatch: pytest.MonkeyPatch, code: str, sentence: str) -> None:
    in_child(monkeypatch, code)
    with pytest.raises(SourceError, match=sentence):
        OutlookSource().open(data_file, {})


def test_a_reader_that_is_silent_is_ended(data_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_child(monkeypatch, "import time; time.sleep(600)")
    monkeypatch.setattr(tui_import_outlook.child, "SILENCE", 0.2)
    with pytest.raises(SourceError, match="takes longer"):
        OutlookSource().open(data_file, {})


def test_a_data_file_of_which_nothing_is_left_is_refused_in_a_sentence(data_file: str) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    with pytest.raises(SourceError, match="damaged, or not one that we can read"):
        OutlookSource().open(data_file, {})


# -- data files of others


def known() -> dict[str, dict[str, object]]:
    lines = [line.split("\t") for line in shared("samples/MANIFEST.tsv").read_text(encoding="utf-8").splitlines()]
    return {
        Path(line[0]).name: json.loads(line[7].strip('"').replace('""', '"'))
        for line in lines
        if line[0].startswith("pst_msg/")
    }  # fmt: skip


COLUMNS = {"first": "First Name", "last": "Last Name", "company": "Company", "mobile": "Mobile Phone", "email1": "E-mail Address"}


@pytest.mark.parametrize("name", ["SampleContacts", "Outlook", "PersonalStorage", "passwordprotectedPST", "passworded"])
def test_real_data_files_have_the_contacts_that_are_known_of_them(name: str) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    path, facts = str(shared(f"{SAMPLES}/{name}.pst")), known()[f"{name}.pst"]
    came = outcome(OutlookSource(), path)
    if isinstance(came, SourceError):
        assert (facts["contacts"], came.message) == (0, "There is no contact in it.")
        return
    found = contacts(path)
    assert len(found) == facts["contacts"]
    addresses = {str(contact.get("E-mail Address")) for contact in found}
    for fact in facts["first"]:  # type: ignore[attr-defined]
        if fact["display"] != "test dist list":
            contact = next(each for each in found if each["Name"] == fact["display"])
            assert fact.get("email1", "None") in addresses
            told = fact.keys() & COLUMNS.keys()
            assert {key: contact[COLUMNS[key]] for key in told} == {key: fact[key] for key in told}
    assert ("Distribution lists" in found[0]) == (facts["distlists"] == 1)


def test_a_real_distribution_list_is_told_of_its_member() -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    assert contacts(str(shared(f"{SAMPLES}/passworded.pst")))[0]["Distribution lists"] == "test dist list"


@pytest.mark.parametrize("name", ["Bertha_A._Buell", "Matthew_R._Wilcox", "Wichert_Kroos", "msgClassContact"])
def test_real_saved_contacts_have_the_values_that_are_known_of_them(name: str) -> None:
    path, facts = str(shared(f"{SAMPLES}/{name}.msg")), known()[f"{name}.msg"]
    (found,) = contacts(path)
    columns = {"given": "First Name", "surname": "Last Name", "display": "Name", "company": "Company", "email1": "E-mail Address",
               "mobile": "Mobile Phone"}  # fmt: skip
    assert {key: found.get(column) for key, column in columns.items()} == {key: facts[key] for key in columns}
    street = [str(found[key]) for key in ("Business Street", "Business City", "Business Postal Code") if key in found]
    assert set(re.split(r"\s+", " ".join(street))) == set(re.split(r"\s+", str(facts["work"])))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SampleContacts", "Outlook", "PersonalStorage", "passworded"])
def test_data_files_agree_with_another_reader(name: str, tmp_path: Path) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    program = shutil.which("readpst")
    if program is None:
        pytest.skip("readpst (Debian: pst-utils) is not installed")
    path = str(shared(f"{SAMPLES}/{name}.pst"))
    subprocess.run([program, "-q", "-tc", "-cv", "-o", str(tmp_path), path], check=True, capture_output=True)
    cards = "".join(file.read_text("utf-8", "replace") for file in tmp_path.rglob("*") if file.is_file())
    theirs = {found.casefold() for found in re.findall(r"^EMAIL[^:]*:\s*(\S+@\S+)", cards, re.MULTILINE)}
    ours = {str(contact["E-mail Address"]).casefold() for contact in contacts(path) if "E-mail Address" in contact}
    assert theirs
    assert ours >= theirs
    assert len(contacts(path)) == len(re.findall(r"^BEGIN:VCARD", cards, re.MULTILINE)) - cards.count("test dist list\n")


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.99])
def test_truncated_data_files_end_in_contacts_or_in_one_sentence(tmp_path: Path, share: float) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    shared(SAMPLES)
    for file in sorted((SHARED / SAMPLES).glob("*.pst")):
        data = file.read_bytes()
        came = outcome(OutlookSource(), written(tmp_path / file.name, data[: int(len(data) * share)]))
        if isinstance(came, SourceError):
            assert came.message


@pytest.mark.slow
def test_data_files_with_broken_bytes_end_in_contacts_or_in_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    good = shared(f"{SAMPLES}/SampleContacts.pst").read_bytes()
    for step in (97, 1013, 4099):
        data = bytearray(good)
        for place in range(512, len(data), step):
            data[place] ^= 0xFF
        came = outcome(OutlookSource(), written(tmp_path / f"{step}.pst", bytes(data)))
        assert not isinstance(came, SourceError) or came.message


@pytest.mark.parametrize("rule", Conformance.rules)
def test_the_source_keeps_each_rule_of_the_contract_with_a_data_file(rule: str, tmp_path: Path) -> None:
    pytest.importorskip("pypff", reason="libpff-python is not installed")
    Conformance(OutlookSource(), str(shared(f"{SAMPLES}/SampleContacts.pst")), tmp_path).check(rule)


def test_the_samples_of_one_folder_are_one_table() -> None:
    found = check_source(OutlookSource(), str(shared(SAMPLES)))
    assert [len(read_.rows) for read_ in found.values()] == [4]
