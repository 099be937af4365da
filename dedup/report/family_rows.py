"""A family page's rows, pairs and data, and how much of its texts the page has room for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dedup.records import Article, Match, Relation
from dedup.report import wording
from dedup.report.data import passages_of
from dedup.report.gauges import Gauge, gauges
from dedup.report.language import Language
from dedup.report.pageviews import FamilyPage
from dedup.report.reasons import told
from dedup.report.sides import Piece, alone, sides
from dedup.report.views import Member

# Past this a page gets slow on a phone, and many such reports fill a disk.
_CHARACTERS = 600_000
_SIDES = 40
_PAIRS_LISTED = 40
_PAIRS_CHOSEN = 400


@dataclass(frozen=True, slots=True)
class Row:
    """A member at its place; `other` is the place of the one it is held against.

    `sides` are the pieces of both texts, None where there is no room or nothing to tell apart; `pieces` those of its
    text where that is shown alone. `readable`: there is room for its text.
    """

    place: int
    member: Member
    other: int = 0
    sides: tuple[tuple[Piece, ...], tuple[Piece, ...]] | None = None
    pieces: tuple[Piece, ...] = ()
    readable: bool = True
    gauges: tuple[Gauge, ...] = ()


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two members that were compared, by their places, the earlier one first."""

    a: int
    b: int
    one: Article
    other: Article
    match: Match
    gauges: tuple[Gauge, ...] = ()


@dataclass(frozen=True, slots=True)
class FamilyRows:
    """What the page of a family lists, and what its script is given."""

    rows: tuple[Row, ...]
    pairs: tuple[PairRow, ...]
    weakest: PairRow | None
    left_out: int
    pairs_data: list[Any]
    furniture_data: Mapping[str, Any]
    words_data: Mapping[str, Any]

    @property
    def furniture(self) -> bool:
        """Whether anything that was left out of texts can be shown."""
        shown = (piece for row in self.rows for pieces in (row.pieces, *(row.sides or ())) for piece in pieces)
        return any(piece.stripped or piece.skipped for piece in shown)


def rows(view: FamilyPage, language: Language) -> FamilyRows:
    """Return the rows of a family's page."""
    members = view.family.members
    places = {member.article.id: place for place, member in enumerate(members)}
    listed = _rows(view, places, language)
    readable = {row.place for row in listed if row.readable}
    pairs = sorted(_pairs(view, places), key=lambda pair: (-pair.match.measures.taken, pair.a, pair.b))
    chosen = [pair for pair in pairs if {pair.a, pair.b} <= readable][:_PAIRS_CHOSEN]
    return FamilyRows(
        rows=listed,
        pairs=tuple(pairs[:_PAIRS_LISTED]),
        weakest=_weakest(view, places, language),
        left_out=len(members) - len(readable),
        pairs_data=[_data(pair, members) for pair in chosen],
        furniture_data={
            str(places[name]): spans for name, spans in view.stripped.items() if places.get(name) in readable
        },
        words_data=_words(members, readable, chosen, language),
    )


def _rows(view: FamilyPage, places: Mapping[str, int], language: Language) -> tuple[Row, ...]:
    found, room, compared_sides = [], _CHARACTERS, 0
    for place, member in enumerate(view.family.members):
        compared, length = member.comparison, len(member.article.text)
        other = places.get(compared.other.id, 0) if compared else 0
        room -= length
        differs = compared is not None and compared.relation is not Relation.EXACT
        furniture = view.stripped.get(member.article.id, ())
        if room < 0:
            found.append(Row(place, member, other, readable=False))
            continue
        if not (compared and differs):
            found.append(Row(place, member, other, pieces=alone(member.article.text, furniture)))
            continue
        room -= len(compared.other.text)
        compared_sides += 1
        if room < 0 or compared_sides > _SIDES:
            found.append(Row(place, member, other, pieces=alone(member.article.text, furniture)))
            continue
        left, right = compared.other, member.article
        shown = sides(left.text, right.text, compared.passages, (view.stripped.get(left.id, ()), furniture))
        measured = gauges(compared.measures, view.recipe, language) if compared.measures else ()
        found.append(Row(place, member, other, shown, gauges=measured))
    return tuple(found)


def _pairs(view: FamilyPage, places: Mapping[str, int]) -> list[PairRow]:
    return [_pair(view, match, places) for match in view.pairs]


def _pair(view: FamilyPage, match: Match, places: Mapping[str, int]) -> PairRow:
    members = view.family.members
    a, b = sorted((places[match.a], places[match.b]))
    return PairRow(a, b, members[a].article, members[b].article, match)


def _weakest(view: FamilyPage, places: Mapping[str, int], language: Language) -> PairRow | None:
    """Return the tie that is the first to go, None where all have one text or a person joined them."""
    tie = view.family.weakest
    match = next((each for each in view.pairs if tie and {each.a, each.b} == {tie.a, tie.b}), None)
    if match is None:
        return None
    return replace(_pair(view, match, places), gauges=gauges(match.measures, view.recipe, language))


def _data(pair: PairRow, members: Sequence[Member]) -> list[Any]:
    """Return a pair for the script: both places, the relation, and from where to where passages stand in both texts."""
    passages = passages_of(pair.match, members[pair.a].article.id)
    return [pair.a, pair.b, [[each.a_start, each.a_end, each.b_start, each.b_end] for each in passages]]


def _words(
    members: Sequence[Member], readable: set[int], pairs: Sequence[PairRow], language: Language
) -> Mapping[str, Any]:
    used = {place for pair in pairs for place in (pair.a, pair.b)} & readable
    return {
        "names": {str(place): f"{place + 1}. {members[place].article.site}" for place in sorted(used)},
        "said": [
            f"{language.of(wording.RELATIONS[pair.match.relation])}: {told(pair.match.reason, language)}"
            for pair in pairs
        ],
        "passage": language.of("passage %(number)s in the other text"),
    }
