"""Cells whose words are few: yes and no, and fields with fixed choices."""

from __future__ import annotations

from tui_import.flow.folding import fold, words
from tui_import.flow.normalise.formats import PLAIN, Formats, TextReader, error
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

_YES = words("""1 1.0 yes y true t on x ✓ ✔ ☑ ☒ ✅ ja j sand sandt sann sant wahr waar oui o vrai sí si s verdadero kyllä k tosi checked
    aktiveret aktiv active""")
_NO = words("""0 0.0 no n false f off ☐ ❌ ✗ ✘ nej nei nein nee falsk falskt usand usandt usann falsch onwaar non faux falso ei epätosi
    e unchecked""")
_TRUTH = dict.fromkeys(_YES, 1) | dict.fromkeys(_NO, 0)

_CHOICE_WORDS = {
    "female": words("""f w k v female woman ms mrs miss kvinde kvinna kvinne frau weiblich fru frk frøken fröken vrouw vrouwelijk mevrouw
        femme féminin mme madame mujer femenino hembra señora sra nainen naispuolinen rouva 2"""),
    "male": words("""m h male man mr mand mann herr hr männlich mannelijk dhr homme masculin monsieur hombre masculino varón señor
        mies miespuolinen herra 1"""),
    "unknown": words("""u x unknown other ukendt ukjent okänd unbekannt onbekend inconnu desconocido tuntematon 0 9 d divers"""),
}
"""Ways of writing the choices of our catalogue: nine languages and ISO/IEC 5218. "M" is male, although "mujer" begins so, too."""


def boolean_reader(field: Field, formats: Formats = PLAIN) -> TextReader:
    """Reads yes and no in nine languages, 1 and 0, a cross and a tick; where `Formats.ticked` says what means yes, all else is no."""
    ticked = words(fold(formats.ticked))
    if ticked:
        return lambda text: Normalised(int(fold(text) in ticked))

    def read(text: str) -> Normalised:
        value = _TRUTH.get(fold(text).rstrip("."))
        return Normalised(value) if value is not None else error("boolean_invalid", field)

    return read


def choice_reader(field: Field) -> TextReader:
    """Reads one of the field's choices, by its name or by a word for it."""
    meanings = {word: choice for choice in field.choices for word in _CHOICE_WORDS.get(choice, ())}
    meanings |= {fold(choice): choice for choice in field.choices}

    def read(text: str) -> Normalised:
        choice = meanings.get(fold(text)) or meanings.get(fold(text).rstrip("."))
        return Normalised(choice) if choice else error("choice_unknown", field, choices=", ".join(field.choices))

    return read
