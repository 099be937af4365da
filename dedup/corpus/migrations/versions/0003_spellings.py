"""One ledger row for all spellings of an address: with http and https, with and without `www.` and a last slash."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from alembic import op

from dedup.sites import site_of_host

revision = "0003"
down_revision = "0002"

_BATCH = 5_000
_ledger = sa.table(
    "ledger",
    *map(sa.column, ("id", "key", "kind", "title", "published", "language", "found_at", "next_visit", "article")),
    *map(sa.column, ("state", "reason")),
)
_forgotten = sa.table("forgotten", sa.column("url"), sa.column("at"))
_rekeyed = sa.table("rekeyed", sa.column("id"), sa.column("key"))
# What a row that goes can give to the one that stays.
_TOLD = ("title", "published", "language")

# The rule as it was when this was written, for keys that were made of canonical addresses. Those of articles had
# their variants taken off already, but for what stood behind `www.`.
_ADDRESS = re.compile(r"https?://(?P<host>[^/?#]+)(?P<path>[^?#]*)(?P<rest>.*)", re.DOTALL)
_PORT = re.compile(r"(?::(?:80|443))+$")
_WWW = frozenset({"www"})
_VARIANTS = frozenset({"www", "amp", "m", "mobile", "wap"})


def upgrade() -> None:
    """Name the rows anew, and make one of those that are of one address."""
    op.add_column("seeds", sa.Column("every_s", sa.Integer(), nullable=True))
    connection = op.get_bind()
    connection.execute(sa.text("CREATE TEMPORARY TABLE rekeyed (id BIGINT PRIMARY KEY, key TEXT NOT NULL)"))
    connection.execute(sa.text("CREATE INDEX rekeyed_key ON rekeyed (key)"))
    for rows in _batches(connection):
        connection.execute(_rekeyed.insert(), [{"id": row.id, "key": _key(row.key, row.kind)} for row in rows])
    _merge(connection)
    _rename(connection)
    connection.execute(sa.text("DROP TABLE rekeyed"))
    _forget_all_spellings(connection)


def _batches(connection: sa.Connection) -> Iterator[Sequence[sa.Row[Any, Any, Any]]]:
    last = -1
    wanted = sa.select(_ledger.c.id, _ledger.c.key, _ledger.c.kind).order_by(_ledger.c.id).limit(_BATCH)
    while rows := connection.execute(wanted.where(_ledger.c.id > last)).all():
        yield rows
        last = rows[-1].id


def _merge(connection: sa.Connection) -> None:
    """Keep of each address the row with an article, else one that is due some day, else the oldest."""
    no_more = _ledger.c.next_visit.is_(None) & (_ledger.c.state != "handed")
    several = sa.select(_rekeyed.c.key).group_by(_rekeyed.c.key).having(sa.func.count() > 1)
    rows = (
        sa.select(_ledger, _rekeyed.c.key.label("name"))
        .join(_rekeyed, _rekeyed.c.id == _ledger.c.id)
        .where(_rekeyed.c.key.in_(several))
        .order_by(_rekeyed.c.key, _ledger.c.article == "", no_more, _ledger.c.found_at, _ledger.c.id)
    )
    kept: dict[str, dict[str, Any]] = {}
    gone: list[dict[str, Any]] = []
    for row in connection.execute(rows).mappings().all():
        if row["name"] in kept:
            gone.append({"gone": row["id"]})
            _give(row, kept[row["name"]])
        else:
            kept[row["name"]] = {name: row[name] for name in ("found_at", *_TOLD)} | {"row": row["id"]}
    if gone:
        connection.execute(sa.delete(_ledger).where(_ledger.c.id == sa.bindparam("gone")), gone)
        connection.execute(sa.delete(_rekeyed).where(_rekeyed.c.id == sa.bindparam("gone")), gone)
        connection.execute(sa.update(_ledger).where(_ledger.c.id == sa.bindparam("row")), list(kept.values()))


def _give(row: Mapping[Any, Any], kept: dict[str, Any]) -> None:
    kept["found_at"] = min(kept["found_at"], row["found_at"])
    for name in _TOLD:
        kept[name] = kept[name] or row[name]


def _rename(connection: sa.Connection) -> None:
    name = sa.select(_rekeyed.c.key).where(_rekeyed.c.id == _ledger.c.id).scalar_subquery()
    changed = sa.select(_ledger.c.id).join(_rekeyed, _rekeyed.c.id == _ledger.c.id)
    connection.execute(sa.delete(_rekeyed).where(_rekeyed.c.id.not_in(changed.where(_rekeyed.c.key != _ledger.c.key))))
    mine = _ledger.c.id.in_(sa.select(_rekeyed.c.id))
    # A new name may be the old one of a row that comes later.
    connection.execute(sa.update(_ledger).where(mine).values(key=sa.cast(_ledger.c.id, sa.Text)))
    connection.execute(sa.update(_ledger).where(mine).values(key=name))


def _forget_all_spellings(connection: sa.Connection) -> None:
    at: dict[str, str] = {}
    for row in connection.execute(sa.select(_forgotten).order_by(_forgotten.c.at)).all():
        at.setdefault(_key(row.url), row.at)
    connection.execute(sa.delete(_forgotten))
    if at:
        connection.execute(_forgotten.insert(), [{"url": url, "at": when} for url, when in at.items()])
    skipped = {"state": "skipped", "reason": "forgotten", "next_visit": None, "title": ""}
    blocked = _ledger.c.key.in_(sa.select(_forgotten.c.url))
    connection.execute(sa.update(_ledger).where(blocked).values(skipped))


def _key(url: str, kind: str = "") -> str:
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return url
    host = _bare(_PORT.sub("", found["host"]), _VARIANTS if kind == "article" else _WWW)
    return f"https://{host}{found['path'].rstrip('/') or '/'}{found['rest']}"


@lru_cache(maxsize=10_000)
def _bare(host: str, labels: frozenset[str]) -> str:
    first, _, rest = host.partition(".")
    while first in labels and _site(rest) == _site(host):
        host = rest
        first, _, rest = host.partition(".")
    return host


def _site(host: str) -> str:
    return site_of_host(host.partition(":")[0])
