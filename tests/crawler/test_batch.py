"""`python -m crawler.extraction`: JSON Lines in, JSON Lines out, in order, a bad line costs one line."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawler import batch

ROOT = Path(__file__).parents[2]
PROSE = "".join(
    f"<p>Kalimat nomor {n} menceritakan apa yang terjadi di desa itu pada malam hari, kata kepala desa.</p>"
    for n in range(6)
)


def html(title: str) -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{PROSE}</body></html>"


def url(number: int) -> str:
    return f"https://contoh.test/berita/{number}/judul-berita-itu"


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_articles_rejections_and_errors_come_in_the_order_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dua.html").write_text(html("Judul Berita Dua"), encoding="utf-8")
    (tmp_path / "tiga.html.gz").write_bytes(gzip.compress(html("Judul Berita Tiga").encode()))
    rows = [
        json.dumps({"url": url(1), "html": html("Judul Berita Satu")}),
        "{",
        "",
        json.dumps({"url": url(2), "html_file": "dua.html"}),
        json.dumps({"url": url(3), "html_file": "tiga.html.gz"}),
        json.dumps({"url": url(4), "html": "<p>Pendek.</p>"}),
        json.dumps({"url": url(5), "html_file": "tiada.html"}),
        json.dumps({"url": url(6)}),
        json.dumps(["bukan", "objek"]),
    ]
    pages, out = tmp_path / "pages.jsonl", tmp_path / "out.jsonl"
    pages.write_text("\n".join(rows), encoding="utf-8")
    assert batch.main([str(pages), "-o", str(out), "--workers", "0"]) == batch.USAGE
    read = written(out)
    assert [row.get("title") for row in read] == [
        "Judul Berita Satu", None, "Judul Berita Dua", "Judul Berita Tiga", None, None, None, None,
    ]  # fmt: skip
    assert [row.get("line") for row in read] == [None, 2, None, None, None, 7, 8, 9]
    assert (read[4]["url"], read[4]["reason"]) == (url(4), "short")
    assert read[0]["text"].count("\n") == 5
    assert "4 lines" in capsys.readouterr().err


def test_processes_give_what_one_gives(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"url": url(n), "html": html(f"Judul Berita Ke-{n}")}) + "\n" for n in range(30))
    outs = []
    for count in ("0", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "crawler.extraction", "-", "--workers", count],
            input=rows.encode(), capture_output=True, cwd=ROOT, timeout=240, check=True,
        )  # fmt: skip
        outs.append(done.stdout)
        # No bar where nobody looks.
        assert done.stderr == b""
    assert outs[0] == outs[1]
    assert [json.loads(line)["fetched_url"] for line in outs[0].splitlines()] == [url(n) for n in range(30)]


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch.main([str(tmp_path / "tiada.jsonl")]) == batch.USAGE
    assert "tiada.jsonl: no such file" in capsys.readouterr().err


def test_unpaired_surrogates_are_no_reason_to_stop() -> None:
    page = batch.page_of(b'{"url": "https://contoh.test/", "html": "<p>\\ud800</p>"}', 1, Path())
    assert not isinstance(page, batch.BadLine)
    assert page.body == b"<p>?</p>"
