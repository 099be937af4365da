"""Every table of the corpus, the crawler's ledger included. Changed only together with a migration.

Ids that people see are text and follow from addresses; `text` and `article` numbers are the corpus's own,
small and dense, for joins.
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from dedup import ordering

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Time(TypeDecorator[datetime]):
    """An aware time, kept as ISO 8601 text in UTC to the microsecond, so that text order is time order."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse naive times: they are how an article comes to be published in the future."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the stored time, aware, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


def as_text(time: ColumnElement[datetime]) -> ColumnElement[str]:
    """Return a column of times as the text that is stored, for `iso` and `published_day`: datetimes take far longer."""
    return type_coerce(time, String())


def iso(time: str) -> str:
    """Return what `datetime.isoformat` makes of a stored time."""
    return time.replace(".000000", "")


def published_day(time: str | None) -> int:
    """Return what `ordering.day` makes of a stored time."""
    return ordering.UNDATED if time is None else ordering.told(date.fromisoformat(time[:10]))


def _number(name: str = "id") -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


# --- articles ---------------------------------------------------------------------------------------

texts = Table(
    "texts",
    metadata,
    _number(),
    Column("hash", String(32), nullable=False, unique=True),
    Column("text", Text, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    _number(),
    Column("key", String(255), nullable=False, unique=True),
    Column("url", Text, nullable=False, unique=True),
    # Of all ways to write the address the same, see `addresses.spelled`; articles with ids of their own may share one.
    Column("spelled", String(16), nullable=False, server_default="", index=True),
    Column("text_id", ForeignKey("texts.id"), nullable=False, index=True),
    Column("site", String(255), nullable=False, index=True),
    Column("host", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("published", Time, index=True),
    Column("modified", Time),
    Column("fetched", Time),
    Column("first_seen", Time, nullable=False),
    Column("fetched_url", Text, nullable=False),
    Column("archived", Text, nullable=False),
    # What the article says of where it comes from: authors, place, editors, agency, credited_source, …
    Column("credits", Text, nullable=False),
    # Words about the article, separated by spaces: "incomplete", "noindex", "noarchive", "tdm-reservation".
    Column("marks", String(255), nullable=False, server_default=""),
)

# Addresses that `dedup forget` removed for good, each in the spelling that stands for all: neither stored nor fetched
# again.
forgotten = Table(
    "forgotten",
    metadata,
    Column("url", Text, primary_key=True),
    Column("at", Time, nullable=False),
)

# Articles that came, changed or went since the last update, with the site they counted for until then.
changes = Table(
    "changes",
    metadata,
    Column("article", String(255), primary_key=True),
    Column("site", String(255), primary_key=True),
    # An update takes rows and deletes them at its end; an article that changes meanwhile is untaken again.
    Column("taken", Integer, nullable=False, default=0),
)

revisions = Table(
    "revisions",
    metadata,
    _number(),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text_id", ForeignKey("texts.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("fetched", Time),
    Column("replaced_at", Time, nullable=False),
)

# The articles that are in the full-text index, see fulltext.py. In PostgreSQL that is `words`, with a GIN index that
# only the migration names, since SQLite has none; in SQLite a table of its own, which the first search makes.
searchable = Table(
    "searchable",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql")),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# --- what an update computes ---------------------------------------------------------------------------

signatures = Table(
    "signatures",
    metadata,
    Column("text_id", ForeignKey("texts.id", ondelete="CASCADE"), primary_key=True),
    Column("minhash", LargeBinary, nullable=False),
)

# What each site repeats: keys of sketches (uint64, sorted). `counted` are those that stand in several of its strict
# families (uint64, sorted), `families` in how many (uint32), `since` the days from which on they are furniture (int32);
# `furniture` keys and days together, with what a person said of them. `said` are the lines of which something was said,
# as the last update followed them: each as 1 for repeated or 0, how many words it has, and their hashes (uint64).
sites = Table(
    "sites",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("site", String(255), nullable=False, unique=True),
    Column("repeated", LargeBinary, nullable=False),
    Column("furniture", LargeBinary, nullable=False),
    Column("counted", LargeBinary, nullable=False),
    Column("families", LargeBinary, nullable=False),
    Column("since", LargeBinary, nullable=False),
    Column("said", LargeBinary, nullable=False),
)

# A unit is one text of one site; `article` is the first by id of those that carry it there. Numbers are never given
# twice, since postings may hold units that are no more.
units = Table(
    "units",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("text", String(32), nullable=False),
    Column("article", String(255), nullable=False, index=True),
    UniqueConstraint("text", "site_id"),
)

# The columns of `records.Units`, some thousand units to a row, so that a million are read at once. `order` follows from
# text and site.
unit_columns = Table(
    "unit_columns",
    metadata,
    Column("page", Integer, primary_key=True, autoincrement=False),
    *(Column(name, LargeBinary, nullable=False) for name in ("sites", "texts", "own", "sizes", "strict", "days")),
)

# The sketches, boilerplate included, of the units that stand for their sites (uint64, sorted).
samples = Table(
    "samples",
    metadata,
    Column("site_id", Integer, primary_key=True, autoincrement=False),
    Column("unit_id", Integer, primary_key=True, autoincrement=False),
    Column("keys", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Which units (uint32) hold which keys of sketches (uint64), boilerplate included: see postings.py.
postings = Table(
    "postings",
    metadata,
    _number(),
    Column("segment", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("pairs", Integer, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("units", LargeBinary, nullable=False),
)

# What an article tells, for stories: hashes of terms (uint32, sorted), weights (uint16, hundred-thousandths), and the
# weightiest terms in words (JSON).
own_texts = Table(
    "own_texts",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("terms", LargeBinary, nullable=False),
    Column("weights", LargeBinary, nullable=False),
    Column("named", Text, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    Column("a_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("b_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("relation", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("passages", Text, nullable=False),
    # Whether one of the two holds other reports as well: then they share an excerpt, whatever the relation says.
    Column("merged", Integer, nullable=False, server_default="0"),
)

families = Table(
    "families",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("weakest", Text, nullable=False),
)

family_members = Table(
    "family_members",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("family", ForeignKey("families.id", ondelete="CASCADE"), nullable=False, index=True),
)

stories = Table(
    "stories",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("label", Text, nullable=False),
    Column("terms", Text, nullable=False),
)

# Where a family stands among stories. `rank` is its day and then a hash, see strands.py; NULL: it is gone, and its
# story does not know yet. `strand` is what it was told with; `terms` and `weights` are its teller's, as in own_texts;
# `signs` (int64) are those it has in story_signs; `fresh`: it was placed anew since it was told.
story_families = Table(
    "story_families",
    metadata,
    Column("family", String(255), primary_key=True),
    Column("story", String(255), index=True),
    Column("rank", BigInteger, index=True),
    Column("teller", BigInteger),
    Column("strand", BigInteger, index=True),
    Column("alone", Integer, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("weights", LargeBinary, nullable=False),
    Column("tied", BigInteger, nullable=False),
    Column("signs", LargeBinary, nullable=False),
    Column("site", BigInteger, nullable=False),
)

Index(
    "ix_story_families_fresh",
    story_families.c.fresh,
    sqlite_where=story_families.c.fresh == 1,
    postgresql_where=story_families.c.fresh == 1,
)

# Which families share pairs of their weightiest terms: how what lies far apart finds one another.
story_signs = Table(
    "story_signs",
    metadata,
    Column("sign", BigInteger, primary_key=True, autoincrement=False),
    Column("rank", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Strands that went up in others, and on which day.
strands = Table(
    "strands",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("into", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
)

# By day, which of its families and of the strands of the week before are alike enough to come together: int64 pairs.
story_edges = Table(
    "story_edges",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("ends", LargeBinary, nullable=False),
)

# By day, the ranks of its families, and where their weightiest terms stand: see heads.py.
story_heads = Table(
    "story_heads",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("ranks", LargeBinary, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("starts", LargeBinary, nullable=False),
    Column("holders", LargeBinary, nullable=False),
    Column("parts", LargeBinary, nullable=False),
)

# Families that may be other than when stories were last told; and where one stands or stood on a day that has to be
# told again for it: its rank (NULL: not known), and the strand it was told with. `moved`: it came there, went or tells
# something else, `tied`: it shares other templates than before; both concern the week after as well.
families_due = Table("families_due", metadata, Column("family", String(255), primary_key=True))
days_due = Table(
    "days_due",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("rank", BigInteger),
    Column("strand", BigInteger),
    Column("moved", Integer, nullable=False),
    Column("tied", Integer, nullable=False),
)

# What is known of words, by what it is: `background`, in how many of so many texts each stands, or `lexicon`, which
# English one each stands for. `content` is JSON, deflated; `version` follows from it, or from what it was made by.
vocabularies = Table(
    "vocabularies",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("language", String(16), primary_key=True),
    Column("texts", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Time, nullable=False),
)

# What a person says a site repeats, or does not, in words of its own: an input, like an article.
pins = Table(
    "pins",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("text", Text, primary_key=True),
    Column("repeated", Integer, nullable=False),
    Column("at", Time, nullable=False),
)

# What a person says of two articles: an input, like an article. It goes with either.
verdicts = Table(
    "verdicts",
    metadata,
    Column("a_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("b_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("together", Integer, nullable=False),
    Column("at", Time, nullable=False),
)

# What became of families of several articles, update by update: see records.Change.
history = Table(
    "history",
    metadata,
    _number(),
    Column("at", Time, nullable=False),
    Column("family", String(255), nullable=False, index=True),
    Column("what", String(8), nullable=False),
    Column("members", Integer, nullable=False),
    Column("other", String(255), nullable=False),
)

# What an id was called before: kind is `family` or `story`.
aliases = Table(
    "aliases",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("old", String(255), primary_key=True),
    Column("new", String(255), nullable=False),
    Column("at", Time, nullable=False),
)

# --- the crawler's ledger --------------------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    _number(),
    Column("started", Time, nullable=False),
    Column("finished", Time),
    Column("arguments", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("exit_code", Integer),
    # JSON: what came of each seed and each site that had something to tell.
    Column("details", Text, nullable=False, server_default="{}"),
    # The machine, data folder and shard; one run at a time is alive there.
    Column("place", Text, nullable=False, server_default=""),
    Column("alive_at", Time),
)

# The lines of seed lists, each as it stood in the last run that had it.
seeds = Table(
    "seeds",
    metadata,
    _number(),
    Column("url", Text, nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("site", String(255), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("list", Text, nullable=False, server_default=""),
    # JSON: the words behind the address that decide what is read.
    Column("options", Text, nullable=False, server_default="{}"),
    # What `every=` says, in seconds.
    Column("every_s", Integer),
    # The most addresses its listings named in a run, and in how many runs in a row they have named none since.
    Column("yielded", Integer, nullable=False, server_default="0"),
    Column("empty_runs", Integer, nullable=False, server_default="0"),
)

# Every address that was found. `key` is what its spellings and variants have in common, `url` the one to ask for; a row
# is due from `next_visit` on, and never where that is empty. `named` is how many addresses a listing held.
ledger = Table(
    "ledger",
    metadata,
    _number(),
    Column("key", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("host", String(255), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("seed_id", ForeignKey("seeds.id"), nullable=False, index=True),
    Column("depth", Integer, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("reason", String(32), nullable=False),
    Column("status", Integer),
    Column("attempts", Integer, nullable=False),
    Column("interrupted", Integer, nullable=False),
    Column("run_id", ForeignKey("runs.id")),
    Column("found_at", Time, nullable=False),
    Column("fetched_at", Time),
    Column("next_visit", Time),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("named", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", Time),
    Column("language", String(16), nullable=False),
    Column("article", String(255), nullable=False),
    # Of a listing: when it last named something new, when it was last asked unconditionally, and by which
    # reading of it and which words of its seed that was.
    Column("changed_at", Time),
    Column("full_at", Time),
    Column("read_as", String(64), nullable=False, server_default=""),
    # Of an article: how often it was looked at again, and the addresses of its parts in order, as JSON.
    Column("looks", Integer, nullable=False, server_default="0"),
    Column("parts", Text, nullable=False, server_default=""),
    # Of the last archived answer: what a record that only says "as before" refers to.
    Column("digest", String(64), nullable=False, server_default=""),
    Column("archived_at", Time),
)

# Only what is due some day is in it, in the order in which a host's rows are drawn.
Index(
    "ix_ledger_due",
    ledger.c.host,
    ledger.c.kind.desc(),
    ledger.c.published.desc(),
    sqlite_where=ledger.c.next_visit.is_not(None),
    postgresql_where=ledger.c.next_visit.is_not(None),
)

robots = Table(
    "robots",
    metadata,
    Column("origin", String(255), primary_key=True),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", Time, nullable=False),
)

# Hosts that told us to stay away for a while, and how often in a row they have.
hosts = Table(
    "hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("paused_until", Time),
    Column("blocks", Integer, nullable=False),
    Column("reason", String(32), nullable=False),
)

# What the pages behind addresses of one shape turned out to be.
shapes = Table(
    "shapes",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("shape", String(255), primary_key=True),
    Column("articles", Integer, nullable=False),
    Column("others", Integer, nullable=False),
)

# How many pages of a site were read lately and how many of them held no article; older runs count less.
site_history = Table(
    "site_history",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("pages", Float, nullable=False),
    Column("without", Float, nullable=False),
)
