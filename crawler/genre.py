"""What a page is besides an article: a listing, a gallery, a video, an error; and what kind of article: live, paid.

A parsed tree and the lines found in it in, a Verdict out. Precision first: who keeps a section page has one text too
many, who rejects an article has lost it. So a page's word for itself counts only together with what stands on it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup
from crawler.addresses import host_of, is_home
from crawler.stated import Stated

_ARTICLE_METAS = ("article:published_time", "article:modified_time", "og:article:published_time", "datepublished")
_LISTING_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})
_GALLERY_TYPES = frozenset({"ImageGallery", "MediaGallery"})
# Some pages describe those they link to as well. Of more than this, none can be taken for the page's own.
_MOST_DESCRIBED = 2

# A listing: a dozen headlines, and between any two of them no more than a teaser. On real pages the longest run of
# words between headlines is 4 to 7 % of a listing and 15 % or more of an article that declares nothing.
_MIN_HEADLINES = 12
_MIN_HEADLINE_WORDS = 4
_MAX_TEASER_WORDS = 150
_MAX_TEASER_SHARE = 0.1
_NOT_READ = frozenset(
    {"head", "script", "style", "template", "noscript", "svg", "nav", "footer", "select", "form", "button"}
)
_SPANS = frozenset({"b", "strong", "i", "em", "span", "font", "small"})

# Fewer words in whole paragraphs than a short report has: captions, or what a video's maker wrote under it.
_FEW_WORDS = 80
_MIN_PARAGRAPH_WORDS = 12
_PICTURES = re.compile(
    r"(?:baca|read|berita)?-?(?:foto|photo|fotografi|picture|gambar|gallery|galleries|galeri|galeria|galerie|galerij)s?"
    r"|(?:foto|photo|bilder|picture)-?(?:galeri|galerie|gallery|galleries|news|strip|strecke|stories|essay)s?"
    r"|galeri-(?:foto|gambar)|in-?pictures?|slide-?shows?|diaporamas?|bilderstrecken?|infografi[ks]s?|potret-foto",
    re.IGNORECASE,
)
_VIDEOS = re.compile(
    r"(?:baca|read|berita)?-?(?:videos?|vidio|vod|clips?|reels?|shorts|tv)|watch|vídeos?", re.IGNORECASE
)
_ERROR = re.compile(
    r"(?:error\s*)?404\b|(?:halaman|laman|berita|artikel|konten|page|article|story|post|content)\b.{0,30}"
    r"\b(?:tidak|tak|not|no longer|gagal)\s+(?:dapat\s+|bisa\s+|be\s+)?(?:ditemukan|dijumpai|tersedia|found"
    r"|available|exist)",
    re.IGNORECASE,
)
_MOST_ERROR_WORDS = 120

_LIVE_FOLDER = re.compile(r"live|live-?(?:blog|ticker|report|updates?|news)s?|newsblog|direct", re.IGNORECASE)
_LIVE_TITLE = re.compile(
    r"^(?:\[?live\]?|live\s+(?:report|updates?|blog))\s*[:|–—-]|\blive\s?(?:blog|ticker|updates?)\b|^en\s+directo?\s*[:|–—-]"
    r"|\bterkini\s+secara\s+langsung\b|\blaporan\s+langsung\s*[:|–—-]",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\W*(?:pukul|jam|um)?\s*(?:[01]?\d|2[0-3])[.:h][0-5]\d(?!\d)\s*(?:wib|wita|wit|uhr|gmt|utc|[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_MIN_ENTRIES = 5

_NOT_FREE = frozenset({"false", "no", "0"})
_LOCKED = frozenset({"locked", "metered", "premium", "paid", "subscriber", "subscription"})
_TIER_METAS = ("article:content_tier", "og:article:content_tier", "content_tier", "access")
# Longer texts than a teaser are read in full: many outlets declare what their script would hide.
_MOST_TEASER = 250
_WHOLE_SHARE = 0.6
_NUMBER = re.compile(r"[0-9]{1,9}")
_MOST_PAID_CHARACTERS = 200_000
# Who asks for money is brief.
_LONGEST_ASKED = 600
_PAY = re.compile(
    r"(?:artikel|konten|berita|kandungan)\s+(?:ini\s+)?(?:hanya|khusus|eksklusif)\s+(?:untuk\s+|bagi\s+)?(?:pelanggan|pembaca\s+premium|member)"
    r"|(?:ber)?langgan(?:an)?\b.{0,40}\buntuk\s+(?:membaca|melanjutkan|mengakses|meneruskan)"
    r"|untuk\s+(?:membaca|melanjutkan|meneruskan)\b.{0,50}\b(?:berlangganan|langgan|melanggan)"
    r"|sudah\s+(?:berlangganan|jadi\s+pelanggan)\s*\?|sudah\s+melanggan\s*\?"
    r"|subscribe\b.{0,40}\b(?:to|and)\s+(?:continue|keep)?\s*read(?:ing)?|(?:to|and)\s+continue\s+reading\b.{0,60}\bsubscri"
    r"|already\s+a\s+(?:subscriber|member)|this\s+(?:article|story|content)\s+is\s+(?:for|only|exclusive|reserved|available)\b.{0,30}\bsubscribers"
    r"|réservé\s+(?:à\s+nos|aux)\s+abonnés|déjà\s+abonné|nur\s+für\s+abonnent|jetzt\s+weiterlesen|solo\s+para\s+suscriptores"
    r"|exclusivo\s+para\s+(?:suscriptores|assinantes)|alleen\s+voor\s+abonnees",
    re.IGNORECASE,
)
_PARAGRAPHS = ("p", "div", "span", "h2", "h3", "h4", "li", "a", "button", "strong")

# Chinese, Japanese, Thai, Lao, Khmer and Burmese set no spaces; about two characters make a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{1,2}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a page is no article (`reason`, one word, and what was seen), or the marks of the article it is."""

    reason: str = ""
    detail: str = ""
    marks: tuple[str, ...] = ()


def words(text: str) -> int:
    """Return how many words a text has."""
    return len(_UNSPACED.sub(" w ", text).split())


def judge(stated: Stated, lines: Sequence[str], title: str) -> Verdict:
    """Return what the page that states this is; `lines` and `title` are what was found on it.

    Reasons: `not-article`, `gallery`, `video`. Marks: `live`, `paywall`.
    """
    url, counts = stated.page.url, [words(line) for line in lines]
    if listing := _listing(stated):
        return Verdict("not-article", listing)
    if sum(counts) < _MOST_ERROR_WORDS and _ERROR.match(title.strip()):
        return Verdict("not-article", f"an error: {title}"[:100])
    if sum(count for count in counts if count >= _MIN_PARAGRAPH_WORDS) < _FEW_WORDS:
        for reason, shown in (("gallery", _is_gallery(url, stated)), ("video", _is_video(url, stated))):
            if shown:
                return Verdict(reason, f"{sum(counts)} words")
    marks = ("live", _is_live(lines, title, stated)), ("paywall", _is_teaser(sum(counts), stated))
    return Verdict(marks=tuple(mark for mark, holds in marks if holds))


def _types(stated: Stated) -> set[str]:
    return {name for thing in stated.things for name in markup.types_of(thing)}


# --- listings -------------------------------------------------------------------------------------------


def _listing(stated: Stated) -> str:
    """Return what shows that a page is a home or section page; "" where nothing does."""
    if is_home(stated.page.url):
        return "this is a home page"
    if 0 < len(stated.articles) <= _MOST_DESCRIBED or any(name in stated.metas for name in _ARTICLE_METAS):
        return ""
    if declared := _types(stated) & _LISTING_TYPES:
        return f"it declares itself a {min(declared)}"
    runs, headline_words = _runs(stated.tree)
    headlines, longest, total = len(runs) - 1, max(runs), sum(runs) + headline_words
    if headlines < _MIN_HEADLINES or longest > min(_MAX_TEASER_WORDS, _MAX_TEASER_SHARE * total):
        return ""
    return f"{headlines} headlines, at most {longest} words between two"


def _runs(tree: HtmlElement) -> tuple[list[int], int]:
    """Return the numbers of words before, between and after headlines, and the words of the headlines.

    A headline is a link of some words with little beside it in its block. Ends where a run is longer than a teaser.
    """
    runs, headline_words = [0], 0
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if runs[-1] > _MAX_TEASER_WORDS:
            break
        if event == "end":
            runs[-1] += words(element.tail or "")
        elif element.tag in _NOT_READ:
            walk.skip_subtree()
        elif element.tag != "a":
            runs[-1] += words(element.text or "")
        else:
            walk.skip_subtree()
            count = words(markup.text_of(element))
            if count >= _MIN_HEADLINE_WORDS and _is_alone(element, count):
                headline_words += count
                runs.append(0)
            else:
                runs[-1] += count
    return runs, headline_words


def _is_alone(link: HtmlElement, count: int) -> bool:
    """Tell whether there are fewer words beside a link than in it."""
    block = link.getparent()
    while block is not None and block.tag in _SPANS:
        block = block.getparent()
    if block is None:
        return True
    # A list without line breaks holds thousands of links; a few tell.
    beside = " ".join([block.text or "", *(child.tail or "" for child in block[:20])])
    return words(beside) < count


# --- galleries and videos -------------------------------------------------------------------------------


def _is_gallery(url: str, stated: Stated) -> bool:
    return _stands_under(url, _PICTURES) or bool(_types(stated) & _GALLERY_TYPES and not stated.articles)


def _is_video(url: str, stated: Stated) -> bool:
    declared = "VideoObject" in _types(stated) or stated.metas.get("og:type", "").lower().startswith("video")
    return _stands_under(url, _VIDEOS) or (declared and not stated.articles)


def _stands_under(url: str, name: re.Pattern[str]) -> bool:
    """Tell whether a folder of an address, or the first label of its host, has this name; the last segment may not."""
    try:
        folders = [unquote(part) for part in urlsplit(url).path.split("/")[:-1]]
    except ValueError:
        return False
    return any(name.fullmatch(part) for part in (*folders, host_of(url).partition(".")[0]) if part)


# --- live blogs and paywalls ----------------------------------------------------------------------------


def _is_live(lines: Sequence[str], title: str, stated: Stated) -> bool:
    declared = "LiveBlogPosting" in _types(stated) or any("liveBlogUpdate" in thing for thing in stated.things)
    entries = sum(bool(_CLOCK.match(line)) for line in lines)
    told = _LIVE_TITLE.search(title) or _stands_under(stated.page.url, _LIVE_FOLDER)
    return declared or entries >= _MIN_ENTRIES or bool(told and entries >= 2)


def _is_teaser(found: int, stated: Stated) -> bool:
    """Tell whether a text is what an outlet shows to all of an article that has to be paid for."""
    if found >= _MOST_TEASER:
        return _is_cut(found, stated) and _is_paid(stated)
    return _is_paid(stated) or _asks_to_pay(stated.tree)


def _is_paid(stated: Stated) -> bool:
    tiers = {stated.metas.get(name, "").lower() for name in _TIER_METAS}
    return bool(tiers & _LOCKED) or any(_is_closed(thing) for thing in stated.articles)


def _is_closed(thing: markup.Json) -> bool:
    """Tell whether a JSON-LD article, or a part of it, is declared not to be free."""
    inner = thing.get("hasPart")
    parts = [thing, *(inner if isinstance(inner, list) else [inner])]
    return any(_not_free(part.get("isAccessibleForFree")) for part in parts if isinstance(part, dict))


def _not_free(value: Any) -> bool:
    # Some write https://schema.org/False.
    return value is False or (isinstance(value, str) and value.rpartition("/")[2].strip().lower() in _NOT_FREE)


def _is_cut(found: int, stated: Stated) -> bool:
    """Tell whether the article is declared to have many more words than were found."""
    counts = (str(thing.get("wordCount")) for thing in stated.articles[:1])
    return any(_NUMBER.fullmatch(count) and found < _WHOLE_SHARE * int(count) for count in counts)


def _asks_to_pay(tree: HtmlElement) -> bool:
    read = 0
    for element in tree.iter(*_PARAGRAPHS):
        text = f"{element.text or ''} {' '.join(child.tail or '' for child in element[:20])}"
        read += min(len(text), _LONGEST_ASKED)
        if len(text) <= _LONGEST_ASKED and _PAY.search(text):
            return True
        if read > _MOST_PAID_CHARACTERS:
            return False
    return False
