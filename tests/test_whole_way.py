"""The whole way: the press crawled over loopback, grouped, and compared with its truth."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

import pytest

from dedup import Article, Corpus
from dedup.corpus.results import snapshot
from dedup.records import Snapshot
from dedup.updating import update
from tests.newsroom.furniture_lines import FURNITURE
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import JOINING, Press, load

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Whole:
    """The press, what the crawl stored of each of its texts, what grouping made of it, and the crawl's last line."""

    press: Press
    stored: dict[str, Article]
    now: Snapshot
    summary: str
    address: str

    @property
    def names(self) -> dict[str, str]:
        """Text ids by article id."""
        return {article.id: name for name, article in self.stored.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    place, press = tmp_path_factory.mktemp("whole-way"), load()
    address = f"sqlite:///{place / 'corpus.db'}"
    with Newsroom(press, NOW) as newsroom:
        seeds = place / "seeds.txt"
        seeds.write_text("\n".join(newsroom.seeds()), encoding="utf-8")
        settings = {
            "CORPUS_URL": address,
            "GUARD_ALLOW": newsroom.guard_allow,
            "NOW": NOW.isoformat(),
            "DOWNLOAD_DELAY": 0,
            "ARCHIVE_DIR": place / "warc",
        }
        options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"seeds={seeds}", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        addresses = {newsroom.address_of(name): name for name in press.texts}
    with Corpus.open(address) as corpus:
        update(corpus, now=NOW)
        now = snapshot(corpus)
    stored = {addresses[article.url]: article for article in now.articles.values() if article.url in addresses}
    return Whole(press, stored, now, done.stderr.splitlines()[-1], address)


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_every_article_of_the_press_is_stored_once_and_nothing_else_is(whole: Whole) -> None:
    assert whole.stored.keys() == whole.press.texts.keys()
    assert len(whole.now.articles) == len(whole.press.texts)


def test_no_paragraph_is_lost_and_nothing_else_kept(whole: Whole) -> None:
    written = {words(part) for text in whole.press.texts.values() for part in text.paragraphs}
    wrong = []
    for name, article in whole.stored.items():
        text = whole.press.texts[name]
        kept = words(article.text)
        wrong += [(name, "lost", part[:60]) for part in text.paragraphs if words(part) not in kept]
        wrong += [(name, "kept", line) for line in FURNITURE[text.outlet] if line in article.text]
        wrong += [(name, "kept", line) for line in article.text.splitlines() if words(line) not in written]
    assert wrong == []


def test_titles_languages_sites_and_times_are_those_of_the_press(whole: Whole) -> None:
    languages = {"berita-semenanjung": "ms", "harbour-gazette": "en", "northern-ledger": "en"}
    wrong: list[tuple[object, ...]] = []
    for name, article in whole.stored.items():
        text = whole.press.texts[name]
        if article.title != text.title or article.site != f"{text.outlet}.test" or article.published is None:
            wrong.append((name, article.title, article.site, article.published))
        elif abs((NOW - article.published).total_seconds() / 3600 - text.hours_ago) > 1 / 30:
            wrong.append((name, "published", article.published))
        elif text.outlet != "viral-sekejap" and article.language != languages.get(text.outlet, "id"):
            wrong.append((name, "language", article.language))
    assert wrong == []


def test_families_and_stories_are_those_of_the_truth(whole: Whole) -> None:
    truth, names = whole.press.truth(), whole.names
    members = {family.id: frozenset(names[member] for member in family.members) for family in whole.now.families}
    stories = {frozenset(name for family in story.families for name in members[family]) for story in whole.now.stories}
    assert set(members.values()) == set(truth.families)
    assert stories == set(truth.stories)


def test_every_declared_copy_has_its_relation(whole: Whole) -> None:
    names = whole.names
    found = {frozenset({names[match.a], names[match.b]}): match for match in whole.now.matches}
    declared = {pair: relation for pair, relation in whole.press.truth().relations.items() if relation in JOINING}
    wrong = []
    for pair, relation in declared.items():
        a, b = sorted(pair)
        # Equal texts are tied to the first of them, not each to each.
        if pair not in found and whole.stored[a].text == whole.stored[b].text:
            continue
        if pair not in found or found[pair].relation != relation:
            wrong.append((a, b, relation, found.get(pair)))
    assert wrong == []


def test_no_other_pair_joins(whole: Whole) -> None:
    home = {text.id: whole.press.root(text) for text in whole.press.texts.values()}
    names = whole.names
    joined = [
        (names[match.a], names[match.b])
        for match in whole.now.matches
        if match.relation.joins and home[names[match.a]] != home[names[match.b]]
    ]
    assert joined == []


def test_a_digest_is_alone_in_its_family_and_its_story(whole: Whole) -> None:
    digests = [text.id for text in whole.press.texts.values() if text.section == "digest"]
    assert digests
    names = whole.names
    homes = {names[member]: family for family in whole.now.families for member in family.members}
    stories = {family: story for story in whole.now.stories for family in story.families}
    assert all(len(homes[name].members) == 1 for name in digests)
    assert all(len(stories[homes[name].id].families) == 1 for name in digests)


def test_the_run_ends_with_one_line_that_says_what_came_of_it(whole: Whole) -> None:
    assert f"{len(whole.press.texts)} new" in whole.summary


def test_groups_as_json_hold_every_article_once(whole: Whole) -> None:
    command = [sys.executable, "-m", "dedup.cli", "groups", "--json", "--corpus", whole.address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    listed = [article["url"] for row in rows for article in row["articles"]]
    assert sorted(listed) == sorted(article.url for article in whole.stored.values())
    assert all({"family", "story", "articles"} <= row.keys() for row in rows)
    assert not any(one["family"] == other["family"] for one, other in combinations(rows, 2))
