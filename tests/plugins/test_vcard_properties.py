"""Whatever a file holds, the reader gives cards and no error; whatever can be written in a card is read back as it was."""

from __future__ import annotations

import io
from collections.abc import Mapping

from hypothesis import example, given
from hypothesis import strategies as st

from tui_import.api import Row
from tui_import.api.vcard import CardReader, LeftOut, Sheet, Widths, contact, guess_encoding, has_card

_PIECES = st.sampled_from([
    b"BEGIN:VCARD", b"END:VCARD", b"begin:vcard", b"VERSION:2.1", b"VERSION:4.0", b"FN:Anna", b"N:;;;", b"N;CHARSET=utf-7:+AOY-",
    b"AGENT:", b"NOTE;ENCODING=QUOTED-PRINTABLE:=C3=", b"=A6=", b"NOTE;ENCODING=B:AAA", b"PHOTO:", b" folded", b"\t", b"", b":", b";:",
    b'ADR;LABEL="a:b:;;', b"item1.X-ABLabel:_$!<Home>!$_", b"item1.TEL:1", b"BDAY:--0229", b"REV:9999-12-31T23:59:59-14:00", b"\xff\xfe\0",
    b"TEL;TYPE=\"work,cell\";PREF=x:tel:1;ext=2", b"CATEGORIES:\\,,;\\", b"KIND:group", b"X-ANDROID-CUSTOM:;;;", b"GENDER:;",
    b"ADR:" + b";" * 20,
    b"X-LOTUS-CHARSET:hex", b"IMPP:x:", b"URL;CHARSET=rot13:x", b"TEL;CHARSET=idna:\xe6", b"no colon here",
])  # fmt: skip
_LINES = st.lists(st.one_of(_PIECES, st.binary(max_size=30)), max_size=40)
_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


def rows(content: bytes) -> list[Row]:
    """As a source does."""
    widths, left_out = Widths(), LeftOut()
    reader = CardReader(io.BytesIO(content), guess_encoding(content[:100]))
    contacts = [(card.line, contact(card)) for card in reader]
    for _line, each in contacts:
        widths.see(each)
    left_out.add_notes(reader.notes)
    sheet = Sheet(widths.most)
    found = [sheet.row(line, each) for line, each in contacts if not left_out.takes(each, line)]
    assert all(len(row.values) == len(sheet.columns) for row in found)
    assert all(finding.message for finding in left_out.findings())
    assert [row.number for row in found] == sorted({row.number for row in found}), "lines grow"
    return found


@given(_LINES, _ENDS)
@example([b"BEGIN:VCARD", b"AGENT:", b"BEGIN:VCARD", b"END:VCARD"], b"\n")
def test_no_lines_of_any_kind_stop_the_reader(lines: list[bytes], end: bytes) -> None:
    rows(end.join(lines))
    rows(end.join([b"BEGIN:VCARD", b"FN:First", b"END:VCARD", *lines]))


@given(st.binary(max_size=400))
def test_no_bytes_of_any_kind_stop_the_reader(content: bytes) -> None:
    has_card(content)
    rows(content)
    rows(b"BEGIN:VCARD\nFN:x\n" + content + b"\nEND:VCARD\n")


@given(_LINES)
def test_what_stands_in_one_card_changes_no_card_after_it(lines: list[bytes]) -> None:
    kept = [line for line in lines if b"VCARD" not in line.upper() and b"AGENT" not in line and b"\n" not in line and b"\r" not in line]
    content = b"\n".join(
        [b"BEGIN:VCARD", *kept, b"END:VCARD", b"BEGIN:VCARD", b"VERSION:3.0", b"FN:Bo Berg", b"TEL:123", b"END:VCARD", b""]
    )
    if content[:24].count(b"\0"):
        return
    *_others, last = CardReader(io.BytesIO(content))
    assert (last.text("FN"), last.text("TEL")) == ("Bo Berg", "123")


# -- a writer, to read back from

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029"), min_size=1, max_size=60).map(
    lambda text: " ".join(text.split())
)
_WORD = _TEXT.filter(bool)
_NOTE = st.lists(_WORD, min_size=1, max_size=4).map("\n".join)


def escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def folded(line: bytes, width: int) -> bytes:
    """RFC 6350: after so many bytes, also in the middle of a letter."""
    first, rest = line[:width], line[width:]
    return first + b"".join(b"\r\n " + rest[at : at + width] for at in range(0, len(rest), width))


def written(version: str, values: Mapping[str, str], width: int) -> bytes:
    lines = [b"BEGIN:VCARD", f"VERSION:{version}".encode()]
    for name, text in values.items():
        lines.append(folded(f"{name}:{escaped(text)}".encode(), width))
    return b"\r\n".join([*lines, b"END:VCARD", b""])


def written_in_21(values: Mapping[str, str], width: int) -> bytes:
    """Everything quoted-printable with soft line breaks, as telephones do."""
    lines = [b"BEGIN:VCARD", b"VERSION:2.1"]
    for name, text in values.items():
        value = text.replace("\\", "\\\\").replace(";", "\\;").replace("\n", "\r\n").encode()
        signs = [bytes([byte]) if bytes([byte]).isalnum() else b"=%02X" % byte for byte in value]
        pieces = [b"".join(signs[at : at + width]) for at in range(0, len(signs), width)]
        lines.append(name.encode() + b";CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + b"=\r\n".join(pieces))
    return b"\r\n".join([*lines, b"END:VCARD", b""])


@given(st.sampled_from(["3.0", "4.0"]), _WORD, _WORD, _WORD, _NOTE, st.integers(20, 75))
def test_what_versions_3_and_4_can_write_is_read_back(version: str, name: str, title: str, uid: str, note: str, width: int) -> None:
    content = written(version, {"FN": name, "TITLE": title, "UID": uid, "NOTE": note}, width)
    [card] = CardReader(io.BytesIO(content))
    assert (card.text("FN"), card.text("TITLE"), card.text("UID"), card.text("NOTE")) == (name, title, uid, note)


@given(_WORD, _NOTE, st.integers(1, 25))
def test_what_version_21_can_write_is_read_back(name: str, note: str, width: int) -> None:
    [card] = CardReader(io.BytesIO(written_in_21({"FN": name, "NOTE": note}, width)))
    assert (card.text("FN"), card.text("NOTE")) == (name, note)


@given(st.lists(_WORD, min_size=5, max_size=5), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_the_parts_of_a_name_are_read_back_in_every_encoding(parts: list[str], encoding: str) -> None:
    text = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", "N:" + ";".join(map(escaped, parts)), "END:VCARD", ""])
    [card] = CardReader(io.BytesIO(text.encode(encoding)))
    found = card.first("N")
    assert found is not None
    assert found.parts() == parts
