"""The same matches and families on Apache Spark 4, for more articles than one machine holds.

    articles = spark.read.parquet("articles/")               # columns id, site, title, text
    matches(spark, articles).write.parquet("matches/")
    families(spark, articles, found=spark.read.parquet("matches/")).write.parquet("families/")

Reading, boilerplate of a site, matching and the template cut are the functions that `update` calls, run in Spark's
Python workers (which need this package) through Arrow. Only counts, joins and components are Spark's own. Nothing
comes to the driver; the most that one worker holds is one site's texts, one key's holders, or the matches of one
component. What several steps need is kept with `localCheckpoint`: losing an executor ends the job with Spark's error.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from operator import itemgetter
from typing import Any

import numpy as np

from dedup import boilerplate, cutting, index, matching, minhash, ordering, own_text
from dedup import families as joined
from dedup.arrays import Hashes64, Postings, Reading
from dedup.compiler import WORTH_COMPILING, expect
from dedup.corpus.rows import text_hash
from dedup.corpus.units import empty
from dedup.errors import SourceError
from dedup.given import recipe_of
from dedup.reading import reading
from dedup.records import Article, Match, Measures, Passage, Recipe, Relation

try:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession, Window
    from pyspark.sql import functions as F
except ModuleNotFoundError as error:
    message = "dedup.spark needs pyspark and pyarrow: pip install 'gema-news[spark]'"
    raise ModuleNotFoundError(message, name=error.name) from error

Rows = Iterator[dict[str, Any]]

_COLUMNS = ("id", "site", "title", "text")
_BATCH_ROWS = 10_000

# Spark has no unsigned numbers: hashes travel as the int64 of the same bits.
_HASHES = pa.list_(pa.int64())
_ARTICLES = pa.schema([(name, pa.string()) for name in _COLUMNS])
_COUNTED = pa.schema([("site", pa.string()), ("key", pa.int64()), ("families", pa.int64())])
_OWN = pa.schema(
    [
        *((name, pa.string()) for name in ("unit", "digest")),
        ("own", pa.binary()),
        *((name, pa.int64()) for name in ("hash", "order")),
        ("keys", _HASHES),
    ]
)
_SUPPORTED = pa.schema([("a", pa.string()), ("b", pa.string()), ("shorter", pa.int64())])
_NUMBERS = {float: pa.float64(), int: pa.int64()}
_MATCHES = pa.schema(
    [
        *((name, pa.string()) for name in ("a", "b", "relation", "reason")),
        ("measures", pa.struct([(name, _NUMBERS[kind]) for name, kind in Measures.__annotations__.items()])),
        ("passages", pa.list_(pa.struct([(name, pa.int64()) for name in Passage.__annotations__]))),
    ]
)
_MEMBERS = pa.schema([("article", pa.string()), ("family", pa.string())])


def matches(spark: SparkSession, articles: DataFrame | Iterable[Article], recipe: Recipe | None = None) -> DataFrame:
    """Return every match: a, b, relation, reason, and the struct `measures` and structs `passages` of a Match.

    `articles` needs the string columns id, site, title and text (null counts as empty); others are ignored. Raises
    SourceError when one is missing or an id stands in several rows.
    """
    return _matches(_listed(spark, articles), recipe_of(recipe))


def families(
    spark: SparkSession,
    articles: DataFrame | Iterable[Article],
    recipe: Recipe | None = None,
    found: DataFrame | None = None,
) -> DataFrame:
    """Return the family of every article: article, family, both ids; a family's id is its smallest article's.

    `found` is what `matches` returned for the same articles and recipe, where it is at hand. Raises SourceError
    like `matches`.
    """
    listed = _listed(spark, articles)
    kept = (_matches(listed, recipe_of(recipe)) if found is None else found).localCheckpoint()
    joining = F.col("relation").isin([relation.value for relation in Relation if relation.joins])
    homes = components(kept.filter(joining).select("a", "b"))
    inside = kept.join(homes.withColumnRenamed("node", "a"), "a")
    inside = inside.join(homes.withColumnRenamed("node", "b"), ["b", "component"])
    members = inside.groupBy("component").applyInArrow(_members, _sql(spark, _MEMBERS))
    every = listed.select(F.col("id").alias("article")).join(members, "article", "left")
    return every.select("article", F.coalesce("family", "article").alias("family"))


def components(edges: DataFrame) -> DataFrame:
    """Return the component of every node of `edges` (a, b): node, component, which is its smallest node.

    Large-star and small-star in turn until every component is a star (Kiveris et al. 2014, "Connected components in
    MapReduce and beyond"): O(log² n) rounds, none larger than the edges.
    """
    higher, lower = F.greatest("a", "b").alias("node"), F.least("a", "b").alias("other")
    stars = edges.select(higher, lower).filter("node > other").distinct().localCheckpoint()
    while not _all_stars(stars):
        stars = _small_star(_large_star(stars)).localCheckpoint()
    centres = stars.select(F.col("other").alias("node"), F.col("other").alias("component")).distinct()
    return stars.select("node", F.col("other").alias("component")).union(centres)


# --- the flow ---------------------------------------------------------------------------------------


def _matches(listed: DataFrame, recipe: Recipe) -> DataFrame:
    units = listed.groupBy("site", "digest").agg(F.min("id").alias("unit"), F.first("text").alias("text"))
    repeated = _repeated(_counted(units, recipe), recipe)
    own = _own_texts(units, repeated, recipe).localCheckpoint()
    pairs = _identical(listed).union(_candidates(own, recipe))
    return _verified(pairs, listed, own, recipe)


def _listed(spark: SparkSession, articles: DataFrame | Iterable[Article]) -> DataFrame:
    """Return the articles with the digest of their texts; equal texts have equal ones."""
    if not isinstance(articles, DataFrame):
        rows = [{name: getattr(article, name) for name in _COLUMNS} for article in articles]
        articles = spark.createDataFrame(pa.Table.from_pylist(rows, _ARTICLES))
    missing = [name for name in _COLUMNS if name not in articles.columns]
    if missing:
        raise SourceError(f"the articles have no column {missing[0]!r}: {', '.join(_COLUMNS)} are needed")
    listed = articles.select(*_COLUMNS).fillna("")
    twice = listed.groupBy("id").count().filter("count > 1").head()
    if twice:
        raise SourceError(f"the id {twice['id']!r} stands in {twice['count']} rows: keep one row of each article")
    return listed.withColumn("digest", F.sha2("text", 256))


def _counted(units: DataFrame, recipe: Recipe) -> DataFrame:
    """Return in how many strict families of each site's sample each key stands: site, key, families."""
    return units.groupBy("site").applyInArrow(
        lambda table: _count_site(table, recipe), _sql(units.sparkSession, _COUNTED)
    )


def _repeated(counted: DataFrame, recipe: Recipe) -> DataFrame:
    """Return each site's boilerplate: site, key. The rule is that of `boilerplate.learn`."""
    here, everywhere = F.col("families"), F.sum("families").over(Window.partitionBy("key"))
    repeats = here >= recipe.boilerplate_families
    repeated = F.sum(F.when(repeats, here).otherwise(0)).over(Window.partitionBy("key"))
    common = counted.withColumn("everywhere", everywhere).withColumn("repeated", repeated).filter(repeats)
    mostly = F.col("repeated") >= recipe.boilerplate_share * F.col("everywhere")
    return common.filter(mostly | (here >= recipe.boilerplate_everywhere)).select("site", "key")


def _own_texts(units: DataFrame, repeated: DataFrame, recipe: Recipe) -> DataFrame:
    """Return every unit's own text: unit, digest, own (one byte a word), hash and keys of its sketch, its order."""
    texts, learned = units.groupBy("site"), repeated.groupBy("site")
    return texts.cogroup(learned).applyInArrow(
        lambda table, keys: _own_site(table, keys, recipe), _sql(units.sparkSession, _OWN)
    )


def _identical(listed: DataFrame) -> DataFrame:
    """Return the pairs that tie articles of equal texts, each to the first: a, b, whole."""
    first = F.min("id").over(Window.partitionBy("digest"))
    pairs = listed.select(first.alias("a"), F.col("id").alias("b"))
    return pairs.filter("a < b").withColumn("whole", F.lit(True))


def _candidates(own: DataFrame, recipe: Recipe) -> DataFrame:
    """Return the candidate pairs of different texts: a, b, whole. The threshold is that of `index.candidates`."""
    holder = F.struct("unit", "digest", "hash", "order", F.size("keys").alias("size")).alias("holder")
    postings = own.select(F.explode("keys").alias("key"), holder).groupBy("key").agg(F.collect_list("holder"))
    held = postings.toDF("key", "holders").filter(F.size("holders") > 1).select("holders")
    pairs = held.mapInArrow(
        lambda batches: _batches(_supported(_rows(batches), recipe), _SUPPORTED), _sql(own.sparkSession, _SUPPORTED)
    )
    shared = pairs.groupBy("a", "b").agg(F.count("*").alias("shared"), F.first("shorter").alias("shorter"))
    enough = F.greatest(F.lit(float(recipe.candidate_keys)), recipe.candidate_share * F.col("shorter"))
    return shared.filter(F.col("shared") >= enough).select("a", "b", F.lit(False).alias("whole"))


def _verified(pairs: DataFrame, listed: DataFrame, own: DataFrame, recipe: Recipe) -> DataFrame:
    """Return the matches among `pairs`, each joined to what matching reads of its two articles."""
    texts = listed.join(own.select(F.col("unit").alias("id"), "own"), "id", "left")
    texts = texts.select("id", F.struct(*_COLUMNS, "own").alias("text"))
    sides = pairs.join(texts.toDF("a", "one"), "a").join(texts.toDF("b", "other"), "b")
    return sides.select("whole", "one", "other").mapInArrow(
        lambda batches: _batches(_compared(_rows(batches), recipe), _MATCHES), _sql(listed.sparkSession, _MATCHES)
    )


# --- stars: edges (node, other), node > other -------------------------------------------------------


def _large_star(edges: DataFrame) -> DataFrame:
    """Tie each larger neighbour of a node to the node's smallest, itself included."""
    both = edges.union(edges.select("other", "node"))
    smallest = F.min(F.least("node", "other")).over(Window.partitionBy("node"))
    larger = both.withColumn("smallest", smallest).filter("other > node")
    return larger.select("other", "smallest").toDF("node", "other").distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Tie each node and its smaller neighbours to the smallest of these."""
    near = edges.withColumn("smallest", F.min("other").over(Window.partitionBy("node")))
    neighbours = near.filter("other > smallest").select("other", "smallest")
    return neighbours.union(near.select("node", "smallest")).toDF("node", "other").distinct()


def _all_stars(edges: DataFrame) -> bool:
    """Return whether every node has one edge down, to a node that has none."""
    ends = edges.selectExpr("node", "1 AS down", "0 AS up").union(edges.selectExpr("other", "0", "1"))
    degrees = ends.groupBy("node").agg(F.sum("down").alias("down"), F.max("up").alias("up"))
    return bool(degrees.filter("down > 1 OR (down = 1 AND up = 1)").isEmpty())


# --- in the workers, who do not know how many texts there are; a cluster is for many --------------------------------


def _count_site(table: pa.Table, recipe: Recipe) -> pa.Table:
    """Return in how many strict families of a site each key stands, as `learning.learn` counts them."""
    expect(WORTH_COMPILING)
    texts = table["text"].to_pylist()
    chosen = np.argsort(_orders(texts, table["site"][0].as_py()))[: recipe.site_sample]
    sketches = minhash.sketches(cutting.cut([texts[place] for place in chosen.tolist()], cores=1), recipe)
    _, found = boilerplate.strict_families(sketches, np.zeros(len(chosen), np.int32), recipe)
    sites = pa.repeat(table["site"][0], len(found.keys))
    return pa.table([sites, found.keys.view(np.int64), found.families], schema=_COUNTED)


def _own_site(table: pa.Table, repeated: pa.Table, recipe: Recipe) -> pa.Table:
    """Return the own text of each unit of a site, given what the site repeats."""
    if not table.num_rows:
        return _OWN.empty_table()
    expect(WORTH_COMPILING)
    learned = boilerplate.table({0: repeated["key"].to_numpy().view(np.uint64)})
    texts = table["text"].to_pylist()
    words = cutting.cut(texts, cores=1)
    own = own_text.own(words, np.zeros(len(texts), np.int64), learned, recipe)
    masks = [own.words[words.words(place)].tobytes() for place in range(len(texts))]
    keys = [own.sketches.of(place).view(np.int64) for place in range(len(texts))]
    orders = _orders(texts, table["site"][0].as_py()).view(np.int64)
    columns = [table["unit"], table["digest"], masks, own.hashes.view(np.int64), orders, keys]
    return pa.table(columns, schema=_OWN)


def _orders(texts: Sequence[str], site: str) -> Hashes64:
    """Return the `Units.order` of texts of one site."""
    numbers = np.array([ordering.text_number(text_hash(text)) for text in texts], dtype=np.uint64)
    return ordering.order(numbers, np.full(len(texts), ordering.site_number(site), dtype=np.uint64))


def _supported(postings: Rows, recipe: Recipe) -> Rows:
    """Yield the pairs of different texts that each key supports, and the keys of the shorter of the two."""
    expect(WORTH_COMPILING)
    for posting in postings:
        holders = posting["holders"]
        leaders = set(_leaders(holders, recipe))
        for one, other in product(leaders, range(len(holders))):
            a, b = sorted((holders[one], holders[other]), key=itemgetter("unit"))
            if a["digest"] != b["digest"] and (other not in leaders or one < other):
                yield {"a": a["unit"], "b": b["unit"], "shorter": min(a["size"], b["size"])}


def _leaders(holders: Sequence[Mapping[str, Any]], recipe: Recipe) -> list[int]:
    """Return the places of the holders that lead a key."""
    units = empty(len(holders))
    units.own[:] = np.array([holder["hash"] for holder in holders], dtype=np.int64).view(np.uint64)
    units.order[:] = np.array([holder["order"] for holder in holders], dtype=np.int64).view(np.uint64)
    everyone = np.arange(len(holders), dtype=np.int32)
    posting = Postings(np.zeros(1, np.uint64), np.array([len(holders)]), everyone)
    found: list[int] = index.leaders(posting, units, np.ones(len(holders), dtype=bool), recipe).units.tolist()
    return found


def _compared(pairs: Rows, recipe: Recipe) -> Rows:
    """Yield the match of each pair that shares enough for one."""
    expect(WORTH_COMPILING)
    for pair in pairs:
        one, other = (_reading(pair[side], pair["whole"], recipe) for side in ("one", "other"))
        match = matching.compare(one, other, recipe)
        if match.measures.containment >= recipe.floor:
            yield _row(match)


def _row(match: Match) -> dict[str, Any]:
    passages = [passage._asdict() for passage in match.passages]
    return match._asdict() | {"measures": match.measures._asdict(), "passages": passages}


def _reading(text: Mapping[str, Any], whole: bool, recipe: Recipe) -> Reading:
    words, title = cutting.parts(cutting.by_words([text["text"], text["title"]]))
    own = np.ones(len(words.hashes), dtype=bool) if whole else np.frombuffer(text["own"], dtype=bool)
    return reading(text["id"], text["site"], title, words, own, recipe)


def _members(table: pa.Table) -> pa.Table:
    """Return the families of one component's articles, given all matches among them."""
    found = [
        Match(row["a"], row["b"], Relation(row["relation"]), "", Measures(**row["measures"]))
        for row in table.to_pylist()
    ]
    grouped = joined.families({end for match in found for end in (match.a, match.b)}, found)
    rows = [{"article": member, "family": family.id} for family in grouped for member in family.members]
    return pa.Table.from_pylist(rows, _MEMBERS)


# --- Arrow ------------------------------------------------------------------------------------------


def _rows(batches: Iterable[pa.RecordBatch]) -> Rows:
    for batch in batches:
        yield from batch.to_pylist()


def _batches(rows: Rows, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while chunk := list(islice(rows, _BATCH_ROWS)):
        yield pa.RecordBatch.from_pylist(chunk, schema)


def _sql(spark: SparkSession, schema: pa.Schema) -> Any:
    """Return `schema` as Spark spells it."""
    return spark.createDataFrame(schema.empty_table()).schema
