"""The corpus: opened, migrated, written to in short transactions, and read back as Articles."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Table,
    bindparam,
    create_engine,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from dedup.addresses import spelled, spelling
from dedup.corpus import connecting, fulltext, lock, many, migration, newcomers, referred, unreadable
from dedup.corpus.address import refuse_missing, refuse_unwritable, resolve
from dedup.corpus.completing import completed
from dedup.corpus.rows import PLAIN, WHOLE, article_of, plain, row_of, says_the_same, text_hash, whole
from dedup.corpus.schema import (
    articles,
    changes,
    families,
    families_due,
    family_members,
    forgotten,
    matches,
    revisions,
    texts,
)
from dedup.errors import CorpusError, UnknownArticle
from dedup.given import given, several
from dedup.memory import uncollected
from dedup.records import Article, article_id

_T = TypeVar("_T")
Outcome = Literal["new", "changed", "details", "same", "forgotten"]

# Articles that are added in one transaction: under half a second, and a page of an index is written once for many.
_ADDED = 3_000


@dataclass(frozen=True, slots=True)
class Added:
    """How many articles were new, had another text or title than before, other details only, or were known as they are.

    `details` are all that an article says beside text and title: times, site, language, credits, marks. When and from
    where it was fetched is none. `forgotten` were left out: `dedup forget` has blocked their addresses.
    """

    new: int = 0
    changed: int = 0
    details: int = 0
    same: int = 0
    forgotten: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(
            self.new + other.new,
            self.changed + other.changed,
            self.details + other.details,
            self.same + other.same,
            self.forgotten + other.forgotten,
        )


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed of each; `texts` are those that no other article has."""

    articles: int = 0
    revisions: int = 0
    texts: int = 0
    matches: int = 0


class Corpus:
    """A corpus that is open. Create it with `Corpus.open`; it is safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, address: str | None = None) -> Self:
        """Open the corpus at `address` (see `address.resolve`), made if new, migrated if old.

        Raises CorpusError when it is newer than this program, not a corpus, out of reach, or cannot be written to: see
        `readonly.open_as_it_is` for who only reads.
        """
        url = resolve(address)
        if url.get_backend_name() == "sqlite":
            Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
            refuse_unwritable(url)
        try:
            engine = create_engine(url)
        except ModuleNotFoundError as error:
            message = "a PostgreSQL corpus needs psycopg: pip install 'gema-news[postgres]'"
            raise CorpusError(message) from error
        connecting.prepare(engine)
        try:
            migration.migrate(engine)
        except DBAPIError as error:
            message = f"cannot open the corpus {url.render_as_string()}: {error.orig}"
            raise CorpusError(message) from error
        return cls(engine)

    @classmethod
    def existing(cls, address: str | None = None) -> Self:
        """Open a corpus to work with what is in it: `dedup import` and a crawl make one.

        Raises CorpusError where a file is named that is not there: a slip of the pen would show an empty one.
        """
        refuse_missing(address)
        return cls.open(address)

    @property
    def address(self) -> str:
        """The address, its password hidden."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection that may write; all of it is committed at the end, or none.

        Raises CorpusError when another process holds the corpus for longer than a minute.
        """
        try:
            # Around the transaction: what takes long is done once others may write again.
            with self._explained():
                connection = self.engine.connect().execution_options(gema_begin="BEGIN IMMEDIATE")
                with connection, connection.begin():
                    yield connection
        except OperationalError as error:
            raise CorpusError(f"cannot write to the corpus {self.address}: {error.orig}") from error

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """Yield what `transaction` does, once no other process stores articles.

        Two that store the same texts or addresses in other orders would wait for one another.
        """
        with self.transaction() as connection:
            lock.in_turn(connection, "adding")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees the corpus as it stands at its first statement."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                # By itself each statement would see what others have committed before it.
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin(), self._explained():
                yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise CorpusError instead of what comes of a stored value that cannot be read."""
        try:
            yield
        except unreadable.ERRORS as error:
            if not unreadable.is_of_reading(error):
                raise
            with self.engine.connect() as connection, connection.begin():
                fault = next(unreadable.faults(connection), None)
            if fault is None:
                raise
            raise CorpusError(f"the corpus {self.address} is damaged: {fault}; `dedup check` names all") from error

    def alone(self, work: str, wait: bool = False) -> AbstractContextManager[None]:
        """Hold the corpus for `work`, such as "updating"; while another process does, raises Busy or waits."""
        return lock.alone(self.engine, work, wait)

    def moved_beside(self) -> AbstractContextManager[None]:
        """Write much: what is committed is moved from the log into the corpus by a thread of its own meanwhile."""
        return connecting.moved_beside(self.engine)

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """Return an INSERT for `table` that knows ON CONFLICT in this corpus's dialect."""
        return (postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert)(table)

    def put(self, connection: Connection, article: Article, now: datetime, completing: bool = False) -> Outcome:
        """Store `article` within the caller's transaction; an earlier text of its address becomes a revision.

        An article that goes by a forgotten address is not stored. Spellings of one address are one article, see
        `as_stored`. `completing`: what is known of the address stays where the article says nothing, or was fetched
        before.
        """
        addresses = {"one": spelling(article.url), "other": spelling(article.fetched_url)}
        if connection.execute(_FORGOTTEN, addresses).first() is not None:
            return "forgotten"
        article = self.as_stored(connection, article)
        old = connection.execute(_STORED, {"address": article.url}).one_or_none()
        if completing and old is not None:
            article = self._completed(connection, article, old)
        text_id = self._text_id(connection, article.text)
        row = row_of(article) | {"text_id": text_id}
        if old is None:
            self._refuse_taken(connection, article)
            named = {"url": article.url, "spelled": spelled(article.url), "key": article.id}
            row |= named | {"first_seen": article.fetched or now}
            connection.execute(_NEW_ARTICLE, row)
            self.mark(connection, article.id, article.site)
            return "new"
        changed = old.text_id != text_id or old.title != article.title
        if changed:
            fulltext.drop(connection, [old.id])
            connection.execute(
                revisions.insert().values(
                    article_id=old.id,
                    text_id=old.text_id,
                    title=old.title,
                    fetched=old.fetched,
                    replaced_at=article.fetched or now,
                )
            )
        if changed or any(getattr(old, name) != getattr(article, name) for name in ("site", "language", "published")):
            self.mark(connection, old.key, old.site)
        many.alter(connection, _KNOWN_ARTICLE, [{**row, "number": old.id}])
        if changed:
            return "changed"
        return "same" if says_the_same(row, old) else "details"

    def as_stored(self, connection: Connection, article: Article) -> Article:
        """Return an article under the address and id by which another spelling of its address is stored.

        As it is where none is, where its own is stored too, and where it comes with an id of its own: who gives ids
        tells apart what shall be told apart.
        """
        if article.id != article_id(article.url):
            return article
        stands = spelling(article.url)
        found = connection.execute(_SPELLED, {"spelled": spelled(article.url)}).all()
        # Digits of 64 bits name an address, and may be those of another.
        stored = [row for row in found if spelling(row.url) == stands]
        if not stored or article.url in {row.url for row in stored}:
            return article
        return replace(article, url=stored[0].url, id=stored[0].key)

    def add(self, found: Iterable[Article], now: datetime | None = None, completing: bool = False) -> Added:
        """Store articles in short transactions, see `put`; what was stored before an error stays stored.

        Where an article names no site, its address does. Raises GemaError where a field holds what it cannot.
        """
        total = Added()
        with self.moved_beside():
            for chunk in many.chunks(map(given, several(found)), _ADDED):
                with self.turn() as connection, uncollected():
                    seen = now or datetime.now(UTC)
                    fresh, others = newcomers.newcomers(connection, chunk)
                    self._put_new(connection, fresh, seen)
                    total += Added(new=len(fresh))
                    for article in others:
                        total += Added(**{self.put(connection, article, seen, completing): 1})
        return total

    def article(self, reference: str) -> Article:
        """Return the article with this id or address, in whatever spelling; raises UnknownArticle."""
        with self.reading() as connection:
            for which in referred.ways(reference):
                row = connection.execute(WHOLE.where(which)).first()
                if row is not None:
                    return article_of(row)
        raise UnknownArticle(f"no article has the id or address {reference!r}; `dedup search` finds articles")

    def articles(self, ids: Sequence[str] | None = None) -> Iterator[Article]:
        """Yield the articles with these ids, or all, in the order in which the database has their ids."""
        with self.reading() as connection:
            yield from whole(connection, ids)

    def ids(self, urls: Sequence[str]) -> dict[str, str]:
        """Return the ids of those of these addresses that are stored, by address."""
        wanted = select(articles.c.url, articles.c.key)
        with self.reading() as connection:
            return dict(many.among(connection, wanted, articles.c.url, urls))

    def count(self) -> int:
        """Return how many articles there are."""
        with self.reading() as connection:
            return connection.execute(select(func.count()).select_from(articles)).scalar_one()

    def remove(self, reference: str) -> None:
        """Remove an article and its revisions; the next update groups as if it had never been there."""
        article = self.article(reference)
        with self.transaction() as connection:
            self.take_out(connection, [article.id])

    def take_out(self, connection: Connection, ids: Sequence[str]) -> Removed:
        """Remove these few articles within the caller's transaction, and all that nobody else has of theirs."""
        rows = connection.execute(select(articles).where(articles.c.key.in_(ids))).all()
        numbers = [row.id for row in rows]
        fulltext.drop(connection, numbers)
        self._mark_kin(connection, numbers)
        inside = select(family_members.c.family).where(family_members.c.article_id.in_(numbers))
        touched = set(connection.execute(inside).scalars())
        for row in rows:
            self.mark(connection, row.key, row.site)
        earlier = revisions.c.article_id.in_(numbers)
        held = {row.text_id for row in rows} | set(
            connection.execute(select(revisions.c.text_id).where(earlier)).scalars()
        )
        matched = matches.c.a_id.in_(numbers) | matches.c.b_id.in_(numbers)
        gone = [
            connection.execute(delete(table).where(which)).rowcount
            for table, which in ((matches, matched), (revisions, earlier), (articles, articles.c.id.in_(numbers)))
        ]
        member = select(family_members.c.family).where(family_members.c.family == families.c.id)
        empty = delete(families).where(families.c.id.in_(touched), ~member.exists()).returning(families.c.id)
        due = [{"family": name} for name in connection.execute(empty).scalars()]
        many.insert(connection, families_due, due, "keep")
        kept = select(articles.c.text_id).union(select(revisions.c.text_id))
        unused = texts.c.id.in_(held) & texts.c.id.not_in(kept)
        lost = connection.execute(delete(texts).where(unused)).rowcount
        return Removed(articles=gone[2], revisions=gone[1], texts=lost, matches=gone[0])

    def _put_new(self, connection: Connection, found: Sequence[Article], now: datetime) -> None:
        if found:
            newcomers.put(connection, found, list(map(row_of, found)), [text_hash(each.text) for each in found], now)
            marked = [{"article": article.id, "site": article.site, "taken": 0} for article in found]
            many.insert(connection, changes, marked, "replace")

    def _completed(self, connection: Connection, article: Article, old: Row[Any]) -> Article:
        """Return an article with what is known of its address where it says nothing.

        Of one that was fetched before what is known, the text is kept as a revision, and only gaps are filled from it.
        """
        earlier = bool(old.fetched and article.fetched and article.fetched < old.fetched)
        text = article.text
        if earlier or not text.strip():
            # As a rule it is not needed, and is most of what there is to read.
            text = connection.execute(_TEXT, {"number": old.text_id}).scalar_one()
        known = article_of((text, old.url, old.key, old.marks, old.credits, *plain(old)))
        if not earlier:
            return completed(article, known)
        if article.text and (article.text, article.title) != (known.text, known.title):
            self._keep_earlier(connection, article, old)
        elif article.text and article.fetched and article.fetched < old.first_seen:
            # It was there then as it is now, and groups may be named by what came first.
            connection.execute(_SEEN_FIRST, {"number": old.id, "time": article.fetched})
            self.mark(connection, old.key, old.site)
        return completed(known, article)

    def _keep_earlier(self, connection: Connection, article: Article, old: Row[Any]) -> None:
        said = {"article_id": old.id, "text_id": self._text_id(connection, article.text), "title": article.title}
        kept = select(revisions.c.id).where(*(revisions.c[name] == value for name, value in said.items())).limit(1)
        if connection.execute(kept).first() is None:
            connection.execute(revisions.insert().values(**said, fetched=article.fetched, replaced_at=old.fetched))

    def _refuse_taken(self, connection: Connection, article: Article) -> None:
        holder = connection.execute(_HOLDER, {"taken": article.id}).scalar()
        if holder is not None:
            raise CorpusError(f"the id {article.id!r} of {article.url} is that of {holder} already: give it another")

    def mark(self, connection: Connection, key: str, site: str) -> None:
        """Have the next update group an article of this site again, within the caller's transaction."""
        many.insert(connection, changes, [{"article": key, "site": site, "taken": 0}], "replace")

    def _mark_kin(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Mark the families of these articles, and what matches them: what is known of both goes with an article."""
        kin, own_kin = family_members.alias(), family_members.alias()
        relatives = select(kin.c.article_id).where(
            kin.c.family.in_(select(own_kin.c.family).where(own_kin.c.article_id.in_(numbers)))
        )
        matched = (
            select(matches.c.b_id).where(matches.c.a_id.in_(numbers)),
            select(matches.c.a_id).where(matches.c.b_id.in_(numbers)),
        )
        wanted = select(articles.c.key, articles.c.site).where(
            articles.c.id.in_(relatives.union(*matched)), articles.c.id.not_in(numbers)
        )
        for row in connection.execute(wanted).all():
            self.mark(connection, row.key, row.site)

    def _text_id(self, connection: Connection, text: str) -> int:
        digest = text_hash(text)
        found: int | None = connection.execute(_TEXT_ID, {"digest": digest}).scalar()
        if found is not None:
            return found
        # Another process may store the same text meanwhile.
        many.insert(connection, texts, [{"hash": digest, "text": text}], "keep")
        number: int = connection.execute(_TEXT_ID, {"digest": digest}).scalar_one()
        return number


# Made once: SQLAlchemy takes as long to make these as SQLite to do them, and a crawl needs all of them for each page.
_FORGOTTEN = select(forgotten.c.url).where(forgotten.c.url.in_([bindparam("one"), bindparam("other")])).limit(1)
_SPELLED = (
    select(articles.c.url, articles.c.key).where(articles.c.spelled == bindparam("spelled")).order_by(articles.c.id)
)
_TEXT_ID = select(texts.c.id).where(texts.c.hash == bindparam("digest"))
_TEXT = select(texts.c.text).where(texts.c.id == bindparam("number"))
_STORED = select(articles).where(articles.c.url == bindparam("address"))
_SEEN_FIRST = update(articles).where(articles.c.id == bindparam("number")).values(first_seen=bindparam("time"))
_HOLDER = select(articles.c.url).where(articles.c.key == bindparam("taken"))
_NEW_ARTICLE = articles.insert()
_KNOWN_ARTICLE = (
    update(articles)
    .where(articles.c.id == bindparam("number"))
    .values({name: bindparam(name) for name in (*PLAIN, "marks", "credits", "text_id")})
)
