"""Families of copies and stories told more than once, the newest first, as an Atom feed (RFC 4287). Pure.

It holds the newest of the corpus, whatever else a report shows: who asks once a day misses nothing. Ids name no host:
a report may move, its entries stay what they are. Times are those of the articles, never of a clock.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from dedup.dating import believed
from dedup.records import Article, Snapshot
from dedup.report import wording
from dedup.report.inert import plain, safe_address
from dedup.report.language import ENGLISH, Language
from dedup.report.scope import around
from dedup.report.views import FamilyView, Overview, StoryView

MOST = 50
LISTED = 20
Group = FamilyView | StoryView
Link = Callable[[Group], str]
_Seen = Mapping[str, datetime]

_ATOM, _XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
# `.invalid` is nobody's, for ever, so that nobody else's ids can be these.
_TAG = "tag:gema.invalid,2026:"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What XML 1.0 has no way to write, and the halves of characters that no encoding has.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_ADDRESS = 2000


def newest(snapshot: Snapshot, most: int = MOST) -> Snapshot:
    """Return of `snapshot` what a feed of `most` entries needs: the feed is the same as that of all."""
    known, seen = snapshot.articles, snapshot.first_seen
    found = {
        family.id: sorted((_found(known[name], seen), name) for name in family.members if name in known)
        for family in snapshot.families
    }
    became = [(held[1][0], "family", name, held[0][1]) for name, held in found.items() if len(held) > 1]
    for story in snapshot.stories:
        firsts = sorted(found[name][0] for name in story.families if found.get(name))
        if len(firsts) > 1:
            became.append((firsts[1][0], "story", story.id, firsts[0][1]))
    became.sort(key=lambda each: each[1:3])
    became.sort(key=lambda each: each[0], reverse=True)
    return around(snapshot, {article for *_, article in became[:most]})


def feed(
    overview: Overview,
    base_url: str = "",
    link: Link | None = None,
    most: int = MOST,
    language: Language = ENGLISH,
) -> str:
    """Return the feed of the `most` families of copies and stories that were found last.

    `base_url` is where the folder of reports is published, "" where it is not, and `link` says what page there tells of
    a family or story; without them entries lead to the first article.
    """
    groups: list[Group] = [*overview.copied, *overview.told]
    groups.sort(key=lambda each: (_kind(each), each.id))
    seen = overview.first_seen
    groups = sorted(groups, key=lambda each: _became(each, seen), reverse=True)[:most]
    base = base_url.rstrip("/")
    root = Tree.Element("feed", xmlns=_ATOM)
    if language != ENGLISH:
        root.set("xml:lang", language.code)
    _put(root, "id", _TAG + "feed" + (":" + quote(base, safe="") if base else ""))
    _put(root, "title", language.of("Gema: new families of copies, new stories"))
    _put(root, "updated", _stamp(max((_last(each, seen) for each in groups), default=overview.updated_at or _NEVER)))
    _put(_put(root, "author"), "name", "Gema")
    if base:
        _put(root, "link", rel="self", type="application/atom+xml", href=f"{base}/latest/feed.xml")
        _put(root, "link", rel="alternate", type="text/html", href=f"{base}/latest/index.html")
    for each in groups:
        page = f"{base}/latest/{link(each) if link else 'index.html'}" if base else ""
        root.append(_entry(each, page, language, seen))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _entry(group: Group, page: str, language: Language, seen: _Seen) -> Tree.Element:
    entry = Tree.Element("entry")
    _put(entry, "id", f"{_TAG}{_kind(group)}:{quote(_legal(group.id), safe='')}")
    _put(entry, "title", _title(group, language))
    _put(entry, "published", _stamp(_became(group, seen)))
    _put(entry, "updated", _stamp(_last(group, seen)))
    _put(entry, "category", term=_kind(group))
    address = page or _address(next(_lines(group))[0])
    if address:
        _put(entry, "link", rel="alternate", href=address)
    content = _put(entry, "content", type="xhtml")
    content.append(_told(group, language))
    return entry


def _told(group: Group, language: Language) -> Tree.Element:
    """Return what an entry says: how many, who was first, and the articles, as many as fit."""
    said = Tree.Element("div", xmlns=_XHTML)
    _put(said, "p", ", ".join(_counts(group, language)))
    if isinstance(group, FamilyView) and (len(group.sites) > 1 or group.origin.outside):
        _put(said, "p", f"{wording.origin(group.origin, language)}.")
    shown = list(_lines(group))
    rows = Tree.SubElement(said, "ul")
    for article, words in shown[:LISTED]:
        row = _put(rows, "li")
        _put(row, "b", article.site or language.of("no site")).tail = " "
        address = _address(article)
        _put(row, "a", words or address, href=address) if address else _put(row, "span", words)
    if len(shown) > LISTED:
        _put(said, "p", language.of("… %(more)s more", more=language.number(len(shown) - LISTED)))
    return said


def _counts(group: Group, language: Language) -> Iterator[str]:
    if isinstance(group, StoryView):
        yield language.many("%(number)s text", "%(number)s texts", len(group.families))
    articles = group.articles if isinstance(group, StoryView) else len(group.members)
    yield language.many("%(number)s article", "%(number)s articles", articles)
    yield language.many("%(number)s site", "%(number)s sites", len(group.sites))


def _lines(group: Group) -> Iterator[tuple[Article, str]]:
    members = (family.first for family in group.families) if isinstance(group, StoryView) else group.members
    return ((member.article, member.headline) for member in members)


def _became(group: Group, seen: _Seen) -> datetime:
    """Return when a group became one: when its second article was found, or the first one of its second family."""
    families = group.families if isinstance(group, StoryView) else (group,)
    times = [sorted(_found(member.article, seen) for member in family.members) for family in families]
    return sorted(held[0] for held in times)[1] if len(times) > 1 else times[0][1]


def _last(group: Group, seen: _Seen) -> datetime:
    families = group.families if isinstance(group, StoryView) else (group,)
    return max(_found(member.article, seen) for family in families for member in family.members)


def _found(article: Article, seen: _Seen) -> datetime:
    return seen.get(article.id) or article.fetched or believed(article) or _NEVER


def _kind(group: Group) -> str:
    return "story" if isinstance(group, StoryView) else "family"


def _title(group: Group, language: Language) -> str:
    title = plain(group.label if isinstance(group, StoryView) else group.first.headline) or language.of("(no title)")
    return title if len(title) <= 200 else title[:198].rstrip() + " …"


def _address(article: Article) -> str:
    """Return the address of an article where it is one of the web that XML can hold."""
    address = safe_address(article.url)
    fits = len(address) <= _LONGEST_ADDRESS and _legal(address) == address
    return address if fits and address.lower().startswith("http") else ""


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)


def _put(parent: Tree.Element, name: str, text: str = "", **attributes: str) -> Tree.Element:
    element = Tree.SubElement(parent, name, attributes)
    element.text = _legal(plain(text)) or None
    return element
