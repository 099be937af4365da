"""The whole of dedup: what changed → signatures → boilerplate → own texts → candidates → matches → families → stories.

The result is a function of the set of articles and the Recipe. Each stage reads only those before it; an update does
again exactly what a change can have touched, and nothing is iterated.
"""

from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dedup import embedding
from dedup.compiler import expect
from dedup.corpus import Corpus, grouping, saving, vocabularies
from dedup.corpus.saving import Outcome
from dedup.embedding import Embedding
from dedup.gathering import gather
from dedup.given import recipe_of
from dedup.learning import learn
from dedup.memory import give_back, uncollected
from dedup.reading import Desk
from dedup.records import Recipe, Updated
from dedup.stages import Progress, candidates, moved, own_texts, read, read_state, sign, terms
from dedup.telling import tell_stories
from dedup.verifying import verify
from dedup.vocabulary import look_up

# Articles that are grouped and stored together: as many as fit into memory, and soon enough that others can write.
_AT_ONCE = 20_000


def update(
    corpus: Corpus,
    recipe: Recipe | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
    embeddings: Path | str | None = None,
) -> Updated:
    """Group what came, changed or went since the last update; return what was done, in counts.

    `recipe` None: the defaults, with the background that was chosen for this corpus. `progress` is called with a stage,
    how much of it is done, and how much there is. `embeddings` is the folder of a model2vec model, by which stories are
    told across languages. Raises RecipeError when the corpus was grouped by another recipe, background or embedding,
    Busy while another process updates it, GemaError for a folder without such a model or a recipe that none can follow.
    """
    words = embedding.opened(embeddings) if embeddings is not None else None
    with corpus.alone("updating"), corpus.moved_beside(), uncollected():
        return _update(corpus, _recipe(corpus, recipe, words), words, now or datetime.now(UTC), progress or _silent)


def rebuild(
    corpus: Corpus,
    recipe: Recipe | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
    embeddings: Path | str | None = None,
) -> Updated:
    """Group the whole corpus anew, by another recipe if need be; families and stories keep their ids.

    See `update` for what it is given.
    """
    words = embedding.opened(embeddings) if embeddings is not None else None
    with corpus.alone("updating"), corpus.moved_beside(), uncollected():
        wanted = _recipe(corpus, recipe, words)
        saving.forget_results(corpus)
        done = _update(corpus, wanted, words, now or datetime.now(UTC), progress or _silent)
        vocabularies.drop_unused(corpus)
    return done


def _recipe(corpus: Corpus, given: Recipe | None, words: Embedding | None) -> Recipe:
    recipe = vocabularies.chosen(corpus) if given is None else recipe_of(given)
    vocabularies.background(corpus, recipe.story_background)
    return replace(recipe, story_embedding=words.fingerprint) if words else recipe


def _update(corpus: Corpus, recipe: Recipe, words: Embedding | None, now: datetime, tell: Progress) -> Updated:
    grouping.check_recipe(corpus, recipe)
    expect(corpus.count())
    done = Updated()
    # What comes while this runs is for the next update: a crawl would keep this one from ever ending.
    waiting = grouping.waiting(corpus)
    while waiting > 0 and (changed := grouping.take_changes(corpus, _AT_ONCE)):
        waiting -= len(changed)
        look_up(corpus, recipe, words, now, tell)
        step = _group(corpus, recipe, changed, now, tell)
        give_back()
        done = replace(
            step,
            signed=done.signed + step.signed,
            sketched=done.sketched + step.sketched,
            candidates=done.candidates + step.candidates,
            verified=done.verified + step.verified,
        )
    tell_stories(corpus, recipe, now, tell)
    return replace(done, **grouping.counts(corpus))


def _group(corpus: Corpus, recipe: Recipe, changed: Set[str], now: datetime, tell: Progress) -> Updated:
    """Find the copies of what changed, store them, and return what was done."""
    state = read_state(corpus, changed)
    desk = Desk(corpus, recipe, state.sites.numbers)
    with ThreadPoolExecutor(1) as beside:
        # Copies depend neither on signatures nor on what is told.
        signing = beside.submit(sign, desk, state)
        read(desk, state, tell)
        sampled, unsampled = learn(desk, state, tell)
        again, retold = moved(desk, state, changed)
        own, raw = own_texts(desk, state, again, tell)
        telling = beside.submit(terms, desk, state, retold)
        pairs, others = candidates(desk, state, again, own, raw)
        verified = verify(desk, state, pairs, set(again.tolist()), set(others.tolist()), changed, tell)
        families = gather(corpus, recipe, changed, verified)
        signed, told = signing.result(), telling.result()
    outcome = Outcome(
        units=state.units,
        units_before=state.before,
        moves=state.moves,
        sites=state.sites,
        sites_before=state.sites_before,
        samples=sampled,
        unsampled=unsampled,
        keys=state.new[0],
        holders=state.new[1],
        told=told,
        untold=state.moves.left,
        dropped=verified.dropped,
        matches=verified.found,
        families=families.found,
        before=families.before,
        dissolved=families.dissolved,
        aliases=families.aliases,
        changes=families.changes,
        merged=families.merged,
    )
    saving.save(corpus, recipe, outcome, now)
    saving.tidy(corpus, state.units.sites >= 0)
    return Updated(signed=signed, sketched=len(again), candidates=len(pairs), verified=verified.count)


def _silent(stage: str, done: int, total: int) -> None:
    pass
