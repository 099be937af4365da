"""How much of one article stands in another, and whether that confirms who had it first. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from dedup.records import Article, Match, Relation

# Who took so much of an article has it from there, or from where that has it.
_COPIED = 0.75
# Of what two tell from one source, neither's own, less stands in the other than of a copy.
_LITTLE = 0.5
# Of these neither is a copy of the other.
_UNLIKE = frozenset({Relation.NONE, Relation.SHARED_QUOTES, Relation.TEMPLATE})


class Shares:
    """What these articles share, by their matches."""

    def __init__(self, members: Sequence[Article], matches: Iterable[Match]) -> None:
        self._texts = {member.id: member.text for member in members}
        self._shares: dict[tuple[str, str], float] = {}
        self._unlike: set[tuple[str, str]] = set()
        self._phrases: set[tuple[str, str]] = set()
        for match in matches:
            exact = match.relation is Relation.EXACT
            self._shares[match.a, match.b] = 1.0 if exact else match.measures.a_in_b
            self._shares[match.b, match.a] = 1.0 if exact else match.measures.b_in_a
            self._unlike |= {(match.a, match.b), (match.b, match.a)} if match.relation in _UNLIKE else set()
            self._phrases |= {(match.a, match.b), (match.b, match.a)} if match.relation is Relation.NONE else set()

    def taken(self, article: Article, source: Article | None) -> float | None:
        """Return the part of an article's phrases that stands in its source, None where they were not compared."""
        if source is None or article.id == source.id:
            return None
        # Texts are left out where only their descriptions were read; then none is equal to another.
        same = article.text and article.text == self._texts.get(source.id)
        return 1.0 if same else self._shares.get((article.id, source.id))

    def told(self, article: Article, source: Article | None) -> float | None:
        """Return the same to show, None too where they have mere phrases in common: those were not taken from it."""
        if source is not None and (article.id, source.id) in self._phrases:
            return None
        return self.taken(article, source)

    def apart(self, sources: Sequence[Article]) -> Set[str]:
        """Return which articles were compared with some of these, and are a copy of none of those."""
        names, texts = {source.id for source in sources}, {source.text for source in sources if source.text}
        compared = {pair for pair in self._shares if pair[1] in names}
        like = {one for one, _ in compared - self._unlike}
        return {one for one, _ in compared & self._unlike if one not in like and self._texts.get(one) not in texts}

    def confirm(self, first: Sequence[Article], others: Mapping[str, Sequence[Article]]) -> bool:
        """Tell whether others took nearly all from the first, and no less than any of them shares with another of them.

        `others` are their articles by site.
        """
        between = self._between(others)
        return all(self._most(articles, first) >= max(between[site], _COPIED) for site, articles in others.items())

    def little(self, some: Sequence[Article], others: Sequence[Article]) -> bool:
        """Tell whether these articles were compared with the others, and none has most of what it says in common."""
        pairs = [pair for one in some for other in others for pair in ((one, other), (other, one))]
        found = [share for pair in pairs if (share := self.taken(*pair)) is not None]
        return bool(found) and max(found) < _LITTLE

    def _most(self, articles: Sequence[Article], sources: Sequence[Article]) -> float:
        pairs = ((one, other) for one in articles for other in sources)
        return max((self.taken(*pair) or 0.0 for pair in pairs), default=0.0)

    def _between(self, sites: Mapping[str, Sequence[Article]]) -> Mapping[str, float]:
        """Return how much each of these sites shares with any other of them, without comparing all with all."""
        homes = {article.id: site for site, articles in sites.items() for article in articles}
        carriers: defaultdict[str, set[str]] = defaultdict(set)
        for name, of in homes.items():
            carriers[self._texts[name]].add(of)
        found = dict.fromkeys(homes.values(), 0.0)
        found |= {of: 1.0 for text, all_of in carriers.items() if text and len(all_of) > 1 for of in all_of}
        for (one, other), share in self._shares.items():
            if one in homes and other in homes and homes[one] != homes[other]:
                found[homes[one]] = max(found[homes[one]], share)
        return found
