"""The languages of the report: messages from a gettext catalogue, numbers and months as people there write them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

LANGUAGES = ("en", "id")


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its months, its signs in numbers, and what it says for an English message.

    Of a message that speaks of a number there are as many forms as the language has.
    """

    code: str = "en"
    months: tuple[str, ...] = _ENGLISH_MONTHS
    thousands: str = ","
    point: str = "."
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, message: str, **values: object) -> str:
        """Return `message` in this language, with `values` in the places of their names."""
        found = self.messages.get(message, (message,))[0]
        return found % values if values else found

    def many(self, one: str, more: str, number: int) -> str:
        """Return the message for so many; `%(number)s` in it is the number as it is written here."""
        forms = self.messages.get(one, (one, more))
        return forms[0 if number == 1 else -1] % {"number": self.number(number)}

    def number(self, number: int) -> str:
        """Return a whole number with its thousands apart."""
        return f"{number:,}".replace(",", self.thousands)

    def decimal(self, number: float, digits: int) -> str:
        """Return a number with so many digits after the point."""
        return f"{number:.{digits}f}".replace(".", self.point)


ENGLISH = Language()


def marked(message: str) -> str:
    """Return `message`, which is to be translated where it is shown."""
    return message


@cache
def language(code: str) -> Language:
    """Return the language of this code, one of LANGUAGES; raises KeyError for another."""
    if code not in LANGUAGES:
        raise KeyError(code)
    if code == ENGLISH.code:
        return ENGLISH
    from babel import Locale

    locale = Locale.parse(code)
    months = locale.months["format"]["abbreviated"]
    signs = locale.number_symbols["latn"]
    return Language(
        code=code,
        months=tuple(months[month] for month in range(1, 13)),
        thousands=signs["group"],
        point=signs["decimal"],
        messages=_messages(code),
    )


def _messages(code: str) -> Mapping[str, tuple[str, ...]]:
    from babel.messages.pofile import read_po

    with (files("dedup.report") / "locale" / f"{code}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    return {_first(message.id): _forms(message.string) for message in catalogue if message.id and message.string}


def _first(said: str | tuple[str, ...] | list[str]) -> str:
    return said if isinstance(said, str) else said[0]


def _forms(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)
