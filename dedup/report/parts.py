"""The small parts of pages: times, links, numbers, names; made by functions, since templates ask for them so often."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from dedup import representative
from dedup.corpus.health import SiteRuns
from dedup.dating import by_update
from dedup.flowing import Flow, Role
from dedup.origins import Confidence, Origin
from dedup.records import Article
from dedup.report import reasons, scripts, wording
from dedup.report.data import headline
from dedup.report.inert import plain, safe_address, shown
from dedup.report.language import Language, marked
from dedup.report.stamps import CHANGED, Stamp, by_day, span, stamp
from dedup.report.views import FamilyView, StoryView

if TYPE_CHECKING:
    from dedup.report.pages import Setting

_DOTS = 400


@lru_cache(maxsize=8)
def words(setting: "Setting") -> Mapping[str, Any]:
    """Return what every template may ask for, in the language and zone of `setting`."""
    language, zone = setting.language, setting.zone
    return {
        "_": language.of,
        "gettext": partial(gettext, language=language),
        "many": language.many,
        "num": language.number,
        "decimal": language.decimal,
        "percent": wording.percent,
        "lang": language.code,
        "to": setting.links,
        "updated_at": setting.updated_at,
        "zone_name": zone_name(zone, setting.updated_at, language),
        "date": partial(wording.date, zone=zone, language=language),
        "period": partial(wording.period, language=language),
        "duration": partial(wording.duration, language=language),
        "moment": partial(moment, zone=zone, language=language),
        "plain_moment": partial(plain_moment, zone=zone, language=language),
        "day_name": partial(wording.written, language=language),
        "when": partial(when, zone=zone, language=language),
        "out": partial(out, zone=zone, language=language),
        "day_of": lambda stamp: wording.written(stamp.day(zone), language),
        "spread": partial(spread, zone=zone, language=language),
        "origin": partial(wording.origin, language=language, clock=partial(plain_moment, zone=zone, language=language)),
        "reason": partial(reasons.told, language=language),
        "confidence": partial(confidence, language=language),
        "meaning": lambda relation: language.of(wording.MEANINGS[relation]),
        "relation_name": lambda relation: language.of(wording.RELATIONS[relation]),
        "role_name": lambda role: language.of(wording.ROLES[role]),
        "role_meaning": lambda role: language.of(wording.ROLE_MEANINGS[role]),
        # A report names each of its sites hundreds of times.
        "site": lru_cache(maxsize=2_000)(partial(site, setting=setting)),
        "site_name": partial(site_name, language=language),
        "headline_of": headline_of,
        "archived": partial(archived, setting=setting),
        "lang_of": lang_of,
        "tongue": lru_cache(maxsize=200)(partial(scripts.tongue, language=language)),
        "words": lambda text: representative.words([text])[0],
        "stacked": stacked,
        "dots": dots,
        "flow_words": partial(flow_words, language=language),
    }


def gettext(message: str, *, language: Language, **values: object) -> Markup:
    """Return a message that holds HTML of ours, with values in it that may hold anything."""
    return Markup(language.of(message)) % values  # noqa: S704  Messages are ours, in every language.


def _html(frame: str, *values: str) -> Markup:
    """Return a piece of HTML with values in it that may hold anything; several times faster than Markup's own ways."""
    return Markup(frame % tuple(map(escape, values)))  # noqa: S704  Frames are ours, and values are escaped.


def moment(time: datetime, zone: tzinfo | None, language: Language) -> Markup:
    """Return a time, to the minute."""
    return _html('<time datetime="%s">%s</time>', time.isoformat(), plain_moment(time, zone, language))


def plain_moment(time: datetime, zone: tzinfo | None, language: Language) -> str:
    """Return a time, to the minute, as words alone."""
    return f"{wording.date(time, zone, language)} {wording.clock(time, zone)}"


def when(article: Article, zone: tzinfo | None, language: Language) -> Markup:
    """Return when an article was published, as far as it is known, or when it was updated."""
    if article.published is None:
        return escape(language.of("no date"))
    said = _day(article.published, language) if by_day(article) else moment(article.published, zone, language)
    return gettext(CHANGED, language=language, time=said) if by_update(article) else said


def out(stamp: Stamp, zone: tzinfo | None, language: Language) -> Markup:
    """Return a date that is believed, as far as it is known."""
    said = _day(stamp.time, language) if stamp.by_day else moment(stamp.time, zone, language)
    return gettext(CHANGED, language=language, time=said) if stamp.updated else said


def _day(midnight: datetime, language: Language) -> Markup:
    return _html('<time datetime="%s">%s</time>', str(wording.noon(midnight).date()), wording.day(midnight, language))


def spread(told: StoryView | FamilyView, zone: tzinfo | None, language: Language) -> str:
    """Return how long it is from the first article to the last, "" where that is not known."""
    found = span(told.stamps, zone)
    return "" if found is None else wording.duration(found, language)


def zone_name(zone: tzinfo | None, at: datetime | None, language: Language) -> str:
    """Return what a zone is called; this computer's by its name and offset at a time, which other readers know."""
    if zone or at is None:
        return str(zone) if zone else language.of("this computer's zone")
    name, offset = wording.local(at, None).tzname() or "", f"UTC{wording.offset(at, None)}"
    return f"{name} ({offset})" if name.isalpha() else offset


def site_name(name: str, language: Language) -> str:
    """Return what to call a site."""
    return plain(name) or language.of("no site")


def site(name: str, setting: "Setting") -> Markup:
    """Return a site with a link to its page, where it has one."""
    said = site_name(name, setting.language)
    if setting.sites is not None and name not in setting.sites:
        return _html("<bdi>%s</bdi>", said)
    return _html('<a class="to-site" href="%s"><bdi>%s</bdi></a>', setting.links.site(name), said)


def headline_of(article: Article) -> Markup:
    """Return an article's headline with a link to its page out there, where its address is one to follow."""
    said, address = shown(headline(article)), safe_address(article.url)
    if not address:
        return _html("<bdi>%s</bdi>", said)
    link = '<a class="out" href="%s" rel="noopener noreferrer nofollow"><bdi>%s</bdi></a>'
    return _html(link, shown(address), said)


def archived(article: Article, setting: "Setting") -> Markup:
    """Return the record of the archive that an article was made from: its file, with a link where it is at hand."""
    if not article.archived:
        return Markup("–")
    file, _, record = plain(article.archived).partition("#")
    said = _html('<code class="record" title="%s">%s</code>', record, file)
    place = setting.links.record(file)
    return _html('<a href="%s">%s</a>', place, said) if place else said


def lang_of(article: Article) -> Markup:
    """Return the attribute that tells a text's language, nothing where that is unknown."""
    code = article.language
    known = code.isascii() and code.isalnum() and code != "und"
    return _html(' lang="%s"', code) if known else Markup("")


def confidence(found: Origin, language: Language) -> str:
    """Return how sure an origin is, in a word."""
    said = {
        Confidence.CERTAIN: marked("certain"),
        Confidence.LIKELY: marked("likely"),
        Confidence.UNKNOWN: marked("unknown"),
    }
    return language.of(said[found.confidence])


def flow_words(flow: Flow, language: Language) -> str:
    """Return a flow in words: from whom to whom, how many texts, how much of them, how soon."""
    said = [
        f"{site_name(flow.source, language)} → {site_name(flow.target, language)}: "
        + language.many("%(number)s text", "%(number)s texts", flow.families)
    ]
    if flow.share is not None:
        said.append(language.of("%(share)s of the words taken", share=wording.percent(flow.share)))
    if flow.delay:
        said.append(language.of("typically %(span)s later", span=wording.duration(flow.delay, language)))
    else:
        said.append(language.of("delay unknown"))
    return ", ".join(said)


def stacked(roles: Sequence[tuple[Role, int]], total: int) -> list[tuple[Role, float, float]]:
    """Return where each role begins in a bar of 100, and how wide it is."""
    found, start = [], 0.0
    for role, number in roles:
        width = 100 * number / total if total else 0.0
        found.append((role, round(start, 2), round(width, 2)))
        start += width
    return found


def dots(told: StoryView | FamilyView, within: Sequence[Stamp] | None = None) -> list[tuple[float, Role]]:
    """Return where in the time of a story its articles lie, 1..99, and what each is; the first ones on top, so last.

    What is dated to a day lies at its end, as in a timeline, and what has no date that is believed nowhere.
    """
    families = told.families if isinstance(told, StoryView) else (told,)
    within = within or told.stamps
    first, whole = within[0].latest, (within[-1].latest - within[0].latest).total_seconds()
    dated = [(each, member.role) for family in families for member in family.members if (each := stamp(member.article))]
    found = [
        (round(1 + 98 * (each.latest - first).total_seconds() / whole, 1) if whole else 50.0, role)
        for each, role in dated
    ]
    return sorted(dict.fromkeys(found), key=lambda dot: (dot[1] is Role.FIRST, dot))[:_DOTS]


def health(runs: SiteRuns, language: Language) -> list[tuple[str, str]]:
    """Return what runs counted of a site, by name."""
    found = [
        (language.of(_COUNTS[name]) if name in _COUNTS else name, language.number(number))
        for name, number in sorted(runs.counts.items(), key=lambda each: (_order(each[0]), each[0]))
        if name != "without"
    ]
    lately = language.of("pages without an article, lately")
    return [*found, (lately, wording.percent(runs.without))]


def glossary(language: Language) -> Iterable[tuple[str, str]]:
    """Return the words of the report with what they mean."""
    return [(language.of(word), language.of(said)) for word, said in _GLOSSARY]


# What the crawler counts of a site, in the order in which it is shown.
_COUNTS: Mapping[str, str] = {
    "pages": marked("pages asked for"),
    "new": marked("new articles"),
    "changed": marked("changed articles"),
    "same": marked("unchanged articles"),
    "not-article": marked("no article on the page"),
    "empty": marked("nothing to read on the page"),
    "short": marked("too short"),
    "language": marked("in another language"),
    "gone": marked("gone"),
    "failed": marked("failed"),
    "blocked": marked("blocked"),
    "robots": marked("kept out by robots.txt"),
    "shut out": marked("the site wants us away"),
    "blocked listings": marked("blocked lists of articles"),
}


def _order(name: str) -> int:
    return list(_COUNTS).index(name) if name in _COUNTS else len(_COUNTS)


_GLOSSARY = (
    (marked("article"), marked("a readable text with its title, site, time and address")),
    (marked("family of copies"), marked("articles that share their text, whoever changed, cut or added what")),
    (marked("story"), marked("families that tell of the same thing in words of their own")),
    (marked("site"), marked("the registered domain an article came from")),
    (marked("origin"), marked("who had a family first: by whom articles name as their source, then by times")),
    (
        marked("certain, likely, unknown"),
        marked("several kinds of evidence, one kind, each with none against it; too little, or a contradiction"),
    ),
    (
        marked("share taken"),
        marked("how much of an article's own phrases of three words stands in the article it is held against"),
    ),
    (marked("typical delay"), marked("the median time between the first article and the copies")),
    (
        marked("likeness"),
        marked(
            "how far two texts are one report in two versions: little of it is quoted, it is shared all over, and "
            "the longer one does not have it as background"
        ),
    ),
    (marked("Jaccard"), marked("the phrases of three words that two texts share, of all that either has")),
    (
        marked("what a site prints under everything"),
        marked("lines learned to be no part of articles: they are never compared"),
    ),
)
