"""The press as Articles, as a perfect crawl would store them: for tests that need no crawl."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dedup import Article
from tests.newsroom.texts import Press

LANGUAGES = {"berita-semenanjung": "ms", "harbour-gazette": "en", "northern-ledger": "en"}


def articles(press: Press, now: datetime) -> Iterator[Article]:
    """Yield every text of the press; an article's id is its text's."""
    for text in press.texts.values():
        yield Article(
            id=text.id,
            url=f"http://{text.outlet}.test/{text.id}",
            text="\n".join(text.paragraphs),
            title=text.title,
            site=f"{text.outlet}.test",
            host=f"{text.outlet}.test",
            authors=(text.author,),
            published=now - timedelta(hours=text.hours_ago),
            language=LANGUAGES.get(text.outlet, "id"),
            fetched=now,
        )
