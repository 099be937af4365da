"""The scores that `floors.json` guards: on our own press, and on shared measuring data where there is any.

`python -m tests.quality.scores` prints them beside their floors.
"""

import csv
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from crawler import extraction
from crawler.page import Page
from dedup import Article, Corpus
from dedup.corpus.results import snapshot
from dedup.records import Snapshot
from dedup.updating import update
from tests.benchmarks import stories
from tests.newsroom.articles import articles
from tests.newsroom.texts import load
from tests.quality import furniture_sample
from tests.shared import SHARED

FLOORS = Path(__file__).with_name("floors.json")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def floors() -> dict[str, float]:
    """Return the floor of each score by name."""
    content: dict[str, float] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return content


def press() -> dict[str, float]:
    """Return how well the press's families and stories are found, its texts taken as they are."""
    newsroom = load()
    truth = newsroom.truth()
    now = _grouped(articles(newsroom, NOW))
    precision, recall = _pairs(_homes(now), {name: i for i, held in enumerate(truth.families) for name in held})
    told = {name: str(i) for i, held in enumerate(truth.stories) for name in held}
    return {
        "press family pair precision": precision,
        "press family pair recall": recall,
        "press story BCubed F1": _bcubed(_stories(now), told),
    }


def real_pairs() -> dict[str, float]:
    """Return how real pairs come out: none of a template in a family, those that tell the same in one story."""
    folder = SHARED / "data" / "indonews"
    with (folder / "pairs-dev.tsv").open(encoding="utf-8") as lines:
        pairs = list(csv.DictReader(lines, delimiter="\t"))
    wanted = {pair[side] for pair in pairs for side in ("url_a", "url_b")}
    with (folder / "indonews_docs.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["url"] in wanted]
    now = _grouped(
        Article(url=row["url"], text=row["text"], title=row["title"], site=row["source"], language="id", id=row["url"])
        for row in rows
    )
    homes, told = _homes(now), _stories(now)
    same = [pair for pair in pairs if pair["label"] == "1"]
    other = [pair for pair in pairs if pair["label"] == "0"]
    apart = sum(homes[pair["url_a"]] != homes[pair["url_b"]] for pair in other)
    together = sum(told[pair["url_a"]] == told[pair["url_b"]] for pair in same)
    return {
        "real template pairs kept apart": apart / len(other),
        "real same pairs in one story": together / len(same),
    }


def real_events() -> dict[str, float]:
    """Return BCubed F1 of the stories found among English articles of real events."""
    made, truth = stories.events()
    return {"real events story BCubed F1": _bcubed(_stories(_grouped(iter(made))), truth)}


def real_pages(name: str) -> dict[str, float]:
    """Return the mean F1 of text shingles on the pages of `data/<name>`, as their article-extraction scorer does."""
    counts = [
        shingles_shared(known.get("articleBody") or "", found.text if found else "") for known, found in _read(name)
    ]
    precision = fmean(shared / predicted for shared, _, predicted in counts if predicted)
    recall = fmean(shared / wanted for shared, wanted, _ in counts if wanted)
    return {f"{name} text F1": 2 * precision * recall / (precision + recall)}


def real_metadata(name: str) -> dict[str, float]:
    """Return how much of the metadata of the pages of `data/<name>` is exactly what its reference says.

    Titles are compared with white space made one; dates by their day where the page states it or in UTC; authors as
    sets, in any case.
    """
    right: Counter[str] = Counter()
    for known, found in _read(name):
        if found is None:
            continue
        day = datetime.fromisoformat(known["published"])
        days = {day.date(), (day.astimezone(UTC) if day.tzinfo else day).date()}
        right["title"] += " ".join(found.title.split()) == " ".join(known["title"].split())
        right["date"] += found.published is not None and found.published.date() in days
        right["authors"] += set(map(str.casefold, found.authors)) == set(map(str.casefold, known["authors"] or []))
    return {f"{name} {field} exact": right[field] / len(_read(name)) for field in ("title", "date", "authors")}


@cache
def _read(name: str) -> list[tuple[dict[str, Any], Article | None]]:
    """Return what is known of each page of `data/<name>`, and the article read from it."""
    folder = SHARED / "data" / name
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    read = []
    for key, known in truth.items():
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        found = extraction.read([Page(known.get("url") or f"http://page.test/{key}", body, "text/html")])
        read.append((known, found if isinstance(found, Article) else None))
    return read


def shingles_shared(truth: str, found: str, length: int = 4) -> tuple[int, int, int]:
    """Return how many shingles of words two texts share, counted as often as they stand, and how many each has."""
    wanted, predicted = (
        Counter(tuple(words[i : i + length]) for i in range(max(1, len(words) - length + 1)) if words)
        for words in (re.findall(r"\w+", truth), re.findall(r"\w+", found))
    )
    return sum((wanted & predicted).values()), wanted.total(), predicted.total()


def _grouped(found: Iterator[Article]) -> Snapshot:
    with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        corpus.add(found)
        update(corpus, now=NOW)
        return snapshot(corpus)


def _homes(now: Snapshot) -> dict[str, str]:
    return {member: family.id for family in now.families for member in family.members}


def _stories(now: Snapshot) -> dict[str, str]:
    told = {family: story.id for story in now.stories for family in story.families}
    return {article: told[family] for article, family in _homes(now).items()}


def _pairs(found: Mapping[str, object], truth: Mapping[str, object]) -> tuple[float, float]:
    pairs = list(combinations(sorted(truth), 2))
    joined = sum(found[a] == found[b] for a, b in pairs)
    wanted = sum(truth[a] == truth[b] for a, b in pairs)
    both = sum(found[a] == found[b] and truth[a] == truth[b] for a, b in pairs)
    return both / max(joined, 1), both / max(wanted, 1)


def _bcubed(found: Mapping[str, str], truth: Mapping[str, str]) -> float:
    """Return the F1 of BCubed precision and recall (Bagga and Baldwin 1998)."""
    return stories.bcubed(found, truth)[2]


def all_scores() -> dict[str, float]:
    """Return every score that can be taken here."""
    scores = press()
    if SHARED.is_dir():
        scores |= real_pairs() | real_events() | real_pages("aeb") | real_pages("pages-world")
        scores |= real_metadata("pages-world") | furniture_sample.scores()
    else:
        print(f"no measuring data at {SHARED}: only the press is scored (set GEMA_SHARED)", file=sys.stderr)
    return scores


if __name__ == "__main__":
    known = floors()
    for name, score in all_scores().items():
        print(f"{score:.4f}  (floor {known[name]:.4f})  {name}")
