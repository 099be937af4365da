"""The user's five samples, crawled and imported: one story of five families, their furniture gone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dedup import Corpus
from dedup.corpus.results import snapshot
from dedup.explain import explain
from dedup.records import Relation, Snapshot
from dedup.updating import update
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import Press, Text, load
from tests.shared import SHARED

SAMPLES = SHARED / "samples"
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
OUTLETS = ("kabar-timur", "warta-nusa", "suara-pantai", "harian-lembah", "pos-raya")
FURNITURE = re.compile(
    r"^\W*(baca juga|simak juga|this website uses cookies|tinggalkan balasan|alamat email anda)", re.IGNORECASE
)

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples at {SAMPLES} (GEMA_SHARED says where)")


def sample_lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def samples() -> dict[str, list[str]]:
    return {f"sampel-{number}": sample_lines(path) for number, path in enumerate(sorted(SAMPLES.glob("*.txt")))}


def as_text(name: str, lines: list[str], outlet: str, hours_ago: float) -> Text:
    title = next(line for line in lines if len(words(line)) > 3)
    body = tuple(line for line in lines if line != title)
    return Text(name, outlet, title, "Redaksi", "internasional", hours_ago, "sampel", body)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Corpus, dict[str, str]]]:
    """The corpus of a crawl of the whole press with the samples in it, grouped; and each sample's address."""
    place = tmp_path_factory.mktemp("samples")
    press = load()
    added = {
        name: as_text(name, lines, outlet, hours)
        for (name, lines), outlet, hours in zip(samples().items(), OUTLETS, range(5, 50, 9), strict=True)
    }
    address = f"sqlite:///{place / 'corpus.db'}"
    with Newsroom(Press(press.texts | added, press.pairs), NOW) as newsroom:
        seeds = place / "seeds.txt"
        seeds.write_text("\n".join(newsroom.seeds()), encoding="utf-8")
        settings = {
            "CORPUS_URL": address,
            "GUARD_ALLOW": newsroom.guard_allow,
            "NOW": NOW.isoformat(),
            "DOWNLOAD_DELAY": 0,
            "ARCHIVE_ENABLED": False,
        }
        options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"seeds={seeds}", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        urls = {name: newsroom.address_of(name) for name in added}
    with Corpus.open(address) as corpus:
        update(corpus, now=NOW)
        yield corpus, urls


def assert_one_story_of_five_families(now: Snapshot, ids: set[str]) -> None:
    homes = {member: family for family in now.families for member in family.members}
    assert all(homes[name].members == (name,) for name in ids)
    held = {homes[name].id for name in ids}
    stories = [story for story in now.stories if held & set(story.families)]
    assert [set(story.families) for story in stories] == [held]


def test_crawled_with_the_whole_press_they_are_one_story_and_nothing_else(
    crawled: tuple[Corpus, dict[str, str]],
) -> None:
    corpus, urls = crawled
    assert_one_story_of_five_families(snapshot(corpus), {corpus.article(url).id for url in urls.values()})


def test_no_furniture_of_theirs_survives_and_no_sentence_is_lost(crawled: tuple[Corpus, dict[str, str]]) -> None:
    corpus, urls = crawled
    stripped = 0
    for name, lines in samples().items():
        article = corpus.article(urls[name])
        kept = words(article.title + "\n" + article.text + "\n" + article.place)
        joined = " ".join(kept)
        for line in lines:
            if FURNITURE.match(line):
                stripped += 1
                assert " ".join(words(line)) not in joined, f"{name} keeps {line!r}"
                continue
            sentence = " ".join(words(re.sub(r"^(Info Mnokwari|5Blogger|Pyongyang) – ", "", line)))
            assert sentence in joined, f"{name} lost {line!r}"
    assert stripped == 7


def test_explaining_two_of_them_names_the_words_they_share(crawled: tuple[Corpus, dict[str, str]]) -> None:
    corpus, urls = crawled
    told = explain(corpus, urls["sampel-0"], urls["sampel-2"])
    assert told.match.relation is Relation.SAME_STORY
    assert told.match.measures.jaccard < 0.05
    assert {"lavrov", "wonsan", "kcna"} <= set(told.shared_terms)
    assert told.family is None
    assert told.story


def test_imported_from_their_files_they_are_one_story_too(tmp_path: Path) -> None:
    environment = os.environ | {"CORPUS_URL": f"sqlite:///{tmp_path / 'corpus.db'}"}
    files = [str(path) for path in sorted(SAMPLES.glob("*.txt"))]

    def dedup(*arguments: str) -> str:
        command = [sys.executable, "-m", "dedup.cli", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    dedup("import", *files)
    with Corpus.open(environment["CORPUS_URL"]) as corpus:
        stored = list(corpus.articles())
    assert {article.language for article in stored} == {"id"}
    kept = [line for article in stored for line in article.text.splitlines()]
    wanted = [line for lines in samples().values() for line in lines if not FURNITURE.match(line)]
    assert not any(FURNITURE.match(line) for line in kept)
    assert {" ".join(words(line)) for line in wanted} == {
        " ".join(words(line)) for line in (*kept, *(article.title for article in stored if article.title))
    }
    dedup("update")
    dedup("report", "--out", str(tmp_path / "reports"))
    assert (tmp_path / "reports" / "latest" / "index.html").is_file()
    rows = [json.loads(line) for line in dedup("groups", "--json").splitlines()]
    assert [len(row["articles"]) for row in rows] == [1] * 5
    assert len({row["story"] for row in rows}) == 1
    told = dedup("explain", rows[0]["articles"][0]["id"], rows[1]["articles"][0]["url"])
    assert "same-story" in told
