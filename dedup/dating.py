"""When an article came out, as far as its stamps are to be believed: a span of time, and what is wrong. Pure."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, time, timedelta

from dedup import ordering
from dedup.records import Article
from dedup.stamped import UPDATED

# Clocks that differ by less say nothing: of two servers, of a page and of whoever fetched it.
CLOCKS = timedelta(minutes=5)
# No wrong time zone moves a stamp further, and no place on earth has the next day earlier.
ZONES = timedelta(hours=14)
_DAY = timedelta(days=1)
# Of a day without a zone; in the west it ends so much after it does in UTC.
_WEST = timedelta(hours=12)
# The web is no older; what is dated later was never fetched.
_YEARS = range(1995, 2101)


@dataclass(frozen=True, slots=True)
class Span:
    """Not before `earliest`, and by `latest`; None where nothing tells.

    `published` is the stamp where it is believed, `exact` whether it is known better than to the day; `trouble` says in
    words why a stamp is not believed.
    """

    earliest: datetime | None
    latest: datetime | None
    published: datetime | None = None
    exact: bool = False
    trouble: str = ""


def span(article: Article) -> Span:
    """Return when an article came out.

    A day is that day anywhere on earth. What was fetched was out by then. A page that was modified before it was
    published is older than its stamp. A stamp after the fetch, or of an absurd year, is not believed. By that of an
    update it was out, and nothing says that it was not before.
    """
    trouble = _trouble(article)
    if article.published is None or trouble:
        return Span(None, article.fetched, trouble=trouble)
    by_day = article.published_precision == "day"
    latest = _earlier(article.published + _DAY + _WEST, article.fetched) if by_day else out_by(article)
    if by_update(article):
        return Span(None, latest, trouble="dated by its last update alone")
    if by_day:
        return Span(_not_before(article, article.published - ZONES), latest, article.published)
    return Span(_not_before(article, article.published), latest, article.published, exact=True)


def by_update(article: Article) -> bool:
    """Tell whether the stamp of an article is that of an update: it was published then or before."""
    return article.published_from == UPDATED


def believed(article: Article) -> datetime | None:
    """Return when an article was published, by its stamp; None where it has none, or one that is not believed.

    That of an update stands for it where there is no other, see `by_update`.
    """
    return None if _trouble(article) else article.published


def published_by(article: Article) -> datetime | None:
    """Return when an article was published at the latest, by a stamp that is believed: a day counts at its end."""
    published = believed(article)
    return published + _DAY if published and article.published_precision == "day" else published


def came_by(article: Article) -> datetime | None:
    """Return by when a dated article was out, for an order in time: by its stamp, or when it was seen despite that.

    None for one without a date: those stand by themselves.
    """
    return published_by(article) or (article.fetched if article.published else None)


def out_by(article: Article) -> datetime | None:
    """Return the time by which an article was surely out, None where nothing tells.

    That is when it was published, or fetched if that was earlier. What is dated to the day may have come at its end.
    """
    return _earlier(published_by(article), article.fetched)


def _earlier(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time), default=None)


def _trouble(article: Article) -> str:
    published = article.published
    if published is None:
        return ""
    if _is_absurd(article.fetched is not None, published):
        return f"dated to the year {published.year}"
    ahead = ZONES if article.published_precision == "day" else CLOCKS
    return "dated later than it was fetched" if article.fetched and published > article.fetched + ahead else ""


def _is_absurd(from_web: bool, published: datetime) -> bool:
    """Tell whether nothing can have been published then, or no page of the web; old newspapers were never fetched."""
    # The first and the last year may be others in UTC, or none.
    if (from_web and published.year not in _YEARS) or published.year in {MINYEAR, MAXYEAR}:
        return True
    return ordering.day(published) == ordering.UNDATED


def _not_before(article: Article, earliest: datetime) -> datetime:
    modified = article.modified
    # Midnight sharp stands for a day, and would make every page of that day older than it is.
    if modified is None or modified.year not in _YEARS or modified.timetz().replace(tzinfo=None) == time():
        return earliest
    return min(earliest, modified)
