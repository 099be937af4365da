"""Days, months, sections and places as the outlets of each language write them."""

import re
from datetime import datetime
from types import MappingProxyType
from zlib import crc32

from tests.newsroom.texts import Text


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_DAYS = MappingProxyType(
    {
        "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
        "ms": ("Isnin", "Selasa", "Rabu", "Khamis", "Jumaat", "Sabtu", "Ahad"),
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    }
)
_MONTHS = MappingProxyType(
    {
        "id": _words("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"),
        "ms": _words("Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember"),
        "en": _words("January February March April May June July August September October November December"),
    }
)
_SHORT_MONTHS = MappingProxyType(
    {
        "id": _words("Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des"),
        "ms": _words("Jan Feb Mac Apr Mei Jun Jul Ogos Sept Okt Nov Dis"),
        "en": _words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    }
)
_DIGEST = MappingProxyType({"id": "Ringkasan", "ms": "Ringkasan", "en": "Roundup"})
_CITIES = MappingProxyType(
    {
        "id": ("Jakarta", "Semarang", "Surabaya", "Bandung"),
        "ms": ("Kuala Lumpur", "Ipoh", "Kuantan"),
        "en": ("London", "Leeds", "Hull"),
    }
)
# The names of districts are the texts' own inventions, so a dateline is taken from the lead where it can be.
_DISTRICT = re.compile(r"(?:Kabupaten|Kota) ([A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?)(?=[ ,.])")


def long_date(moment: datetime, language: str) -> str:
    """Return "Kamis, 19 Juni 2025", "Khamis, 19 Jun 2025" or "Thursday, 19 June 2025"."""
    months = _MONTHS[language]
    return f"{_DAYS[language][moment.weekday()]}, {moment.day} {months[moment.month - 1]} {moment.year}"


def short_date(moment: datetime, language: str) -> str:
    """Return "Kamis, 19 Jun 2025" and its like."""
    months = _SHORT_MONTHS[language]
    return f"{_DAYS[language][moment.weekday()]}, {moment.day} {months[moment.month - 1]} {moment.year}"


def day_and_month(moment: datetime, language: str) -> str:
    """Return "23 Okt." as a dateline has it; a month of three letters or fewer in full gets no full stop."""
    short, full = _SHORT_MONTHS[language][moment.month - 1], _MONTHS[language][moment.month - 1]
    return f"{moment.day} {short}" + ("" if short == full else ".")


def section_name(section: str, language: str) -> str:
    """Return what a navigation calls the section."""
    return _DIGEST[language] if section == "digest" else section.capitalize()


def place(text: Text, language: str) -> str:
    """Return the town of the article's dateline: the district its lead names, else one of a few cities."""
    named = _DISTRICT.search(text.paragraphs[0]) if language == "id" else None
    cities = _CITIES[language]
    return named[1] if named else cities[crc32(text.id.encode()) % len(cities)]


def places(language: str) -> tuple[str, ...]:
    """Return the cities of datelines."""
    return _CITIES[language]


def tags(title: str) -> tuple[str, ...]:
    """Return up to four words of the title that could be its tags."""
    words = [word.strip(".,:;!?\"'“”‘’()") for word in title.split()]
    return tuple(dict.fromkeys(word for word in words if len(word) > 4 and word[0].isupper()))[:4]
