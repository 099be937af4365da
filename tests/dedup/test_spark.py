"""Spark finds what `update` finds: the same matches with the same measures, the same families."""

import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup import Article, Corpus, Recipe, boilerplate
from dedup.arrays import Counted
from dedup.corpus.results import snapshot
from dedup.errors import SourceError
from dedup.records import Match, Measures, Passage, Relation
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.newsroom.articles import articles
from tests.newsroom.texts import Press

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

Families = set[frozenset[str]]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def spark() -> Iterator["SparkSession"]:
    for name in ("pyspark", "pyarrow", "pandas"):
        pytest.importorskip(name, reason=f"needs {name}: pip install 'gema-news[spark]'")
    if shutil.which("java") is None:
        pytest.skip("needs java on the PATH")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        environment.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        environment.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        builder = SparkSession.builder.master("local[2]").appName("tests")
        # Compiling plans, and replanning them, takes longer than running them over so few rows.
        for name, value in {
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.codegen.wholeStage": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.log.level": "ERROR",
            "spark.sql.shuffle.partitions": "2",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        yield session
        session.stop()


def by_update(corpus: Corpus, wanted: list[Article], recipe: Recipe) -> tuple[list[Match], Families]:
    corpus.add(wanted)
    update(corpus, recipe, NOW)
    found = snapshot(corpus)
    return list(found.matches), {frozenset(family.members) for family in found.families}


def by_spark(
    spark: "SparkSession", wanted: "list[Article] | DataFrame", recipe: Recipe
) -> tuple[list[Match], Families]:
    from dedup import spark as on_spark

    found = on_spark.matches(spark, wanted, recipe).localCheckpoint()
    members = defaultdict(set)
    for row in on_spark.families(spark, wanted, recipe, found).collect():
        members[row["family"]].add(row["article"])
    assert all(family == min(held) for family, held in members.items())
    return sorted(map(match, found.collect()), key=lambda match: (match.a, match.b)), set(
        map(frozenset, members.values())
    )


def match(row: "Row") -> Match:
    passages = tuple(Passage(*passage) for passage in row["passages"])
    return Match(row["a"], row["b"], Relation(row["relation"]), row["reason"], Measures(*row["measures"]), passages)


def over_one_footer(site: str, count: int) -> list[Article]:
    """Return briefs of one site, each of its own words, over a footer that the sites of its network share."""
    footer = " ".join(f"kaki{place}" for place in range(80))
    return [
        Article(
            url=f"http://{site}.test/{number}",
            text=" ".join(f"isi{site}{number}x{place}" for place in range(60)) + "\n" + footer,
            title=f"Brief {number}",
            site=f"{site}.test",
        )
        for number in range(count)
    ]


def awkward(source: Article) -> list[Article]:
    """Return articles that `update` has rules of its own for: carried ten times, equal, empty, too short to sign."""

    def put(site: str, name: str, text: str) -> Article:
        return Article(url=f"http://{site}.test/{name}", text=text, site=f"{site}.test", id=f"{site}-{name}")

    texts = {"delapan": "satu dua tiga empat lima enam tujuh delapan", "lima": "satu dua tiga empat lima", "kosong": ""}
    carried = [replace(source, url=f"http://antar-nusa.test/lagi/{n}", id=f"carried{n}") for n in range(10)]
    equal = [put(site, name, text) for site in ("satu", "dua", "tiga") for name, text in texts.items()]
    # Other texts of the same few words, and a text that carries these too.
    line = "baca juga kabar lain hari ini"
    short = [put("singkat", f"singkat{number}", line + "!" * number) for number in range(4)]
    return [*carried, *equal, *short, put("singkat", "panjang", f"{source.text}\n{line}")]


def test_spark_finds_the_matches_and_families_of_an_update(spark: "SparkSession", corpus: Corpus, press: Press) -> None:
    written = list(articles(press, NOW))
    # One site alone repeats the first footer; of the second, no site of the network holds half.
    networks = [brief for site in ("jaringan-a", "jaringan-b", "jaringan-c") for brief in over_one_footer(site, 21)]
    portal = [replace(brief, text=brief.text.replace("kaki", "portal")) for brief in over_one_footer("portal", 12)]
    wanted = [*written, *awkward(written[5]), *networks, *portal]
    random.Random(1).shuffle(wanted)
    matches, families = by_update(corpus, wanted, Recipe())
    assert by_spark(spark, wanted, Recipe()) == (matches, families)
    assert {"exact", "near", "syndicated", "template"} <= {match.relation for match in matches}
    assert {frozenset({brief.id}) for brief in (*networks, *portal)} <= families


def test_a_key_of_many_holders_proposes_the_same_pairs_and_parquet_may_hold_more_columns(
    spark: "SparkSession", corpus: Corpus, tmp_path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    recipe = Recipe(key_holders=2, key_copies=1)
    wire = " ".join(f"kawat{place}" for place in range(90))
    wanted = [
        Article(
            url=f"http://situs{number}.test/kawat",
            text=f"{wire}\n" + " ".join(f"tambahan{number}x{place}" for place in range(40)),
            site=f"situs{number}.test",
        )
        for number in range(14)
    ]
    rows = [{"url": one.url, "text": one.text, "title": None, "site": one.site, "id": one.id} for one in wanted]
    columns = [(name, pa.string()) for name in ("url", "text", "title", "site", "id")]
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(columns)), tmp_path / "articles.parquet")
    matches, families = by_update(corpus, wanted, recipe)
    assert by_spark(spark, spark.read.parquet(str(tmp_path / "articles.parquet")), recipe) == (matches, families)
    assert len(matches) == 2 * 12 + 1


def test_the_weakest_tie_between_two_pages_of_one_template_is_cut(spark: "SparkSession") -> None:
    from dedup import spark as on_spark
    from dedup.families import families

    def tie(a: str, b: str, relation: Relation, containment: float) -> Match:
        return Match(a, b, relation, "", Measures(containment, containment, 1.0, 1.0, 9, 1.0, 1.0, 0, 9, 9, 9))

    found = [
        tie("a", "b", Relation.NEAR, 0.9),
        tie("b", "c", Relation.SYNDICATED, 0.6),
        tie("c", "d", Relation.NEAR, 0.8),
        tie("a", "d", Relation.TEMPLATE, 0.9),
        tie("e", "f", Relation.NEAR, 0.9),
        tie("a", "e", Relation.EXCERPT, 0.4),
    ]
    listed = [Article(url=name, text=name, id=name) for name in "abcdefg"]
    rows: list[tuple[object, ...]]
    rows = [(one.a, one.b, one.relation.value, one.reason, one.measures, []) for one in found]
    frame = spark.createDataFrame(rows, on_spark._sql(spark, on_spark._MATCHES))
    grouped = {row["article"]: row["family"] for row in on_spark.families(spark, listed, found=frame).collect()}
    assert grouped == {member: family.id for family in families("abcdefg", found) for member in family.members}
    assert grouped == {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e", "f": "e", "g": "g"}


def test_boilerplate_is_what_learn_takes_it_for(spark: "SparkSession") -> None:
    from dedup import spark as on_spark

    randomness = np.random.default_rng(1)
    sites = {}
    for number in range(8):
        held = np.unique(randomness.integers(0, 400, 150).astype(np.uint64))
        sites[number] = Counted(held, randomness.geometric(0.12, len(held)), np.zeros(len(held), np.int32))
    rows = [
        (f"situs{site}", key, families)
        for site, held in sites.items()
        for key, families in zip(held.keys.tolist(), held.families.tolist(), strict=True)
    ]
    counted = spark.createDataFrame(rows, "site string, key long, families long")
    repeated = {tuple(row) for row in on_spark._repeated(counted, Recipe()).collect()}
    enough = {site: boilerplate.enough(held, Recipe()) for site, held in sites.items()}
    asked = boilerplate.doubtful(enough, Recipe())
    everywhere = np.array([sum(held.families[held.keys == key].sum() for held in sites.values()) for key in asked])
    learned = boilerplate.learn(enough, asked, everywhere, Recipe())
    assert repeated == {(f"situs{site}", key) for site, held in learned.items() for key in held.tolist()}
    assert 0 < len(repeated) < len(rows)


def test_components_are_those_of_scipy(spark: "SparkSession") -> None:
    from dedup import spark as on_spark

    randomness = np.random.default_rng(1)
    edges: list[tuple[int, int]] = []
    size = 0
    # Forests, graphs about the threshold where one component takes all, cliques; then what needs most rounds.
    for nodes, count in [(40, 10), (60, 30), (80, 60), (30, 200)] * 4:
        edges += (size + randomness.integers(0, nodes, (count, 2))).tolist()
        size += nodes
    path = size + randomness.permutation(400)
    edges += [(int(one), int(other)) for one, other in pairwise(path)]
    size += len(path)
    held = sorted({end for one, other in edges if one != other for end in (one, other)})
    ends = np.array(edges)
    labels = connected_components(coo_array((np.ones(len(edges)), (ends[:, 0], ends[:, 1])), shape=(size, size)))[1]
    smallest: dict[int, int] = {}
    expected = {f"{node:04}": f"{smallest.setdefault(labels[node], node):04}" for node in held}
    frame = spark.createDataFrame([(f"{one:04}", f"{other:04}") for one, other in edges], "a string, b string")
    found = [tuple(row) for row in on_spark.components(frame).collect()]
    assert sorted(found) == sorted(expected.items())


def test_articles_that_cannot_be_grouped_are_refused(spark: "SparkSession") -> None:
    from dedup import spark as on_spark

    columns = "id string, site string, title string, text string"
    frame = spark.createDataFrame([("a1", "satu.test", "", "isi")], columns)
    with pytest.raises(SourceError, match="no column 'site': id, site, title, text are needed"):
        on_spark.matches(spark, frame.drop("site"))
    with pytest.raises(SourceError, match="'a1' stands in 2 rows"):
        on_spark.families(spark, frame.union(frame))


def test_without_pyspark_the_message_says_how_to_get_it() -> None:
    code = "import sys, dedup; sys.modules['pyspark'] = None; import dedup.spark"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "dedup.spark needs pyspark and pyarrow: pip install 'gema-news[spark]'"
    )
