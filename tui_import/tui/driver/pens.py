"""How a cell is drawn: colours and attributes, and the shortest way from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_OFF = {"22": ("1", "2"), "23": ("3",), "24": ("4", "21"), "25": ("5", "6"), "27": ("7",), "28": ("8",), "29": ("9",), "55": ("53",)}
"""Code → the attributes it ends."""
_ATTRIBUTES = frozenset(code for codes in _OFF.values() for code in codes)
_ON_BLANKS = frozenset({"4", "7", "9", "21", "53"})
"""What can be seen where no letter stands: underlines, lines over and through, reverse."""
_ON_LETTERS = frozenset({"1", "2", "3"})
"""Bold, dim and italic: only letters show them."""
_REVERSE = "7"


class Pen(NamedTuple):
    """Colours as SGR parameters ("38;2;1;2;3", empty: the terminal's own) and attributes as SGR codes."""

    ink: str = ""
    paper: str = ""
    attributes: frozenset[str] = frozenset()


PLAIN = Pen()
"""What `ESC[0m` leads to."""


@lru_cache(1024)
def known(pen: Pen) -> Pen:
    """The same pen, as one object: pens are compared by identity."""
    return pen


@lru_cache(2048)
def pen_after(pen: Pen, parameters: str) -> Pen:
    """The pen after ``ESC[parameters m``. What is unknown is left out."""
    ink, paper, attributes = pen.ink, pen.paper, set(pen.attributes)
    for code in _codes(parameters):
        head = code.partition(";")[0]
        if head == "0":
            ink = paper = ""
            attributes.clear()
        elif head in _ATTRIBUTES:
            attributes.add(head)
        elif head in _OFF:
            attributes.difference_update(_OFF[head])
        elif head == "38" or _within(head, 30, 90):
            ink = code
        elif head == "48" or _within(head, 40, 100):
            paper = code
        elif head == "39":
            ink = ""
        elif head == "49":
            paper = ""
    return known(Pen(ink, paper, frozenset(attributes)))


def _within(code: str, *starts: int) -> bool:
    return code.isascii() and code.isdigit() and any(start <= int(code) < start + 8 for start in starts)


def _codes(parameters: str) -> Iterator[str]:
    """The codes one by one; those of a colour that need more than one stay together."""
    parts = iter(parameters.replace(":", ";").split(";"))
    for part in parts:
        code = part.lstrip("0") or "0"
        if code in ("38", "48"):
            kind = next(parts, "")
            rest = [next(parts, "") for _ in range({"2": 3, "5": 1}.get(kind, 0))]
            if rest and all(value.isascii() and value.isdigit() for value in rest):
                yield ";".join([code, kind, *rest])
        else:
            yield code


@lru_cache(1024)
def without_colours(pen: Pen) -> Pen:
    """For NO_COLOR: letters and attributes say it."""
    return known(Pen(attributes=pen.attributes))


@lru_cache(1024)
def on_blank(pen: Pen) -> Pen:
    """What of a pen can be seen on a blank: two blanks that look alike have the same pen."""
    if _REVERSE in pen.attributes:
        return pen
    return known(Pen(paper=pen.paper, attributes=pen.attributes & _ON_BLANKS))


@lru_cache(2048)
def for_blank(now: Pen, blank: Pen) -> Pen:
    """The pen to draw a blank with (``blank`` as `on_blank` gives it), nearest to the one at hand: its ink may stay."""
    if on_blank(now) is blank:
        return now
    if _REVERSE in blank.attributes:
        return blank
    return known(Pen(now.ink, blank.paper, blank.attributes | (now.attributes & _ON_LETTERS)))


@lru_cache(1024)
def is_erasable(blank: Pen, *, coloured: bool) -> bool:
    """Erased cells look like blanks drawn with it; ``coloured``: the terminal erases with the background at hand."""
    return (coloured or not blank.paper) and not blank.attributes & _ON_BLANKS


@lru_cache(4096)
def switch(now: Pen | None, then: Pen) -> str:
    """The shortest sequence from one pen (None: unknown) to another."""
    if now == then:
        return ""
    whole = [then.ink, then.paper, *sorted(then.attributes)]
    reset = ";".join(["0", *filter(None, whole)]) if any(whole) else ""
    if now is None:
        return f"\x1b[{reset}m"
    ended = now.attributes - then.attributes
    change = [code for code, attributes in _OFF.items() if ended.intersection(attributes)]
    lost = {attribute for code in change for attribute in _OFF[code]}
    change += sorted(then.attributes - (now.attributes - lost))
    if now.ink != then.ink:
        change.append(then.ink or "39")
    if now.paper != then.paper:
        change.append(then.paper or "49")
    return f"\x1b[{min(reset, ';'.join(change), key=len)}m"
