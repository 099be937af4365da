"""What stands in the tables of a report: every column, what it holds and what it means. Values only.

The head of a CSV file, the types of a Parquet file and the list that people read all come from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dedup.formats import Column, Kind
from dedup.report.language import marked

_SHARE = "0 to 1"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, which is that of its files, what a row of it is, and its columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


def _words(name: str, meaning: str) -> Column:
    return Column(name, Kind.COUNT, meaning, "words")


def _count(name: str, meaning: str) -> Column:
    return Column(name, Kind.COUNT, meaning)


def _share(name: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, meaning, _SHARE)


def _time(name: str, meaning: str) -> Column:
    return Column(name, Kind.TIME, meaning, "UTC")


_EARLIEST = _time(
    "earliest",
    marked(
        "the earliest publication, or update where no more is known, whose date is believed; empty where there is none"
    ),
)
_LATEST = _time("latest", marked("the latest publication, or update where no more is known, whose date is believed"))

ARTICLES = Table(
    "articles",
    "an article",
    (
        Column("id", meaning=marked("its id, which every other table names it by")),
        Column("url", meaning=marked("its canonical address")),
        Column("site", meaning=marked("whose it is: a registered domain")),
        Column("host", meaning=marked("the host of its address")),
        Column("site_name", meaning=marked("what the site calls itself")),
        Column("title", meaning=marked("its title")),
        Column("language", meaning=marked("ISO 639-1, `und` where it cannot be told")),
        _time("published", marked("when it was published")),
        Column("published_precision", meaning=marked("second, minute or day; a day stands for all of it")),
        Column(
            "published_from",
            meaning=marked(
                "where that was found: json-ld, meta, time, url, text, listing; updated: it is the time of an update, "
                "by which it was out"
            ),
        ),
        _time("modified", marked("when its page says it was changed")),
        _time("fetched", marked("when its page was fetched")),
        Column("authors", Kind.LIST, marked("who wrote it")),
        Column("editors", Kind.LIST, marked("who edited it")),
        Column("agency", meaning=marked("the news agency it names")),
        Column("credited_source", meaning=marked("the source it names")),
        Column("sources", Kind.LIST, marked("all sources it names")),
        Column("place", meaning=marked("the place in its dateline")),
        Column("section", meaning=marked("the section it stands in")),
        Column("tags", Kind.LIST, marked("what its page tags it with")),
        Column("marks", Kind.LIST, marked("what is to be known of it: incomplete, paywall, noindex …")),
        Column("archived", meaning=marked("where its raw page lies in the archive")),
        _words("words", marked("how long its text is, cut at spaces")),
        Column("family", meaning=marked("the family it is in; empty before it is grouped")),
        Column("story", meaning=marked("the story of this family")),
        Column("role", meaning=marked("what it is to its family: first, copy, agency, again, unordered")),
        Column(
            "delay_seconds",
            Kind.COUNT,
            marked("how long after the origin it came, where both times are exact"),
            "seconds",
        ),
        _share(
            "taken",
            marked(
                "the part of its phrases of three words that stands in the origin's article; empty where that is "
                "unknown or not collected, and where the two were not compared or have mere phrases in common"
            ),
        ),
    ),
)
TEXT = Column("text", meaning=marked("its whole text, where it was asked for"))

MATCHES = Table(
    "matches",
    "two articles that were compared and share text; `a` is the one of smaller id",
    (
        Column("a", meaning=marked("the id of one article")),
        Column("b", meaning=marked("the id of the other")),
        Column("a_site", meaning=marked("the site of a")),
        Column("b_site", meaning=marked("the site of b")),
        Column(
            "relation",
            meaning=marked(
                "what they are to one another: exact, near, revision, syndicated, excerpt, shared-quotes, template, "
                "none"
            ),
        ),
        Column("joins", Kind.FLAG, marked("whether such a pair belongs to one family")),
        Column("family", meaning=marked("the family both are in; empty where they are in two")),
        Column("reason", meaning=marked("why, in words")),
        _share("containment", marked("the part of the shorter text's phrases that stands in the longer")),
        _share("taken", marked("the part of the shorter text's words that stands in the longer")),
        _share(
            "likeness",
            marked(
                "how far they are one report in two versions and not two of one thing; with `taken`, what decides on "
                "copies"
            ),
        ),
        _share("jaccard", marked("the phrases of both, of the phrases of either")),
        _share("a_in_b", marked("the part of a's phrases that stands in b")),
        _share("b_in_a", marked("the part of b's phrases that stands in a")),
        _share(
            "outside_quotes", marked("the part of the shorter text's words outside quotation marks that both share")
        ),
        _words("longest_run", marked("the longest run that both share")),
        _share("numbers", marked("how far their numbers agree")),
        _share("names", marked("how far their capitalised words agree")),
        _count("replaced_numbers", marked("numbers that stand in the same place and are others")),
        _words("shared_words", marked("how much they share")),
        _words("a_words", marked("the own text of a, without what its site repeats")),
        _words("b_words", marked("the own text of b")),
        _count("passages", marked("how many passages they share")),
        _count("edits", marked("small edits inside these passages")),
    ),
)

FAMILIES = Table(
    "families",
    "articles that share text, those that are alone too",
    (
        Column("id", meaning=marked("its id, which lasts while it grows")),
        Column("story", meaning=marked("the story it is in")),
        _count("articles", marked("how many articles it has")),
        _count("sites", marked("how many sites have it")),
        Column("languages", Kind.LIST, marked("the languages of its articles")),
        Column("title", meaning=marked("the title of the first article as far as that is known, else of the earliest")),
        Column(
            "first", meaning=marked("the id of the article that had it first; empty where unknown or not collected")
        ),
        Column("source", meaning=marked("the site, agency or source that had it first; empty where unknown")),
        Column("confidence", meaning=marked("how sure that is: certain, likely, unknown")),
        Column("reason", meaning=marked("why, in words")),
        _EARLIEST,
        _LATEST,
        Column("weakest_a", meaning=marked("one article of the weakest tie that holds it together; empty where alone")),
        Column("weakest_b", meaning=marked("the other article of this tie")),
        _share("weakest_strength", marked("how strong this tie is")),
    ),
)

STORIES = Table(
    "stories",
    "families that tell of one thing, those of one family too",
    (
        Column("id", meaning=marked("its id, which lasts while it grows")),
        Column("label", meaning=marked("what it is called: a title")),
        Column("terms", Kind.LIST, marked("the words that tie it, weightiest first")),
        _count("families", marked("how many families tell it")),
        _count("articles", marked("how many articles tell it")),
        _count("sites", marked("how many sites tell it")),
        Column("languages", Kind.LIST, marked("the languages it is told in")),
        _EARLIEST,
        _LATEST,
    ),
)

FLOWS = Table(
    "flows",
    "a site that has families which another had first",
    (
        Column("source", meaning=marked("who had them first: a site, an agency, a source that is not collected")),
        Column("target", meaning=marked("the site that has them from there, or had them later")),
        _count("families", marked("how many families; each counts once")),
        _share(
            "share", marked("the part of its text that stands in the source's, the median; empty where not measured")
        ),
        Column(
            "delay_seconds",
            Kind.COUNT,
            marked("how much later it had them, the median; empty where not known"),
            "seconds",
        ),
    ),
)

TABLES = (ARTICLES, MATCHES, FAMILIES, STORIES, FLOWS)


_FORMS = """\
CSV files are UTF-8, with a comma between cells and quotation marks as in RFC 4180; times are ISO 8601 in UTC, lists
JSON, and what is not known is empty. A text that a spreadsheet would take for a formula has one `'` more before it:
take it away where nothing but such marks stands before `=`, `+`, `-`, `@` (those of full width too), a tab or a line
end. In Parquet texts are as they are, times `timestamp[us, UTC]`, lists are lists, what is not known is null, and the
meaning of each column is its metadata.
"""


def markdown() -> str:
    """Return the list of all tables and columns as people read it."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# Tables\n"
    yield _FORMS
    for table in TABLES:
        yield f"## {table.name}\n\nA row is {table.meaning}.\n"
        yield "| column | holds | meaning |\n|---|---|---|"
        columns = (*table.columns, TEXT) if table is ARTICLES else table.columns
        for each in columns:
            yield f"| `{each.name}` | {each.kind}{f' ({each.unit})' if each.unit else ''} | {each.meaning} |"
        yield ""
