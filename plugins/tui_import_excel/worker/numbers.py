"""Number formats that carry leading zeros: 167 shown by "0000" is the text 0167, and means it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_CONDITION = re.compile(r"^\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_DECORATION = re.compile(r"\[\$?[^\]<>=]*\]|_.|\*.")
"""Colours, languages, widths and fillers."""
_LITERAL = re.compile(r'\\(.)|"([^"]*)"')
_PADDED = re.compile(r"[0 \-./()+]*")


def pads(code: str) -> bool:
    """A format of which some section shows leading zeros."""
    return any(_mask(section)[1] for section in code.split(";")[:3])


@lru_cache(maxsize=1024)
def _mask(section: str) -> tuple[tuple[str, float] | None, str]:
    """(condition, mask) of a section; the mask is of zeros and separators, empty where the section is not of that kind."""
    condition = None
    found = _CONDITION.match(section)
    if found:
        condition = (found[1], float(found[2]))
        section = section[found.end() :]
    mask = _LITERAL.sub(lambda literal: literal[1] or literal[2] or "", _DECORATION.sub("", section)).strip()
    groups = mask.split(".")
    decimal = len(groups) == 2 and mask.count("0") - len(groups[1]) < 2  # 0.00 has decimals, 00.00.00 has groups
    if mask.count("0") < 2 or not _PADDED.fullmatch(mask) or decimal:
        return condition, ""
    return condition, mask


def padded(code: str, value: int) -> str | None:
    """A whole number as the format shows it, where that has leading zeros or groups of digits; ``None`` where the number says it all."""
    mask = ""
    for section in code.split(";")[:2]:
        condition, mask = _mask(section)
        if condition is None or _COMPARE[condition[0]](value, condition[1]):
            break
    else:
        return None
    if not mask or value < 0:
        return None
    return _fill(mask, str(value))


def _fill(mask: str, digits: str) -> str:
    zeros = mask.count("0")
    digits = digits.zfill(zeros)
    head, rest = digits[: len(digits) - zeros + 1], iter(digits[len(digits) - zeros + 1 :])
    shown = []
    first = True
    for sign in mask:
        if sign != "0":
            shown.append(sign)
        elif first:
            shown.append(head)
            first = False
        else:
            shown.append(next(rest))
    return "".join(shown)
