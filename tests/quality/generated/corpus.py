"""Corpora of news with planted copies of every kind, deterministic by size and seed, made as they are read.

A corpus is a stream of groups: a lone article, a report and its copies, two wires and their merge, a digest and what
it collects, pages of one template … What belongs together is known inside its group; nothing else is held.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter

import numpy as np

from dedup import Article
from tests.quality.generated.outlets import Outlets, Site
from tests.quality.generated.texts import (
    CLOSING_PARAGRAPH,
    EDIT,
    OPENING,
    SPACE,
    STOP,
    Text,
    edited,
    joined,
)
from tests.quality.generated.truth import Group, Made, Planted, share
from tests.quality.generated.vocabulary import LANGUAGES, Writer, vocabulary

_START = datetime(2026, 3, 1, tzinfo=UTC)
_DAYS = 120
_DRESSED = 0.35
_BRIEFS, _FOOTER_WORDS = 150, 200
_VERSIONS = 300
_CARRIED = 10
_OFTEN = 4

_EXACT = frozenset({"exact"})
_NEAR = frozenset({"near"})
_NEARLY = frozenset({"near", "syndicated"})
_SYNDICATED = frozenset({"syndicated"})
_REVISION = frozenset({"revision"})
_EXCERPT = frozenset({"excerpt"})
_HARDLY = frozenset({"excerpt", "shared-quotes", "none"})
_QUOTES = frozenset({"shared-quotes"})
_TEMPLATE = frozenset({"template"})
# A copy of which a site left its furniture in is the same article, if not the same words.
_EXACT_DRESSED = frozenset({"exact", "near"})

# How a copy may be made, how often, and what it then is.
_COPIES = (
    ("exact", 0.25, _EXACT),
    ("light", 0.25, _NEAR),
    ("edited", 0.12, _NEARLY),
    ("wire", 0.25, _SYNDICATED),
    ("truncated", 0.13, _SYNDICATED),
)
_KINDS = tuple(kind for kind, _, _ in _COPIES)
_ODDS = np.cumsum([odds for _, odds, _ in _COPIES])
_RELATIONS = {kind: relations for kind, _, relations in _COPIES}


def groups(size: int, seed: int) -> Iterator[Group]:
    """Yield the groups of a corpus of `size` articles; the same size and seed give the same groups."""
    press = _Press(size, seed)
    due = press.due(size)
    done = 0
    while done < size:
        group = due.pop()[1]() if due and due[-1][0] <= done else press.group()
        if len(group.made) > size - done:
            group = press.lone()
        done += len(group.made)
        yield group


def articles(size: int, seed: int, window: int = 5_000) -> Iterator[Article]:
    """Yield the articles of a corpus, mixed over `window` of them."""
    yield from (made.article for made in mixed(groups(size, seed), seed, window))


def mixed(found: Iterator[Group], seed: int, window: int = 5_000) -> Iterator[Made]:
    """Yield the articles of groups, mixed over `window` of them."""
    randomness = np.random.default_rng([seed, 2])
    held: list[Made] = []
    for group in found:
        held += group.made
        if len(held) >= window:
            yield from (held[place] for place in randomness.permutation(len(held)).tolist())
            held = []
    yield from (held[place] for place in randomness.permutation(len(held)).tolist())


class _Press:
    def __init__(self, size: int, seed: int) -> None:
        self._randomness = np.random.default_rng([seed, size])
        self._writers = {
            language: Writer(language, np.random.default_rng([seed, size, number]), number << 56)
            for number, language in enumerate(LANGUAGES)
        }
        self._outlets = Outlets(int(np.clip(size // 100, 20, 2000)), self._writers, self._randomness)
        self._number = 0
        self._known = vocabulary()
        self._ways: tuple[tuple[float, Callable[[], Group]], ...] = (
            (0.70, self.lone),
            (0.89, self._copied),
            (0.91, self._revised),
            (0.925, self._merged),
            (0.935, self._digest),
            (0.96, self._quoted),
            (0.98, self._pages),
            (1.01, self._carried),
        )

    def due(self, size: int) -> list[tuple[int, Callable[[], Group]]]:
        """Return what a corpus has in proportion to its size, and after how many articles each comes, last first."""
        versions = min(_VERSIONS, size // 60)
        briefs, wires = size // 20_000 or size >= 3_000, size // 50_000 or size >= 1_000
        found: list[tuple[int, Callable[[], Group]]] = [
            *((size * place // briefs, self._briefs) for place in range(briefs)),
            *((size * place // wires, partial(self._versions, versions)) for place in range(wires)),
        ]
        return sorted(found, key=itemgetter(0), reverse=True)

    def group(self) -> Group:
        """Return a group of any kind."""
        chance = self._randomness.random()
        return next(make for odds, make in self._ways if chance < odds)()

    def lone(self) -> Group:
        """Return an article that nothing was made of."""
        language = self._language()
        return Group((self._article(self._writers[language].text(), self._outlets.draw(language)[0]),))

    def _copied(self) -> Group:
        language = self._language()
        base = self._writers[language].text(150)
        count = 1 + min(int(self._randomness.geometric(0.6)), 6)
        return self._family(base, self._outlets.draw(language, count), "")

    def _versions(self, count: int) -> Group:
        language = "id"
        return self._family(self._writers[language].text(300, 600), self._outlets.draw(language, count), " of many")

    def _family(self, base: Text, sites: list[Site], suffix: str) -> Group:
        title = self._writers[sites[0].language].title(base.topics)
        first = self._article(base, sites[0], title)
        made, pairs = [first], []
        for site in sites[1:]:
            kind = _KINDS[int(np.searchsorted(_ODDS, self._randomness.random() * _ODDS[-1]))]
            text = self._copy(base, kind, site.language)
            retitled = kind == "wire" or self._randomness.random() < 0.3
            other = self._article(
                text,
                site,
                self._writers[site.language].title(base.topics) if retitled else title,
                first.family,
                first.article.published,
            )
            made.append(other)
            pairs.append(Planted(first, other, kind + suffix, _allowed(first, other, kind)))
        return Group(tuple(made), tuple(pairs))

    def _copy(self, text: Text, kind: str, language: str) -> Text:
        if kind == "exact":
            return text
        if kind == "truncated":
            return text.part(0, max(45, round(0.3 * len(text))))
        if kind == "wire":
            return self._rewritten(text, language)
        share = 0.1 if kind == "edited" else self._randomness.uniform(0.01, 0.05)
        return edited(self._randomness, text, share, self._writers[language].spare(len(text) // 8 + 2))

    def _rewritten(self, text: Text, language: str) -> Text:
        """Return a wire as another desk prints it: another lead, paragraphs cut, added and moved."""
        randomness, writer = self._randomness, self._writers[language]
        body = text.paragraphs()
        # What is left must still be the wire: a quarter may go, two fifths may come.
        body, spare = _without(body, [0], len(text) // 4)
        for place in randomness.permutation(len(body)).tolist()[: int(randomness.integers(0, 3))]:
            body, spare = _without(body, [place] if place < len(body) else [], spare)
        if len(body) > 2 and randomness.random() < 0.6:
            one, other = randomness.choice(len(body), 2, replace=False)
            body[one], body[other] = body[other], body[one]
        room = int(0.4 * len(text))
        for _ in range(int(randomness.integers(0, 3))):
            words = min(int(randomness.integers(25, 60)), room)
            if words >= 20:
                added = writer.passage(words, text.topics)
                body.insert(int(randomness.integers(0, len(body) + 1)), added)
                room -= words
        lead = writer.passage(int(randomness.integers(20, 40)), text.topics)
        return joined([lead, *body])

    def _revised(self) -> Group:
        language = self._language()
        site, base = self._outlets.draw(language)[0], self._writers[language].text(120)
        title = self._writers[language].title(base.topics)
        later = edited(self._randomness, base, 0.03, self._writers[language].spare(len(base) // 8 + 2))
        if self._randomness.random() < 0.6:
            more = self._writers[language].passage(max(15, len(base) // 8), base.topics)
            later = joined([later, more])
        first = self._article(base, site, title)
        other = self._article(later, site, title, first.family, first.article.published)
        return Group((first, other), (Planted(first, other, "revision", _REVISION),))

    def _carried(self) -> Group:
        """Return one article under ten addresses of its site; seldom, or there would be little else."""
        if self._randomness.random() > 0.05:
            return self.lone()
        language = self._language()
        site, base = self._outlets.draw(language)[0], self._writers[language].text()
        title = self._writers[language].title(base.topics)
        first = self._article(base, site, title)
        others = [self._article(base, site, title, first.family, first.article.published) for _ in range(_CARRIED - 1)]
        pairs = [Planted(first, other, "ten times on a site", _allowed(first, other, "exact")) for other in others]
        return Group((first, *others), tuple(pairs))

    def _briefs(self) -> Group:
        site = self._outlets.site("id", _FOOTER_WORDS)
        briefs = [self._writers["id"].passage(int(self._randomness.integers(40, 90))) for _ in range(_BRIEFS)]
        return Group(tuple(self._article(self._outlets.dressed(brief, site), site, dressed=False) for brief in briefs))

    def _merged(self) -> Group:
        """Return two wires, and an article made of both."""
        language = self._language()
        writer, randomness = self._writers[language], self._randomness
        wires = [writer.text(200, 500) for _ in range(2)]
        short = min(map(len, wires))
        wires = [wire.part(0, min(len(wire), short + short // 3)) for wire in wires]
        parts = [wire.part(0, round(randomness.uniform(0.65, 0.95) * len(wire))) for wire in wires]
        topics = np.concatenate([wires[0].topics[::2], wires[1].topics[::2]])
        if randomness.random() < 0.3:
            paragraphs = [text.paragraphs() for text in parts]
            longest = max(map(len, paragraphs))
            body = [text[place] for place in range(longest) for text in paragraphs if place < len(text)]
        else:
            body = parts
        lead = writer.passage(int(randomness.integers(12, 30)), topics)
        sites = self._outlets.draw(language, 3)
        sources = [self._article(wire, site) for wire, site in zip(wires, sites, strict=False)]
        merge = self._article(joined([lead, *body]), sites[2], writer.title(topics))
        pairs = tuple(Planted(source, merge, "merge", _EXCERPT) for source in sources)
        return Group((*sources, merge), pairs)

    def _digest(self) -> Group:
        """Return some reports, and a digest with the beginning of each, or with all of it where it is short."""
        language = self._language()
        writer, randomness = self._writers[language], self._randomness
        count = int(randomness.integers(5, 9))
        brief = randomness.random() < 0.5
        reports = [writer.text(60 if brief else 150, 130 if brief else 700) for _ in range(count)]
        begun = [report.part(0, len(report) if brief else int(randomness.integers(50, 90))) for report in reports]
        heads = [writer.passage(int(randomness.integers(5, 9)), report.topics) for report in reports]
        intro = writer.passage(20)
        sites = self._outlets.draw(language, count + 1)
        sources = [self._article(report, site) for report, site in zip(reports, sites, strict=False)]
        body = [piece for pair in zip(heads, begun, strict=True) for piece in pair]
        digest = self._article(joined([intro, *body]), sites[-1], writer.title(intro.topics))
        kind = "digest of whole briefs" if brief else "digest of beginnings"
        pairs = tuple(
            Planted(source, digest, kind, _EXCERPT if share(source.text, digest.text) >= 0.13 else _EXCERPT | _HARDLY)
            for source in sources
        )
        return Group((*sources, digest), pairs)

    def _quoted(self) -> Group:
        """Return reports of one statement, each in words of its own, with the same quotations."""
        language = self._language()
        writer, randomness = self._writers[language], self._randomness
        topics = writer.text().topics
        quotes = [self._quote(language) for _ in range(int(randomness.integers(2, 5)))]
        made = []
        for site in self._outlets.draw(language, int(randomness.integers(2, 5))):
            text = writer.about(writer.text(150, 500), topics)
            body = text.paragraphs()
            for place in randomness.permutation(len(quotes)).tolist():
                body.insert(int(randomness.integers(1, len(body) + 1)), self._said(quotes[place], language, topics))
            made.append(self._article(joined(body), site, writer.title(topics)))
        pairs = tuple(
            Planted(made[0], other, "quotes", _QUOTES if share(made[0].text, other.text) >= 0.15 else _QUOTES | _HARDLY)
            for other in made[1:]
        )
        return Group(tuple(made), pairs)

    def _quote(self, language: str) -> Text:
        found = self._writers[language].passage(int(self._randomness.integers(20, 45)))
        inside = np.where(found.separators == SPACE, SPACE, STOP).astype(np.int8)
        inside[-1] = CLOSING_PARAGRAPH
        return Text(found.words, inside, found.origins, found.topics)

    def _said(self, quote: Text, language: str, topics: np.ndarray) -> Text:
        said = self._writers[language].passage(int(self._randomness.integers(5, 12)), topics)
        separators = np.full(len(said), SPACE, dtype=np.int8)
        separators[-1] = OPENING
        return joined([Text(said.words, separators, said.origins, topics), quote])

    def _pages(self) -> Group:
        """Return pages of one template: fixtures, prices, weather; the same frame, other numbers and names."""
        language = self._language()
        writer, randomness = self._writers[language], self._randomness
        frame = writer.passage(int(randomness.integers(80, 220)))
        every = int(randomness.integers(6, 15))
        slots = np.arange(int(randomness.integers(0, every)), len(frame), every)
        named = slots[randomness.random(len(slots)) < randomness.choice([0.0, 0.3])] + 1
        named = named[named < len(frame)]
        title = writer.title(frame.topics)
        sites = self._outlets.draw(language, 1 if randomness.random() < 0.8 else 2)
        made = []
        for number in range(int(randomness.integers(2, 9))):
            words, origins = frame.words.copy(), frame.origins.copy()
            words[slots] = randomness.choice(self._known.numbers, len(slots))
            words[named] = randomness.choice(self._known.names, len(named))
            origins[slots] = EDIT
            origins[named] = EDIT
            day = f"{int(randomness.integers(1, 29))} {_MONTHS[language][number % 4]} 2026"
            page = Text(words, frame.separators, origins, frame.topics)
            made.append(self._article(page, sites[number % len(sites)], f"{title} {day}"))
        # A site that prints a frame often has it for furniture, and then its pages share nothing.
        often = len(made) > (_OFTEN - 1) * len(sites)
        kind = f"template{', often' if often else ''}{' on two sites' if len(sites) > 1 else ''}"
        relations = _TEMPLATE | {"none"} if often else _TEMPLATE
        return Group(tuple(made), tuple(Planted(made[0], other, kind, relations) for other in made[1:]))

    def _language(self) -> str:
        return "id" if self._randomness.random() < 0.7 else "en"

    def _article(
        self,
        text: Text,
        site: Site,
        title: str = "",
        family: int = -1,
        after: datetime | None = None,
        dressed: bool = True,
    ) -> Made:
        """Return an article, a third of all with their site's furniture; `after` is when its first version came."""
        randomness, number = self._randomness, self._number
        self._number += 1
        if dressed and randomness.random() < _DRESSED:
            text = self._outlets.dressed(text, site)
        title = title or self._writers[site.language].title(text.topics)
        published = (
            after + timedelta(minutes=float(randomness.exponential(200)))
            if after
            else _START + timedelta(days=_DAYS * randomness.random())
        ).replace(microsecond=0)
        slug = title.lower().replace(" ", "-").replace(",", "-")
        article = Article(
            url=f"https://{site.host}/{published:%Y/%m/%d}/{number}/{slug}",
            text=self._known.written(text),
            title=title,
            site=site.host,
            host=site.host,
            published=published,
            language=site.language,
        )
        return Made(article, text, number if family < 0 else family)


_MONTHS = {"id": ("Maret", "April", "Mei", "Juni"), "en": ("March", "April", "May", "June")}


def _without(paragraphs: list[Text], places: list[int], spare: int) -> tuple[list[Text], int]:
    """Return the paragraphs without those at some places, and how many words more may go."""
    gone = sum(len(paragraphs[place]) for place in places)
    if gone > spare or len(paragraphs) - len(places) < 1:
        return paragraphs, spare
    return [held for place, held in enumerate(paragraphs) if place not in places], spare - gone


def _allowed(first: Made, other: Made, kind: str) -> frozenset[str]:
    """Return the relations that are right for an article and its copy."""
    if kind == "exact":
        if first.article.text == other.article.text:
            return _EXACT
        return _EXACT_DRESSED | _REVISION if first.article.site == other.article.site else _EXACT_DRESSED
    return _REVISION if first.article.site == other.article.site else _RELATIONS[kind]
