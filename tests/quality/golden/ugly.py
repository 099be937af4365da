"""Ugly pages: what servers, scripts and editors do to a page. Large ones are made here and stored nowhere."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crawler.page import Page
from tests.quality.golden.pages import Text, html, labels, page, texts


@dataclass(frozen=True, slots=True)
class Ugly:
    """A page and the lines that have to come out: none where the page has to be rejected, for one of `reasons`.

    `marks` are those the article must have.
    """

    name: str
    page: Page
    lines: tuple[str, ...] = ()
    reasons: frozenset[str] = frozenset()
    marks: tuple[str, ...] = ()
    language: str = ""


_MAKERS: list[Callable[[], Ugly]] = []


def ugly_pages() -> Iterator[Ugly]:
    """Yield every ugly page."""
    return (make() for make in _MAKERS)


def _ugly(make: Callable[[], Ugly]) -> Callable[[], Ugly]:
    _MAKERS.append(make)
    return make


def _read(name: str, text: Text, content: str | bytes, content_type: str = "text/html") -> Ugly:
    return Ugly(name, page(text, content, content_type), text.paragraphs, language=text.language)


def _rejected(name: str, content: str | bytes, reasons: str, url: str = "") -> Ugly:
    return Ugly(name, page(texts()["pasar"], content, url=url), reasons=frozenset(reasons.split()))


def _paragraphs(text: Text) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in text.paragraphs)


# --- bytes ----------------------------------------------------------------------------------------------


@_ugly
def utf8_called_latin1() -> Ugly:
    text = texts()["moulin"]
    return _read("utf-8 labelled iso-8859-1", text, html("modern", text), "text/html; charset=iso-8859-1")


@_ugly
def cp1252_called_utf8() -> Ugly:
    text = texts()["harbour"]
    return _read("cp1252 labelled utf-8", text, html("wordpress", text).encode("cp1252", "replace"))


@_ugly
def utf16() -> Ugly:
    text = texts()["faro"]
    return _read("utf-16", text, html("modern", text).replace('<meta charset="utf-8">', "").encode("utf-16"))


@_ugly
def gbk_unlabelled() -> Ugly:
    text = texts()["chaye"]
    return _read(
        "gbk unlabelled", text, html("modern", text).replace('<meta charset="utf-8">', "").encode("gbk", "ignore")
    )


@_ugly
def arabic_labelled_in_meta() -> Ugly:
    text = texts()["nakhil"]
    content = html("modern", text).replace('charset="utf-8"', 'charset="windows-1256"')
    return _read("windows-1256 in meta", text, content.encode("windows-1256", "ignore"))


@_ugly
def null_bytes() -> Ugly:
    text = texts()["kopi"]
    return _read(
        "null bytes", text, html("wordpress", text).replace(" biji ", " bi\x00ji ").replace("</p>", "</p>\x00")
    )


@_ugly
def entities() -> Ugly:
    text = texts()["kapal"]
    body = "".join(f"<p>{''.join(f'&#x{ord(letter):x};' for letter in line)}</p>" for line in text.paragraphs)
    return _read("every letter an entity", text, html("wordpress", text).replace(_paragraphs_as_set(text), body))


@_ugly
def non_breaking_spaces() -> Ugly:
    text = texts()["sungai"]
    body = _paragraphs(text).replace(" ", "&nbsp;", 60).replace("p>\n", "p>")
    return _read("non-breaking spaces", text, html("wordpress", text).replace(_paragraphs_as_set(text), body))


@_ugly
def truncated() -> Ugly:
    text = texts()["jembatan"]
    content = html("wordpress", text)
    cut = content.index(text.paragraphs[3])
    made = _read("cut in a tag", text, content[: cut - 1])
    return Ugly(made.name, made.page, text.paragraphs[:3], language="id")


@_ugly
def gzip_cut() -> Ugly:
    """What can be decompressed of half an answer."""
    text = texts()["library"]
    content = html("wordpress", text, ()).encode()
    ends = content.index(text.paragraphs[2].encode()) + len(text.paragraphs[2].encode())
    whole = gzip.compress(content[:ends], mtime=0) + b"\x1f\x8b"
    body = zlib.decompressobj(wbits=31).decompress(whole[:-6])
    return Ugly("gzip cut", page(text, body), text.paragraphs[:3], language="en")


# --- markup ---------------------------------------------------------------------------------------------


@_ugly
def deep() -> Ugly:
    text = texts()["jembatan"]
    body = f"{'<div>' * 300}{_paragraphs(text)}{'</div>' * 300}"
    return _read("300 levels deep", text, html("blocks", text).replace(_blocks_as_set(text), body))


@_ugly
def large_script() -> Ugly:
    text = texts()["pasar"]
    script = f"<script>var state = '{'x' * 12_000_000}';</script>"
    return _read("12 MB script", text, html("wordpress", text).replace("<header id", script + "<header id", 1))


@_ugly
def picture_inside() -> Ugly:
    text = texts()["kapal"]
    picture = f"<img alt='' src='data:image/jpeg;base64,{'A' * 3_000_000}'>"
    return _read("3 MB picture inside", text, html("wordpress", text).replace("<figure", picture + "<figure", 1))


@_ugly
def unclosed() -> Ugly:
    text = texts()["kopi"]
    body = "<p>" + "<p>".join(f"<font color=black>{line}" for line in text.paragraphs)
    content = f"<title>{text.title}</title><body><b><center><h1>{text.title}</h1></center></b><div id=isi>{body}"
    return _read("unclosed tags", text, content)


@_ugly
def xhtml() -> Ugly:
    text = texts()["faehre"]
    content = html("joomla", text).replace("<body>", "<body><script>//<![CDATA[\nvar a = '<p>';\n//]]></script>")
    return _read(
        "xhtml with CDATA", text, '<?xml version="1.0" encoding="utf-8"?>\n' + content, "application/xhtml+xml"
    )


@_ugly
def twice() -> Ugly:
    """One copy for small screens, one for large ones; a style sheet hides either."""
    text = texts()["wau"]
    small = f'<div class="visible-xs">{_paragraphs(text)}</div><div class="hidden-xs">{_paragraphs(text)}</div>'
    return _read("the article twice", text, html("blocks", text).replace(_blocks_as_set(text), small))


@_ugly
def advertisements_inside() -> Ugly:
    text = texts()["pasar"]
    slot = "<div class='ads'><script>ads.cmd.push(function(){});</script><iframe src='//ads.example/x'></iframe></div>"
    body = slot.join(f"<p>{line}<ins class='adsbygoogle'></ins></p>" for line in text.paragraphs)
    return _read("slots between all paragraphs", text, html("wordpress", text).replace(_paragraphs_as_set(text), body))


@_ugly
def many_links_before() -> Ugly:
    text = texts()["orchard"]
    links = "".join(f"<li><a href='/s/{n}'>Section number {n} of this paper</a></li>" for n in range(500))
    return _read(
        "500 links before", text, html("modern", text).replace("<main", f"<ul class='mega-menu'>{links}</ul><main")
    )


@_ugly
def many_comments() -> Ugly:
    text = texts()["sekolah"]
    said = "".join(
        f"<div class='komentar-item'><b>warga{n}</b>"
        "<div>Setuju sekali dengan berita ini, semoga makin banyak yang peduli.</div></div>"
        for n in range(80)
    )
    box = f"<div id='komentar' class='komentar-list'><h4>80 Komentar</h4>{said}</div>"
    return _read("80 comments", text, html("modern", text).replace("</main>", f"{box}</main>"))


@_ugly
def hidden_text() -> Ugly:
    text = texts()["embung"]
    line = "Slot gacor hari ini gampang menang, daftar sekarang juga di situs terpercaya kami."
    spam = f"<div style='display:none'><p>{line}</p></div>"
    return _read("hidden spam", text, html("wordpress", text).replace("</figure>", "</figure>" + spam))


@_ugly
def broken_statements() -> Ugly:
    text = texts()["angklung"]
    bad = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x" "y",}</script><base href="http://[">'
    return _read("broken JSON-LD and base", text, html("soup", text).replace("<style>", bad + "<style>"))


@_ugly
def cookie_wall_over() -> Ugly:
    text = texts()["harbour"]
    notice = "".join(
        f"<p>We and our {n} partners store and access information on your device, such as cookies, to show you "
        "advertising that may interest you and to measure how our content performs.</p>"
        for n in (412, 413, 414, 415)
    )
    inner = f"<h2>We value your privacy</h2>{notice}<button>Accept all</button>"
    wall = f"<div id='cmp' class='consent-overlay' role='dialog'>{inner}</div>"
    return _read("cookie wall over the article", text, html("modern", text).replace("<header>", wall + "<header>", 1))


# --- what is no article, or not a plain one -------------------------------------------------------------


@_ugly
def live_blog() -> Ugly:
    text = texts()["sungai"]
    stated = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": text.title}
    content = html("modern", text).replace(
        "</head>", f'<script type="application/ld+json">{json.dumps(stated)}</script></head>'
    )
    made = _read("live blog", text, content)
    return Ugly(made.name, made.page, made.lines, marks=("live",), language="ms")


@_ugly
def teaser() -> Ugly:
    text = texts()["library"]
    stated = {"@context": "https://schema.org", "@type": "NewsArticle", "isAccessibleForFree": False}
    wall = "<div class='paywall'><p>Subscribe to continue reading</p><p>Already a subscriber? Log in</p></div>"
    content = _small(
        text.title,
        f"<article><p>{text.paragraphs[0]}</p></article>{wall}",
        f'<script type="application/ld+json">{json.dumps(stated)}</script>',
    )
    return Ugly("paywall", page(text, content), text.paragraphs[:1], marks=("paywall",), language="en")


@_ugly
def two_languages() -> Ugly:
    one, other = texts()["jembatan"], texts()["harbour"]
    content = html("wordpress", one).replace(_paragraphs_as_set(one), _paragraphs(one) + _paragraphs(other))
    lines = (*one.paragraphs, *other.paragraphs)
    return Ugly("two languages", page(one, content), lines, marks=("mixed",), language="und")


@_ugly
def gallery() -> Ugly:
    picture = "<figure><img src='{}.jpg'><figcaption>Warga menata lapak di pasar.</figcaption></figure>"
    content = _small("Foto: Pasar Lama", f"<div class='gallery'>{''.join(map(picture.format, range(9)))}</div>")
    return _rejected(
        "gallery", content, "gallery", "https://www.kabar-id.example/foto/7001/pasar-lama-menjelang-pindah"
    )


@_ugly
def video() -> Ugly:
    told = (
        "Rekaman suasana Pasar Lama di Kota Sendang pada hari pertama pekan ini sebelum pedagang diminta pindah ke "
        "bangunan baru yang atapnya belum dipasang oleh pengelola."
    )
    content = _small(
        "Video: Pasar Lama",
        f"<video src='a.mp4'></video><p>{told}</p>",
        "<meta property='og:type' content='video.other'>",
    )
    return _rejected("video", content, "video")


@_ugly
def nothing() -> Ugly:
    return _rejected(
        "empty", "<html><head><title>Kabar</title></head><body><div id='root'></div></body></html>", "empty"
    )


@_ugly
def no_bytes() -> Ugly:
    return _rejected("no bytes", b"", "empty")


@_ugly
def missing() -> Ugly:
    told = (
        "Maaf, halaman yang Anda cari mungkin sudah dipindahkan, dihapus, atau alamatnya salah ketik. Kembalilah ke "
        "beranda atau gunakan kotak pencarian di atas untuk menemukan berita yang Anda maksud."
    )
    content = _small("404 - Halaman Tidak Ditemukan", f"<p>{told}</p>")
    return _rejected("an error with status 200", content, "not-article")


@_ugly
def home() -> Ugly:
    return _rejected("home page", _front(), "not-article", "https://www.kabar-id.example/")


@_ugly
def section() -> Ugly:
    return _rejected("section page", _front(), "not-article", "https://www.kabar-id.example/daerah")


@_ugly
def cookie_wall_alone() -> Ugly:
    words = labels()["id"]
    wall = f"<div class='cookie-wall'><p>{words['cookies']}</p><button>{words['accept']}</button></div>"
    return _rejected("cookie wall alone", _small(words["site"], wall), "empty short not-article")


def _front() -> str:
    teasers = [text.paragraphs[1] for text in texts().values()][:5]
    cards = [
        f"<div class='card'><h3><a href='/daerah/{n}{m}/kabar'>{line}, Bagian {m}</a></h3><p>{teaser}</p></div>"
        for n, line in enumerate(labels()["id"]["headlines"])
        for m, teaser in enumerate(teasers)
    ]
    return _small("Suara Lembah", "".join(cards))


def _small(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"


def _paragraphs_as_set(text: Text) -> str:
    """Return the paragraphs as most layouts set them."""
    return "".join(f"<p>{line}</p>\n" for line in text.paragraphs)


def _blocks_as_set(text: Text) -> str:
    """Return the paragraphs as the layout of blocks sets them."""
    return "".join(
        f'<section class="blk"><p>{line}</p></section><div class="ad-slot"></div>' for line in text.paragraphs
    )
