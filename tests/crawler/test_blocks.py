"""Walls: riddles and consent pages are told from pages, and pages from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.blocks import wall

URL = "https://contoh.test/berita/12345/jembatan-lama-ditutup"
WORDS = "Warga desa menunggu jembatan baru selesai dibangun pekan depan. "


def html(body: str, title: str = "Contoh") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


def told(body: bytes, status: int = 200, url: str = URL, **headers: str) -> str:
    """Return what an answer is taken for; header names have underscores for hyphens."""
    return wall(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, url)


CHALLENGES = {
    "cloudflare": html('<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/x"></script>', "Just a moment..."),
    "cloudflare-block": html("<p>Sorry, you have been blocked</p>", "Attention Required! | Cloudflare"),
    "datadome": html("<script src='https://ct.captcha-delivery.com/c.js'></script>Please enable JS"),
    "perimeterx": html('<div id="px-captcha"></div><p>Press &amp; Hold to confirm you are a human</p>'),
    "imperva": html('<iframe src="/_Incapsula_Resource?x=1">Request unsuccessful. Incapsula incident ID: 1</iframe>'),
    "sucuri": html("<h1>Sucuri WebSite Firewall - Access Denied</h1>"),
    "akamai": html("You don't have permission. Reference&#32;&#35;18&#46;abc", "Access Denied"),
    "aws": html("<script>window.gokuProps = {};</script><noscript>Verify that you're not a robot</noscript>"),
    "anybody": html("<p>Please verify you are human to continue.</p>"),
    "indonesian": html("<p>Pastikan Anda bukan robot untuk melanjutkan.</p>"),
}


@pytest.mark.parametrize("status", [200, 202, 403, 429, 503])
@pytest.mark.parametrize("name", CHALLENGES)
def test_a_riddle_is_told_whatever_status_it_comes_with(name: str, status: int) -> None:
    assert told(CHALLENGES[name], status) == "challenge"


@pytest.mark.parametrize(
    "header",
    [
        {"Cf_Mitigated": "challenge"},
        {"cf_mitigated": "challenge"},
        {"X_Amzn_Waf_Action": "captcha"},
        {"x_sucuri_block": "1"},
    ],
)
def test_a_header_is_enough(header: dict[str, str]) -> None:
    assert told(b"", 403, **header) == "challenge"


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"", "https://consent.contoh.test/m?continue=https://contoh.test/"),
        (b"", "https://guce.contoh.test/consent"),
        (html("<form action='/collectConsent'><button>Setuju</button></form>"), URL),
        (html("<form><button>Accept all</button></form>", "Your cookie settings"), URL),
        (html("<form><button>Alle akzeptieren</button></form>"), "https://contoh.test/cookiewall?back=%2F"),
    ],
)
def test_a_wall_of_consent_is_told_by_its_host_its_address_or_its_form(body: bytes, url: str) -> None:
    assert told(body, url=url) == "consent"


@pytest.mark.parametrize("name", CHALLENGES)
@pytest.mark.parametrize(
    "around",
    [
        lambda riddle: riddle + WORDS.encode() * 30,
        lambda riddle: riddle.replace(b"<body>", b"<body><article><p>Berita</p></article>"),
        lambda riddle: riddle.replace(b"</head>", b'<meta property="article:published_time" content="2026"></head>'),
        lambda riddle: riddle.replace(b"<body>", b"<body>" + b'<a href="/daerah">Daerah</a>' * 15),
        lambda riddle: riddle.replace(b"<body>", b"<body>" + b"<!-- -->" * 9_000),
    ],
    ids=["long", "article", "dated", "menu", "large"],
)
def test_a_page_that_only_holds_what_riddles_hold_is_none(name: str, around: object) -> None:
    assert callable(around)
    assert told(around(CHALLENGES[name])) == ""


def test_an_article_about_riddles_is_an_article() -> None:
    report = f"<h1>Are you a robot?</h1><p>Verify you are human, the page says. {WORDS * 20}</p>"
    assert told(html(report, "Why pages ask: are you a robot?")) == ""


def test_a_site_may_be_called_consent() -> None:
    assert told(html(WORDS), url="https://consent.test/") == ""


def test_a_page_about_cookies_is_a_page() -> None:
    menu = '<a href="/resep">Resep</a>' * 13
    assert told(html(f"{menu}<form>Cari</form><p>We accept orders.</p>", "Cookie recipes")) == ""
    assert told(html("<h1>Privacy policy</h1><p>We set a cookie.</p>", "Privacy policy")) == ""


@pytest.mark.parametrize("status", [200, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("body", [b"", html("<h1>Forbidden</h1>", "403 Forbidden"), html("Too many requests")])
def test_a_plain_refusal_is_no_wall(status: int, body: bytes) -> None:
    assert told(body, status, Server="cloudflare", X_DataDome="protected") == ""


def test_a_refusal_is_looked_into_however_large_it_is() -> None:
    large = CHALLENGES["cloudflare"] + b"<script>" + b"x" * 200_000
    assert told(large, 200) == ""
    assert told(large, 403) == "challenge"


MARKS = st.sampled_from(
    ["<", "<!--", "<script", "</script>", "challenge-platform", "<title>access denied</title>", "<a "]
)


@given(st.binary(max_size=200) | st.lists(MARKS, max_size=50).map(lambda parts: "".join(parts).encode()), st.text())
def test_any_answer_can_be_looked_at(body: bytes, url: str) -> None:
    assert wall(403, {}, body, url) in {"", "challenge", "consent"}
