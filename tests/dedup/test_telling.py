"""Stories are a function of the set of articles: whatever their order, batches, days, or what went again."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from dedup import Article, Corpus, Recipe, ordering, placing
from dedup.checking import check
from dedup.corpus import edges, heads, schema, strands
from dedup.corpus.results import snapshot
from dedup.corpus.verdicts import judge
from dedup.days import Days, Held
from dedup.explain import explain
from dedup.ordering import UNDATED
from dedup.records import Relation
from dedup.report.data import overview
from dedup.retelling import retell
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.test_matching import prose

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def told(corpus: Corpus, *batches: Iterable[Article]) -> set[frozenset[str]]:
    """Return the stories of a corpus, as the articles each tells of, once these came."""
    for batch in batches:
        corpus.add(batch)
        update(corpus, now=NOW)
    now = snapshot(corpus)
    members = {family.id: family.members for family in now.families}
    return {frozenset(member for family in story.families for member in members[family]) for story in now.stories}


def keeps_what_tellers_tell(corpus: Corpus) -> bool:
    """Tell whether each family is kept with what its teller tells now."""
    with corpus.reading() as connection:
        rows = strands.of_days(connection, 0, UNDATED)
        known = strands.told(connection, [row.teller for row in rows if row.teller is not None])
    return all(row.teller is not None and row.told == known.get(row.teller, strands.SILENT) for row in rows)


def edges_at_rest(corpus: Corpus) -> dict[int, list[list[int]] | None]:
    """Return the edges of each day that has families."""
    with corpus.reading() as connection:
        held = {day: edges.of_day(connection, day) for day in strands.days(connection)}
    return {day: None if found is None else found.tolist() for day, found in held.items()}


def heads_at_rest(corpus: Corpus) -> dict[int, list[list[int]] | None]:
    """Return the weightiest terms of each day that has families, and where they stand."""
    with corpus.reading() as connection:
        held = {day: heads.of_day(connection, day) for day in strands.days(connection)}
    return {day: None if found is None else [part.tolist() for part in found] for day, found in held.items()}


def report(name: str, subject: str, day: float | None, own: int = 0, words: int = 12) -> Article:
    """Return an article on a subject: some of its sixteen names, and fourteen words that nobody else uses."""
    chosen = random.Random(f"{name}{subject}{own}")
    said = [f"{subject}{letter}" for letter in chosen.sample("abcdefghijklmnop", words)]
    rest = [f"{name}kata{letter}{own}x" for letter in "abcdefghijklmn"]
    mixed = said + [word.translate(str.maketrans("0123456789", "abcdefghij")) for word in rest]
    chosen.shuffle(mixed)
    text = " ".join(mixed)
    published = None if day is None else START + timedelta(days=day)
    return Article(f"http://{name}.test/{name}", text, site=f"{name}.test", language="id", id=name, published=published)


def test_a_story_goes_on_from_day_to_day(corpus: Corpus) -> None:
    days = [report(f"hari{number}", "banjir", number * 5.0) for number in range(4)]
    other = report("lain", "pemilu", 3.0)
    assert told(corpus, [*days, other]) == {frozenset({"hari0", "hari1", "hari2", "hari3"}), frozenset({"lain"})}


def test_what_lies_a_year_apart_is_one_story_where_it_is_alike_enough(corpus: Corpus) -> None:
    title = " ".join(f"gempa{letter}" for letter in "abcdef")
    near, far = (
        replace(report(name, "gempa", day, words=16), title=title) for name, day in (("dulu", 0), ("kini", 400))
    )
    less = report("mirip", "gempa", 800.0, words=8)
    assert told(corpus, [near, far, less]) == {frozenset({"dulu", "kini"}), frozenset({"mirip"})}


@pytest.mark.parametrize("days", [1, 400])
def test_two_reports_of_one_site_are_no_story_where_those_of_two_are(corpus: Corpus, days: int) -> None:
    early, late = report("dulu", "gempa", 0.0), report("kini", "gempa", days)
    assert told(corpus, [early, late]) == {frozenset({"dulu", "kini"})}
    # The address stays, the site is another: both days are told again.
    assert told(corpus, [replace(late, site=early.site)]) == {frozenset({"dulu"}), frozenset({"kini"})}
    explained = explain(corpus, "dulu", "kini")
    assert (round(explained.cosine, 3), explained.less) == (0.346, Recipe().story_site)
    assert told(corpus, [late]) == {frozenset({"dulu", "kini"})}
    assert explain(corpus, "dulu", "kini").less == 0


def test_texts_of_one_folder_count_as_of_no_site(corpus: Corpus) -> None:
    early, late = (
        replace(report(name, "gempa", day), url=f"file:///kumpulan/{name}.txt", site="kumpulan")
        for name, day in (("dulu", 0.0), ("kini", 1.0))
    )
    assert told(corpus, [early, late]) == {frozenset({"dulu", "kini"})}


def test_what_nobody_dated_joins_the_story_it_is_alike_to(corpus: Corpus) -> None:
    dated, undated = report("dulu", "gempa", 0.0, words=16), report("entah", "gempa", None, words=16)
    assert told(corpus, [undated], [dated]) == {frozenset({"dulu", "entah"})}
    # No day comes after what has no date, to ask for its terms.
    assert {day for day, found in heads_at_rest(corpus).items() if found is None} == {UNDATED}


@pytest.mark.parametrize(
    "stated",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 17, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2101, 1, 1, tzinfo=UTC),
    ],
)
def test_a_day_that_stands_for_none_takes_no_family_out_of_its_story(corpus: Corpus, stated: datetime) -> None:
    early, late = report("dulu", "gempa", 0.0, words=12), report("kini", "gempa", 1.0, words=12)
    copy = replace(early, id="salin", url="http://salin.test/1", site="salin.test", published=stated)
    assert told(corpus, [early, late]) == {frozenset({"dulu", "kini"})}
    assert told(corpus, [copy]) == {frozenset({"dulu", "kini", "salin"})}
    with corpus.reading() as connection:
        assert strands.days(connection) == [START.date().toordinal(), START.date().toordinal() + 1]


def test_old_newspapers_have_their_days(corpus: Corpus) -> None:
    old = replace(report("dulu", "gempa", 0.0), published=datetime(1883, 8, 27, tzinfo=UTC))
    told(corpus, [old])
    with corpus.reading() as connection:
        assert strands.days(connection) == [date(1883, 8, 27).toordinal()]


def test_stories_keep_their_ids_while_they_grow_and_when_all_is_told_anew(corpus: Corpus) -> None:
    told(corpus, [report("hari0", "banjir", 0.0), report("lain", "pemilu", 0.0)])
    first = {story.families: story.id for story in snapshot(corpus).stories}
    told(corpus, [report("hari1", "banjir", 1.0)], [report("sebelum", "banjir", -1.0)])
    grown = snapshot(corpus)
    (story,) = (story for story in grown.stories if len(story.families) == 3)
    assert story.id == first[("hari0",)]
    assert all(term.startswith("banjir") for term in story.terms)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == grown


def test_the_label_is_the_title_of_what_is_most_central(corpus: Corpus) -> None:
    titled = [
        replace(report(f"hari{number}", "banjir", 0.0, words=words), title=f"Judul {number}")
        for number, words in enumerate((6, 16, 6))
    ]
    told(corpus, titled)
    (story,) = snapshot(corpus).stories
    assert story.label == "Judul 1"


def test_the_label_is_the_title_of_the_most_central_that_has_one_and_first_words_where_none_has(corpus: Corpus) -> None:
    untitled = [report(f"hari{number}", "banjir", 0.0, words=words) for number, words in enumerate((6, 16, 10))]
    told(corpus, untitled)
    (story,) = snapshot(corpus).stories
    assert story.label == " ".join(untitled[1].text.split()[:14]) + " …"
    # A copy of the most central has a title; then one that is less central, too.
    copy = replace(untitled[1], id="salin", url="http://salin.test/salin", site="salin.test", title="Judul salinan")
    told(corpus, [copy])
    (story,) = snapshot(corpus).stories
    assert story.label == "Judul salinan"
    told(corpus, [replace(copy, title=" "), replace(untitled[2], title="Judul lain")])
    (story,) = snapshot(corpus).stories
    assert story.label == "Judul lain"
    assert retell(corpus, story.id).label == story.label == overview(snapshot(corpus)).stories[0].label
    assert list(check(corpus)) == []
    rebuild(corpus, now=NOW)
    assert snapshot(corpus).stories == (story,)


def test_the_terms_of_a_story_are_those_that_its_texts_share_though_each_repeats_others_more(corpus: Corpus) -> None:
    shared = [f"bersama{letter}kan" for letter in "abcdefgh"]
    own = {name: [f"{name}sendiri{letter}an" for letter in "abcdefghi"] for name in ("satu", "lain")}
    reports = [
        replace(report(name, "banjir", 0.0), text=" ".join(words * 3 + shared * 2)) for name, words in own.items()
    ]
    told(corpus, reports)
    (story,) = snapshot(corpus).stories
    assert len(story.terms) == 5
    assert set(story.terms) <= set(shared)


def test_label_and_terms_do_not_depend_on_which_copy_the_corpus_had_first(new_corpus: Callable[[], Corpus]) -> None:
    first = replace(report("hari", "banjir", 0.0, words=16), title="Judul pertama")
    copy = replace(first, id="abad", url="http://abad.test/abad", site="abad.test", title="Judul salinan")
    copy = replace(copy, text=f"{first.text} tambahan baru", published=START + timedelta(hours=3))
    labels = set()
    for batches in ([first, copy], [copy, first]):
        corpus = new_corpus()
        for hours, one in enumerate(batches):
            corpus.add([one], NOW + timedelta(hours=hours))
            update(corpus, now=NOW + timedelta(hours=hours))
        (story,) = snapshot(corpus).stories
        labels.add((story.label, story.terms))
    assert {label for label, _ in labels} == {"Judul pertama"}
    assert len(labels) == 1


def test_what_no_longer_stands_for_a_short_text_tells_nothing_whichever_came_first(
    new_corpus: Callable[[], Corpus],
) -> None:
    short = [
        Article(f"http://satu.test/{name}", "Lihat foto", title=title, site="satu.test", language="id", id=name)
        for name, title in (("a", "Resep sambal terasi"), ("b", "Gempa mengguncang Cugenang"))
    ]
    terms = []
    for batches in ([short], [short[1:], short[:1]]):
        corpus = new_corpus()
        told(corpus, *batches)
        assert list(check(corpus)) == []
        terms.append({story.label: story.terms for story in snapshot(corpus).stories})
    assert terms[0] == terms[1]


def test_the_label_of_two_families_does_not_depend_on_which_came_first(new_corpus: Callable[[], Corpus]) -> None:
    first = replace(report("hari", "banjir", 0.0, words=16), title="Judul satu")
    copy = replace(first, id="zaman", url="http://zaman.test/zaman", site="zaman.test")
    other = replace(report("kabar", "banjir", 0.0, words=16), title="Judul lain")
    labels = set()
    for batches in ([[first], [copy], [other]], [[copy], [other], [first]], [[other], [first, copy]]):
        corpus = new_corpus()
        assert told(corpus, *batches) == {frozenset({"hari", "zaman", "kabar"})}
        (story,) = snapshot(corpus).stories
        found = retell(corpus, story.id)
        (central,) = (telling for telling in found.tellings if telling.family == found.central)
        assert story.label in {article.title for article in central.articles}
        rebuild(corpus, now=NOW)
        assert snapshot(corpus).stories == (story,)
        labels.add(story.label)
    assert len(labels) == 1


@pytest.mark.parametrize(("seed", "placed"), [(0, 5_000), (1, 1), (2, 7)])
def test_stories_do_not_depend_on_order_batches_or_what_went_again(
    new_corpus: Callable[[], Corpus], monkeypatch: pytest.MonkeyPatch, seed: int, placed: int
) -> None:
    chosen = random.Random(seed)
    subjects = ["banjir", "gempa", "pemilu", "sepak"]
    wanted = [
        report(
            f"kabar{number}",
            chosen.choice(subjects),
            chosen.choice([None, chosen.uniform(0, 4), chosen.uniform(0, 25), chosen.uniform(0, 400)]),
            words=chosen.choice([5, 8, 12, 16]),
        )
        for number in range(40)
    ]
    extra = [
        replace(report(f"sementara{number}", chosen.choice(subjects), chosen.uniform(0, 30), words=16))
        for number in range(8)
    ]
    once = new_corpus()
    whole = told(once, wanted)
    assert any(len(story) > 2 for story in whole)
    assert any(len(story) == 1 for story in whole)
    pieces = new_corpus()
    monkeypatch.setattr(placing, "_AT_ONCE", placed)
    chosen.shuffle(wanted)
    batches = [wanted[start::4] for start in range(4)]
    batches[1] += extra
    told(pieces, *batches)
    for article in extra:
        pieces.remove(article.id)
    assert told(pieces, []) == whole
    assert keeps_what_tellers_tell(pieces)
    assert edges_at_rest(pieces) == edges_at_rest(once)
    assert heads_at_rest(pieces) == heads_at_rest(once)
    before = snapshot(pieces)
    rebuild(pieces, now=NOW)
    assert snapshot(pieces) == before


def test_stories_are_told_on_where_edges_are_not_known_and_then_they_are(new_corpus: Callable[[], Corpus]) -> None:
    chosen = random.Random(5)
    reports = [report(f"kabar{n}", chosen.choice(["banjir", "gempa"]), chosen.uniform(0, 20)) for n in range(30)]
    whole, pieces = new_corpus(), new_corpus()
    expected = told(whole, reports)
    told(pieces, reports[:20])
    with pieces.transaction() as connection:
        edges.save(connection, dict.fromkeys(strands.days(connection)))
        connection.execute(delete(schema.story_heads))
    assert set(edges_at_rest(pieces).values()) == {None}
    assert told(pieces, reports[20:]) == expected
    known = {day: found for day, found in edges_at_rest(pieces).items() if found is not None}
    assert known.items() <= edges_at_rest(whole).items()
    assert sum(map(len, known.values())) > 10


def test_of_a_day_far_away_only_what_a_change_concerns_is_read(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    title = " ".join(f"gempa{letter}" for letter in "abcdef")
    near, far = (
        replace(report(name, "gempa", day, words=16), title=title) for name, day in (("dulu", 0), ("kini", 400))
    )
    less = replace(report("mirip", "banjir", 800.0, words=16), title="gempaa gempab gempac")
    told(corpus, [far, less, *(report(f"lain{day}", "pemilu", float(day)) for day in (400, 800))])
    read: list[int] = []
    original = Days.read

    def noted(self: Days, first: int, last: int) -> list[Held]:
        read.extend((first, last))
        return original(self, first, last)

    monkeypatch.setattr(Days, "read", noted)
    # Both have signs of what comes: one becomes part of its story, the other is looked at and stays.
    assert days_told(corpus, [near]) == 3
    assert told(corpus, []) == {frozenset(story) for story in ({"dulu", "kini"}, {"mirip"}, {"lain400", "lain800"})}
    assert ordering.day(near.published) in read
    assert {ordering.day(each.published) for each in (far, less)}.isdisjoint(read)


def test_a_day_of_which_all_went_leaves_nothing(corpus: Corpus) -> None:
    pair = [report(f"kabar{n}", "banjir", 0.1, words=16) for n in range(2)]
    assert len(told(corpus, pair)) == 1
    for article in pair:
        corpus.remove(article.id)
    assert told(corpus, []) == set()
    with corpus.reading() as connection:
        assert list(connection.execute(select(schema.story_edges))) == []
        assert list(connection.execute(select(schema.story_heads))) == []


def test_so_many_edges_of_a_day_are_not_kept_and_stories_are_the_same(
    new_corpus: Callable[[], Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = random.Random(6)
    reports = [report(f"kabar{n}", chosen.choice(["banjir", "gempa"]), chosen.uniform(0, 6)) for n in range(30)]
    expected = told(new_corpus(), reports)
    monkeypatch.setattr(edges, "_MOST", 8)
    few = new_corpus()
    assert told(few, reports[::2], reports[1::2]) == expected
    assert {found is None for found in edges_at_rest(few).values()} == {True, False}


def test_an_article_that_is_dated_anew_moves(corpus: Corpus) -> None:
    first, second = report("satu", "banjir", 0.0), report("dua", "banjir", 1.0)
    for published, stories in ((second.published, 1), (START + timedelta(days=500), 2)):
        corpus.add([first, replace(second, published=published)])
        update(corpus, Recipe(story_far=0.5), NOW)
        assert len(snapshot(corpus).stories) == stories


def test_a_date_that_is_corrected_counts_for_when_a_footer_became_one(corpus: Corpus) -> None:
    footer = " ".join(f"kaki{place}" for place in range(40))
    pages = [
        Article(
            f"http://situs.test/{number}",
            " ".join(f"isi{number}x{place} Nama{number}y{place}" for place in range(30)) + f"\n{footer}" * (number < 6),
            f"Judul {number}",
            "situs.test",
            language="id",
            published=START + timedelta(days=10 * number),
        )
        for number in range(8)
    ]
    told(corpus, pages, [replace(pages[0], published=START + timedelta(days=45))])
    found = snapshot(corpus)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == found


def test_recipe_decides_how_far_a_week_reaches(new_corpus: Callable[[], Corpus]) -> None:
    two = [report("satu", "banjir", 0.0), report("dua", "banjir", 12.0)]
    for days, stories in ((7, 2), (14, 1)):
        corpus = new_corpus()
        corpus.add(two)
        update(corpus, Recipe(story_days=days, story_apart=0.5), NOW)
        assert len(snapshot(corpus).stories) == stories


FOOTER = (
    "hak cipta redaksi warta harian dilarang menyalin menyiarkan atau mengubah isi laman tanpa izin tertulis penerbit"
)


def longer(name: str, subject: str, day: float, site: str, footer: bool = False) -> Article:
    """Return a longer report of a site that has others, with the site's footer or without."""
    first, second = (report(f"{name}{half}", subject, day, words=14) for half in "pq")
    text = f"{first.text}\n{second.text}" + (f"\n{FOOTER}" if footer else "")
    return replace(first, url=f"http://{site}/{name}", text=text, site=site, id=name)


def fixture(name: str, day: float, site: str, chosen: random.Random) -> Article:
    """Return a page of one frame, filled with other numbers; not so many that it would tell nothing."""
    frame = (
        "harga cabai di pasar {} hari ini tercatat {} rupiah per kilo sedangkan bawang {} rupiah dan beras {} rupiah "
        "demikian catatan petugas dinas perdagangan yang setiap pagi mendatangi kios para pedagang sayur dan bumbu "
        "serta gudang pengepul di belakang terminal lama sebelum truk dari kebun dataran tinggi selesai dibongkar"
    )
    lines = [frame.format(place, *(chosen.randrange(10_000, 90_000) for _ in range(3))) for place in ("induk", "kota")]
    text = "\n".join(lines)
    published = START + timedelta(days=day)
    return Article(f"http://{site}/{name}", text, site=site, language="id", id=name, published=published)


def pages(count: int) -> list[Article]:
    """Return so many pages of one frame, a day after one another, on one site."""
    chosen = random.Random(1)
    return [fixture(f"harga{number}", number, "situs.test", chosen) for number in range(count)]


def test_templates_are_no_story_though_a_third_could_join_either(corpus: Corpus) -> None:
    # So few that the site's frame is not learned: what keeps them apart is that they are templates.
    three = pages(3)
    assert told(corpus, three) == {frozenset({page.id}) for page in three}
    relations = {match.relation for match in snapshot(corpus).matches}
    assert relations == {Relation.TEMPLATE}


def test_what_a_learned_frame_leaves_as_numbers_tells_no_story(corpus: Corpus) -> None:
    four = pages(4)
    assert told(corpus, four) == {frozenset({page.id}) for page in four}
    with corpus.reading() as connection:
        assert all(row.told == strands.SILENT for row in strands.of_days(connection, 0, UNDATED))


@pytest.mark.parametrize(("seed", "placed"), [(0, 1), (1, 5_000), (29, 3), (51, 5_000), (93, 1)])
def test_nor_on_when_footers_templates_and_digests_came(
    new_corpus: Callable[[], Corpus], monkeypatch: pytest.MonkeyPatch, seed: int, placed: int
) -> None:
    chosen = random.Random(seed)
    sites = [f"situs{letter}.test" for letter in "abc"]
    wanted: list[Article] = []
    for number in range(30):
        subject, site = chosen.choice(["banjir", "gempa", "pemilu"]), chosen.choice(sites)
        wanted.append(longer(f"kabar{number}", subject, chosen.uniform(0, 30), site, chosen.random() < 0.6))
    wanted += [fixture(f"harga{n}", chosen.uniform(0, 30), chosen.choice(sites), chosen) for n in range(8)]
    for number in range(6):
        one, other = chosen.sample(wanted[:30], 2)
        both = replace(one, url=f"http://rangkum.test/{number}", id=f"rangkum{number}", site="rangkum.test")
        published = START + timedelta(days=chosen.uniform(0, 30))
        wanted.append(replace(both, text=f"{one.text}\n{other.text}", published=published))
    extra = [longer(f"sementara{number}", "banjir", chosen.uniform(0, 30), sites[0], True) for number in range(6)]
    once = new_corpus()
    whole = told(once, wanted)
    assert any(len(story) > 2 for story in whole)
    pieces = new_corpus()
    monkeypatch.setattr(placing, "_AT_ONCE", placed)
    chosen.shuffle(wanted)
    batches = [wanted[start::5] for start in range(5)]
    batches[1] += extra
    told(pieces, *batches)
    for article in extra:
        pieces.remove(article.id)
    assert told(pieces, []) == whole
    assert keeps_what_tellers_tell(pieces)
    assert edges_at_rest(pieces) == edges_at_rest(once)
    assert heads_at_rest(pieces) == heads_at_rest(once)


def test_a_family_stands_on_its_new_day_though_one_it_shares_an_excerpt_with_is_placed_before_it(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_AT_ONCE", 1)
    one, other, own = prose(1, 100), prose(2, 100), prose(3, 120)
    both = [*own[:60], *one[30:60], *own[60:], *other[30:60]]
    first, second, digest = (
        replace(report(name, "banjir", 0.0), text=" ".join(words))
        for name, words in (("ani", one), ("budi", other), ("rangkum", both))
    )
    told(corpus, [first, digest])
    moved = replace(digest, published=START + timedelta(days=3))
    told(corpus, [second, moved])
    with corpus.reading() as connection:
        (row,) = strands.placed(connection, [digest.id]).values()
    assert (row.day, row.alone) == (ordering.day(moved.published), True)
    before = snapshot(corpus)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == before


def test_what_tells_for_another_family_since_is_found_though_that_one_is_placed_before_its_old_one(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_AT_ONCE", 1)
    words = [f"kata{number}" for number in range(15)]
    earlier = Article("https://satu.test/b", " ".join(words), "Satu", id="b", published=START)
    later = Article("https://dua.test/a", "lain sekali " * 10, "Dua", id="a", published=START + timedelta(days=17))
    corpus.add([earlier, later])
    update(corpus, now=NOW)
    # It goes by the id of the later article, and the earlier one tells for it.
    judge(corpus, "a", "b", together=True, now=NOW)
    update(corpus, now=NOW)
    words[1::3] = ["beda", "pun", "saja", "juga", "lagi"]
    undated = Article("https://tiga.test/c", " ".join(words), "Satu", id="c")
    assert told(corpus, [undated]) == {frozenset("abc")}
    rebuild(corpus, now=NOW)
    assert told(corpus) == {frozenset("abc")}


def days_told(corpus: Corpus, batch: Iterable[Article]) -> int:
    """Return how many days an update tells again when these came."""
    days = []
    corpus.add(batch)
    update(corpus, now=NOW, progress=lambda stage, done, _: days.append(done) if stage == "telling stories" else None)
    return len(days)


def test_weightiest_terms_that_are_not_known_are_stored_once_they_are_asked_for(
    new_corpus: Callable[[], Corpus],
) -> None:
    chosen = random.Random(8)
    whole, pieces = new_corpus(), new_corpus()
    reports = [report(f"kabar{n}", chosen.choice(["banjir", "gempa"]), chosen.uniform(0, 20)) for n in range(40)]
    late = {ordering.day(each.published) for each in reports[36:]}
    told(pieces, reports[:36])
    with pieces.transaction() as connection:
        connection.execute(delete(schema.story_heads))
    assert told(pieces, reports[36:]) == told(whole, reports)
    known = {day: found for day, found in heads_at_rest(pieces).items() if found is not None}
    assert known.items() <= heads_at_rest(whole).items()
    assert known.keys() - late


def test_what_comes_late_has_no_old_day_told_again(corpus: Corpus) -> None:
    subjects = "banjir", "gempa", "pemilu", "sepak"
    days = [longer(f"hari{day}", subjects[day % 4], day, "lama.test", day < 2) for day in range(0, 40, 2)]
    told(corpus, days)
    copy = replace(days[3], url="http://salin.test/a", id="salin", site="salin.test", published=START + timedelta(40))
    assert days_told(corpus, [copy]) == 0
    # The fourth report over a footer: it is learned, but the site is older than a week by then.
    footers = [longer(f"kaki{day}", "kebun", day, "lama.test", footer=True) for day in (41.0, 42.0)]
    assert days_told(corpus, footers) == 2
