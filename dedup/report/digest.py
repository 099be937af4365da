"""What is new, as one e-mail: HTML that mail programs show, and the same as plain text. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from dedup.flowing import Role
from dedup.origins import Confidence
from dedup.report import wording
from dedup.report.inert import plain, safe_address
from dedup.report.language import ENGLISH, Language
from dedup.report.layout import environment
from dedup.report.news import Changes, Moves
from dedup.report.views import FamilyView, Overview, StoryView

# Mail programs cut what is longer than about 100 KB.
_STORIES, _FAMILIES, _COPIERS, _SITES = 8, 10, 8, 6
_LONGEST_ADDRESS = 400


@dataclass(frozen=True, slots=True)
class Digest:
    """The same twice: for the two parts of an e-mail."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A family or a story: whether it is new, and by how many articles it grew where it is not."""

    view: FamilyView | StoryView
    new: bool
    added: int = 0


def digest(
    overview: Overview,
    zone: tzinfo | None = None,
    base_url: str = "",
    link: Callable[[FamilyView | StoryView], str] | None = None,
    language: Language = ENGLISH,
) -> Digest:
    """Return the e-mail about an overview whose scope holds what is new, of which it shows no more than that.

    `base_url` is where the folder of reports is published, "" where it is not, and `link` says what page there tells of
    a family or story.
    """
    changes = overview.scope.changes or Changes("", Moves(), Moves(), frozenset())
    families = _pieces(overview.copied, changes.families)
    stories = _pieces(overview.told, changes.stories)
    base = f"{base_url.rstrip('/')}/latest/" if base_url else ""
    known = {
        "_": language.of,
        "lang": language.code,
        "view": overview,
        "changes": changes,
        "subject": f"Gema: {_headline(changes, language)}",
        "headline": _headline(changes, language),
        "stories": stories[:_STORIES],
        "families": families[:_FAMILIES],
        "copiers": _copiers(overview.copied, changes.families),
        "more": (_left(stories[_STORIES:], language), _left(families[_FAMILIES:], language)),
        "report": f"{base}index.html" if base else "",
        "page": lambda view: f"{base}{link(view)}" if base and link else "",
        "address": _address,
        "brief": brief,
        "sites": partial(_sites, language=language),
        "said_first": _said_first,
        "Confidence": Confidence,
        "many": language.many,
        "num": language.number,
        "moment": partial(wording.moment, zone=zone, language=language),
        "out": lambda stamp: stamp.said(zone, language),
    }
    html, text = (environment(language).get_template(name).render(known) for name in ("digest.html", "digest.txt"))
    return Digest(html, text)


def brief(text: str, most: int = 140) -> str:
    """Return `text` on one line, no longer than that."""
    line = plain(text)
    return line if len(line) <= most else line[: most - 2].rstrip() + " …"


def _pieces(views: Iterable[FamilyView | StoryView], moves: Moves) -> list[Piece]:
    """Return what is new, then what grew, each in the order of the report, what only one site has at the end."""
    new = set(moves.new)
    pieces = [
        Piece(view, view.id in new, len(moves.grown.get(view.id, ())))
        for view in views
        if view.id in new or view.id in moves.grown
    ]
    return sorted(pieces, key=lambda piece: (not piece.new, len(piece.view.sites) < 2))


def _left(pieces: Sequence[Piece], language: Language) -> str:
    """Return how many more there are, "" for none, and how many of them stand there though they may be large."""
    if not pieces:
        return ""
    more, alone = len(pieces), sum(len(piece.view.sites) < 2 for piece in pieces)
    if not alone:
        return language.of("and %(more)s more", more=language.number(more))
    return language.of(
        "and %(more)s more, of which one site alone has %(alone)s: these come after what several have, however large",
        more=language.number(more),
        alone=language.number(alone),
    )


def _copiers(families: Iterable[FamilyView], moves: Moves) -> list[tuple[str, int]]:
    """Return the sites that copied most of what is new, and how many articles each."""
    new = set(moves.new)
    copies = Counter(
        member.article.site
        for family in families
        for member in family.members
        if member.role is Role.COPY and (family.id in new or member.article.id in moves.grown.get(family.id, ()))
    )
    return sorted(copies.items(), key=lambda each: (-each[1], each[0]))[:_COPIERS]


def _headline(changes: Changes, language: Language) -> str:
    families, stories = len(changes.families.new), len(changes.stories.new)
    new = (
        language.many("%(number)s new story", "%(number)s new stories", stories),
        language.many("%(number)s new family of copies", "%(number)s new families of copies", families),
    )
    return ", ".join(new) if changes.any else language.of("Nothing new")


def _said_first(view: FamilyView) -> bool:
    """Tell whether it is worth saying who was first: where only one site has it, it was that one."""
    return view.origin.known and (len(view.sites) > 1 or view.origin.outside)


def _sites(view: FamilyView | StoryView, language: Language) -> str:
    """Return the sites that have it, as many as fit."""
    shown = [brief(site, 40) or language.of("no site") for site in view.sites[:_SITES]]
    left = len(view.sites) - len(shown)
    return ", ".join(shown) + (f", +{language.number(left)}" if left else "")


def _address(address: str) -> str:
    """Return an address that may be linked: one of the web, and no longer than mail programs take."""
    safe = safe_address(address)
    return safe if safe.lower().startswith("http") and len(safe) <= _LONGEST_ADDRESS else ""
