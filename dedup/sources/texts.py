"""One text a file: its first line may be a title, and some of its lines may be no part of the article."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, TypeAlias

from dedup.handed import handed
from dedup.records import Article
from dedup.sources.credited import Credit, credited
from dedup.sources.rows import MOST_BYTES, NOT_UTF8, BadRow, Row, storable

# From a text to the text without furniture, and its language.
Clean: TypeAlias = Callable[[str], tuple[str, str]]

_TITLE_WORDS = 25
_SENTENCE_END = re.compile(r"[.!?…:;。！？؟।]['\"’”»)\]]*$")


def cleaner() -> Clean | None:
    """Return the installed function that cleans plain texts (entry point `gema.clean`), None where there is none."""
    return next(iter(handed("gema.clean")), None)


def as_it_is(text: str) -> tuple[str, str]:
    """Return a text uncleaned, its language not known."""
    return text, "und"


def row(file: Path, raw: IO[bytes], clean: Clean, credit: Credit | None = None) -> Row | BadRow:
    """Return the article that a text file is, of the site that its folder names."""
    content = raw.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return BadRow(file, 1, f"longer than {MOST_BYTES:,} bytes: no article")
    try:
        title, text = titled(storable(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return BadRow(file, 1, NOT_UTF8)
    path = file.resolve()
    article = credited(Article(url=path.as_uri(), text=text, title=title, site=path.parent.name), credit)
    text, language = clean(text)
    if not text:
        return BadRow(file, 1, "the file holds no text")
    return Row(file, 1, replace(article, text=text, language=language))


def titled(content: str) -> tuple[str, str]:
    """Return title and text of a plain text file. A short first line that more follows is the title.

    A title that ends like a sentence stays in the text as well: it may be the first sentence.
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n").strip()
    first, _, rest = (part.strip() for part in content.partition("\n"))
    if not rest or len(first.split()) > _TITLE_WORDS:
        return "", content
    return first, (content if _SENTENCE_END.search(first) else rest)
