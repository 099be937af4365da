"""What the shape of an address tells about the page behind it, before anything is fetched.

Some is known of all sites (`looks_like_article`), the rest is learned of each (`Shapes`).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
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
_COMMENT_PAGE = re.compile(r"comment-page-\d+")
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
_DATE = re.compile(r"\d{1,2}|(?:19|20)\d\d(?:[-_]?(?:0[1-9]|1[0-2])(?:[-_]?(?:0[1-9]|[12]\d|3[01]))?)?")
_LONG_NUMBER = re.compile(r"\d{5,}")
_MIXED_ID = re.compile(r"(?=\D*\d)(?=[^a-z]*[a-z])[a-z0-9]{9,}", re.IGNORECASE)
_NUMBERED_SLUG = re.compile(r"(?:\d+[-_.]\w+[-_.]\w|\w+[-_.]\w+[-_.](?:\w+[-_.])*\d{3,}$)")
_WORD_JOINT = re.compile(r"[-_.+]")
_ARTICLE_FOLDERS = frozenset({"article", "articles", "artikel", "baca", "read", "story", "stories"})
_MIN_SLUG_WORDS = 4
_MIN_DATED_SLUG = 5

# What a shape is made of: folder names up to these sizes stay, and so does what an address ends in.
_MAX_SHAPE = 255
_MAX_FOLDER_CHARACTERS, _MAX_FOLDER_WORDS = 24, 3
# A headline in one piece: scripts that put nothing between words.
_LONG_WORD = 30
_ANY_SUFFIX = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{2,5}$", re.IGNORECASE)
_LETTERS_AND_NUMBER = re.compile(r"([a-z]{1,3})([-_]?)\d+", re.IGNORECASE)

_ENOUGH_ARTICLES = 2
_ENOUGH_OTHERS = 5
# Past this the counts are halved, so that a site that gives its addresses a new meaning is learned anew.
_MOST_COUNTED = 500
# A site that makes up addresses as it goes fills neither the memory nor the corpus.
_MOST_SHAPES = 1_000


def looks_like_article(url: str) -> bool:
    """Tell whether an address has the shape of an article's: a long slug, a number, or a date with a name."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    segments = _segments(parts.path)
    if is_listing_or_service(segments) or is_file(parts.path):
        return False
    if _has_id(parts.query):
        return True
    if not segments or is_home(url):
        return False
    slug = _PAGE_SUFFIX.sub("", segments[-1])
    if _DATE_PATH.search(f"{parts.path}/") and not is_date(slug):
        return len(slug) >= _MIN_DATED_SLUG or bool(_LONG_NUMBER.search(parts.path))
    if len(segments) > 1 and (any(map(_is_id, segments[-2:])) or _in_article_folder(segments)):
        return True
    # Some put a word or a short id behind the headline: `/a-headline-of-its-own/ar-BX1`.
    return _is_slug(slug) or (len(segments) > 2 and _is_headline(segments[-2]))


def shape_of(url: str) -> str:
    """Return the pattern of an address without its own words, at most 255 characters; the host does not count.

    Numbers are `9`, dates `Y/M/D`, headlines `slug`, ids `id`, a few words `words`, one `word`; names of folders,
    of listings and services and of parameters stay: `/ekonomi/d-7969191/pulau-cantik-di-timur` is `/ekonomi/d-9/slug`.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    kinds: list[str] = []
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    for index, segment in enumerate(segments):
        kinds.append(_kind(segment, kinds[-1] if kinds else "", folder=index < len(segments) - 1))
    named = ((name.lower() if name.isprintable() else "word", value) for name, value in parse_qsl(parts.query))
    query = "&".join(f"{name}={_kind(value)}" for name, value in named)
    return ("/" + "/".join(kinds) + (f"?{query}" if query else ""))[:_MAX_SHAPE]


class Shapes:
    """What pages of each shape of address turned out to be, by site.

    `rows` are (site, shape, articles, others), as `changed` gives them. Not for several threads to learn at once;
    what `judge` returns may be called in any.
    """

    def __init__(self, rows: Iterable[tuple[str, str, int, int]]) -> None:
        self._counts = {(site, shape): (articles, others) for site, shape, articles, others in rows}
        self._of_site = Counter(site for site, _ in self._counts)
        self._changed: set[tuple[str, str]] = set()

    def judge(self, site: str) -> Callable[[str], bool]:
        """Return what tells whether an address of this site is an article's: by what was learned, else by its looks."""

        def is_article(url: str) -> bool:
            articles, others = self._counts.get((site, shape_of(url)), (0, 0))
            if articles >= _ENOUGH_ARTICLES and articles >= others:
                return True
            if others >= _ENOUGH_OTHERS and not articles:
                return False
            return looks_like_article(url)

        return is_article if self._of_site[site] else looks_like_article

    def learn(self, url: str, site: str, article: bool) -> None:
        """Count the page at an address as an article or as something else."""
        key = site, shape_of(url)
        if key not in self._counts:
            if self._of_site[site] >= _MOST_SHAPES:
                return
            self._of_site[site] += 1
        articles, others = self._counts.get(key, (0, 0))
        articles, others = articles + article, others + (not article)
        if articles + others > _MOST_COUNTED:
            articles, others = articles // 2, others // 2
        self._counts[key] = articles, others
        self._changed.add(key)

    def changed(self) -> list[tuple[str, str, int, int]]:
        """Return the rows that changed since this was last asked, with all that was ever counted for them."""
        rows = [(*key, *self._counts[key]) for key in sorted(self._changed)]
        self._changed.clear()
        return rows


def is_listing_or_service(segments: Iterable[str]) -> bool:
    """Tell whether a segment of a path names a listing, a service or a legal page; "category" and "tag" do."""
    return any(
        name in _NO_ARTICLE_SEGMENTS or _COMMENT_PAGE.fullmatch(name)
        for name in (_PAGE_SUFFIX.sub("", segment).lower() for segment in segments)
    )


def is_file(path: str) -> bool:
    """Tell whether a path ends like a picture's, a feed's or some other file's that no reader opens as a page."""
    return bool(_FILE.search(path.rstrip("/")))


def is_date(segment: str) -> bool:
    """Tell whether a segment of a path is a year, a day, or part of one."""
    return bool(_DATE.fullmatch(segment))


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in _INDEX_FILE.sub("/", path).split("/") if segment]


def _kind(text: str, before: str = "", folder: bool = False) -> str:
    """Return what stands for a segment or a value in a shape; `before` is what stands for the segment before it."""
    suffix = match[0].lower() if (match := _ANY_SUFFIX.search(text)) else ""
    stem = text[: len(text) - len(suffix)]
    if stem.lower() in _NO_ARTICLE_SEGMENTS or (folder and not suffix and _is_name(stem)):
        return stem.lower() + suffix
    if is_date(stem):
        return _date_kind(stem, before) + suffix
    if match := _LETTERS_AND_NUMBER.fullmatch(stem):
        return f"{match[1].lower()}{match[2]}9{suffix}"
    return _word_kind(stem) + suffix


def _date_kind(stem: str, before: str) -> str:
    if len(stem) <= len("31"):
        return {"Y": "M", "M": "D"}.get(before, "9")
    return "Y" if len(stem) == len("2025") else "date"


def _word_kind(stem: str) -> str:
    words = _words(stem)
    if not any(character.isalpha() for character in stem):
        return "9"
    if _MIXED_ID.fullmatch(stem):
        return "id"
    first, last = "9-" if words[0].isdecimal() else "", "-9" if words[-1].isdecimal() else ""
    return f"{first}{_size(words)}{last}"


def _size(words: list[str]) -> str:
    if len(words) >= _MIN_SLUG_WORDS or max(map(len, words)) > _LONG_WORD:
        return "slug"
    return "words" if len(words) > 1 else "word"


def _is_name(stem: str) -> bool:
    return (
        stem.isprintable()
        and len(stem) <= _MAX_FOLDER_CHARACTERS
        and len(_words(stem)) <= _MAX_FOLDER_WORDS
        and not any(character.isdigit() for character in stem)
    )


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
    return _is_headline(slug) or bool(_NUMBERED_SLUG.match(slug)) or bool(_LONG_NUMBER.search(slug))


def _is_headline(slug: str) -> bool:
    return len(_words(slug)) >= _MIN_SLUG_WORDS


def _words(slug: str) -> list[str]:
    return [word for word in _WORD_JOINT.split(slug) if word]


def _is_id(segment: str) -> bool:
    stem = _PAGE_SUFFIX.sub("", segment)
    return (bool(_LONG_NUMBER.search(stem)) and not is_date(stem)) or bool(_MIXED_ID.fullmatch(stem))
