"""Bring a corpus to this program's schema; refuse one that is newer."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from dedup.corpus import lock
from dedup.errors import CorpusError

HEAD = "0018"
KNOWN = frozenset(f"{number:04}" for number in range(1, int(HEAD) + 1))


def migrate(engine: Engine) -> None:
    """Make or upgrade the tables; raises CorpusError for a schema this program does not know."""
    version = _version(engine)
    if version == HEAD:
        return
    _refuse_newer(version, engine.url.render_as_string())
    # Alembic is slow to import, and a corpus is nearly always current.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.connect().execution_options(gema_begin="BEGIN IMMEDIATE") as connection, connection.begin():
        # Of two that make or upgrade a corpus at once, the second waits and finds it done.
        lock.in_turn(connection, "migrating")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_old(engine: Engine) -> bool:
    """Tell whether there is no corpus yet, or one that `migrate` would upgrade."""
    version = _version(engine)
    return version is None or (version != HEAD and version in KNOWN)


def refuse_other(engine: Engine, address: str) -> None:
    """Raise CorpusError where `address` holds no corpus of exactly this program's schema; change nothing."""
    version = _version(engine)
    if version is None:
        raise CorpusError(f"{address} holds no corpus yet: `dedup import` or `scrapy crawl news` makes it")
    _refuse_newer(version, address)
    if version != HEAD:
        raise CorpusError(f"the corpus {address} has schema {version}, older than {HEAD}: `dedup update` upgrades it")


def _refuse_newer(version: str | None, address: str) -> None:
    if version is not None and version not in KNOWN:
        raise CorpusError(
            f"the corpus {address} has schema {version}, newer than this program's {HEAD}: "
            "use the newer Gema that wrote it"
        )


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if "alembic_version" not in tables:
            if "articles" in tables:
                raise CorpusError(f"{engine.url.render_as_string()} is some other program's database")
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
