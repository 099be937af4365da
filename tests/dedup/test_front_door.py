"""What `import dedup` hands out, its examples, families at another containment, and a reader that goes away."""

import doctest
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import dedup
from dedup import Article, Corpus, GemaError, Recipe, Relation, compare, copies, find_copies
from dedup.corpus.results import snapshot
from dedup.corpus.verdicts import judge
from dedup.regrouping import curve, is_stored, regroup
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import grouped, press_articles, press_grouped, run
from tests.dedup.test_matching import reworded
from tests.quality.generated.corpus import articles as generated

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


# --- the front door ---------------------------------------------------------------------------------


def test_the_examples_run() -> None:
    found = doctest.testmod(copies)
    assert found.attempted > 5
    assert found.failed == 0


def test_everything_that_is_named_is_there() -> None:
    for name in dedup.__all__:
        assert getattr(dedup, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = dedup.nothing


def test_comparing_two_is_what_an_update_finds(pressed: Corpus) -> None:
    articles = {article.id: article for article in pressed.articles()}
    # What harian-lembah.test prints under everything is known to the corpus alone.
    alone = {name for name, article in articles.items() if article.site != "harian-lembah.test"}
    matches = [match for match in snapshot(pressed).matches if match.relation.joins and {match.a, match.b} <= alone][
        ::9
    ]
    assert len(matches) > 5
    for match in matches:
        assert compare(articles[match.a], articles[match.b]) == compare(articles[match.b], articles[match.a])
        assert compare(articles[match.a], articles[match.b]).relation is match.relation
    with pytest.raises(GemaError, match="have one id"):
        compare(articles[matches[0].a], articles[matches[0].a])


def test_copies_are_found_without_a_corpus(pressed: Corpus) -> None:
    found, now = find_copies(iter(press_articles())), snapshot(pressed)
    assert {family.members for family in found.families} == {family.members for family in now.families}
    assert (found.matches, found.articles) == (now.matches, now.articles)
    assert find_copies([]).families == ()
    strict = find_copies(press_articles(), Recipe(syndicated_share=0.95))
    assert len(strict.families) > len(found.families)


@pytest.mark.parametrize("seed", [11, 12])
def test_in_memory_are_found_the_copies_that_an_update_finds(corpus: Corpus, seed: int) -> None:
    made = [replace(article, fetched=article.published) for article in generated(1_500, seed)]
    corpus.add(made)
    update(corpus, now=NOW)
    found, now = find_copies(made), snapshot(corpus)
    assert {(family.id, family.members) for family in found.families} == {
        (family.id, family.members) for family in now.families
    }
    assert found.matches == now.matches
    assert sum(match.relation is Relation.EXCERPT and "other reports" in match.reason for match in found.matches) > 0


@pytest.mark.parametrize(
    ("recipe", "sites"),
    [(Recipe(site_sample=40), 3), (Recipe(key_holders=4, key_copies=2), 40)],
    ids=["sample", "leaders"],
)
def test_in_memory_the_same_are_chosen_among_many_as_in_a_corpus(corpus: Corpus, recipe: Recipe, sites: int) -> None:
    # Every tenth is carried by nine more, a comma moved: their own sketches are equal, their texts are not.
    made = [
        replace(article, fetched=article.published, site=f"s{(place + copy) % sites}.test", url=f"{article.url}/{copy}")
        for place, article in enumerate(generated(400, 13))
        for copy in range(10 if place % 10 == 0 else 1)
    ]
    made = [replace(article, id="", text=moved(article.text, int(article.url[-1]))) for article in made]
    corpus.add(made)
    update(corpus, recipe, NOW)
    found, now = find_copies(made, recipe), snapshot(corpus)
    assert {family.members for family in found.families} == {family.members for family in now.families}
    assert found.matches == now.matches


def moved(text: str, place: int) -> str:
    """Return a text with a comma behind one of its words more."""
    words = text.split(" ")
    return " ".join([*words[:place], words[place] + ",", *words[place + 1 :]])


def test_in_memory_the_later_of_two_articles_of_one_address_counts() -> None:
    first, later = (
        dedup.Article(url=url, text="x", site="a.test") for url in ("https://a.test/1", "http://www.a.test/1/")
    )
    assert list(find_copies([first, later]).articles.values()) == [replace(later, url=first.url, id=first.id)]
    with pytest.raises(GemaError, match="have one id, 'x'"):
        find_copies([dedup.Article(url=f"https://a.test/{place}", text="x", id="x") for place in range(2)])


# --- families at another containment ----------------------------------------------------------------


def members(found: dedup.Snapshot) -> set[tuple[str, ...]]:
    return {family.members for family in found.families}


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7, 0.85, 1.0])
def test_regrouping_is_what_an_update_by_that_recipe_finds(pressed: Corpus, corpus: Corpus, at: float) -> None:
    corpus.add(press_articles())
    update(corpus, Recipe(syndicated_share=at), now=NOW)
    wanted, found = snapshot(corpus), regroup(pressed, at)
    assert members(found) == members(wanted)
    assert found.matches == wanted.matches
    assert found.recipe == wanted.recipe


def test_the_curve_counts_what_regrouping_finds(corpus: Corpus) -> None:
    corpus.add(generated(500, 9))
    update(corpus, now=NOW)
    pair = next(family.members[:2] for family in snapshot(corpus).families if len(family.members) == 2)
    judge(corpus, *pair, together=False, now=NOW)
    update(corpus, now=NOW)
    for chosen in (Recipe().syndicated_share, 0.45):
        counted = curve(corpus, regroup(corpus, chosen))
        assert chosen in [at for at, *_ in counted]
        assert len({families for _, families, _ in counted}) > 2
        for at, families, articles in counted:
            sizes = [len(family.members) for family in regroup(corpus, at).families if len(family.members) > 1]
            assert (families, articles) == (len(sizes), sum(sizes))


def invented(tag: str, count: int) -> list[str]:
    """Return so many words, others for each tag."""
    chosen = random.Random(tag)
    return ["".join(chosen.choice("bcdfghjklmnprst") + chosen.choice("aeiou") for _ in range(3)) for _ in range(count)]


def filled(tag: str, *numbers: str) -> str:
    """Return a frame filled with six names and these numbers, and a paragraph of its own."""
    facts = [*(invented(f"{tag}{place}", 1)[0].capitalize() for place in range(6)), *numbers]
    frame = [
        word
        for place, fact in enumerate(facts)
        for word in (*invented(f"f{place}", 6), fact, *invented(f"g{place}", 6))
    ]
    return f"{' '.join(frame)}.\n{' '.join(invented(f'p{tag.lower()}', 66))}."


def test_the_curve_compares_frames_again_that_join_nothing_but_as_copies(corpus: Corpus) -> None:
    one, other = filled("A", "1234", "5678"), filled("B", "4321", "8765")
    texts = {"satu": one, "dua": other, "tiga": f"{one}\n{other}"}
    corpus.add(
        Article(url=f"http://{name}.test/1", text=each, site=f"{name}.test", id=name, title=f"Judul {name}")
        for name, each in texts.items()
    )
    update(corpus, now=NOW)
    relations = {(match.a, match.b): match.relation for match in snapshot(corpus).matches}
    assert relations["dua", "satu"] is Relation.TEMPLATE
    counted = curve(corpus, snapshot(corpus))
    assert (0.7, 1, 3) in counted
    for at, families, articles in counted:
        sizes = [len(family.members) for family in regroup(corpus, at).families if len(family.members) > 1]
        assert (families, articles) == (len(sizes), sum(sizes)), at


def test_texts_of_which_nobody_knows_the_site_are_not_of_one(corpus: Corpus) -> None:
    corpus.add(Article(url=f"{name}.txt", text=each, id=name) for each, name in zip(reworded(5), "ab", strict=True))
    update(corpus, now=NOW)
    assert members(snapshot(corpus)) == members(regroup(corpus, 0.5)) == {("a", "b")}
    assert members(regroup(corpus, 0.6)) == {("a",), ("b",)}
    assert {(at, families) for at, families, _ in curve(corpus, snapshot(corpus))} >= {(0.5, 1), (0.55, 1), (0.6, 0)}


def test_regrouping_follows_verdicts_and_stores_nothing(corpus: Corpus) -> None:
    grouped(corpus)
    pair = next(family.members[:2] for family in snapshot(corpus).families if len(family.members) == 2)
    judge(corpus, *pair, together=False, now=NOW)
    before = snapshot(corpus)
    assert not members(regroup(corpus, 0.5)) & {pair}
    assert snapshot(corpus) == before


def test_families_keep_their_ids_where_they_are_the_same(pressed: Corpus) -> None:
    stored = {family.members: family.id for family in snapshot(pressed).families}
    for at in (0.3, 0.5, 0.8):
        found = regroup(pressed, at).families
        assert len({family.id for family in found}) == len(found)
        for family in found:
            assert is_stored(family.id) == (family.members in stored)
            assert family.id == stored.get(family.members, family.id)
    assert {family.id for family in regroup(pressed, 0.5).families} == set(stored.values())


def test_the_command_says_at_which_threshold(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, pressed, "groups", "--at", "0.8")
    copied = [family for family in regroup(pressed, 0.8).families if len(family.members) > 1]
    same = sum(is_stored(family.id) for family in copied)
    assert same < len(copied)
    assert "told more than once" not in left.out
    assert left.out.splitlines()[-1] == (
        f"These are the families at 0.8, not those that are stored, and stories are left out: {same} of {len(copied)} "
        "are stored as they are, the ids of the others end with @0.8."
    )
    rows = [json.loads(line) for line in run(capsys, pressed, "groups", "--at", "0.8", "--json").out.splitlines()]
    assert {row["at"] for row in rows} == {0.8}
    assert sum(row["stored"] for row in rows if len(row["articles"]) > 1) == same


@pytest.mark.parametrize("at", ["0.05", "1.5", "nan"])
def test_below_what_is_stored_there_is_nothing_to_regroup(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    left = run(capsys, pressed, "groups", "--at", at)
    assert (left.code, left.out) == (2, "")
    assert "pairs that share less than 10% of the shorter text are not stored" in left.err


@pytest.mark.parametrize("at", ["0.05", "1.5", "syndicated=0.05"])
def test_a_report_below_what_is_stored_is_refused(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path, at: str
) -> None:
    left = run(capsys, pressed, "report", "--at", at, "--out", str(tmp_path / "reports"))
    assert (left.code, left.out) == (2, "")
    assert "pairs that share less than 10% of the shorter text are not stored" in left.err
    assert not (tmp_path / "reports").exists()


def test_a_report_at_another_threshold_says_so(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    left = run(capsys, pressed, "report", "--at", "syndicated=0.8", "--lang", "id", "--out", str(tmp_path))
    assert left.code == 0
    page = Path(left.out.strip())
    assert "seandainya ambang salinan 80% dari naskah yang lebih pendek" in page.read_text(encoding="utf-8")
    copied = [family for family in regroup(pressed, 0.8).families if len(family.members) > 1]
    assert len(list((page.parent / "families").iterdir())) == len(copied)


@pytest.mark.parametrize("at", ["near=0.6", "much"])
def test_what_is_no_threshold_is_no_argument(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path, at: str
) -> None:
    left = run(capsys, pressed, "report", "--at", at, "--out", str(tmp_path))
    assert left.code == 2
    assert "is no threshold" in left.err


# --- a reader that goes away ------------------------------------------------------------------------


def piped(corpus: Corpus, *arguments: str) -> tuple[int, str, str]:
    """Run a command, read one line of what it says, close the pipe; return its code, this line, and its complaints."""
    command = [sys.executable, "-m", "dedup.cli", *arguments, "--corpus", corpus.address]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        process.stdout.close()
        complaints = process.stderr.read()
        return process.wait(60), line, complaints


@pytest.mark.parametrize("arguments", [("groups", "--json"), ("groups", "--all"), ("export",)])
def test_a_closed_pipe_ends_a_command_without_a_word(pressed: Corpus, arguments: tuple[str, ...]) -> None:
    code, line, complaints = piped(pressed, *arguments)
    assert line
    assert (code, complaints) == (141, "")


def test_a_pipe_that_nobody_ever_reads_does_not_either(corpus: Corpus) -> None:
    grouped(corpus, *(replace(article, title="") for article in press_articles()[:2]))
    command = [sys.executable, "-m", "dedup.cli", "groups", "--corpus", corpus.address]
    shell = ["bash", "-c", '"$@" | true; echo "${PIPESTATUS[0]}"', "bash", *command]
    done = subprocess.run(shell, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_a_command_that_is_read_to_its_end_is_fine(pressed: Corpus) -> None:
    command = [sys.executable, "-m", "dedup.cli", "groups", "--corpus", pressed.address]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert Relation.EXACT.value in done.stdout
