"""What a page is besides an article, and what kind of article it is. An article is never taken for anything else."""

import gzip
import json
import re
from pathlib import Path

import pytest

from crawler import genre, markup
from crawler.extraction import read
from crawler.genre import Verdict
from crawler.page import Page, Rejection
from crawler.stated import gather
from tests.shared import SHARED

measured = pytest.mark.skipif(not SHARED.is_dir(), reason="the measuring data is not here (GEMA_SHARED)")

ARTICLE = "https://kabar.example/daerah/12345/jembatan-lama-ditutup-dua-pekan"
SENTENCE = "Warga di kedua tepi sungai menunggu rakit bambu sejak pagi karena jembatan belum selesai diperbaiki."
PROSE = "".join(f"<p>{SENTENCE} Itu kata orang ke-{n} yang ditanya.</p>" for n in range(6))
SHORT = f"<p>{SENTENCE}</p><p>{SENTENCE[:-1]} dan dicat.</p>"
TEASERS = "".join(
    f'<div class="card"><h3><a href="/daerah/{n}/berita">Judul berita ke-{n} dari kota kecil</a></h3>'
    f"<p>Ringkasan berita ke-{n} yang menceritakan hal lain lagi dalam satu kalimat pendek.</p></div>"
    for n in range(20)
)
RELATED = "<ul>" + "".join(f'<li><a href="/x/{n}">Berita lain nomor {n} hari ini</a></li>' for n in range(30)) + "</ul>"


def verdict(body: str, url: str = ARTICLE, head: str = "", title: str = "Jembatan Lama Ditutup") -> Verdict:
    """Judge a page whose text is the lines of its paragraphs."""
    page = Page(url, f"<html><head>{head}</head><body><h1>{title}</h1>{body}</body></html>".encode(), "text/html")
    tree = markup.tree_of(page)
    assert tree is not None
    return genre.judge(gather(tree, page), [markup.text_of(p) for p in tree.iter("p")], title)


def ld(**stated: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org"} | stated)}</script>'


NEWS = ld(**{"@type": "NewsArticle", "headline": "Jembatan Lama Ditutup"})


@pytest.mark.parametrize(
    ("body", "url", "head"),
    [
        (PROSE, ARTICLE, ""),
        (PROSE + RELATED, ARTICLE, ""),
        (RELATED + PROSE + RELATED, "https://kabar.example/tentang", ""),
        (SHORT + TEASERS, ARTICLE, NEWS),
        (SHORT + TEASERS, ARTICLE, '<meta property="article:published_time" content="2026-03-05T10:00:00+07:00">'),
        ('<video src="a.mp4"></video>' + PROSE, "https://kabar.example/video/12345/jembatan-lama-ditutup", ""),
        ('<video src="a.mp4"></video>' + SHORT, ARTICLE, NEWS + ld(**{"@type": "VideoObject", "name": "Jembatan"})),
        (PROSE, "https://kabar.example/foto/12345/jembatan-lama-ditutup", ld(**{"@type": "ImageGallery"})),
        (SHORT, "https://kabar.example/daerah/foto-jembatan-lama-yang-ditutup", ""),
        (SHORT, "https://kabar.example/daerah/video", ""),
        (PROSE, ARTICLE, ld(**{"@type": "BreadcrumbList"}) + ld(**{"@type": "ItemList"})),
        ("".join(f"<p>Pukul {n}.00 WIB {SENTENCE}</p>" for n in (6, 9)) + PROSE, ARTICLE, ""),
        (PROSE, "https://kabar.example/live/12345/jembatan-lama-ditutup", ""),
    ],
    ids=[
        "plain",
        "many related",
        "more headlines than text",
        "declared, many teasers",
        "dated, many teasers",
        "video folder",
        "video on top",
        "gallery folder",
        "photo in the slug",
        "video as the slug",
        "other lists declared",
        "two clock times",
        "live folder",
    ],
)
def test_an_article_is_an_article_without_marks(body: str, url: str, head: str) -> None:
    assert verdict(body, url, head) == Verdict()


@pytest.mark.parametrize(
    ("body", "url", "head"),
    [
        (PROSE, "https://kabar.example/", NEWS),
        (PROSE, "https://kabar.example/index.php", ""),
        (TEASERS, "https://kabar.example/indeks", ""),
        (TEASERS, ARTICLE, '<meta property="og:type" content="website">'),
        (TEASERS + "<p>" + SENTENCE * 3 + "</p>" + TEASERS, ARTICLE, ""),
        (PROSE, "https://kabar.example/penulis/ratna", ld(**{"@type": "ProfilePage"})),
        (PROSE, ARTICLE, ld(**{"@graph": [{"@type": "CollectionPage"}, {"@type": "WebSite"}]})),
        (TEASERS, ARTICLE, "".join(ld(**{"@type": "NewsArticle", "headline": f"Berita {n}"}) for n in range(9))),
    ],
    ids=["home", "index file", "index", "section", "a footer's prose", "author", "category", "described cards"],
)
def test_a_listing_is_no_article(body: str, url: str, head: str) -> None:
    assert verdict(body, url, head).reason == "not-article"


@pytest.mark.parametrize(
    ("url", "head", "reason"),
    [
        ("https://kabar.example/foto/12345/jembatan-lama", NEWS, "gallery"),
        ("https://foto.kabar.example/12345/jembatan-lama", NEWS, "gallery"),
        ("https://kabar.example/baca-foto/2026/jembatan-lama", "", "gallery"),
        ("https://kabar.example/in-pictures/jembatan-lama", "", "gallery"),
        (ARTICLE, ld(**{"@type": "ImageGallery"}), "gallery"),
        ("https://kabar.example/video/12345/jembatan-lama", NEWS, "video"),
        ("https://kabar.example/tv/12345/jembatan-lama", "", "video"),
        (ARTICLE, ld(**{"@type": "VideoObject"}), "video"),
        (ARTICLE, '<meta property="og:type" content="video.other">', "video"),
    ],
)
def test_pictures_and_videos_with_little_text_say_what_they_are(url: str, head: str, reason: str) -> None:
    assert verdict(SHORT, url, head).reason == reason


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "404 - Halaman Tidak Ditemukan",
        "Halaman yang Anda cari tidak ditemukan",
        "Page not found",
        "Artikel tidak tersedia",
        "This page could not be found"[5:],
    ],
)
def test_an_error_told_with_status_200_is_no_article(title: str) -> None:
    assert verdict(SHORT, title=title).reason == "not-article"
    assert verdict(PROSE * 3, title=title).reason == ""


@pytest.mark.parametrize(
    "title", ["Korban 404 Orang Dievakuasi", "Artikel Baru Ditemukan di Arsip Kota", "Page turns on a quiet year"]
)
def test_a_title_that_only_sounds_like_an_error_is_none(title: str) -> None:
    assert verdict(SHORT, title=title) == Verdict()


ENTRIES = "".join(f"<p>{hour:02}.{hour:02} WIB – {SENTENCE}</p>" for hour in range(8, 16))


@pytest.mark.parametrize(
    ("body", "url", "head", "title"),
    [
        (PROSE, ARTICLE, ld(**{"@type": "LiveBlogPosting"}), "Banjir"),
        (PROSE, ARTICLE, ld(**{"@type": "NewsArticle", "liveBlogUpdate": []}), "Banjir"),
        (ENTRIES, ARTICLE, NEWS, "Banjir"),
        (ENTRIES[: ENTRIES.index("11.11")] + "</p>", "https://kabar.example/live/1/banjir", NEWS, "Banjir"),
        (ENTRIES[: ENTRIES.index("11.11")] + "</p>", ARTICLE, NEWS, "LIVE REPORT: Banjir di Hulu"),
        (ENTRIES[: ENTRIES.index("11.11")] + "</p>", ARTICLE, NEWS, "Banjir: live updates"),
    ],
)
def test_a_live_blog_is_kept_and_marked(body: str, url: str, head: str, title: str) -> None:
    assert verdict(body, url, head, title) == Verdict(marks=("live",))


def paid(**more: object) -> str:
    return ld(**{"@type": "NewsArticle", "isAccessibleForFree": False} | more)


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (SHORT, paid()),
        (SHORT, paid(isAccessibleForFree="False")),
        (SHORT, paid(isAccessibleForFree="https://schema.org/False")),
        (SHORT, paid(isAccessibleForFree=True, hasPart={"isAccessibleForFree": "false", "cssSelector": ".isi"})),
        (
            SHORT,
            paid(isAccessibleForFree=True, hasPart=[{"isAccessibleForFree": True}, {"isAccessibleForFree": False}]),
        ),
        (SHORT, '<meta property="article:content_tier" content="locked">'),
        (PROSE * 4, paid(wordCount=1200)),
        (PROSE * 4, paid(wordCount="1200")),
        (SHORT + "<div>Artikel ini khusus pelanggan. Sudah berlangganan? Masuk</div>", NEWS),
        (SHORT + "<p>Berlangganan sekarang untuk melanjutkan membaca.</p>", NEWS),
        (SHORT + "<p>Untuk meneruskan bacaan, sila melanggan akhbar digital kami.</p>", NEWS),
        (SHORT + "<div>Subscribe to continue reading</div>", NEWS),
        (SHORT + "<div>Already a subscriber? <a href='/in'>Log in</a></div>", NEWS),
        (SHORT + "<div>Cet article est réservé aux abonnés.</div>", NEWS),
    ],
)
def test_what_is_shown_of_a_paid_article_is_kept_and_marked(body: str, head: str) -> None:
    assert verdict(body, head=head) == Verdict(marks=("paywall",))


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (PROSE * 4, paid()),
        (PROSE * 4, paid(wordCount=400)),
        (PROSE * 4, paid(wordCount="many")),
        (PROSE * 4 + "<div>Already a subscriber?</div>", NEWS),
        (SHORT, ld(**{"@type": "NewsArticle", "isAccessibleForFree": True})),
        (SHORT + "<p>Warga tidak perlu berlangganan koran, kata kepala desa.</p>", NEWS),
        (SHORT + "<script>var text = 'Subscribe to continue reading';</script>", NEWS),
        (SHORT + "<div>Subscribe to our newsletter</div>", NEWS),
    ],
)
def test_what_is_there_to_be_read_in_full_is_not_marked(body: str, head: str) -> None:
    assert verdict(body, head=head) == Verdict()


def test_odd_statements_do_no_harm() -> None:
    odd = paid(isAccessibleForFree=[False], hasPart=["x", 3], wordCount={"a": 1}, liveBlogUpdate=None)
    assert verdict(PROSE, head=odd).reason == ""


def test_unspaced_scripts_have_words() -> None:
    assert genre.words("政府今天宣布政策") == 4
    assert genre.words("kata  kepala\ndesa") == 3


@measured
@pytest.mark.parametrize("name", ["aeb", "pages-world"])
def test_no_real_article_is_rejected(name: str) -> None:
    folder = SHARED / "data" / name
    rejected = []
    for key, known in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        page = Page(known.get("url") or f"https://page.example/{key}", body, "text/html")
        tree = markup.tree_of(page)
        assert tree is not None
        lines = (known.get("articleBody") or "").splitlines()
        found = genre.judge(gather(tree, page), lines, known.get("title") or "")
        rejected += [(page.url, found)] if found.reason else []
    assert rejected == []


@measured
def test_real_front_pages_are_rejected() -> None:
    fronts = sorted((SHARED / "data" / "pages-id").glob("*/*mainpage*.html"))
    found = [read([Page(own_address(path), path.read_bytes(), "text/html")]) for path in fronts]
    assert [each for each in found if not isinstance(each, Rejection)] == []
    assert fronts


def own_address(path: Path) -> str:
    """Return the address a saved page names as its own, else one made from its name."""
    body = path.read_bytes().decode("utf-8", "replace")
    found = re.search(r"""(?:og:url"\s+content|canonical"\s+href)="([^"]+)""", body)
    return found[1] if found else f"https://page.example/{path.stem}"
