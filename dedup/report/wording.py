"""Numbers, times and relations in words, English where no other language is asked for."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as calendar_day
from types import MappingProxyType

from dedup.flowing import Role
from dedup.origins import Confidence, Origin
from dedup.records import Measures, Relation, Updated
from dedup.report import reasons
from dedup.report.inert import plain
from dedup.report.language import ENGLISH, Language, marked
from dedup.report.scope import Scope

MEANINGS: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.EXACT: marked("the same text"),
        Relation.NEAR: marked("the same article, lightly edited"),
        Relation.REVISION: marked("a later version by the same site"),
        Relation.SYNDICATED: marked("one published from the other, or both from one source"),
        Relation.EXCERPT: marked("one contains a part of the other"),
        Relation.SHARED_QUOTES: marked("both quote the same words; neither copied"),
        Relation.TEMPLATE: marked("the same frame with other facts"),
        Relation.SAME_STORY: marked("two texts about the same thing"),
        Relation.NONE: marked("short phrases in common at most"),
    }
)

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.FIRST: marked("original"),
        Role.COPY: marked("copied"),
        Role.AGENCY: marked("from an agency or a source outside"),
        Role.AGAIN: marked("again by the same site"),
        Role.UNORDERED: marked("shared, source unknown"),
    }
)

# The same in one word, for columns in the terminal.
SHORT_ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.FIRST: "original",
        Role.COPY: "copied",
        Role.AGENCY: "agency",
        Role.AGAIN: "again",
        Role.UNORDERED: "shared",
    }
)

ROLE_MEANINGS: Mapping[Role, str] = MappingProxyType(
    {
        Role.FIRST: marked("had its text before all others that are collected, or has it alone"),
        Role.COPY: marked("another site had the text first, by credits or by times"),
        Role.AGENCY: marked("credits name an agency or another source whose own page is not collected"),
        Role.AGAIN: marked("the same site has the text already: a later version, or the same once more"),
        Role.UNORDERED: marked(
            "the evidence does not tell who had the text from whom; or all may have been given it; "
            "or it is shared with another than who had it first"
        ),
    }
)

RELATIONS: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.EXACT: marked("exact"),
        Relation.NEAR: marked("near"),
        Relation.REVISION: marked("revision"),
        Relation.SYNDICATED: marked("syndicated"),
        Relation.EXCERPT: marked("excerpt"),
        Relation.SHARED_QUOTES: marked("shared-quotes"),
        Relation.TEMPLATE: marked("template"),
        Relation.SAME_STORY: marked("same-story"),
        Relation.NONE: marked("none"),
    }
)

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "id": marked("Indonesian"),
        "ms": marked("Malay"),
        "en": marked("English"),
        "jv": marked("Javanese"),
        "su": marked("Sundanese"),
        "und": marked("unknown language"),
    }
)


def count(number: int, one: str, many: str) -> str:
    """Return `1 article`, `1,234 articles`."""
    return f"{number:,} {one if number == 1 else many}"


def articles(number: int) -> str:
    """Return `number` articles in words."""
    return count(number, "article", "articles")


def waiting(new: int, again: int) -> str:
    """Return how many articles wait for an update in words, nothing where none does.

    `new` are in no family yet, `again` in the one they were in before they changed.
    """
    if not again:
        return f"{articles(new)} not grouped yet" if new else ""
    first = f"{articles(new)} not grouped yet, {again:,}" if new else articles(again)
    return f"{first} to be grouped again"


def sites(number: int) -> str:
    """Return `number` sites in words."""
    return count(number, "site", "sites")


def families(number: int) -> str:
    """Return `number` families in words."""
    return count(number, "family", "families")


def percent(share: float) -> str:
    """Return a share of 0..1 in whole percent; 0 % and 100 % only for nothing and all."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return "99%"
    return f"{share:.0%}"


def duration(span: timedelta, language: Language = ENGLISH) -> str:
    """Return `40 s`, `12 min`, `3 h 05 min`, `2 d 4 h`: two units at most."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:
        return language.of("%(seconds)s s", seconds=seconds)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return language.of("%(minutes)s min", minutes=minutes)
    if hours < 24:
        rest = f"{minutes % 60:02}"
        whole = language.of("%(hours)s h", hours=hours)
        return language.of("%(hours)s h %(minutes)s min", hours=hours, minutes=rest) if minutes % 60 else whole
    whole = language.of("%(days)s d", days=language.number(days))
    return language.of("%(days)s d %(hours)s h", days=language.number(days), hours=hours % 24) if hours % 24 else whole


def moment(time: datetime, zone: tzinfo | None, language: Language = ENGLISH) -> str:
    """Return `22 Mar 2025 14:05 +07:00` as clocks in `zone` show it, None being the system's own."""
    return f"{date(time, zone, language)} {clock(time, zone)} {offset(time, zone)}"


def date(time: datetime, zone: tzinfo | None, language: Language = ENGLISH) -> str:
    """Return `22 Mar 2025` as calendars in `zone` show it."""
    return written(local(time, zone), language)


def written(day: calendar_day, language: Language = ENGLISH) -> str:
    """Return `22 Mar 2025`."""
    return f"{day.day} {language.months[day.month - 1]} {day.year}"


def day(midnight: datetime, language: Language = ENGLISH) -> str:
    """Return `22 Mar 2025`, the day that a midnight begins; the clocks it is midnight by are not known any more."""
    return written(noon(midnight), language)


def noon(midnight: datetime) -> datetime:
    """Return a time at which it is the same day in UTC, whatever clocks from UTC-10 to UTC+13 the midnight is of."""
    # Midnights in New Zealand's summer are those of American Samoa a day before: one of the two has to be wrong.
    try:
        return midnight.astimezone(UTC) + timedelta(hours=13)
    except OverflowError:  # No day comes after the last one.
        return local(midnight, UTC)


def period(days: tuple[calendar_day, calendar_day] | None, language: Language = ENGLISH) -> str:
    """Return the beginning of a sentence: `Between 28 Feb and 3 Mar 2025`."""
    if days is None:
        return language.of("So far")
    first, last = (written(day, language) for day in days)
    if first == last:
        return language.of("On %(day)s", day=first)
    year = last[-5:]
    return language.of("Between %(first)s and %(last)s", first=first.removesuffix(year), last=last)


def clock(time: datetime, zone: tzinfo | None) -> str:
    """Return `14:05` as clocks in `zone` show it."""
    shown = local(time, zone)
    return f"{shown.hour:02}:{shown.minute:02}"


def offset(time: datetime, zone: tzinfo | None) -> str:
    """Return how far clocks in `zone` are ahead of UTC at `time`: `+07:00`."""
    ahead = f"{local(time, zone):%z}"
    return f"{ahead[:3]}:{ahead[3:5]}"


def local(time: datetime, zone: tzinfo | None) -> datetime:
    """Return `time` as clocks in `zone` show it."""
    try:
        return time.astimezone(zone)
    # The first and last day a calendar knows have no neighbour in another zone; the system's own says so otherwise.
    except (OverflowError, ValueError):
        return time.astimezone(UTC)


def nothing(scope: Scope) -> str:
    """Return what is said where nothing of this scope is shown."""
    if scope.since and scope.only_new:
        return "Nothing is of that time and new: without --since and --new all is shown."
    if scope.since:
        return "Nothing is of that time: without --since all is shown."
    if scope.only_new:
        return "Nothing is new: without --new all is shown."
    return "There are no articles yet: `dedup import FILE…` or `scrapy crawl news -a seeds=FILE`."


def origin(found: Origin, language: Language = ENGLISH, clock: Callable[[datetime], str] | None = None) -> str:
    """Return who had a family first, how sure that is, and why, as one line; times as `clock` shows them, else UTC."""
    why = reasons.told(plain(found.reason), language, clock)
    if not found.known:
        return language.of("Who had it first is unknown: %(why)s", why=why)
    if found.confidence is Confidence.CERTAIN:
        return language.of("First was certainly %(name)s: %(why)s", name=plain(found.name), why=why)
    return language.of("First was likely %(name)s: %(why)s", name=plain(found.name), why=why)


def measures(measured: Measures, a: str, b: str) -> tuple[tuple[str, str], ...]:
    """Return the measures of two texts called `a` and `b` as names and values, what is of one alone by these names."""
    held = sorted(((a, b, measured.a_in_b, measured.a_words), (b, a, measured.b_in_a, measured.b_words)))
    return (
        ("of the shorter text's words", percent(measured.taken)),
        ("likeness", percent(measured.likeness)),
        *((f"phrases of {one} in {other}", percent(share)) for one, other, share, _ in held),
        ("Jaccard", f"{measured.jaccard:.3f}"),
        ("outside quotation marks", percent(measured.outside_quotes)),
        ("longest shared run", count(measured.longest_run, "word", "words")),
        ("shared words", f"{measured.shared_words:,} of {' and '.join(f'{words:,}' for *_, words in held)}"),
        ("numbers in common", percent(measured.numbers)),
        ("names in common", percent(measured.names)),
        ("numbers replaced", f"{measured.replaced_numbers}"),
    )


def summary(updated: Updated) -> str:
    """Return what an update did as one line."""
    if not updated.articles:
        return "The corpus is empty. Fill it: `scrapy crawl news -a seeds=FILE` or `dedup import FILE…`"
    stories = count(updated.told_stories, "story", "stories")
    return (
        f"{articles(updated.articles)}: {families(updated.copied_families)} of copies, "
        f"{stories} told more than once "
        f"({updated.signed:,} signed, {count(updated.verified, 'pair', 'pairs')} compared)"
    )
