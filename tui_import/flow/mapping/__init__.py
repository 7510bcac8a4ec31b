"""Columns → fields.

``headers``  headers folded and looked up; the `Vocabulary`      ``values``   what a column's values look like
``context``  whose "Name" or "E-mail" is                         ``guess``    all evidence together: one guess per column
``memory``   what this user linked before                        ``required`` what is missing before the import can go on
``recipes``  a recipe's columns found again, and the drift       ``search``   fields by a few letters, for the picker
``kind``     what a file is about: contacts, products, sales …        ``several``  columns of several kinds in one row
"""

from tui_import.flow.mapping.guess import guess, link_guesses
from tui_import.flow.mapping.headers import Vocabulary, build_vocabulary, squash
from tui_import.flow.mapping.kind import recognise_kind
from tui_import.flow.mapping.memory import Memory, remember
from tui_import.flow.mapping.recipes import match_recipe, recipe_keys, recipe_mapping
from tui_import.flow.mapping.required import missing
from tui_import.flow.mapping.search import find_fields
from tui_import.flow.mapping.several import guess_several

__all__ = [
    "Memory",
    "Vocabulary",
    "build_vocabulary",
    "find_fields",
    "guess",
    "guess_several",
    "link_guesses",
    "match_recipe",
    "missing",
    "recipe_keys",
    "recipe_mapping",
    "recognise_kind",
    "remember",
    "squash",
]
