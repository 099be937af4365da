"""The page of one family or story, from what the corpus holds of it; of others only what shows is read."""

from collections.abc import Iterable, Sequence

from dedup.corpus import Corpus, listing
from dedup.corpus.results import part, told_in
from dedup.records import Match
from dedup.report.data import overview
from dedup.report.inert import plain
from dedup.report.pageviews import FamilyPage, StoryPage, Titled
from dedup.report.sheets import NEAR, family_page
from dedup.report.stripping import Learned, stripped


def family(corpus: Corpus, name: str, learned: Learned) -> FamilyPage | None:
    """Return the page of a family of copies, None where there is none of that id or it has one article only."""
    found = part(corpus, [name])
    seen = overview(found)
    if not seen.copied:
        return None
    view = seen.copied[0]
    members = {member.article.id: member.article for member in view.members}
    inside = [match for match in found.matches if match.a in members and match.b in members]
    near = _nearest([match for match in found.matches if not (match.a in members and match.b in members)])
    ends = {match.b if match.a in members else match.a for match in near}
    others = {article.id: article for article in corpus.articles(sorted(ends))}
    return family_page(
        view,
        [*inside, *near],
        members | others,
        _titles(corpus, others),
        _told(corpus, view.story or ""),
        stripped(list(members.values()), learned, found.recipe),
        found.recipe,
    )


def story(corpus: Corpus, name: str) -> StoryPage | None:
    """Return the page of a story, None where there is none of that id or one family alone tells it."""
    told = overview(part(corpus, told_in(corpus, name))).told
    return next((StoryPage(each) for each in told if each.id == name), None)


def _nearest(matches: Sequence[Match]) -> list[Match]:
    """Return as many as a page shows, so that no more articles are read."""
    return sorted(matches, key=lambda each: (-each.measures.taken, each.a, each.b))[:NEAR]


def _titles(corpus: Corpus, articles: Iterable[str]) -> dict[str, Titled]:
    """Return what the families of these articles are called, those that have a page."""
    homes = {article: home.family for article, home in listing.homes(corpus, articles).items()}
    seen = overview(part(corpus, set(homes.values())))
    named = {view.id: Titled(view.id, view.first.headline) for view in seen.copied}
    return {article: named[family] for article, family in homes.items() if family in named}


def _told(corpus: Corpus, name: str) -> Titled | None:
    """Return what a story is called where it has a page."""
    families = told_in(corpus, name)
    if len(families) < 2:
        return None
    named = listing.told(corpus, [name]).get(name)
    if named and (label := plain(named.label)):
        return Titled(name, label)
    page = story(corpus, name)
    return Titled(name, page.story.label) if page else None
