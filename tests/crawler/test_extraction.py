"""Pages in, an Article or a Rejection out: silent losses, parts, metadata, and no exception on any bytes."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction import explain, read
from crawler.page import Hints, Page, Rejection
from dedup import Article

URL = "https://contoh.test/berita/12345/jembatan-lama-ditutup-dua-pekan"
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SENTENCES = [
    f"Kalimat nomor {n} menceritakan apa yang terjadi di desa itu pada malam hari, kata kepala desa kepada wartawan."
    for n in range(12)
]


def html(sentences: list[str] = SENTENCES, head: str = "", top: str = "", before: str = "", after: str = "") -> str:
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f"<!DOCTYPE html><html><head><title>Jembatan Lama Ditutup - Contoh</title>{head}</head><body>"
        f"<h1>Jembatan Lama Ditutup</h1>{top}{before}<article>{body}</article>{after}</body></html>"
    )


def page(body: str | bytes, url: str = URL, content_type: str = "text/html", hints: Hints | None = None) -> Page:
    return Page(url, body.encode() if isinstance(body, str) else body, content_type, NOW, hints or Hints())


def article(*pages: Page) -> Article:
    found = read(pages)
    assert isinstance(found, Article), found
    return found


def reason(*pages: Page) -> str:
    found = read(pages)
    assert isinstance(found, Rejection), found
    return found.reason


def test_a_plain_page_is_an_article() -> None:
    found = article(page(html()))
    assert found.text.split("\n") == SENTENCES
    assert found.title == "Jembatan Lama Ditutup"
    assert found.url == found.fetched_url == URL
    assert (found.site, found.host) == ("contoh.test", "contoh.test")
    assert found.language == "id"
    assert found.fetched == NOW


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<div>" * 300, "</div>" * 300),
        ("<script>" + "x=1;" * 3_000_000 + "</script>", ""),
        ("<div><table><tr><td>" * 70, "</td></tr></table></div>" * 70),
    ],
    ids=["300 levels", "12 MB script", "nested tables"],
)
def test_nothing_is_lost_in_silence(before: str, after: str) -> None:
    assert " ".join(article(page(html(before=before, after=after))).text.split("\n")) == " ".join(SENTENCES)


@pytest.mark.parametrize(
    "body",
    [
        html().encode("utf-16"),
        html().replace("desa", "de\x00sa").encode(),
        html(["“Kami” – café di desa.", *SENTENCES], '<meta charset="windows-1252">').encode("cp1252"),
        html().encode()[: -len("</article></body></html>") - 1],
    ],
    ids=["utf-16", "null bytes", "cp1252", "cut"],
)
def test_bytes_of_all_kinds_are_read(body: bytes) -> None:
    assert [line for line in article(page(body)).text.split("\n") if "Kalimat" in line] == SENTENCES


def test_utf_8_is_believed_before_a_wrong_label() -> None:
    first = "Café “Pagi” – begitu nama warung kopi di tepi sungai itu, kata pemiliknya."
    found = article(page(html([first, *SENTENCES]), content_type="text/html; charset=iso-8859-1"))
    assert found.text.startswith(first)


def test_a_label_of_utf_8_on_a_page_without_any_is_not_believed() -> None:
    body = html(["“Kami” – café di desa.", *SENTENCES], '<meta charset="utf-8">').encode("cp1252")
    assert article(page(body)).text.startswith("“Kami” – café di desa.")


def test_unlabelled_gbk_is_read() -> None:
    text = "专家表示，这项政策将对全国的农业生产产生深远的影响，许多农民对此表示欢迎和支持，并期待实施细则尽快公布。"
    found = article(page(f"<html><body><article><p>{text}</p></article></body></html>".encode("gbk")))
    assert found.text == text
    assert found.language == "zh"


def test_parts_are_joined_in_order_without_the_repeated_lead() -> None:
    parts = [SENTENCES[:4], [SENTENCES[0], *SENTENCES[4:8]], [SENTENCES[0], *SENTENCES[8:]]]
    pages = [page(html(part), f"{URL}?page={number}") for number, part in enumerate(parts, 1)]
    found = article(*pages)
    assert found.text.split("\n") == SENTENCES
    assert found.url == URL


def test_a_leading_line_that_repeats_the_title_goes() -> None:
    found = article(page(html(["JEMBATAN LAMA DITUTUP!", *SENTENCES])))
    assert found.text.split("\n") == SENTENCES


def test_furniture_and_credits_go_and_are_listed() -> None:
    noisy = [
        f"DESA HULU, CONTOH.test — {SENTENCES[0]}",
        *SENTENCES[1:],
        "Baca Juga : Panen Raya Bawang",
        "Editor: Teguh Mahardika",
        "This website uses cookies.",
    ]
    found = article(page(html(noisy)))
    assert found.text.split("\n") == SENTENCES
    assert (found.place, found.editors) == ("Desa Hulu", ("Teguh Mahardika",))
    assert {line.rule for line in explain([page(html(noisy))]).lines if line.rule} == {
        "dateline",
        "related",
        "byline",
        "cookies",
    }


def test_a_folder_that_is_called_by_an_agency_is_a_credit() -> None:
    wire = "https://contoh.test/wires/afp/12345/jembatan"
    assert article(page(html(), wire)).agency == "AFP"
    assert article(page(html(head=f'<link rel="canonical" href="{wire}">'))).agency == "AFP"
    assert article(page(html([*SENTENCES, "(ANTARA/Rina)"]), wire)).agency == "ANTARA"


LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
{"@type": "WebSite", "name": "Contoh"},
{"@type": "NewsArticle", "headline": "Jembatan Lama Ditutup | Contoh", "datePublished": "2026-03-05T10:00:00+07:00",
"dateModified": "2026-03-05T11:00:00+07:00", "publisher": {"@type": "Organization", "name": "Contoh"},
"author": [{"@type": "Person", "name": "Ratna Widuri"}, {"@type": "Organization", "name": "Contoh"}]}]}</script>
<link rel="canonical" href="/berita/12345/jembatan-lama?utm_source=x">"""


def test_json_ld_is_asked_first() -> None:
    found = article(page(html(head=LD + '<meta name="author" content="Admin">')))
    assert found.title == "Jembatan Lama Ditutup"
    assert found.authors == ("Ratna Widuri",)
    assert found.published == datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert found.modified == datetime(2026, 3, 5, 4, tzinfo=UTC)
    assert found.url == "https://contoh.test/berita/12345/jembatan-lama"


@pytest.mark.parametrize(
    "top",
    [
        '<time datetime="2026-03-05T10:00:00+07:00">tadi</time>',
        "<div>Kamis, 05 Mar 2026 10:00 WIB</div>",
        "<span>Contoh.test - 05/03/2026, 10:00 WIB</span>",
    ],
)
def test_a_time_on_the_page_is_found(top: str) -> None:
    assert article(page(html(top=top))).published == datetime(2026, 3, 5, 3, tzinfo=UTC)


def test_a_time_after_the_fetch_is_not_believed() -> None:
    top = '<time datetime="2027-03-05T10:00:00+07:00">x</time><div>Kamis, 05 Mar 2026 10:00 WIB</div>'
    assert article(page(html(top=top))).published == datetime(2026, 3, 5, 3, tzinfo=UTC)


def test_hints_help_where_the_page_says_nothing() -> None:
    told = datetime(2026, 3, 4, tzinfo=UTC)
    found = article(page(html(), hints=Hints(published=told, author="Ratna Widuri", site="induk.test")))
    assert (found.published, found.authors, found.site) == (told, ("Ratna Widuri",), "induk.test")


def test_hidden_text_is_rescued_from_json_ld_and_a_teaser_is_not() -> None:
    body = "\\n".join(SENTENCES)
    hidden = '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "%s"}</script>'
    rescued = article(page(html(SENTENCES[:1], head=hidden % body)))
    assert rescued.text.split("\n") == SENTENCES
    assert article(page(html(head=hidden % SENTENCES[0]))).text.split("\n") == SENTENCES


def test_pages_that_are_no_article_say_why() -> None:
    assert reason() == "empty"
    assert reason(page("")) == "empty"
    assert reason(page("<html><body></body></html>")) in {"empty", "broken"}
    assert reason(page(html(["Sebuah foto dari desa kami."]))) == "short"
    assert reason(page(b"%PDF-1.4", content_type="application/pdf")) == "not-html"
    assert reason(page("<rss><channel/></rss>", content_type="application/rss+xml")) == "not-html"
    assert reason(page(html(), "https://contoh.test/")) == "not-article"
    headlines = "".join(f"<p>Judul berita nomor {n} dari desa</p>" for n in range(40))
    assert reason(page(f"<html><body><h1>Daerah</h1><div>{headlines}</div></body></html>")) == "not-article"


def test_an_article_that_lacks_a_part_is_not_taken_for_whole() -> None:
    assert reason(page(html()), page(b"%PDF", f"{URL}?page=2", "application/pdf")) == "not-html"
    assert reason(page(html()), page(b"", f"{URL}?page=2")) == "empty"


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.sampled_from(
                [
                    "<p>",
                    "</p>",
                    "<div",
                    ">",
                    "kata desa ",
                    "<table><tr>",
                    "&#0;",
                    "<br>",
                    "<!--",
                    "]]>",
                    "<a href='",
                    "\x00",
                    "é",
                ]
            ),
            max_size=60,
        ).map(lambda pieces: "".join(pieces).encode()),
    )
)
def test_no_bytes_break_extraction(body: bytes) -> None:
    found = read([page(b"<html><body>" + body)])
    assert isinstance(found, Article) or found.reason != "broken", found


def test_a_copy_for_small_screens_is_left_out_and_a_refrain_is_not() -> None:
    twice = explain([page(html([*SENTENCES[:5], *SENTENCES[:5]]))])
    assert isinstance(twice.result, Article)
    assert twice.result.text.split("\n") == SENTENCES[:5]
    assert [line.rule for line in twice.lines] == [""] * 5 + ["repeated"] * 5
    refrain = [SENTENCES[0], SENTENCES[1], SENTENCES[0], SENTENCES[2], SENTENCES[0]]
    assert article(page(html(refrain))).text.split("\n") == refrain
    # A plan of meals for two weeks has the same breakfast on two days.
    breakfast = ["Secangkir teh jahe tanpa gula", "Dua lembar roti gandum panggang", "Sebutir telur ayam kampung rebus"]
    plan = [line for number in (0, 1) for line in (*SENTENCES[4 * number : 4 * number + 4], *breakfast)]
    plan += [f"Hari ke-{number} makan siang bersama tetangga di balai desa sebelah." for number in range(8)]
    assert article(page(html(plan))).text.split("\n") == plan


def test_explain_gives_what_read_gives_with_every_line_and_evidence() -> None:
    pages = [page(html([f"DESA HULU, CONTOH.test — {SENTENCES[0]}", *SENTENCES[1:], "Editor: Teguh Mahardika"], LD))]
    explained = explain(pages)
    assert explained.result == read(pages)
    assert [line.text for line in explained.lines if not line.rule] == SENTENCES
    assert [(line.rule, line.span) for line in explained.lines if line.rule] == [("dateline", True), ("byline", False)]
    assert {"title", "authors", "published"} <= set(explained.evidence)
    nothing = explain([page("")])
    assert isinstance(nothing.result, Rejection)
    assert (nothing.lines, dict(nothing.evidence)) == ((), {})


def test_extraction_needs_no_scrapy() -> None:
    program = "import sys; sys.modules.update(scrapy=None, twisted=None); import crawler.extraction, crawler.discovery"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True, timeout=60)


def test_extraction_reads_the_same_twice() -> None:
    assert read([page(html())]) == read([page(html())])
