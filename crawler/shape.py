"""What the shape of an address tells about the page behind it, before anything is fetched."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.addresses import is_home

# Words that name a listing, a service or a legal page wherever they stand in a path.
_LISTINGS_AND_SERVICES = """
about about-us account advertise ajax akun api archive archives arsip author authors careers cari category
contact contact-us disclaimer editor epaper e-paper etalase faq feed feeds galeri-foto hubungi-kami iklan
indeks indeks-berita index-berita infografis info-iklan jadwal-tv karier karir kategori kebijakan-privasi
kode-etik komentar kontak kontak-kami kontributor langganan login masuk newsletter newsletters oauth pages
partner pedoman-media-siber pedoman-pemberitaan-media-siber penulis privacy privacy-policy profil profile
ratecard redaksi register rss search signin signup sitemap sitemaps subscribe subscription
syarat-dan-ketentuan syarat-ketentuan tag tagar tags tentang tentang-kami terms terms-of-use terpopuler
topic topics topik trending user users wp-admin wp-content wp-json wp-login.php
"""
_NO_ARTICLE_SEGMENTS = frozenset(_LISTINGS_AND_SERVICES.split())
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|json|xml|rss|atom|txt|pdf|docx?|xlsx?|pptx?|zip|gz|rar|apk"
    r"|mp[34]|m4[av]|webm|mov|avi|wav|ogg)$",
    re.IGNORECASE,
)
_PAGE_SUFFIX = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms|ece|amp)$", re.IGNORECASE)
_INDEX_FILE = re.compile(r"/index\.(?:s?html?|php|aspx?)$", re.IGNORECASE)
_ID_PARAMETER = re.compile(
    r"(?:p|id|(?:id_?)?(?:news|berita|artikel|article|story|post|art|read)(?:_?id)?)", re.IGNORECASE
)
_DATE_PATH = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?(?:0?[1-9]|[12]\d|3[01]))?/")
_LONG_NUMBER = re.compile(r"\d{5,}")
_MIXED_ID = re.compile(r"(?=\D*\d)(?=[^a-z]*[a-z])[a-z0-9]{9,}", re.IGNORECASE)
_NUMBERED_SLUG = re.compile(r"(?:\d+[-_.]\w+[-_.]\w|\w+[-_.]\w+[-_.](?:\w+[-_.])*\d{3,}$)")
_WORD_JOINT = re.compile(r"[-_.+]")
_ARTICLE_FOLDERS = frozenset({"article", "articles", "artikel", "baca", "read", "story", "stories"})
_MIN_SLUG_WORDS = 4
_MIN_DATED_SLUG = 5


def looks_like_article(url: str) -> bool:
    """Tell whether an address has the shape of an article's: a long slug, a number, or a date with a name."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    segments = [unquote(segment) for segment in _INDEX_FILE.sub("/", parts.path).split("/") if segment]
    names = {_PAGE_SUFFIX.sub("", segment).lower() for segment in segments}
    if names & _NO_ARTICLE_SEGMENTS or any(_FILE.search(segment) for segment in segments[-1:]):
        return False
    if _has_id(parts.query):
        return True
    if not segments or is_home(url):
        return False
    slug = _PAGE_SUFFIX.sub("", segments[-1])
    if _DATE_PATH.search(f"{parts.path}/") and not _is_date(slug):
        return len(slug) >= _MIN_DATED_SLUG or bool(_LONG_NUMBER.search(parts.path))
    if len(segments) > 1 and (any(map(_is_id, segments[-2:])) or _in_article_folder(segments)):
        return True
    return _is_slug(slug)


def _in_article_folder(segments: list[str]) -> bool:
    return segments[-2].lower() in _ARTICLE_FOLDERS and bool(_WORD_JOINT.search(segments[-1]))


def _has_id(query: str) -> bool:
    """Tell whether a query holds an article's number. `?p=3` is too small for one: some outlets page by it."""
    return any(
        _ID_PARAMETER.fullmatch(name) and any(c.isdigit() for c in value) and (name != "p" or len(value) > 2)
        for name, value in parse_qsl(query)
    )


def _is_slug(slug: str) -> bool:
    if not any(character.isalpha() for character in slug):
        return False
    words = [word for word in _WORD_JOINT.split(slug) if word]
    # Scripts without spaces or Latin letters write a whole headline as one segment.
    return len(words) >= _MIN_SLUG_WORDS or bool(_NUMBERED_SLUG.match(slug)) or bool(_LONG_NUMBER.search(slug))


def _is_id(segment: str) -> bool:
    stem = _PAGE_SUFFIX.sub("", segment)
    return (bool(_LONG_NUMBER.search(stem)) and not _is_date(stem)) or bool(_MIXED_ID.fullmatch(stem))


def _is_date(segment: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}|(?:19|20)\d\d(?:[-_]?\d\d){0,2}", segment))
