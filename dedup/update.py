"""The whole of dedup: what changed → signatures → boilerplate → own texts → candidates → matches → families → stories.

The result is a function of the set of articles and the Recipe. Each stage reads only those before it; an update does
again exactly what a change can have touched, and nothing is iterated.
"""

from dataclasses import replace
from datetime import UTC, datetime

from dedup import families
from dedup.corpus import Corpus, grouping
from dedup.corpus.results import snapshot
from dedup.reading import Desk
from dedup.records import Recipe, Updated
from dedup.stages import Progress, candidates, learn, own_texts, sign, verify
from dedup.telling import tell_stories


def update(
    corpus: Corpus,
    recipe: Recipe | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Group what came, changed or went since the last update; return what was done, in counts.

    `progress` is called with a stage, how much of it is done, and how much there is. Raises RecipeError when the
    corpus was grouped by another recipe, Busy while another process updates it.
    """
    with corpus.alone("updating"):
        return _update(corpus, recipe or Recipe(), now, progress or _silent)


def rebuild(
    corpus: Corpus,
    recipe: Recipe | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Group the whole corpus anew, by another recipe if need be; families and stories keep their ids."""
    with corpus.alone("updating"):
        grouping.forget_results(corpus)
        return _update(corpus, recipe or Recipe(), now, progress or _silent)


def _update(corpus: Corpus, recipe: Recipe, now: datetime | None, tell: Progress) -> Updated:
    grouping.check_recipe(corpus, recipe)
    changed, sites = grouping.take_changes(corpus)
    if not changed:
        return _counted(corpus, Updated())
    desk = Desk(corpus, recipe)
    sites |= {desk.articles[key].site for key in changed & desk.articles.keys()}
    signed = sign(desk, sites, tell)
    counted, repeated, relearned = learn(desk, sites, tell)
    before = grouping.owned(corpus)
    fresh = own_texts(desk, before, repeated, changed, relearned, tell)
    gone = before.keys() - desk.units.keys()
    own = {key: held for key, held in (before | fresh).items() if key in desk.units}
    moved = fresh.keys() | gone
    pairs, touched = candidates(before, own, moved, recipe)
    matches, verified = verify(desk, pairs, touched, moved, repeated, tell)
    grouped = families.families(desk.articles, matches)
    outcome = tell_stories(desk, grouped, matches, own, moved, repeated)
    outcome = replace(outcome, now=now or datetime.now(UTC), shingles=counted, boilerplate=repeated, own=fresh)
    grouping.save(corpus, replace(outcome, gone=sorted(gone)))
    done = Updated(signed=signed, sketched=len(fresh), candidates=len(pairs), verified=verified)
    return _counted(corpus, replace(done, sites=tuple(sorted(sites))))


def _counted(corpus: Corpus, done: Updated) -> Updated:
    now = snapshot(corpus, articles=False)
    return replace(
        done,
        articles=corpus.count(),
        matches=len(now.matches),
        families=len(now.families),
        copied_families=sum(len(family.members) > 1 for family in now.families),
        stories=len(now.stories),
        told_stories=sum(len(story.families) > 1 for story in now.stories),
    )


def _silent(stage: str, done: int, total: int) -> None:
    pass
