"""Stories of real news beside what others would use, on the same words, in one run.

`python -m tests.benchmarks.stories`: BCubed precision, recall and F1 on `data/stories/events-dev.jsonl`. TF-IDF (log tf
× idf of the set, cosines) with average linkage, DBSCAN (at least two, so that it is single linkage at its radius) and
single-pass clustering by centroids in the order of publication, each at two thresholds: the best for this very set, and
the best for three days of Indonesian news, `data/indonews`, where pairs that tell the same and templates are known, and
pairs drawn by chance count as different. Gema has one recipe for both; and the same with a background of words that was
learned on those articles of the three days that are in no labelled pair.
"""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from dedup import Article, Corpus, counting, cutting
from dedup.arrays import WordCounts
from dedup.corpus import vocabularies
from dedup.corpus.results import snapshot
from dedup.updating import update
from tests.shared import SHARED

Labels = NDArray[np.int64]
Cosines = NDArray[np.float64]
Cluster = Callable[["Set", float], Labels]

_CUTS = np.round(np.arange(0.02, 0.6, 0.02), 2).tolist()
_RANDOM_PAIRS = 2_000


@dataclass(frozen=True, slots=True)
class Set:
    """Articles in the order of publication, and what TF-IDF says of them: a unit vector each, and all cosines."""

    articles: list[Article]
    vectors: csr_array
    cosines: Cosines


def prepared(articles: Sequence[Article]) -> Set:
    """Return articles with their TF-IDF vectors, title and text as one."""
    ordered = sorted(articles, key=lambda each: (each.published or datetime.max.replace(tzinfo=UTC), each.id))
    words = cutting.cut([f"{each.title}\n{each.text}" for each in ordered])
    terms, columns = np.unique(words.hashes, return_inverse=True)
    rows = np.repeat(np.arange(len(ordered)), np.diff(words.ends, prepend=0))
    counts = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(ordered), len(terms)))
    idf = np.log(len(ordered) / np.bincount(counts.indices, minlength=len(terms)))
    weights = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.bincount(np.repeat(np.arange(len(ordered)), np.diff(counts.indptr)), weights**2))
    weights /= np.repeat(np.maximum(lengths, 1e-12), np.diff(counts.indptr))
    vectors = csr_array((weights, counts.indices, counts.indptr), shape=counts.shape)
    return Set(ordered, vectors, (vectors @ vectors.T).toarray())


def average(given: Set, cut: float) -> Labels:
    """Return the clusters of average linkage down to this cosine."""
    distances = 1 - given.cosines
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(np.maximum(distances, 0), checks=False), "average")
    found: Labels = fcluster(tree, 1 - cut, "distance")
    return found


def dbscan(given: Set, cut: float) -> Labels:
    """Return the clusters of DBSCAN, two to a cluster at least, within this cosine."""
    found: Labels = connected_components(csr_array(given.cosines >= cut), directed=False)[1]
    return found


def single_pass(given: Set, cut: float) -> Labels:
    """Return clusters by going through the articles once: each joins the centroid nearest to it, if near enough."""
    labels = np.empty(len(given.articles), np.int64)
    squares = np.zeros(len(labels))
    count = 0
    for place in range(len(labels)):
        # The cosine with a sum of vectors follows from those with each of them.
        shared = np.bincount(labels[:place], given.cosines[place, :place], minlength=count)
        near = shared / np.sqrt(np.maximum(squares[:count], 1e-12))
        best = int(near.argmax()) if count and near.max() >= cut else count
        squares[best] += 1 + 2 * (shared[best] if best < count else 0)
        count = max(count, best + 1)
        labels[place] = best
    return labels


def learned(articles: Sequence[Article]) -> dict[str, WordCounts]:
    """Return what is learned of words from these articles, by language."""
    with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        corpus.add(articles)
        update(corpus)
        return counting.count(corpus)


def gema(articles: Sequence[Article], background: Mapping[str, WordCounts] | None = None) -> dict[str, str]:
    """Return the story of each article, by the default recipe, or that with this background of words."""
    with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        corpus.add(articles)
        vocabularies.choose(corpus, background or {}, datetime.now(UTC))
        update(corpus)
        now = snapshot(corpus, articles=False)
    told = {family: story.id for story in now.stories for family in story.families}
    return {member: told[family.id] for family in now.families for member in family.members}


def bcubed(found: Mapping[str, Any], truth: Mapping[str, str]) -> tuple[float, float, float]:
    """Return BCubed precision, recall and F1 (Bagga and Baldwin 1998)."""
    held, wanted = Counter(found[name] for name in truth), Counter(truth.values())
    both = Counter((found[name], truth[name]) for name in truth)
    precision = sum(both[found[name], truth[name]] / held[found[name]] for name in truth) / len(truth)
    recall = sum(both[found[name], truth[name]] / wanted[truth[name]] for name in truth) / len(truth)
    return precision, recall, 2 * precision * recall / (precision + recall)


def pair_f1(found: Mapping[str, Any], same: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> float:
    """Return F1 of whether pairs are in one story."""
    hits, false = (sum(found[a] == found[b] for a, b in pairs) for pairs in (same, other))
    f1: float = 2 * hits / (hits + false + len(same))
    return f1


def events() -> tuple[list[Article], dict[str, str]]:
    """Return English articles of real events, and the event of each."""
    rows = _rows("stories/events-dev.jsonl")
    made = [
        Article(
            url=row["url"],
            text=row["text"],
            title=row["title"],
            site=row["site"],
            language="en",
            id=row["url"],
            published=datetime.fromisoformat(row["published"]).replace(tzinfo=UTC),
        )
        for row in rows
    ]
    return made, {row["url"]: str(row["story"]) for row in rows}


def indonews() -> tuple[list[Article], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return three days of Indonesian news, pairs that tell the same, and pairs that do not."""
    made = [
        Article(url=row["url"], text=row["text"], title=row["title"], site=row["source"], language="id", id=row["url"])
        for row in _rows("indonews/indonews_docs.jsonl")
    ]
    with (SHARED / "data" / "indonews" / "pairs-dev.tsv").open(encoding="utf-8") as lines:
        pairs = [(row["label"], row["url_a"], row["url_b"]) for row in csv.DictReader(lines, delimiter="\t")]
    chance = random.Random(1)
    drawn = [tuple(article.id for article in chance.sample(made, 2)) for _ in range(_RANDOM_PAIRS)]
    other = [(a, b) for label, a, b in pairs if label == "0"] + [(a, b) for a, b in drawn]
    return made, [(a, b) for label, a, b in pairs if label == "1"], other


def _rows(name: str) -> list[dict[str, Any]]:
    with (SHARED / "data" / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    """Print the table."""
    made, truth = events()
    news, same, other = indonews()
    real, far = prepared(made), prepared(news)
    print(f"{len(made)} articles of {len(set(truth.values()))} events; thresholds chosen on them and on {len(news):,}")
    print(f"{'':34} {'P':>6} {'R':>6} {'F1':>6}   {'cut':>4}   pairs of indonews F1")
    # Those drawn by chance come last, and may be learned from.
    scored = {name for pair in (*same, *other[: len(other) - _RANDOM_PAIRS]) for name in pair}
    words = learned([each for each in news if each.id not in scored])
    for label, background in (("Gema, its one recipe", None), ("Gema, with words learned there", words)):
        p, r, f1 = bcubed(gema(made, background), truth)
        f1_there = pair_f1(gema(news, background), same, other)
        print(f"{label:34} {p:6.3f} {r:6.3f} {f1:6.3f}   {'':4}   {f1_there:.3f}", flush=True)
    ways: dict[str, Cluster] = {
        "TF-IDF, average linkage": average,
        "TF-IDF, DBSCAN": dbscan,
        "TF-IDF, single pass by centroids": single_pass,
    }
    for name, cluster in ways.items():
        here = {cut: bcubed(_named(real, cluster(real, cut)), truth) for cut in _CUTS}
        there = {cut: pair_f1(_named(far, cluster(far, cut)), same, other) for cut in _CUTS}
        for label, cut in (
            ("best here", max(here, key=lambda each: here[each][2])),
            ("best for indonews", max(there, key=lambda each: there[each])),
        ):
            p, r, f1 = here[cut]
            print(f"{name:34} {p:6.3f} {r:6.3f} {f1:6.3f}   {cut:.2f}   {there[cut]:.3f}   {label}", flush=True)


def _named(given: Set, labels: Labels) -> dict[str, int]:
    return {article.id: label for article, label in zip(given.articles, labels.tolist(), strict=True)}


if __name__ == "__main__":
    main()
