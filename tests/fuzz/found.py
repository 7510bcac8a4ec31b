"""Inputs that the suite tries on every target: corners that we thought of, and, with a word about it, what ``make fuzz`` found."""

from __future__ import annotations

FOUND: dict[str, tuple[bytes, ...]] = {
    "csv": (
        b'"',  # a quotation mark alone
        b"\xff\xfe\x00",  # half a letter after a byte order mark
        b"sep=;\n",
        b"a,b\n'=1,\"'=2\"\n",
    ),
    "outlook_csv": (b"First Name,Last Name,E-mail Address\n\xe6,,\n",),
    "vcard": (b"BEGIN:VCARD\nN:;;;;\nEND:VCARD", b"BEGIN:VCARD\r\n" * 3, b"BEGIN:VCARD\nPHOTO;ENCODING=b:AA=\n =\nEND:VCARD"),
    "msg": (b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)),
    "recipe": (b"format = 1\n[mapping]\n'a' = []\n", b"[settings]\nx = 1979-05-27T07:32:00Z"),
    "decisions": (
        b"\x00<worksheet/>",
        b"\x04<styleSheet",  # styles that break off: openpyxl left the file open
        b"\x03",
        b"\x08PK\x05\x06" + bytes(18),
    ),
    "formulas": (b"'\t=", "'＝;''-".encode(), b"\r'=", b"\x1f'=1"),
    "display": (b"\x1b", b"\xed\xa0\x80", "e\u0301\u0301\u0301\u0301\u0301".encode(), b"\xf3\xa0\x81\x81"),
}
