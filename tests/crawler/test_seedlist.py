"""Seed lists: what a good one means, and that a bad one names every bad line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.seedlist import Seed, SeedListError, read, read_all


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
        Seed("https://a.example/feed", site="a.example", kind="feed", line=3),
        Seed("http://b.example/index.php?x=1", line=4),
    )


def test_every_bad_line_is_named_with_file_line_and_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "https://good.example/\nkompas.example.co.id\nftp://old.example/x\nhttps://c.example/ kind=rss\n"
        "https://d.example/ every=30m\nhttps://e.example/ site=\nnonsense\nhttps:///path\n",
    )
    found = problems(path)
    assert [line.partition(": ")[0] for line in found] == [f"{path}:{number}" for number in range(2, 9)]
    assert "https://kompas.example.co.id/" in found[0]
    assert "only http and https" in found[1]
    assert "feed, sitemap, section, article, site" in found[2]
    assert "every=30m" in found[3]
    assert "site=" in found[4]


def test_a_repeated_address_is_read_once_and_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, "https://a.example/\nhttps://A.example:443/\n")
    with caplog.at_level("INFO"):
        assert read(path) == (Seed("https://a.example/", line=1),)
    assert f"{path}:2: the same address as in line 1" in caplog.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "no address"), (b"# nothing\n\n", "no address"), (b"\xff\xfeh\x00", "not a text file")],
)
def test_a_list_without_text_or_address_is_an_error(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    assert reason in problems(path)[0]


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedListError, match=r"nowhere\.txt: cannot read"):
        read_all(str(tmp_path / "nowhere.txt"))


def test_several_lists_come_by_comma_and_pattern_and_an_address_counts_as_in_the_first(tmp_path: Path) -> None:
    one = write(tmp_path, "https://a.example/ kind=site\n", "1.txt")
    write(tmp_path, "https://a.example/\nhttps://b.example/\n", "2.txt")
    assert [seed.url for seed in read_all(f"{tmp_path}/*.txt")] == ["https://a.example/", "https://b.example/"]
    assert read_all(f"{one}, {tmp_path}/2.txt")[0].kind == "site"


def test_the_problems_of_all_lists_come_together(tmp_path: Path) -> None:
    write(tmp_path, "x\n", "1.txt")
    write(tmp_path, "y\n", "2.txt")
    with pytest.raises(SeedListError) as caught:
        read_all(f"{tmp_path}/*.txt")
    assert len(caught.value.problems) == 2


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
