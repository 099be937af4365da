"""The fields that other programs write, and what they mean."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.records import Article, article_id
from dedup.sources.moments import is_day, moment, tells_no_time
from dedup.sources.named import SYNONYMS
from dedup.sources.rows import BadRowError
from dedup.sources.shapes import article, tidy

URL = "https://www.kabar.example/a"
JAKARTA = ZoneInfo("Asia/Jakarta")


def test_news_please() -> None:
    row = {
        "authors": ["Ratna Dewi"],
        "date_download": "2026-03-21 01:00:00",
        "date_modify": "None",
        "date_publish": "2026-03-20 19:00:00",
        "description": "A teaser.",
        "filename": "a.json",
        "image_url": "https://www.kabar.example/a.jpg",
        "language": "id",
        "localpath": None,
        "maintext": "The text.",
        "text": None,
        "title": "A title",
        "title_page": "A title - Kabar",
        "title_rss": None,
        "source_domain": "www.kabar.example",
        "url": URL,
    }
    assert article(row, JAKARTA) == Article(
        url=URL,
        text="The text.",
        title="A title",
        site="kabar.example",
        host="www.kabar.example",
        authors=("Ratna Dewi",),
        published=datetime(2026, 3, 20, 12, tzinfo=UTC),
        fetched=datetime(2026, 3, 20, 18, tzinfo=UTC),
        language="id",
        image="https://www.kabar.example/a.jpg",
    )


def test_fundus() -> None:
    row = {
        "title": "A title",
        "authors": ["Ratna Dewi", "Damar"],
        "publishing_date": "2026-03-20 19:00:00+07:00",
        "topics": ["pasar", "sungai"],
        "lang": "id",
        "free_access": True,
        "body": {
            "summary": ["The lead."],
            "sections": [
                {"headline": [], "paragraphs": ["First.", "Second."]},
                {"headline": ["A heading"], "paragraphs": ["Third."]},
            ],
        },
        "html": {
            "requested_url": "https://kabar.example/asked",
            "responded_url": URL,
            "content": "<html>…",
            "crawl_date": "2026-03-21 01:00:00+00:00",
            "source_info": {"publisher": "Kabar"},
        },
    }
    found = article(row)
    assert (found.url, found.title, found.site, found.site_name) == (URL, "A title", "kabar.example", "Kabar")
    assert found.text == "The lead.\nFirst.\nSecond.\nA heading\nThird."
    assert (found.authors, found.tags, found.language) == (("Ratna Dewi", "Damar"), ("pasar", "sungai"), "id")
    assert found.published == datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert found.fetched == datetime(2026, 3, 21, 1, tzinfo=UTC)
    assert article(row | {"plaintext": "As one string."}).text == "As one string."


def test_trafilatura() -> None:
    row = {
        "title": "A title",
        "author": "Ratna Dewi; Damar",
        "hostname": "kabar.example",
        "date": "2026-03-20",
        "fingerprint": "1a2b3c4d5e6f7081",
        "id": "record-7",
        "license": None,
        "comments": "First!",
        "raw_text": "The text. Again.",
        "text": "The text.\nAgain.",
        "language": "id",
        "image": "https://www.kabar.example/a.jpg",
        "pagetype": "article",
        "filedate": "2026-03-21",
        "source": URL,
        "source-hostname": "Kabar",
        "excerpt": "A teaser.",
        "categories": "Ekonomi;Daerah",
        "tags": "pasar",
    }
    assert article(row, JAKARTA) == Article(
        url=URL,
        text="The text.\nAgain.",
        title="A title",
        site="kabar.example",
        host="www.kabar.example",
        authors=("Ratna Dewi", "Damar"),
        published=datetime(2026, 3, 19, 17, tzinfo=UTC),
        published_precision="day",
        fetched=datetime(2026, 3, 21, 17, tzinfo=UTC),
        language="id",
        image="https://www.kabar.example/a.jpg",
        section="Ekonomi",
        tags=("pasar",),
        site_name="Kabar",
        id=article_id(URL),
    )


@pytest.mark.parametrize(
    "row",
    [
        {"link": URL, "headline": "A title", "content": "The text.", "date": "2026-03-20T12:00Z", "author": "Ratna"},
        {"loc": [URL], "Title": ["A title"], "body": ["The text."], "pubDate": "Fri, 20 Mar 2026 19:00:00 +0700"}
        | {"byline": ["Ratna"]},
        {"url": URL, "title": "A title", "article": "The text.", "published_at": 1774008000, "authors": "Ratna"},
        {
            "tautan": URL,
            "judul": "A title",
            "isi": "The text.",
            "tanggal": "2026-03-20 19:00+07:00",
            "penulis": "Ratna",
        },
        {"url": URL, "headline": "A title", "articleBody": "The text.", "datePublished": "2026-03-20T12:00:00.000Z"}
        | {"author": {"@type": "Person", "name": "Ratna"}},
    ],
)
def test_scrapy_feeds(row: dict[str, Any]) -> None:
    found = article(row)
    assert (found.url, found.title, found.text) == (URL, "A title", "The text.")
    assert (found.published, found.authors) == (datetime(2026, 3, 20, 12, tzinfo=UTC), ("Ratna",))


def test_our_own_name_counts_first_then_what_is_not_empty() -> None:
    row = {
        "url": URL,
        "link": "https://b.example/",
        "text": " ",
        "content": [],
        "body": "This.",
        "article": "Not this.",
    }
    assert (article(row).url, article(row).text) == (URL, "This.")
    assert article({"text": "Ours.", "body": "Not this.", "url": URL}).text == "Ours."


def test_a_source_is_an_address_or_it_is_not() -> None:
    assert article({"source": URL, "text": "t"}).url == URL
    with pytest.raises(BadRowError, match='no "url" field'):
        article({"source": "Kabar", "link": "/a", "text": "t"})


@pytest.mark.parametrize("name", ["link", "tautan", "href", "uri", "guid"])
@pytest.mark.parametrize("of_site", ["source", "source_url"])
def test_a_source_is_believed_last(name: str, of_site: str) -> None:
    assert article({of_site: "https://www.kabar.example/", name: URL, "text": "t"}).url == URL


def test_in_our_own_rows_a_text_is_what_stands_under_its_name() -> None:
    ours = {"url": URL, "family": "f", "story": "s"}
    assert article({**ours, "text": ""}).text == ""
    assert article({**ours, "text": "  ", "body": "Not this."}).text == "  "
    with pytest.raises(BadRowError, match='no "text" field'):
        article(ours)
    assert article({"url": URL, "story": "The text."}).text == "The text."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"url": URL, "description": "A teaser."}, 'no "text" field'),
        ({"url": URL, "content": {"rendered": "<p>t"}}, 'no "text" field'),
        ({"url": URL, "body": "\n<!DOCTYPE html><html>…"}, '"body" is a web page'),
        ({"url": URL, "content": "t", "tanggal": "kemarin"}, '"tanggal" is no time that can be read'),
        ({"url": 5, "link": URL, "text": "t"}, '"url" is not a string'),
        ({"url": URL, "text": "t", "title": 5}, '"title" is not a string'),
        ({"url": URL, "text": ""}, '"text" is empty'),
        ({"url": URL, "text": " \n\u2003", "maintext": None}, '"text" is empty'),
        ({"url": URL, "text": None, "maintext": None}, 'no "text" field'),
        ({"url": URL, "maintext": None}, 'no "text" field'),
        ({"url": URL, "plaintext": None, "body": {"summary": [], "sections": []}}, 'no "text" field'),
        ({"source": URL, "fingerprint": "1a2b", "text": None, "raw_text": None}, 'no "text" field'),
    ],
)
def test_what_cannot_be_meant_is_said(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRowError, match=reason):
        article(row)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("kompas.example/berita/1", "; did you mean https://kompas.example/berita/1?"),
        ("//www.kompas.example:8080", "; did you mean https://www.kompas.example:8080?"),
        ("https:/kompas.example/1", "; did you mean https://kompas.example/1?"),
        ("bukan alamat", ", like https://one.example/berita/1"),
        ("https://", ", like https://one.example/berita/1"),
        ("https:///berita", ", like https://one.example/berita/1"),
        ("https://bukan alamat/", ", like https://one.example/berita/1"),
        ("javascript:alert(1)", ", like https://one.example/berita/1"),
        ("javascript://kompas.example/%0aalert(1)", ", like https://one.example/berita/1"),
        ("/berita/1", ", like https://one.example/berita/1"),
    ],
)
def test_what_is_no_address_is_said_with_what_may_have_been_meant(url: str, meant: str) -> None:
    with pytest.raises(BadRowError) as refused:
        article({"url": url, "text": "t"})
    assert str(refused.value) == f'"url" is no address: {url!r}{meant}'


@pytest.mark.parametrize(
    "url",
    [
        *("file:///koran%20lama/satu.txt", "file:/koran/satu.txt", "urn:uuid:11111111-1111-4111-8111-111111111111"),
        *("tag:kabar.example,2026:1", "s3://koran/satu#2", "http://localhost:8000/a", "https://127.0.0.1/a b"),
        *("https://kabar.example/#!/berita/1", "https://kabar.example/#/berita/1", "HTTPS://Kabar.example/A?b=c"),
    ],
)
def test_an_address_of_a_file_or_a_name_is_one(url: str) -> None:
    assert article({"url": url, "text": "t"}).url == url


@pytest.mark.parametrize("name", ["url", "link"])
def test_a_place_on_a_page_is_that_page(name: str) -> None:
    assert article({name: f"{URL}#komentar", "text": "t"}).url == URL


def test_in_our_own_rows_an_address_is_what_stands_there() -> None:
    for url in (f"{URL}#komentar", "kompas.example/berita/1", "1"):
        assert article({"url": url, "text": "t", "family": "f", "story": "s"}).url == url


@pytest.mark.parametrize(
    ("named", "site"),
    [
        ("WWW.Kompas.COM", "kompas.com"),
        ("ekonomi.kabar.co.id", "kabar.co.id"),
        ("https://www.Kompas.com/", "kompas.com"),
        ("Kompas", "Kompas"),
        ("Koran Lama vol. 2", "Koran Lama vol. 2"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_site_that_is_named_as_a_host_is_the_site_of_that_host(named: str, site: str) -> None:
    assert article({"url": URL, "text": "t", "site": named}).site == site
    assert article({"url": URL, "text": "t", "site": named, "family": "f", "story": "s"}).site == named


def test_in_tables_lists_are_strings() -> None:
    row = {"url": URL, "text": "t", "marks": "noindex"}
    for written in ("pasar;sungai", "pasar ; sungai;", '["pasar", "sungai"]', "['pasar', \"sungai\"]"):
        found = article(row | {"tags": written, "authors": written}, flat=True)
        assert found.tags == found.authors == ("pasar", "sungai")
    assert article(row | {"tags": "pasar"}, flat=True).tags == ("pasar",)
    assert article(row, flat=True).marks == ("noindex",)


@pytest.mark.parametrize(("written", "code"), [("id-ID", "id"), ("zh_Hant", "zh"), ("nan", "und"), ("id", "id")])
def test_a_language_is_that_of_no_country(written: str, code: str) -> None:
    assert article({"url": URL, "text": "t", "lang": written}).language == code


@pytest.mark.parametrize(
    "written",
    [
        *("2026-03-20T12:00:00Z", "20260320T120000Z", "20260320120000+0000", "Fri, 20 Mar 2026 12:00:00 GMT"),
        *("20 Mar 2026 19:00 +0700", 1774008000, 1774008000.0, "1774008000", 1774008000000, "1774008000000"),
        *("Jumat, 20 Maret 2026 19:00 WIB", "20 Mac 2026 20:00 MYT", "20 Mar 2026 12:00:00 -0000"),
        *(
            "Diperbarui 20 Mar 2026, 19:00 WIB",
            ",\xa0Jurnalis-Jum'at, 20 Maret 2026 |19:00 WIB",
            "20 Maret 2026 | 19.00 WIB",
        ),
        *(
            "Kabar.com- 20/03/2026, 20:00 WITA",
            "Jumat   20 Mac 2026  20:00:00 MYT",
            "Ditulis pada 20 Mar 2026 pukul 21.00 WIT",
        ),
        *("2026-03-20 19:00:00 WIB", "2026-03-20 12:00:00 UTC", "2026-03-20T21:00WIT", "2026/03/20 12:00"),
        *("Mar 20, 2026 12:00 PM", "Friday, March 20, 2026, 7:00 pm WIB", "20 Mar 2026 12:00 GMT", "20-Mar-2026 12:00"),
        *("Jumat, 20 Mar 2026 | 12:00", "Jumat, 20 Maret 2026 - 19:00 WIB", "20 Maret 2026 \u2013 19.00 WIB"),
        *("20260320120000", datetime(2026, 3, 20, 12, tzinfo=UTC), datetime(2026, 3, 20, 12)),  # noqa: DTZ001
    ],
    ids=repr,
)
def test_moments(written: object) -> None:
    assert moment(written, UTC) == datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert not is_day(written)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-20", True),
        ("2026-03-20T00:00:00+07:00", True),
        ("2026-03-20 00:00:00", True),
        ("Jumat, 20 Maret 2026 00:00 WIB", True),
        (datetime(2026, 3, 20, tzinfo=UTC), True),
        (1773964800, True),
        ("2026-03-20T00:00:01+07:00", False),
        ("2026-03-20T07:00:00+07:00", False),
        ("kemarin", False),
        ({}, False),
    ],
    ids=repr,
)
def test_midnight_where_it_was_written_tells_no_time(written: object, day: bool) -> None:
    assert tells_no_time(written) is day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (20260320, True),
        ("2026-W12-5", True),
        ("2026W125", True),
        ("2026-W12", True),
        ("20 Maret 2026", True),
        ("Jumat, 20-Mac-2026", True),
        ("March 20, 2026", True),
        ("2026/03/20", True),
        ("20 Mar 2026 00:00", False),
        ("20/03/2026", False),
        (1774008000, False),
        (True, False),
        ("2026-W12-5T00:00", False),
    ],
)
def test_a_day_is_one_however_it_is_written(written: object, day: bool) -> None:
    assert is_day(written) == day
    assert not day or article({"url": URL, "text": "t", "published": written}).published_precision == "day"


@pytest.mark.parametrize(
    ("written", "here", "precision"),
    [
        ("3 November 2026", datetime(2026, 11, 3, tzinfo=JAKARTA), "day"),
        ("3 Mei 2026", datetime(2026, 5, 3, tzinfo=JAKARTA), "day"),
        ("2026/11/03", datetime(2026, 11, 3, tzinfo=JAKARTA), "day"),
        ("Selasa 3 Nopember 2026 10:00 WIB", datetime(2026, 11, 3, 10, tzinfo=JAKARTA), ""),
        ("Selasa 3 Pebruari 2026 10:00 WIB", datetime(2026, 2, 3, 10, tzinfo=JAKARTA), ""),
        ("Selasa, 03 Nov 2026 | 10:00", datetime(2026, 11, 3, 10, tzinfo=JAKARTA), ""),
        ("2026-11-03 10:00:00 WIB", datetime(2026, 11, 3, 10, tzinfo=JAKARTA), ""),
        ("2026-11-03 10:00:00 UTC", datetime(2026, 11, 3, 17, tzinfo=JAKARTA), ""),
        ("Nov 3, 2026 10:00 AM", datetime(2026, 11, 3, 10, tzinfo=JAKARTA), ""),
        ("Nov 3, 2026 12:30 AM", datetime(2026, 11, 3, 0, 30, tzinfo=JAKARTA), ""),
    ],
)
def test_a_month_goes_by_its_name_and_without_an_hour_it_is_a_day(written: str, here: datetime, precision: str) -> None:
    found = article({"url": URL, "text": "t", "published": written}, JAKARTA)
    assert (found.published, found.published_precision) == (here, precision)


@pytest.mark.parametrize(
    ("written", "precision"),
    [
        ("Diperbarui 20 Mar 2026, 19:00 WIB", ""),
        ("Terakhir diperbarui: Jumat, 20 Maret 2026 pukul 19.00 WIB", ""),
        ("Warta Lembah - Diperbarui 20/03/2026, 19:00 WIB", ""),
        ("Last updated March 20, 2026 12:00 PM UTC", ""),
        ("Kemas kini 20 Mac 2026", "day"),
    ],
)
def test_a_time_whose_words_say_that_it_is_of_an_update_says_so(written: str, precision: str) -> None:
    row = {"url": URL, "text": "t", "published": written}
    found = article(row, JAKARTA)
    day = datetime(2026, 3, 20, tzinfo=JAKARTA)
    assert found.published == (day if precision else day.replace(hour=19))
    assert (found.published_precision, found.published_from, found.modified) == (precision, "updated", None)
    assert article({**row, "published_from": "text"}, JAKARTA).published_from == "text", "the row knows"
    assert article({**row, "published_from": ""}, JAKARTA).published_from == "updated"


@pytest.mark.parametrize(
    "written", ["Terbit 20 Mar 2026, 19:00 WIB", "Ratna-Jum'at, 20 Mar 2026", "2026-03-20", 1774008000]
)
def test_other_times_say_nothing_of_their_evidence(written: object) -> None:
    assert article({"url": URL, "text": "t", "published": written}).published_from == ""


def test_a_plain_time_counts_before_that_of_an_update() -> None:
    row = {"url": URL, "text": "t", "published": "Diperbarui 20 Mar 2026, 19:00 WIB"}
    found = article({**row, "pub_date": "2026-03-20T10:00:00+07:00", "date": "2026-03-19"})
    assert (found.published, found.published_from) == (datetime(2026, 3, 20, 3, tzinfo=UTC), "")
    for other in ("Updated 21 Mar 2026, 19:00 WIB", "yesterday"):
        found = article({**row, "date": other})
        assert (found.published, found.published_from) == (datetime(2026, 3, 20, 12, tzinfo=UTC), "updated")
    with pytest.raises(BadRowError, match='"published" is no time'):
        article({**row, "published": "yesterday", "date": "2026-03-20"})


@pytest.mark.parametrize("written", ["2026-03-20", 20260320, date(2026, 3, 20), "2026-W12-5", "20 Maret 2026"])
@pytest.mark.parametrize("name", ["fetched", "filedate", "crawl_date"])
def test_what_was_fetched_on_a_day_was_by_its_end(written: object, name: str) -> None:
    row = {"url": URL, "text": "t", name: written}
    assert article(row, JAKARTA).fetched == datetime(2026, 3, 20, 17, tzinfo=UTC)
    assert article({**row, name: "2026-03-20T00:00"}, JAKARTA).fetched == datetime(2026, 3, 19, 17, tzinfo=UTC)
    assert article({**row, name: "9999-12-31"}).fetched is None


@pytest.mark.parametrize("written", ["2026-03-20", 20260320, "2026-03-20 00:00:00", "2026-03-20T00:00+07:00"])
def test_a_day_of_a_change_is_midnight_in_utc_in_every_zone(written: object) -> None:
    row = {"url": URL, "text": "t", "modified": written}
    assert article(row, JAKARTA).modified == article(row).modified == datetime(2026, 3, 20, tzinfo=UTC)
    assert article({**row, "modified": "2026-03-20 19:00"}, JAKARTA).modified == datetime(2026, 3, 20, 12, tzinfo=UTC)


def test_who_says_how_exact_a_midnight_is_knows() -> None:
    row = {"url": URL, "text": "t", "published": "2026-03-20T00:00:00+07:00"}
    assert article(row).published_precision == "day"
    assert article(row | {"published_precision": "second"}).published_precision == "second"


@pytest.mark.parametrize("written", ["2026-03-20", "20260320", 20260320, date(2026, 3, 20)], ids=repr)
def test_a_day_is_its_first_moment_where_it_is(written: object) -> None:
    assert moment(written, JAKARTA) == datetime(2026, 3, 19, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "kemarin",
        "12",
        "20 Mar 2026 12:00 CEST",
        "20 Mrz 2026 12:00",
        "21 Mrz 2026 12:00 WIB",
        "20/13/2026 12:00 WIB",
        "20/03/2026 12:00",
        "20/03/2026 12:00 UTC",
        "03/11/2026",
        "03-11-2026",
        "Mar 20, 2026 13:00 PM",
        "2026-03-20T12:00+07:00 UTC",
        "2026-03-20 12:00 CEST",
        "2026/3/20",
        "31 Februari 2026",
        "3 jam lalu, 20 Mar 2026 12:00 WIB",
        12,
        10**400,
        float("inf"),
        True,
        {},
        [],
        "0001-01-01T00+14:00",
    ],
    ids=lambda each: repr(each)[:30],
)
def test_what_is_no_moment(written: object) -> None:
    assert moment(written, UTC) is None


def test_what_an_extractor_made_is_made_storable() -> None:
    made = Article("https://a.example/\ud800", "a\x00b", tags=("\udfff",), published=datetime(2026, 3, 20))  # noqa: DTZ001
    found = tidy(made, JAKARTA)
    assert (found.url, found.text, found.tags) == ("https://a.example/\ufffd", "a\ufffdb", ("\ufffd",))
    assert found.published == datetime(2026, 3, 19, 17, tzinfo=UTC)


NAMES = sorted({name for field, names in SYNONYMS.items() for name in (field, *names)} | {"html", "fingerprint"})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20) | st.just(URL),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["sections", "name", "x"]), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8), st.booleans())
def test_whatever_fields_hold_they_are_an_article_or_a_reason(fields: dict[str, Any], flat: bool) -> None:
    try:
        found = article(fields, flat=flat)
    except BadRowError:
        return
    assert all(isinstance(each, str) for each in (found.url, found.text, found.title, found.site, found.id))
    json.dumps([found.authors, found.tags, found.text], ensure_ascii=False).encode()
