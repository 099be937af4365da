"""Text and cost of extraction, ours and others', side by side on the measuring sets.

`python -m tests.benchmarks.extraction [--peers]`: F1, precision, recall of text by 4-word shingles, on all pages and on
every other one; the paired bootstrap interval of the gain over trafilatura's defaults; CPU a page, and its ratio to
`bare_extraction(with_metadata=True)`. `--peers` adds resiliparse and readability-lxml where they are installed.
"""

import argparse
import gzip
import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from statistics import fmean
from typing import Any

from trafilatura import bare_extraction

from crawler import extraction, markup
from crawler.page import Page
from crawler.paragraphs import paragraphs
from dedup import Article
from tests.quality.scores import shingles_shared
from tests.shared import SHARED

SETS = ("aeb", "pages-world")
RESAMPLES = 2_000
BASE = "trafilatura, defaults, with metadata"
Extract = Callable[[Page], str]
# Of a page: shingles shared with the truth, those of the truth, those that were found.
Counts = tuple[int, int, int]


@dataclass(slots=True)
class Measured:
    """What one extractor found and took: counts by page, CPU seconds together."""

    counts: list[Counts] = field(default_factory=list)
    seconds: float = 0.0


def ours(page: Page) -> str:
    """Return the text of what the crawl would keep."""
    found = extraction.read([page])
    return found.text if isinstance(found, Article) else ""


def text_alone(page: Page) -> str:
    """Return the text without metadata, language, furniture and credits."""
    tree = markup.tree_of(page)
    return "" if tree is None else "\n".join(paragraphs(tree))


def trafilatura(**options: Any) -> Extract:
    """Return trafilatura with these options."""

    def extract(page: Page) -> str:
        document = bare_extraction(page.body, url=page.url, **options)
        return getattr(document, "text", None) or ""

    return extract


def extractors(peers: bool) -> dict[str, Extract]:
    """Return what is measured, by name."""
    found = {
        "Gema": ours,
        "Gema, text alone": text_alone,
        BASE: trafilatura(with_metadata=True),
        "trafilatura, defaults": trafilatura(),
        "trafilatura, fast": trafilatura(fast=True),
        "trafilatura, fast, with metadata": trafilatura(fast=True, with_metadata=True),
        "trafilatura, precision": trafilatura(favor_precision=True),
        "trafilatura, recall": trafilatura(favor_recall=True),
    }
    return found | (_peers() if peers else {})


def _peers() -> dict[str, Extract]:
    found: dict[str, Extract] = {}
    if find_spec("resiliparse"):
        from resiliparse.extract.html2text import extract_plain_text  # type: ignore[import-not-found]

        found["resiliparse"] = lambda page: extract_plain_text(markup.decoded(page), main_content=True)
    if find_spec("readability"):
        from lxml.html import fromstring
        from readability import Document  # type: ignore[import-not-found]

        found["readability-lxml"] = lambda page: fromstring(Document(markup.decoded(page)).summary()).text_content()
    return found


def pages(name: str) -> Iterator[tuple[Page, str]]:
    """Yield the pages of a set, and their text."""
    folder = SHARED / "data" / name
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    for key in sorted(truth):
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        url = truth[key].get("url") or f"http://page.test/{key}"
        yield Page(url, body, "text/html"), truth[key].get("articleBody") or ""


def measure(name: str, found: dict[str, Extract]) -> dict[str, Measured]:
    """Return what each extractor found on a set; page by page in turn, so that a busy machine is fair to all."""
    results = {each: Measured() for each in found}
    for number, (page, truth) in enumerate(pages(name)):
        for each, extract in found.items():
            if not number:
                extract(page)  # Models and word lists are loaded once in the life of a process.
            began = time.process_time()
            text = extract(page)
            results[each].seconds += time.process_time() - began
            results[each].counts.append(shingles_shared(truth, text))
    return results


def f1(counts: Sequence[Counts]) -> tuple[float, float, float]:
    """Return F1, precision and recall: each page weighs the same, as in article-extraction-benchmark."""
    precision = fmean([shared / predicted for shared, _, predicted in counts if predicted] or [0])
    recall = fmean([shared / wanted for shared, wanted, _ in counts if wanted] or [0])
    return 2 * precision * recall / ((precision + recall) or 1), precision, recall


def interval(one: Sequence[Counts], other: Sequence[Counts]) -> tuple[float, float]:
    """Return the 95 % interval of how much higher the F1 of `one` is, from resampled pages."""
    draw = random.Random(20261123)
    gains = []
    for _ in range(RESAMPLES):
        drawn = draw.choices(range(len(one)), k=len(one))
        gains.append(f1([one[index] for index in drawn])[0] - f1([other[index] for index in drawn])[0])
    gains.sort()
    return gains[int(0.025 * RESAMPLES)], gains[int(0.975 * RESAMPLES)]


def table(name: str, results: dict[str, Measured]) -> Iterator[str]:
    """Yield the lines of a set's table."""
    base = results[BASE]
    yield f"\n{name}: {len(base.counts)} pages\n"
    yield "| | F1 (P/R) | even, odd pages | gain over the defaults, 95 % | ms a page | ratio |"
    yield "|---|---|---|---|---|---|"
    for each, measured in results.items():
        all_, precision, recall = f1(measured.counts)
        even, odd = f1(measured.counts[::2])[0], f1(measured.counts[1::2])[0]
        low, high = interval(measured.counts, base.counts) if measured is not base else (0.0, 0.0)
        yield (
            f"| {each} | {all_:.4f} ({precision:.4f}/{recall:.4f}) | {even:.4f}, {odd:.4f} | {low:+.4f} – {high:+.4f} "
            f"| {1000 * measured.seconds / len(measured.counts):.1f} | {measured.seconds / base.seconds:.2f} |"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="resiliparse and readability-lxml too, where installed")
    found = extractors(parser.parse_args().peers)
    logging.disable(logging.CRITICAL)
    if not SHARED.is_dir():
        raise SystemExit(f"no measuring data at {SHARED}: set GEMA_SHARED to where it is")
    for name in SETS:
        print("\n".join(table(name, measure(name, found))), flush=True)


if __name__ == "__main__":
    main()
