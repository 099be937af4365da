"""One story at length: its families by time and what ties them, and when each of its articles came out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from dedup import stories
from dedup.corpus import Corpus, grouping, meant, strands, vocabularies
from dedup.corpus.results import read_matches
from dedup.corpus.seen import first_seen
from dedup.dating import believed, by_update, came_by, published_by
from dedup.errors import UnknownArticle
from dedup.families import near
from dedup.reading import desk_of
from dedup.records import Article, Match, Recipe, Relation, as_found
from dedup.terms import shared

_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)
_Pairs = Mapping[tuple[str, str], Match]


@dataclass(frozen=True, slots=True)
class Telling:
    """A family in its story: its articles by time, and the words it shares with the story's most central family."""

    family: str
    articles: tuple[Article, ...]
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retold:
    """A story: its families by the time of their first articles, and which of them is nearest to all others."""

    id: str
    label: str
    terms: tuple[str, ...]
    tellings: tuple[Telling, ...]
    central: str

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles that tell it, by time, undated ones last."""
        return tuple(sorted((each for telling in self.tellings for each in telling.articles), key=moment))


@dataclass(frozen=True, slots=True)
class Appearance:
    """An article among others of its story or family.

    `delay` is how long it came after the first of them, in whole days where one of the two is only dated to the day,
    None without a date, or with that of an update alone. `relation` tells what it is to the article `against`, an id,
    and `share` how much of its phrases of three words stands there: that is the first of its family, or, where the two
    share nothing or mere phrases, the member it shares most with; of the first of a family the first of all. The very
    first is compared with none.
    """

    article: Article
    family: str
    delay: timedelta | None = None
    relation: Relation | None = None
    share: float | None = None
    against: str = ""


def retell(corpus: Corpus, reference: str, recipe: Recipe | None = None) -> Retold:
    """Return the story that an id or address means, see `meant.meant`, which tells what is raised."""
    recipe = recipe or vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    with corpus.reading() as connection:
        story = meant.story(connection, reference)
        held = _held(connection, story.families, reference)
        tellers = meant.tellers(connection, held)
    # As its label was chosen.
    names = sorted(tellers, key=lambda name: (tellers[name].rank, name))
    central = names[stories.central(strands.vectors([tellers[name].told for name in names]))[0]]
    desk = desk_of(corpus, recipe)
    batch = desk.batch([tellers[name].article for name in names])
    said = dict(zip(names, desk.terms(batch), strict=True))
    stand = dict(zip(names, desk.translated(batch), strict=True))
    tellings = [
        Telling(
            name,
            articles,
            shared(said[name], said[central], [stand[name], stand[central]]) if name != central else (),
        )
        for name, articles in _articles(corpus, held).items()
    ]
    tellings.sort(key=lambda telling: moment(telling.articles[0]))
    return Retold(story.id, story.label, story.terms, tuple(tellings), central)


def timeline(corpus: Corpus, reference: str, alone: bool = False) -> list[Appearance]:
    """Return the articles of the story that is meant, by time, undated ones last; `alone`: of the family that is meant.

    See `meant.meant`, which tells what is raised.
    """
    with corpus.reading() as connection:
        names = [meant.meant(connection, reference).family] if alone else meant.story(connection, reference).families
        held = _held(connection, names, reference)
        keys = [key for keys in held.values() for key in keys]
        found = read_matches(connection, keys)
        # What shares mere phrases is of one story and nothing more.
        pairs = {(match.a, match.b): match for match in found if match.relation is not Relation.NONE}
    families = _articles(corpus, held)
    first = min((article for members in families.values() for article in members), key=moment)
    appeared = [each for name, members in families.items() for each in _appearances(name, members, first, pairs)]
    return sorted(appeared, key=lambda each: moment(each.article))


def moment(article: Article) -> tuple[datetime, str]:
    """Return what articles are sorted by: when each was out at the latest, what is dated to a day at its end.

    Those come last that have no date.
    """
    return came_by(article) or _NEVER, article.id


def _held(connection: Connection, names: Iterable[str], reference: str) -> dict[str, list[str]]:
    """Return the ids of the articles of these families; raises UnknownArticle where none is left."""
    held = meant.members(connection, names)
    if not held:
        raise UnknownArticle(f"no article is left of what {reference!r} meant")
    return held


def _articles(corpus: Corpus, held: Mapping[str, Iterable[str]]) -> dict[str, tuple[Article, ...]]:
    """Return the articles of families by time; one that has gone meanwhile is left out."""
    every = [key for keys in held.values() for key in keys]
    with corpus.reading() as connection:
        seen = first_seen(connection, every)
    known = {article.id: as_found(article, seen.get(article.id)) for article in corpus.articles(every)}
    found = {
        name: tuple(sorted((known[key] for key in keys if key in known), key=moment)) for name, keys in held.items()
    }
    return {name: members for name, members in found.items() if members}


def _appearances(family: str, members: Sequence[Article], first: Article, pairs: _Pairs) -> Iterator[Appearance]:
    """Yield the articles of a family, each with what it took; `first` is the first of all."""
    beside = near(members, pairs)
    for place, article in enumerate(members):
        delay = _delay(article, first)
        against = _closest(place, members, beside[place], pairs) if place else first
        if against is None or against.id == article.id:
            yield Appearance(article, family, delay)
            continue
        relation, share = _compared(article, against, pairs) or (Relation.SAME_STORY, None)
        yield Appearance(article, family, delay, relation, share, against.id)


def _closest(place: int, members: Sequence[Article], beside: Iterable[int], pairs: _Pairs) -> Article | None:
    """Return the first of these members that is near, else the earlier one most is shared with, else a later one."""

    def preferred(other: int) -> tuple[int, float, int]:
        found = _compared(members[place], members[other], pairs)
        return (0 if not other else 1 if other < place else 2), -found[1] if found else 0.0, other

    best = min(beside, key=preferred, default=None)
    return None if best is None else members[best]


def _compared(article: Article, other: Article, pairs: _Pairs) -> tuple[Relation, float] | None:
    """Return what an article is to another, and how much of its words stands there; None where they share nothing."""
    match = pairs.get((min(article.id, other.id), max(article.id, other.id)))
    if match is None:
        return (Relation.EXACT, 1.0) if article.text == other.text else None
    if match.relation is Relation.EXACT:
        return match.relation, 1.0
    return match.relation, match.measures.a_in_b if match.a == article.id else match.measures.b_in_a


def _delay(article: Article, first: Article) -> timedelta | None:
    if article.published is None or first.published is None or not (_is_dated(article) and _is_dated(first)):
        return None
    if "day" not in (article.published_precision, first.published_precision):
        return article.published - first.published
    start = first.published
    end = article.published if first.published_precision == "day" else published_by(article)
    return (end - start) // _DAY * _DAY if end else None


def _is_dated(article: Article) -> bool:
    """Tell whether an article says when it was published, and is believed: by an update it was out, and no more."""
    return believed(article) is not None and not by_update(article)
