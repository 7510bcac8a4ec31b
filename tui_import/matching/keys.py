"""Blocking keys: records that share one are compared. Several a record, so that no single mistake hides a duplicate.

A key is the CRC-32 of a letter for its kind and a text. Two texts with the same number only cause a comparison too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.model import Words
from tui_import.matching.records import Cleaned

_VOWELS = str.maketrans("", "", "aeiouyhw")


class Keys(NamedTuple):
    """Keys of many records."""

    keys: NDArray[np.int64]
    rows: NDArray[np.int64]
    """The record (place in its batch, or id) of each key."""


def keys(cleaned: Cleaned, words: Words) -> Keys:
    """All keys of all records; rows are places in the batch."""
    found = _company(cleaned, words) if cleaned.entity == "company" else _person(cleaned, words)
    texts = list(found)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    hashes = np.fromiter(map(crc32, map(str.encode, chain.from_iterable(texts))), np.int64, int(sizes.sum()))
    packed = np.sort(np.repeat(np.arange(len(texts)), sizes) << 32 | hashes)
    packed = packed[np.append(True, packed[1:] != packed[:-1])] if len(packed) else packed
    return Keys(packed & 0xFFFFFFFF, packed >> 32)


class _Skeletons(dict[str, str]):
    """Of each word once."""

    def __missing__(self, word: str) -> str:
        self[word] = found = skeleton(word)
        return found


def skeleton(word: str) -> str:
    """First letter and consonants, doubles once: what most misspellings leave alone."""
    rest = word[1:].translate(_VOWELS)
    out = word[:1]
    for letter in rest:
        if letter != out[-1]:
            out += letter
    return out


def _company(cleaned: Cleaned, words: Words) -> Iterator[list[str]]:
    columns, skeletons = cleaned.columns, _Skeletons()
    slots = ("name", "vat", "code", "phone", "email", "domain", "street", "house", "postcode", "people")
    for name, vat, code, phone, email, domain, street, house, postcode, people in zip(*(columns[slot] for slot in slots), strict=True):
        tokens = name.split()
        rare = [token for token in tokens if token not in words.common and len(token) > 1] or tokens
        whole = name.replace(" ", "")
        found = [f"n{whole}"] if whole else []
        for token in rare[:6]:
            if len(token) > 2:
                found.append(f"t{token}")
                if len(token) > 4:
                    found.append(f"k{skeletons[token]}")
        if len(whole) > 6:
            found += [f"x{whole[:6]}", f"y{whole[-7:]}"]
        if len(rare) > 1:
            found.append("i" + "".join(sorted(token[0] for token in rare)) + rare[0][1:3])
        found += [f"p{number}" for number in phone.split()]
        found += [f"e{address}" for address in email.split()]
        found += [f"d{each}" for each in domain.split()]
        found += [f"h{each}{rare[0][0]}" for each in people.split()[:10] if rare]
        if vat:
            found.append(f"v{vat}")
        if len(code) > 2:
            found.append(f"c{code}")
        if street and house:
            found.append(f"s{street}{house}")
        if postcode and rare:
            found += [f"z{postcode}{token[:3]}" for token in rare[:3]]
        yield found


def _of_emails(addresses: str, words: Words) -> list[str]:
    """Each address, and what stands before the @ where that is a person's own."""
    found = []
    for address in addresses.split():
        found.append(f"e{address}")
        local = address.split("@", 1)[0]
        if len(local) > 4 and local not in words.role_mail:
            found.append(f"l{local}")
    return found


def _person(cleaned: Cleaned, words: Words) -> Iterator[list[str]]:
    columns, skeletons = cleaned.columns, _Skeletons()
    nicknames = words.nicknames
    slots = ("given", "surname", "birth", "phone", "email", "street", "house", "postcode", "city", "company", "code")
    for given, surname, birth, phone, email, street, house, postcode, city, company, code in zip(
        *(columns[slot] for slot in slots), strict=True
    ):
        first = given.partition(" ")[0]
        first = nicknames.get(first, first)
        last = surname.replace(" ", "")
        found = [f"p{number}" for number in phone.split()]
        found += _of_emails(email, words)
        if first and last:
            low, high = sorted((first, last))
            found += [f"n{low}{high}", f"i{first[0]}{skeletons[last]}", f"j{last[0]}{skeletons[first]}{birth[:4]}{postcode}"]
        if birth:
            found.append(f"b{birth}")
            if first:
                found.append(f"f{first[0]}{birth[4:]}")
            if last:
                found += [f"g{last[0]}{birth[4:]}", f"h{skeletons[last]}{birth[:4]}"]
        if last:
            for part in {last, *surname.split()}:
                found += [f"a{part}{place}" for place in (postcode, city, company) if place]
            found.append(f"w{last}{street}")
        if first:
            found += [f"m{first}{place}" for place in (postcode, company, street) if place]
        if street and house:
            found.append(f"s{street}{house}")
        if len(code) > 2:
            found.append(f"c{code}")
        yield found
