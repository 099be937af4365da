"""What is known of a text that is not stored: who shares text with it, and that asking changes nothing."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from dedup import Article, Corpus, Recipe, find, finding
from dedup.corpus.results import snapshot
from dedup.corpus.verdicts import pin
from dedup.errors import RecipeError
from dedup.finding import why_nothing
from dedup.records import Match, Relation
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import grouped, press_articles, press_grouped, run


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


def test_a_stored_text_is_found_with_what_an_update_ties_it_to(pressed: Corpus) -> None:
    now = snapshot(pressed)
    homes = {member: family.id for family in now.families for member in family.members}
    told = {family: story.id for story in now.stories for family in story.families}
    stored: dict[str, dict[str, Match]] = defaultdict(dict)
    for match in now.matches:
        stored[match.a][match.b] = stored[match.b][match.a] = match
    # Without its site nothing is known of what harian-lembah.test prints under everything.
    asked = sorted(key for key in stored if now.articles[key].site != "harian-lembah.test")[::7]
    assert len(asked) > 8
    for key in asked:
        article = now.articles[key]
        found = find(pressed, article.text, article.title)
        assert found[0].match.relation is Relation.EXACT
        by_id = {each.article.id: each for each in found}
        for other, match in stored[key].items():
            # The site is not asked for, so nothing is a revision or one site's template.
            if match.relation in {Relation.NEAR, Relation.SYNDICATED} and other in by_id:
                assert by_id[other].match.relation is match.relation
                assert by_id[other].match.measures.containment == pytest.approx(match.measures.containment, abs=0.05)
        joined = {other for other, match in stored[key].items() if match.relation.joins}
        texts = {each.article.text for each in found}
        assert {now.articles[other].text for other in joined} <= texts
        for each in found:
            assert (each.family, each.story) == (homes[each.article.id], told[homes[each.article.id]])


def test_passages_are_places_of_both_texts(pressed: Corpus) -> None:
    article = press_articles()[0]
    text = "Kata pengantar yang tidak dikenal siapa pun di sini.\n" + article.text[: len(article.text) // 2]
    found = find(pressed, text)
    assert found[0].article.id == article.id
    for passage in found[0].match.passages:
        ours, theirs = text[passage.a_start : passage.a_end], article.text[passage.b_start : passage.b_end]
        assert ours.split() == theirs.split()


def test_the_nearest_comes_first(pressed: Corpus) -> None:
    copied = next(family for family in snapshot(pressed).families if len(family.members) > 3)
    article = pressed.article(copied.members[0])
    found = find(pressed, article.text + " Satu kalimat tambahan yang baru saja ditulis untuk menguji pencarian ini.")
    assert found[0].article.text == article.text
    shares = [each.match.measures.containment + each.match.measures.jaccard for each in found]
    assert shares == sorted(shares, reverse=True)
    assert len(found) > 1


def test_nothing_is_written(corpus: Corpus, tmp_path: Path) -> None:
    grouped(corpus, *press_articles()[:30])
    address, text = corpus.address, press_articles()[3].text
    corpus.close()
    file = Path(address.removeprefix("sqlite:///"))
    before = file.read_bytes()
    with Corpus.open(address) as opened:
        with opened.reading() as watching:
            version = watching.exec_driver_sql("PRAGMA data_version").scalar_one()
            assert find(opened, text)
            assert watching.exec_driver_sql("PRAGMA data_version").scalar_one() == version
        assert opened.count() == 30
    assert file.read_bytes() == before


def test_what_nobody_has_is_not_found(pressed: Corpus) -> None:
    assert find(pressed, " ".join(f"katabaru{number}" for number in range(300))) == []
    assert why_nothing(" ".join(f"katabaru{number}" for number in range(300))) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the text has no words"),
        (" \n—!\x00", "the text has no words"),
        ("banjir", "a text of fewer than 8 words says too little to be found; this one has 1"),
    ],
)
def test_a_text_that_says_too_little_is_told(pressed: Corpus, text: str, why: str) -> None:
    assert find(pressed, text) == []
    assert why_nothing(text) == why


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_who_asks_with_too_little_is_told(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path, option: tuple[str, ...]
) -> None:
    (tmp_path / "brief.txt").write_text("banjir", encoding="utf-8")
    left = run(capsys, pressed, "find", tmp_path / "brief.txt", *option)
    assert (left.code, left.out) == (2, "")
    assert left.err == (
        f"dedup: {tmp_path / 'brief.txt'}: a text of fewer than 8 words says too little to be found; this one has 1\n"
    )


def test_a_text_longer_than_any_article_is_refused_at_once(pressed: Corpus) -> None:
    text = "kata " * 1_000_001
    assert find(pressed, text) == []
    assert why_nothing(text) == "a text of more than 5,000,000 characters is no article: look for its parts"


def test_a_short_text_is_found_by_the_whole_of_it(corpus: Corpus) -> None:
    brief = "Jembatan Belantik ditutup mulai Senin pagi sampai perbaikan selesai."
    grouped(corpus, Article(url="https://satu.example/1", text=brief, site="satu.example", id="satu"))
    assert [(each.article.id, each.match.relation) for each in find(corpus, brief)] == [("satu", Relation.EXACT)]


def test_what_a_site_repeats_leads_to_none_of_its_articles(corpus: Corpus) -> None:
    footer = " ".join(f"kaki{place}" for place in range(80))
    briefs = [
        Article(
            url=f"https://portal.example/{number}",
            text=" ".join(f"isi{number}x{place}" for place in range(60)) + "\n" + footer,
            site="portal.example",
        )
        for number in range(12)
    ]
    grouped(corpus, *briefs)
    assert find(corpus, footer) == []
    assert [each.article.url for each in find(corpus, briefs[3].text)] == ["https://portal.example/3"]
    pin(corpus, "portal.example", footer, False, NOW)
    update(corpus, now=NOW)
    assert len(find(corpus, footer)) == 12


def test_a_text_made_of_every_article_compares_a_bounded_number(
    pressed: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST", 20)
    everything = "\n".join(article.text for article in pressed.articles())
    found = find(pressed, everything)
    assert 10 <= len(found) <= 20
    assert all(each.match.measures.b_in_a > 0.9 for each in found)
    sought = finding.seek(pressed, everything)
    assert (sought.found, sought.left_out > 50) == (found, True)
    assert finding.seek(pressed, next(pressed.articles()).text).left_out == 0


def test_who_asks_for_too_much_is_told_how_much_was_left_out(
    pressed: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(finding, "MOST", 20)
    (tmp_path / "all.txt").write_text("\n".join(article.text for article in pressed.articles()))
    left = run(capsys, pressed, "find", tmp_path / "all.txt")
    assert "dedup: compared with the 20 articles that share most with it; " in left.err


def test_the_articles_of_one_text_are_bounded_too(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST", 5)
    wire = press_articles()[0]
    grouped(corpus, *(replace(wire, url=f"https://s{n}.example/", id=f"s{n}", site=f"s{n}.example") for n in range(12)))
    assert len(find(corpus, wire.text)) == 5


def test_what_waits_or_went_is_not_found(corpus: Corpus) -> None:
    one, two, three = press_articles()[:3]
    grouped(corpus, one, two)
    corpus.add([three])
    corpus.remove(two.id)
    assert [each.article.id for each in find(corpus, one.text)] == [one.id]
    assert find(corpus, two.text) == []
    assert find(corpus, three.text) == []


def test_another_recipe_is_refused(corpus: Corpus) -> None:
    grouped(corpus, *press_articles()[:3])
    rebuild(corpus, replace(Recipe(), floor=0.2), now=NOW)
    with pytest.raises(RecipeError):
        find(corpus, press_articles()[0].text)


# --- the command ------------------------------------------------------------------------------------


def test_the_command_tells_what_is_known(pressed: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article = press_articles()[0]
    file = tmp_path / "text.txt"
    file.write_text(article.text, encoding="utf-8-sig")
    left = run(capsys, pressed, "find", file, "--title", article.title, "--zone", "Asia/Jakarta")
    assert (left.code, left.err) == (0, "")
    assert left.out.startswith(f"exact  100%  {article.title}\n")
    assert article.url in left.out
    assert f"family {article.id}" in left.out
    lines = [json.loads(line) for line in run(capsys, pressed, "find", file, "--json").out.splitlines()]
    assert (lines[0]["id"], lines[0]["relation"], lines[0]["containment"]) == (article.id, "exact", 1.0)
    assert lines[0]["passages"][0]["text"][0] == 0


def test_the_command_reads_standard_input(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, said, code in ((press_articles()[0].text, "exact", 0), ("banjir", "fewer than 8 words", 2)):
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
        left = run(capsys, pressed, "find", "-")
        assert left.code == code
        assert said in (left.err if code else left.out)


def test_what_is_not_found_is_said(pressed: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.txt").write_text(" ".join(f"katabaru{number}" for number in range(50)))
    assert run(capsys, pressed, "find", tmp_path / "new.txt").out == "nothing in the corpus shares text with it\n"
    left = run(capsys, pressed, "find", tmp_path / "new.txt", "--json")
    assert (left.code, left.out, left.err) == (0, "", "nothing in the corpus shares text with it\n")
    (tmp_path / "short.txt").write_text(" ".join(f"katabaru{number}" for number in range(29)))
    assert "articles of fewer than 30 words" in run(capsys, pressed, "find", tmp_path / "short.txt").out


def test_what_was_not_looked_at_is_said(corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = press_articles()[:2]
    grouped(corpus, one)
    corpus.add([two])
    (tmp_path / "a.txt").write_text(two.text)
    left = run(capsys, corpus, "find", tmp_path / "a.txt")
    assert (left.code, left.out) == (0, "nothing in the corpus shares text with it\n")
    assert left.err == "dedup: 1 article not grouped yet: run `dedup update`\n"


def test_a_file_that_cannot_be_read_is_bad_input(
    pressed: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latin.txt").write_bytes("Kafé di Belantik".encode("latin-1"))
    left = run(capsys, pressed, "find", tmp_path / "latin.txt")
    assert left.code == 2
    assert "latin.txt: not UTF-8 from byte 3 on" in left.err
    for unreadable in (tmp_path / "none.txt", tmp_path):
        left = run(capsys, pressed, "find", unreadable)
        assert (left.code, left.out) == (2, "")
        assert str(unreadable) in left.err


def test_what_an_article_says_does_not_steer_a_terminal(
    corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\x1b[2Jsatu dua \x1b]0;judul\x07 " + " ".join(f"kata{number}" for number in range(60))
    grouped(corpus, *(Article(url=f"https://{s}.example/", text=text, title=text[:30], site=s) for s in "ab"))
    (tmp_path / "a.txt").write_text(text)
    for arguments in (("find", tmp_path / "a.txt"), ("passages",), ("find", tmp_path / "a.txt", "--json")):
        left = run(capsys, corpus, *arguments)
        assert left.code == 0
        assert "judul" in left.out
        assert not {"\x1b", "\x07"} & set(left.out)
