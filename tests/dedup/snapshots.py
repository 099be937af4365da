"""Snapshots written by hand: what the report is tested on, without the rooms that compute one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dedup.records import Article, Family, Match, Measures, Passage, Recipe, Relation, Snapshot, Story

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
# What may stand wherever an article says something.
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}\x1b]0;x\x07\u202e"
WIRE = "Air sungai meluap pada malam hari dan merendam tiga desa di hilir bendungan."


def article(name: str, site: str, hours: float | None = 0.0, text: str = WIRE, title: str = "") -> Article:
    """Return an article published `hours` after noon (None: no date), with `name` as its id."""
    published = None if hours is None else NOON + timedelta(hours=hours)
    url = f"https://{site}/{name}"
    return Article(url=url, text=text, title=title or f"Title of {name}", site=site, published=published, id=name)


def match(
    a: str,
    b: str,
    relation: Relation = Relation.NEAR,
    shares: tuple[float, float] = (0.9, 0.8),
    passages: Sequence[Passage] = (),
) -> Match:
    """Return a match whose measures have these shares of a in b and b in a."""
    a_in_b, b_in_a = shares
    measures = Measures(0.7, a_in_b, b_in_a, 0.9, 12, 1.0, 1.0, 0, 40, 50, 60)
    return Match(a, b, relation, "a reason in words", measures, tuple(passages))


def snapshot(
    articles: Sequence[Article],
    families: Mapping[str, Sequence[str]] | None = None,
    stories: Mapping[str, Sequence[str]] | None = None,
    matches: Sequence[Match] = (),
    updated_at: datetime | None = NOON + timedelta(days=1),
) -> Snapshot:
    """Return a snapshot; families not named are of one article, stories not named of one family."""
    grouped = {name: tuple(members) for name, members in (families or {}).items()}
    taken = {member for members in grouped.values() for member in members}
    grouped |= {each.id: (each.id,) for each in articles if each.id not in taken}
    told = {name: tuple(held) for name, held in (stories or {}).items()}
    held = {family for families_ in told.values() for family in families_}
    told |= {f"s-{family}": (family,) for family in grouped if family not in held}
    return Snapshot(
        articles={each.id: each for each in articles},
        families=tuple(Family(name, tuple(sorted(members))) for name, members in sorted(grouped.items())),
        stories=tuple(Story(name, tuple(sorted(held)), f"Label of {name}") for name, held in sorted(told.items())),
        matches=tuple(sorted(matches, key=lambda each: (each.a, each.b))),
        recipe=Recipe(),
        updated_at=updated_at,
    )


def three_outlets() -> Snapshot:
    """A wire, a copy two hours later, a copy of that copy, and a rewrite of its own."""
    wire = article("wire", "wire.example", 0, title="Banjir rendam tiga desa")
    copy = article("copy", "copy.example", 2, text="Kemarin. " + WIRE)
    third = article("third", "third.example", 5, text="Kemarin. " + WIRE + " Warga mengungsi.")
    rewrite = article("rewrite", "copy.example", 3, text="Tiga desa terendam ketika bendungan melimpah.")
    whole = Passage(9, 9 + len(WIRE), 0, len(WIRE), 12)
    return snapshot(
        [wire, copy, third, rewrite],
        families={"f": ["wire", "copy", "third"]},
        stories={"s": ["f", "rewrite"]},
        matches=[
            match("copy", "wire", Relation.NEAR, (0.8, 1.0), [whole]),
            match("copy", "third", Relation.SYNDICATED, (0.95, 0.6)),
        ],
    )
