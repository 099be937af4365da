"""What an update asks the corpus: what waits, what is stored of articles, what was found of them before."""

from collections.abc import Iterable, Mapping, Set
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection, LargeBinary, bindparam, func, select, update

from dedup import ordering
from dedup.arrays import Hashes32
from dedup.corpus import many, schema, unreadable
from dedup.corpus.many import chunks
from dedup.corpus.results import read_pairs, stored_matches
from dedup.corpus.store import Corpus
from dedup.errors import RecipeError
from dedup.given import recipe_of
from dedup.ordering import in_order
from dedup.records import Match, Recipe, Verdict

# Soon stored: others can write in between.
_SIGNATURES_AT_ONCE = 5_000


class Listed(NamedTuple):
    """An article as grouping lists it: everything but its text, of which `text_id` speaks."""

    id: str
    number: int
    site: str
    title: str
    language: str
    text_id: int
    age: tuple[str, str]
    day: int = ordering.UNDATED


def check_recipe(corpus: Corpus, recipe: Recipe) -> None:
    """Raise RecipeError when the corpus holds results of another recipe, GemaError where this is none that can be."""
    recipe_of(recipe)
    with corpus.reading() as connection:
        stored = facts(connection).get("recipe")
    if stored is not None and (used := unreadable.recipe(stored)) != recipe.as_dict():
        other = _other(used, recipe)
        raise RecipeError(
            f"the corpus {corpus.address} was grouped by {other}; `dedup rebuild` groups it anew by this one"
        )


def _other(used: Mapping[str, object], recipe: Recipe) -> str:
    """Return what is another in the recipe that was used."""
    others = {name for name, value in recipe.as_dict().items() if used.get(name) != value}
    if others == {"story_background"}:
        wanted = recipe.story_background or "the prior alone"
        return f"another background of words than {wanted}, which `dedup background` has chosen since"
    if others == {"story_embedding"}:
        held, wanted = (str(name)[:12] for name in (used["story_embedding"], recipe.story_embedding))
        given = f"the embedding {wanted} is given" if wanted else "none is given with --embeddings or GEMA_EMBEDDINGS"
        return f"{f'the embedding {held}' if held else 'no embedding'}, and now {given}"
    return "another recipe"


def take_changes(corpus: Corpus, most: int) -> set[str]:
    """Mark some of what changed as taken by this update; return the ids of these articles, about `most` of them."""
    table = schema.changes
    some = select(table.c.article).distinct().order_by(table.c.article).limit(most).scalar_subquery()
    with corpus.transaction() as connection:
        taken = select(table.c.article).where(table.c.taken == 1).limit(1)
        # What an update took that did not come to its end is taken up again first.
        if connection.execute(taken).first() is None:
            connection.execute(update(table).where(table.c.article.in_(some)).values(taken=1))
        return set(connection.execute(select(table.c.article).where(table.c.taken == 1)).scalars())


def waiting(corpus: Corpus) -> int:
    """Return how many articles came, changed or went since they were grouped, as `take_changes` takes them.

    What an update took that did not come to its end, and changed its site since, is taken twice.
    """
    each = select(schema.changes.c.article, schema.changes.c.taken).distinct().subquery()
    with corpus.reading() as connection:
        return connection.execute(select(func.count()).select_from(each)).scalar_one()


def listed(corpus: Corpus, keys: Iterable[str]) -> dict[str, Listed]:
    """Return those of these articles that there are, by id."""
    table = schema.articles
    columns = (table.c.key, table.c.id, table.c.site, table.c.title, table.c.language, table.c.text_id)
    query = select(*columns, *map(schema.as_text, (table.c.first_seen, table.c.published)))
    found = {}
    with corpus.reading() as connection:
        for *row, first_seen, published in many.among(connection, query, table.c.key, keys):
            key, number, site, title, language, text_id = row
            age = (schema.iso(first_seen), key)
            day = schema.published_day(published)
            found[key] = Listed(key, number, site, title, language, text_id, age, day)
    return found


def titles(corpus: Corpus, keys: Iterable[str]) -> dict[str, str]:
    """Return what the articles with these ids are called."""
    return {key: each.title for key, each in listed(corpus, keys).items()}


def ages(corpus: Corpus, keys: Iterable[str] | None = None) -> dict[str, tuple[str, str]]:
    """Return when these articles, or all, were first seen, with their ids: what groups are named by."""
    table = schema.articles
    query = select(table.c.key, schema.as_text(table.c.first_seen))
    with corpus.reading() as connection:
        rows = many.rows(connection, query) if keys is None else many.among(connection, query, table.c.key, keys)
        return {key: (schema.iso(first_seen), key) for key, first_seen in rows}


def alike(corpus: Corpus, keys: Iterable[str], hashes: Iterable[str]) -> list[list[str]]:
    """Return all articles of each text that one of these articles has or that has one of these hashes, sorted.

    Texts of one article are left out.
    """
    table, texts = schema.articles, schema.texts
    groups: dict[int, set[str]] = {}
    mine, named = select(table.c.text_id), select(texts.c.id)
    with corpus.reading() as connection:
        for way, column, wanted in ((mine, table.c.key, keys), (named, texts.c.hash, hashes)):
            held = table.c.text_id.in_(way.where(many.within(connection, column)))
            # Most texts are of one article: these are left out before they are read.
            several = select(table.c.text_id).where(held).group_by(table.c.text_id).having(func.count() > 1)
            query = select(table.c.text_id, table.c.key).where(table.c.text_id.in_(several))
            for number, key in many.each(connection, query, wanted):
                groups.setdefault(number, set()).add(key)
    return [sorted(members) for members in groups.values()]


def texts(corpus: Corpus, text_ids: Iterable[int]) -> dict[int, str]:
    """Return the texts with these numbers."""
    query = select(schema.texts.c.id, schema.texts.c.text)
    with corpus.reading() as connection:
        return dict(many.among(connection, query, schema.texts.c.id, text_ids))


def signed(corpus: Corpus, text_ids: Iterable[int]) -> set[int]:
    """Return which of these texts have a signature."""
    column = schema.signatures.c.text_id
    with corpus.reading() as connection:
        return {number for (number,) in many.among(connection, select(column), column, text_ids)}


class Signed(NamedTuple):
    """The signature of a text, by the text's number, with the text's hash."""

    number: int
    hash: str
    signature: Hashes32


def save_signatures(corpus: Corpus, signed: Iterable[Signed]) -> None:
    """Store the signatures of texts; none of one that was removed meanwhile, whose number another may have by now."""
    for chunk in chunks(signed, _SIGNATURES_AT_ONCE):
        with corpus.transaction() as connection:
            rows = [
                {"number": number, "digest": digest, "values": values.astype("<u4").tobytes()}
                for number, digest, values in chunk
            ]
            many.alter(connection, _SIGNING, rows)


_SIGNING = schema.signatures.insert().from_select(
    ["text_id", "minhash"],
    select(schema.texts.c.id, bindparam("values", type_=LargeBinary)).where(
        schema.texts.c.id == bindparam("number"), schema.texts.c.hash == bindparam("digest")
    ),
)


def matches_of(corpus: Corpus, keys: Iterable[str]) -> dict[tuple[str, str], Match]:
    """Return the stored matches of these articles, each as the two alone make it, by the pair of ids."""
    with corpus.reading() as connection:
        return {(match.a, match.b): match for match in stored_matches(connection, list(keys), alone=True)}


def pairs_of(corpus: Corpus, keys: Iterable[str]) -> set[tuple[str, str]]:
    """Return the pairs of ids of the stored matches of these articles."""
    with corpus.reading() as connection:
        return read_pairs(connection, keys)


def families_of(corpus: Corpus, keys: Iterable[str]) -> dict[str, str]:
    """Return the families that these articles were in, by article."""
    table, articles = schema.family_members, schema.articles
    query = select(articles.c.key, table.c.family).join(articles, articles.c.id == table.c.article_id)
    with corpus.reading() as connection:
        return dict(many.among(connection, query, articles.c.key, keys))


def members_of(corpus: Corpus, families: Iterable[str]) -> set[str]:
    """Return all members of these families."""
    table, articles = schema.family_members, schema.articles
    query = select(articles.c.key).join(table, articles.c.id == table.c.article_id)
    with corpus.reading() as connection:
        return {key for (key,) in many.among(connection, query, table.c.family, families)}


def family_names(corpus: Corpus, names: Iterable[str]) -> set[str]:
    """Return which of these names some family has."""
    with corpus.reading() as connection:
        return named(connection, names)


def pending(corpus: Corpus, keys: Iterable[str]) -> set[str]:
    """Return which of these articles have still to be grouped."""
    table = schema.changes
    query = select(table.c.article).where(table.c.taken == 0)
    with corpus.reading() as connection:
        return {key for (key,) in many.among(connection, query, table.c.article, keys)}


def without(corpus: Corpus, families: Iterable[str], keys: Set[str]) -> set[str]:
    """Return which of these families have no other members than these articles."""
    table, articles = schema.family_members, schema.articles
    query = select(articles.c.key, table.c.family).join(articles, articles.c.id == table.c.article_id)
    asked = set(families)
    with corpus.reading() as connection:
        held = many.among(connection, query, table.c.family, asked)
        return asked - {family for key, family in held if key not in keys}


def verdicts(corpus: Corpus) -> list[Verdict]:
    """Return all verdicts, by the ids of their articles."""
    with corpus.reading() as connection:
        return read_verdicts(connection)


def read_verdicts(connection: Connection) -> list[Verdict]:
    """Return all verdicts as a connection sees them, by the ids of their articles."""
    a, b, table = schema.articles.alias(), schema.articles.alias(), schema.verdicts
    query = select(a.c.key, b.c.key, table.c.together).join(a, a.c.id == table.c.a_id).join(b, b.c.id == table.c.b_id)
    found = (Verdict(*in_order(one, other), bool(together)) for one, other, together in connection.execute(query))
    return sorted(found, key=attrgetter("a", "b"))


def counts(corpus: Corpus) -> dict[str, int]:
    """Return how many articles, matches, families and stories there are, and how many of these of more than one."""
    members = select(schema.family_members.c.family).group_by(schema.family_members.c.family).having(func.count() > 1)
    told = select(schema.story_families.c.story).group_by(schema.story_families.c.story).having(func.count() > 1)
    ways = {
        "articles": select(func.count()).select_from(schema.articles),
        "matches": select(func.count()).select_from(schema.matches),
        "families": select(func.count()).select_from(schema.families),
        "copied_families": select(func.count()).select_from(members.subquery()),
        "stories": select(func.count()).select_from(schema.stories),
        "told_stories": select(func.count()).select_from(told.subquery()),
    }
    with corpus.reading() as connection:
        return {name: connection.execute(way).scalar_one() for name, way in ways.items()}


LAST_UNIT = "last_unit"


def next_unit(connection: Connection) -> int:
    """Return the number that the next new unit gets."""
    return int(facts(connection).get(LAST_UNIT, -1)) + 1


def named(connection: Connection, names: Iterable[str]) -> set[str]:
    """Return which of these are ids of families."""
    column = schema.families.c.id
    return {name for (name,) in many.among(connection, select(column), column, names)}


def facts(connection: Connection) -> dict[str, str]:
    """Return what is noted of the corpus as a whole, by name."""
    return dict(connection.execute(select(schema.facts.c.name, schema.facts.c.value)).all())
