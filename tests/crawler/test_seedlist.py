"""Seed lists: what a good one means, and that a bad one names every bad line."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect.detector_factory import PROFILES_DIRECTORY

from crawler import language
from crawler.addresses import canonical
from crawler.seedlist import KINDS, LANGUAGES, Seed, SeedListError, Shard, read, read_all, shard


def write(folder: Path, text: str, name: str = "list.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(SeedListError) as caught:
        read(path)
    return caught.value.problems


def test_a_list_has_one_address_a_line_with_words_after_it(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "\ufeff# news of the east\n\nhttps://a.example/feed kind=feed site=A.example  # hourly\n"
        "http://b.example/index.php?x=1#top\n",
    )
    assert read(path) == (
        Seed("https://a.example/feed", site="a.example", kind="feed", list=str(path), line=3),
        Seed("http://b.example/index.php?x=1", list=str(path), line=4),
    )


def test_each_word_fills_its_place(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "https://a.example/ kind=section site=b.example lang=ID Every=30m depth=0 max=100 follow=/news/*,*.html "
        "skip=/news/video/* follow=/a skip=/b,/b paging=?page=all",
    )
    assert read(path) == (
        Seed(
            "https://a.example/",
            site="b.example",
            kind="section",
            language="id",
            every=timedelta(minutes=30),
            depth=0,
            most=100,
            follow=("/news/*", "*.html", "/a"),
            skip=("/news/video/*", "/b"),
            paging="?page=all",
            list=str(path),
            line=1,
        ),
    )


@pytest.mark.parametrize(
    ("word", "paging"),
    [("auto", ""), ("off", "off"), ("?page=all", "?page=all"), ("&single=1", "&single=1"), ("/all", "/all")],
)
def test_paging_is_found_out_switched_off_or_said(tmp_path: Path, word: str, paging: str) -> None:
    assert read(write(tmp_path, f"https://a.example/ paging={word}"))[0].paging == paging


def test_every_bad_line_is_named_with_file_line_and_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "https://good.example/\nkompas.example.co.id\nftp://old.example/x\nhttps://c.example/ kind=rss\n"
        "https://d.example/ every=often\nhttps://e.example/ site=\nnonsense\nhttps:///path\n",
    )
    found = problems(path)
    assert [line.partition(": ")[0] for line in found] == [f"{path}:{number}" for number in range(2, 9)]


WORDS = "kind=… site=… lang=… every=… depth=… max=… follow=… skip=… paging=…"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("b.example/", "no address: 'b.example/'; did you mean https://b.example/ ?"),
        (
            "https://b.example/,https://c.example/",
            "two addresses in one: 'https://b.example/,https://c.example/'; each has a line of its own",
        ),
        ("nonsense", "no address: 'nonsense'; an address starts with http:// or https://"),
        ("ftp://b.example/x", "cannot collect from ftp: addresses: 'ftp://b.example/x'; only http and https"),
        ("https:///path", "not an address that can be asked for: 'https:///path'"),
        (
            "https://budi:rahasia@b.example/",
            "an address with a user name or password; leave out what stands before the @",
        ),
        ("budi:rahasia@b.example", "an address with a user name or password; leave out what stands before the @"),
        (
            "https://a.example/ https://b.example/?x=1",
            "two addresses in one line; 'https://b.example/?x=1' needs a line of its own",
        ),
        (
            "https://a.example/ langs=id",
            f"unknown word 'langs=id' (did you mean 'lang'?); words after the address: {WORDS}",
        ),
        ("https://a.example/ hourly", f"unknown word 'hourly'; words after the address: {WORDS}"),
        ("https://a.example/ kind", "kind= has no value; like this: kind=feed"),
        ("https://a.example/ site=", "site= has no value; like this: site=example.com"),
        ("https://a.example/ depth=1 depth=2", "depth= is given twice; keep one"),
        ("https://a.example/ kind=feed kind=feed", "kind= is given twice; keep one"),
        ("https://a.example/ paging=auto paging=off", "paging= is given twice; keep one"),
        (
            "https://a.example/ kind=sitmap",
            "unknown kind 'sitmap' (did you mean 'sitemap'?); one of feed, sitemap, section, article, site",
        ),
        ("https://a.example/ kind=rss", "unknown kind 'rss'; one of feed, sitemap, section, article, site"),
        (
            "https://a.example/ site=https://b.example",
            "site=https://b.example: no name of a site; write it like site=example.com",
        ),
        ("https://a.example/ site=[b", "site=[b: no name of a site; write it like site=example.com"),
        (
            "https://a.example/ lang=indonesian",
            "lang=indonesian: no language that can be told; write it like lang=id; there are: " + LANGUAGES,
        ),
        (
            "https://a.example/ every=often",
            "every=often: 'often' is no length of time; write it like 30m, 2h, 1d12h, 2 days or 3 hari",
        ),
        ("https://a.example/ depth=21", "depth=21: not a whole number from 0 to 20"),
        ("https://a.example/ depth=-1", "depth=-1: not a whole number from 0 to 20"),
        ("https://a.example/ max=0", "max=0: not a whole number from 1 to 999999999"),
        ("https://a.example/ max=many", "max=many: not a whole number from 1 to 999999999"),
        (
            "https://a.example/ follow=/a,news/*",
            "'news/*' fits no address: a pattern is about the path and starts with / or *, like /news/*",
        ),
        (
            "https://a.example/ skip=,",
            "',' fits no address: a pattern is about the path and starts with / or *, like /news/*",
        ),
        (
            "https://a.example/ paging=all",
            "paging=all: write auto, off, or what is put behind an article's address "
            "to get all of it on one page: ?page=all, &single=1 or /all",
        ),
    ],
)
def test_each_mistake_has_a_message_of_its_own(tmp_path: Path, line: str, problem: str) -> None:
    path = write(tmp_path, f"# one\n{line}\n")
    assert problems(path) == (f"{path}:2: {problem}",)


def test_a_password_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    (line,) = problems(write(tmp_path, "https://budi:rahasia@b.example/"))
    assert "rahasia" not in line


def test_an_at_sign_behind_the_host_is_part_of_the_address(tmp_path: Path) -> None:
    assert read(write(tmp_path, "https://a.example/@budi"))[0].url == "https://a.example/@budi"


def test_a_repeated_address_is_read_once_and_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, "https://a.example/ max=5 lang=id\nhttps://A.example:443/ lang=id max=5\n")
    with caplog.at_level("INFO"):
        (seed,) = read(path)
    assert seed.line == 1
    assert f"{path}:2: the same address as in line 1, read once" in caplog.text


def test_an_address_that_stands_twice_with_different_words_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path, "https://a.example/ kind=site\nhttps://A.example:443/\n")
    assert problems(path) == (
        f"{path}:2: https://a.example/ stands in line 1 already with other words (kind=site; here: none): "
        "keep one of the two lines",
    )


def test_an_address_in_two_lists_with_different_words_names_both_places(tmp_path: Path) -> None:
    one = write(tmp_path, "https://b.example/\nhttps://a.example/ max=5\n", "1.txt")
    two = write(tmp_path, "https://a.example/ max=6\n", "2.txt")
    with pytest.raises(SeedListError) as caught:
        read_all(f"{tmp_path}/*.txt")
    assert caught.value.problems == (
        f"{two}:1: https://a.example/ stands in {one}:2 already with other words (max=5; here: max=6): "
        "keep one of the two lines",
    )


def test_spellings_of_one_address_are_one_seed_and_have_to_mean_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    path = tmp_path / "seeds.txt"
    path.write_text("http://www.a.example max=5\nhttps://a.example/ max=5\nhttps://a.example/feed\n", encoding="utf-8")
    assert [seed.url for seed in read(path)] == ["http://www.a.example/", "https://a.example/feed"]
    assert f"{path}:2: the same address as in line 1, read once" in caplog.text
    path.write_text("http://a.example/feed\nhttps://www.a.example/feed/ max=6\n", encoding="utf-8")
    with pytest.raises(SeedListError) as told:
        read(path)
    assert told.value.problems == (
        f"{path}:2: https://www.a.example/feed/ stands in line 1 already (as http://a.example/feed) with other words "
        "(none; here: max=6): keep one of the two lines",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no address in this seed list; write one a line"),
        (b"# nothing\n\n", "no address in this seed list; write one a line"),
        (b"\xff\xfeh\x00", "not a text file in UTF-8, so not a seed list"),
    ],
)
def test_a_list_without_text_or_address_is_an_error(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    assert problems(path) == (f"{path}: {reason}",)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedListError, match=r"nowhere\.txt: cannot read this seed list: No such file"):
        read_all(str(tmp_path / "nowhere.txt"))


def test_several_lists_come_by_comma_and_pattern_each_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = write(tmp_path, "https://a.example/ kind=site\n", "1.txt")
    two = write(tmp_path, "https://b.example/\n", "2.txt")
    with caplog.at_level("INFO"):
        seeds = read_all(f"{tmp_path}/*.txt, {one}")
    assert [(seed.url, seed.list) for seed in seeds] == [
        ("https://a.example/", str(one)),
        ("https://b.example/", str(two)),
    ]
    assert not caplog.records


def test_the_problems_of_all_lists_come_together(tmp_path: Path) -> None:
    write(tmp_path, "x\n", "1.txt")
    write(tmp_path, "y\n", "2.txt")
    with pytest.raises(SeedListError) as caught:
        read_all(f"{tmp_path}/*.txt,{tmp_path}/none")
    assert len(caught.value.problems) == 3


def test_no_list_at_all_is_an_error() -> None:
    with pytest.raises(SeedListError, match="names no seed list"):
        read_all(" , ")


@given(st.text(max_size=200))
def test_any_line_is_read_or_refused_with_its_place(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "list.txt"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        lines, starts = [seed.url for seed in read(path)], "http"
    except SeedListError as error:
        lines, starts = list(error.problems), f"{path}:"
    assert lines
    assert all(line.startswith(starts) for line in lines)


visible = st.characters(exclude_categories=("Z", "C"), exclude_characters=",")
patterns = st.lists(
    st.builds(str.__add__, st.sampled_from("/*"), st.text(visible, max_size=9)), max_size=3, unique=True
).map(tuple)
seeds = st.builds(
    Seed,
    url=st.text(max_size=9).map(lambda path: canonical(f"https://a.example/{quote(path)}") or "https://a.example/"),
    site=st.sampled_from(["", "b.example", "127.0.0.1", "xn--bcher-kva.example"]),
    kind=st.sampled_from(["", *KINDS]),
    language=st.sampled_from(["", *LANGUAGES.split()]),
    every=st.none() | st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
    depth=st.none() | st.integers(0, 20),
    most=st.none() | st.integers(1, 999_999_999),
    follow=patterns,
    skip=patterns,
    paging=st.sampled_from(["", "off", "/all"]) | st.text(visible, min_size=1, max_size=9).map("?".__add__),
)


@given(seeds)
def test_a_seed_that_is_written_down_is_read_as_the_same(tmp_path_factory: pytest.TempPathFactory, seed: Seed) -> None:
    path = write(tmp_path_factory.mktemp("same"), f"{seed.url} {seed.words}\n")
    assert read(path) == (replace(seed, list=str(path), line=1),)


@given(seeds, seeds)
def test_options_differ_just_where_what_is_read_of_a_listing_differs(one: Seed, other: Seed) -> None:
    def decides(seed: Seed) -> tuple[object, ...]:
        return seed.language, seed.depth, seed.most, set(seed.follow), set(seed.skip), seed.paging

    assert (one.options == other.options) == (decides(one) == decides(other))
    assert json.loads(one.options).get("paging", "") == one.paging


def test_options_say_nothing_of_what_does_not_decide() -> None:
    seed = Seed("https://a.example/", "b.example", "feed", every=timedelta(hours=1), list="a.txt", line=7)
    assert seed.options == "{}"
    assert replace(seed, follow=("/b", "/a"), depth=0).options == '{"depth":0,"follow":["/a","/b"]}'


@pytest.mark.parametrize(
    ("follow", "skip", "place", "wanted"),
    [
        ((), (), "/anything", True),
        (("/news/*",), (), "/news/1", True),
        (("/news/*",), (), "/news/a/b?c=d", True),
        (("/news/*",), (), "/sport/1", False),
        (("/news/*",), (), "/x/news/1", False),
        (("/news",), (), "/news/1", False),
        (("/news/*", "/sport/*"), (), "/sport/1", True),
        ((), ("*/video/*",), "/news/video/1", False),
        ((), ("*/video/*",), "/news/1", True),
        (("/news/*",), ("/news/live-*",), "/news/live-1", False),
        (("/news/*",), ("/news/live-*",), "/news/1", True),
        (("*?id=*",), (), "/read?id=7", True),
        (("/read?id=7",), (), "/readXid=7", False),
        ((), ("/a.b",), "/aXb", True),
        (("/日本/*",), (), "/%E6%97%A5%E6%9C%AC/1", True),
        (("/%e6%97%a5%e6%9c%ac/*",), (), "/%E6%97%A5%E6%9C%AC/1", True),
        (("/a%2Cb",), (), "/a,b", True),
        (("/",), (), "", True),
        (("/*",), (), "/a%0Ab", True),
    ],
)
def test_patterns_are_about_the_whole_path_and_query(
    follow: tuple[str, ...], skip: tuple[str, ...], place: str, wanted: bool
) -> None:
    assert Seed("https://a.example/", follow=follow, skip=skip).wants(f"https://a.example{place}") is wanted


def test_the_languages_of_seeds_are_those_that_can_be_told() -> None:
    by_langdetect = {path.name.partition("-")[0] for path in Path(PROFILES_DIRECTORY).iterdir()}
    by_py3langid = {code for code, _ in language._model().rank("kabar")}
    # By words of its own.
    assert set(LANGUAGES.split()) == by_langdetect | by_py3langid | {"su"}


@given(st.sets(st.from_regex(r"[a-z]{1,5}\.example", fullmatch=True), min_size=1), st.integers(1, 9))
def test_each_site_is_in_exactly_one_share_with_all_its_seeds(sites: set[str], many: int) -> None:
    all_seeds = [Seed(f"https://{host}{site}/", site=site) for site in sorted(sites) for host in ("", "m.")]
    shares = [shard(all_seeds, f"{part}/{many}") for part in range(1, many + 1)]
    assert sorted((seed for share in shares for seed in share), key=all_seeds.index) == all_seeds
    for share in shares:
        assert all(share.count(seed) == 1 for seed in share)
        assert len(share) == 2 * len({seed.site for seed in share})


def test_a_share_goes_by_the_registered_domain_where_no_site_is_named() -> None:
    listed = [
        Seed("https://www.a.example.com/"),
        Seed("https://b.example.com/feed"),
        Seed("https://x.example", "z.test"),
    ]
    shares = [shard(listed, f"{part}/3") for part in (1, 2, 3)]
    assert any(set(listed[:2]) <= set(share) for share in shares)
    assert Shard(1, 1).holds("anything")


def test_shares_stay_the_same_from_machine_to_machine_and_year_to_year() -> None:
    sites = ["balai.example", "gema.example", "kabar.example", "warta.example"]
    assert [part for site in sites for part in (1, 2, 3) if Shard(part, 3).holds(site)] == [3, 2, 3, 3]


@pytest.mark.parametrize("text", ["", "2", "0/5", "6/5", "2/0", "1/5/5", "a/b", "02/5", "2 / 5", "-1/5"])
def test_what_is_no_share_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no share; write it like 2/5, the second of five"):
        shard([], text)


def test_lists_of_this_project_are_good() -> None:
    folder = Path(__file__).resolve().parents[2] / "seeds"
    assert {seed.list for seed in read_all(f"{folder}/*.txt")} == set(map(str, folder.glob("*.txt")))
