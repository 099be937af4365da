"""Answers that are not the page that was asked for: a riddle only a browser or a person solves, or a wall of consent.

Cheap enough for every answer: its headers, and the words of a body that is short or comes with a refusal.
"""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from crawler.addresses import host_of, site_of

Wall: TypeAlias = Literal["", "challenge", "consent"]

# A wall is small. Of a larger answer only a refusal is looked into, and only so far.
_READ_BYTES = 65_536
_REFUSED = frozenset({401, 403, 405, 406, 418, 429, 503})
# A riddle says little and a wall of consent some more; an article about either says much.
_MOST_CHALLENGE_WORDS = 120
_MOST_CONSENT_WORDS = 400
# Neither leads anywhere but to its terms; the shortest page of a site has its menu.
_MOST_LINKS = 12
_ARTICLE_MARKS = (
    b"<article",
    b"article:published",
    b"newsarticle",
    b"articlebody",
    b"blogposting",
    b"<rss",
    b"<urlset",
)

_CHALLENGE_HEADERS = frozenset({"cf-mitigated", "x-amzn-waf-action", "x-sucuri-block"})
# What the pages of those who sell such riddles hold. Some stand on common pages, too: the number of words decides.
_VENDOR_MARKS = (
    b"challenge-platform",
    b"cf-chl-",
    b"_cf_chl_opt",
    b"<title>just a moment",
    b"<title>attention required! | cloudflare",
    b"captcha-delivery.com",
    b"px-captcha",
    b"_pxappid",
    b"human-challenge",
    b"_incapsula_resource",
    b"incapsula incident id",
    b"sucuri website firewall",
    b"sucuri_cloudproxy_js",
    b"errors.edgesuite.net",
    b"awswafintegration",
    b"window.gokuprops",
    b"awswaf.com",
)
_DENIED, _REFERENCES = b"<title>access denied</title>", (b"reference #", b"reference&#32;&#35;")
_PHRASES = (
    b"verify you are human",
    b"verify you're human",
    b"verify that you are human",
    b"verifying you are human",
    b"confirm you are human",
    b"are you a robot",
    b"you are not a robot",
    b"you're not a robot",
    b"checking your browser before",
    b"checking if the site connection is secure",
    b"enable javascript and cookies to continue",
    b"unusual traffic from your",
    b"ddos protection by",
    b"press & hold",
    b"press &amp; hold",
    b"pastikan anda bukan robot",
    b"sahkan anda bukan robot",
)

_CONSENT_HOSTS = frozenset({"consent", "guce", "cookiewall", "privacywall", "myprivacy"})
_CONSENT_PATH = re.compile(
    r"/(?:cookie-?wall|privacy-?(?:gate|wall)|consent-?(?:wall|page)?|collectconsent)(?:[/?]|$)", re.IGNORECASE
)
_CONSENT_MARKS = (
    b"collectconsent",
    b"consent-page",
    b"consent-form",
    b"consentwall",
    b"consent-wall",
    b"cookiewall",
    b"cookie-wall",
    b"privacy-gate",
    b"privacywall",
    b"before you continue",
)
_CONSENT_TITLE = re.compile(rb"<title>[^<]{0,60}(?:consent|cookie|zustimmung|einwilligung|persetujuan|privacy)")
_AGREE = re.compile(rb"accept|agree|zustimmen|akzeptieren|einverstanden|setuju|terima|accepter|aceptar|accett|akkoord")

_UNSEEN = re.compile(rb"<(script|style|svg|template)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)|<[^<>]*>?", re.DOTALL)


def wall(status: int, headers: Mapping[str, str], body: bytes, url: str) -> Wall:
    """Return "challenge" or "consent" for an answer that is such a wall, "" for any other.

    Header names may be in upper or lower case; `url` is the address that answered, after redirects.
    """
    if any(name.lower() in _CHALLENGE_HEADERS for name in headers):
        return "challenge"
    if host_of(url).partition(".")[0] in _CONSENT_HOSTS and host_of(url) != site_of(url):
        return "consent"
    if status not in _REFUSED and len(body) > _READ_BYTES:
        return ""
    text = body[:_READ_BYTES].lower()
    if text.count(b"<a ") > _MOST_LINKS or any(mark in text for mark in _ARTICLE_MARKS):
        return ""
    if _is_challenge(text):
        return "challenge"
    return "consent" if _is_consent(text, url) else ""


def _is_challenge(text: bytes) -> bool:
    denied = _DENIED in text and any(mark in text for mark in _REFERENCES)
    marked = denied or any(mark in text for mark in (*_VENDOR_MARKS, *_PHRASES))
    return marked and _words(text) <= _MOST_CHALLENGE_WORDS


def _is_consent(text: bytes, url: str) -> bool:
    asks = (b"<form" in text or b"<button" in text) and _AGREE.search(text)
    marked = any(mark in text for mark in _CONSENT_MARKS) or _CONSENT_TITLE.search(text) or _CONSENT_PATH.search(url)
    return bool(asks and marked) and _words(text) <= _MOST_CONSENT_WORDS


def _words(text: bytes) -> int:
    """Return how many words a reader of this HTML sees, roughly."""
    return len(_UNSEEN.sub(b" ", text).split())
