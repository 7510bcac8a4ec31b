"""Countries, by name in nine languages, by their own name, by ISO code or by a common alias."""

from __future__ import annotations

import re
from functools import cache

from tui_import.flow.folding import fold
from tui_import.flow.normalise.damage import mend_mojibake
from tui_import.flow.normalise.formats import PLAIN, Formats, TextReader, error, warning
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

LANGUAGES = ("en", "da", "nb", "nn", "sv", "de", "nl", "fr", "es", "fi")
"""CLDR languages whose country names are known."""

_ALIASES = {
    "AE": "UAE|Emirates|Emiraterne|VAE", "AT": "A|Autriche", "BA": "Bosnien|Bosnia|Bosna i Hercegovina", "BE": "B|België / Belgique",
    "BG": "България|Balgariya", "CH": "Schweiz/Suisse/Svizzera|Svizzera|Swiss|Suisse|CH-Schweiz", "CN": "PRC|P.R. China|PR China|中国",
    "CY": "Κύπρος", "CZ": "Česko|Česká republika|Tjekkiske Republik|Den Tjekkiske Republik|Czech Rep.|Czech Republic|Tschechische Republik",
    "DE": "D|BRD|Deutschland|Federal Republic of Germany|West Germany|Bundesrepublik Deutschland", "DK": "Kongeriget Danmark|Dänemark",
    "EE": "Eesti",
    "ES": "E|España", "FI": "SF|Suomi", "FO": "Føroyar|Færøerne|Faroe Islands|Faeroe Islands", "FR": "F|République française",
    "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland"
          "|Storbritannien|Storbritannia|Skotland|Nordirland|Großbritannien|Grossbritannien|Groot-Brittannië|Schotland|Engeland|Angleterre"
          "|Grande-Bretagne|Royaume Uni|Gran Bretaña|Inglaterra|Escocia|Iso-Britannia|Yhdistynyt kuningaskunta|Englanti"
    "|Skotlanti|G.B.|Schottland|Ecosse|Écosse",
    "GL": "Kalaallit Nunaat", "GR": "EL|Hellas|Ελλάδα|Ellada|Grækenland", "HK": "Hong Kong|Hongkong", "HR": "Hrvatska",
    "HU": "H|Magyarország", "IE": "Éire|Eire|Republic of Ireland|Irish Republic|Southern Ireland", "IL": "ישראל", "IN": "Bharat",
    "IS": "Ísland", "IT": "I|Italia", "JP": "日本|Nippon", "KR": "Korea|South Korea|Republic of Korea|Sydkorea|Korea, Republic of",
    "KP": "North Korea|DPRK", "LI": "FL", "LT": "Lietuva", "LU": "L|Lëtzebuerg", "LV": "Latvija", "MA": "المغرب",
    "MD": "Moldova, Republic of",
    "MK": "Macedonia|FYROM|Makedonien|Mazedonien|Makedonia", "MM": "Burma",
    "NL": "Holland|The Netherlands|Nederlandene|Pays Bas|Holanda"
    "|Hollanti|Hollande|Niederlande (Holland)", "NO": "N|Norge|Noreg|Kongeriket Norge", "PL": "Polska|Republic of Poland", "PT": "P",
    "RO": "România|Rumania", "RS": "Srbija|Србија", "RU": "Russian Federation|Россия|Rusland|USSR", "SA": "Saudi-Arabia|KSA",
    "SE": "S|Sverige",
    "SI": "Slovenija", "SK": "Slovensko|Slovak Republic|Slovakiske Republik", "SY": "Syrian Arab Republic", "TR": "Turkey|Türkiye",
    "TW": "Taiwan, Province of China|R.O.C.|ROC", "UA": "Україна|Ukrayina", "US": "USA|U.S.A.|U.S.|United States of America|America"
    "|Amerika|De Forenede Stater|Forenede Stater|Vereinigte Staaten von Amerika|USA (United States)|États-Unis d'Amérique|EE.UU.|EEUU"
    "|Estados Unidos de América|Verenigde Staten van Amerika|Amerikas forente stater|Förenta staterna|Amerikan yhdysvallat",
    "VA": "Vatican|Vatikanet", "VN": "Viet Nam", "XK": "Kosovo", "ZA": "RSA|Republic of South Africa|Suid-Afrika",
}  # fmt: skip
"""Names that people write and CLDR does not have: their own languages, older and longer forms, letters of car plates."""

_BRACKETS = re.compile(r"\s*\([^)]*\)")
_NOT_LETTERS = re.compile(r"[\W_]+")


@cache
def _names() -> dict[str, str]:
    """Reduced name or code → ISO 3166 alpha-2."""
    from babel import Locale
    from babel.core import get_global

    names: dict[str, str] = {}
    codes = {str(code) for code in Locale("en").territories} - _NOT_COUNTRIES
    codes = {code for code in codes if len(code) == 2 and code.isalpha()}
    for language in LANGUAGES:
        for territory, name in Locale(language).territories.items():
            code = str(territory)
            if code in codes:
                names.setdefault(_reduce(name), code)
                names.setdefault(_reduce(_BRACKETS.sub("", name)), code)
    for old, new in get_global("territory_aliases").items():
        if len(old) == 3 and old.isalpha() and new[0] in codes:
            names[_reduce(old)] = new[0]
    for code, aliases in _ALIASES.items():
        names.update((_reduce(alias), code) for alias in aliases.split("|"))
    names.update((code.lower(), code) for code in codes)
    names["uk"] = "GB"
    names["el"] = "GR"
    names.pop("", None)
    return names


_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
"""Groups of countries, test codes and islands of other countries that CLDR lists with them."""


def _reduce(name: str) -> str:
    """A name without case, blanks and punctuation, "&" and "St." written out as CLDR does not always."""
    return _NOT_LETTERS.sub("", fold(name).replace("&", "and")).removeprefix("the")


def country_code(text: str) -> str | None:
    """ISO 3166 alpha-2 code of a country, however it is named; None where it is not known."""
    names = _names()
    code = names.get(_reduce(text))
    if code is None and "(" in text:
        code = names.get(_reduce(_BRACKETS.sub("", text)))
    if code is None and "," in text:  # "Korea, Republic of", "Moldova, the Republic of"
        code = names.get(_reduce(text.partition(",")[0]))
    return code


@cache
def _names_as(country_format: str) -> dict[str, str]:
    """Reduced name → code, of the names of one format: "code", "english", or "local" (in the country's own languages)."""
    from babel import Locale, UnknownLocaleError
    from babel.languages import get_official_languages

    english = {str(code): str(name) for code, name in Locale("en").territories.items()}
    codes = {code for code in _names().values() if code in english}
    if country_format == "code":
        return {code.lower(): code for code in codes} | {name: code for name, code in _names().items() if len(name) == 3 and name.isascii()}
    if country_format == "english":
        return {_reduce(name): code for code, name in english.items() if code in codes}
    names = {}
    for code in sorted(codes):
        for language in get_official_languages(code, regional=True, de_facto=True):
            try:
                names[_reduce(str(Locale.parse(language).territories.get(code, "")))] = code
            except (UnknownLocaleError, ValueError):
                continue
    names.pop("", None)
    return names


def country_reader(field: Field, formats: Formats = PLAIN) -> TextReader:
    """Reads countries; what is stored is the ISO code."""

    def read(text: str) -> Normalised:
        code = _names_as(formats.country_format).get(_reduce(text)) if formats.country_format else country_code(text)
        if code is not None:
            return Normalised(code)
        if formats.default_country:
            return Normalised(formats.default_country, None, warning("country_default", field, country=formats.default_country))
        mended = mend_mojibake(text)
        return error("country_unknown", field, mended if mended != text and country_code(mended) else None)

    return read
