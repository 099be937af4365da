"""Pages that take long, or much memory, in one library or another."""

import json

from crawler.page import Page

URL = "https://kabar.example/daerah/12345/jembatan-lama-ditutup-dua-pekan"
LINES = [
    f"Kalimat nomor {n} menceritakan apa yang terjadi di desa itu pada malam hari, kata kepala desa kepada wartawan."
    for n in range(12)
]
PROSE = "".join(f"<p>{line}</p>" for line in LINES)


def page(body: str | bytes, url: str = URL) -> Page:
    return Page(url, body.encode() if isinstance(body, str) else body, "text/html")


def html(inside: str) -> str:
    return f"<html><head><title>Jembatan Lama</title></head><body><h1>Jembatan Lama</h1>{inside}</body></html>"


SLOW = {
    "5 MB of paragraphs": html(f"<p>{LINES[0]}</p>" * 45_000),
    "20 MB of paragraphs": html(f"<p>{LINES[0]}</p>" * 180_000),
    "unclosed tags": html("<div><b><p>" * 120_000 + PROSE),
    "50,000 breaks": html("kata desa<br>" * 50_000),
    "200,000 links": html("<a href='/a'>kata</a> " * 200_000),
    "one line of 10 MB": html(f"<p>{'kata ' * 2_000_000}</p>"),
    "one word of 10 MB": html(f"<p>{'kata' * 2_500_000}</p>"),
    "100,000 attributes": html("<p " + " ".join(f"a{n}='{n}'" for n in range(100_000)) + f">{PROSE}"),
    "100,000 metas": html("").replace("<title>", "<meta name='date' content='2026-01-01'>" * 100_000 + "<title>"),
    "deep JSON-LD": html(f"<script type='application/ld+json'>{'[' * 100_000}</script>{PROSE}"),
    "wide JSON-LD": html(
        f"<script type='application/ld+json'>{json.dumps([{'@type': 'NewsArticle'}] * 100_000)}</script>"
    ),
    "100,000 entities": html(f"<p>{'&amp;&#x41;&notanentity' * 100_000}</p>"),
    "100,000 headings": html("<h1>Jembatan Lama Ditutup Dua Pekan</h1>" * 100_000),
    "dashes and dates": html("<p>" + "JAKARTA - 12/12/2026, 10.00 WIB | " * 50_000 + "</p>"),
    "open brackets": html("<p>" + "(Baca: " * 200_000 + "</p>"),
    "open quotation marks": html("<p>" + "“Baca juga " * 200_000 + "</p>"),
}
