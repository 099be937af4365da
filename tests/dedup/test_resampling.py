"""Damage to what stands for sites: `check` names it, a rebuild mends it, an update takes again what is lost."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, insert, select, update

from dedup import Corpus, tables
from dedup.checking import check
from dedup.cli import main
from dedup.corpus.results import snapshot
from dedup.updating import rebuild
from dedup.updating import update as group
from tests.dedup.conftest import NOW
from tests.dedup.test_updating import footed
from tests.newsroom.articles import articles
from tests.newsroom.texts import load

_SAMPLES, _SITES, _COLUMNS = tables.samples, tables.sites, tables.unit_columns


@pytest.fixture
def grouped(corpus: Corpus) -> Corpus:
    corpus.add([*footed(12), *sorted(articles(load(), NOW), key=lambda article: article.id)[:12]])
    group(corpus, now=NOW)
    assert check(corpus) == []
    return corpus


def _site(connection: Connection, name: str = "portal.test") -> int:
    return int(connection.execute(select(_SITES.c.id).where(_SITES.c.site == name)).scalar_one())


def _row_missing(connection: Connection) -> None:
    first = connection.execute(select(func.min(_SAMPLES.c.unit_id)).where(_SAMPLES.c.site_id == _site(connection)))
    connection.execute(delete(_SAMPLES).where(_SAMPLES.c.unit_id == first.scalar_one()))


def _rows_missing(connection: Connection) -> None:
    connection.execute(delete(_SAMPLES).where(_SAMPLES.c.site_id == _site(connection)))


def _row_of_another_site(connection: Connection) -> None:
    row = connection.execute(select(_SAMPLES).where(_SAMPLES.c.site_id != _site(connection))).first()
    assert row is not None
    connection.execute(insert(_SAMPLES).values({**row._mapping, "site_id": _site(connection)}))


def _row_of_nobody(connection: Connection) -> None:
    # The number that the next unit will have.
    last = connection.execute(select(func.max(tables.units.c.id))).scalar_one()
    connection.execute(insert(_SAMPLES).values(site_id=_site(connection), unit_id=last + 1, keys=b""))


def _site_of_nobody(connection: Connection) -> None:
    connection.execute(insert(_SAMPLES).values(site_id=999_999, unit_id=0, keys=b""))


def _other_keys(connection: Connection) -> None:
    row = connection.execute(select(_SAMPLES).where(_SAMPLES.c.site_id == _site(connection))).first()
    assert row is not None
    keys = np.frombuffer(row.keys, "<u8")[1:].tobytes()
    connection.execute(update(_SAMPLES).where(_SAMPLES.c.unit_id == row.unit_id).values(keys=keys))


def _strict(family: Callable[[NDArray[np.int64]], int]) -> Callable[[Connection], None]:
    def damage(connection: Connection) -> None:
        row = connection.execute(select(_COLUMNS)).one()
        strict, here = np.frombuffer(row.strict, "<i8").copy(), np.frombuffer(row.sites, "<i4") == _site(connection)
        strict[here] = family(strict[here])
        connection.execute(update(_COLUMNS).values(strict=strict.tobytes()))

    return damage


def _counted(name: str, kind: str) -> Callable[[Connection], None]:
    def damage(connection: Connection) -> None:
        column = _SITES.c[name]
        held = np.frombuffer(
            connection.execute(select(column).where(_SITES.c.site == "portal.test")).scalar_one(), kind
        )
        assert len(held)
        values = {name: (held + 1).astype(kind).tobytes()}
        connection.execute(update(_SITES).where(_SITES.c.site == "portal.test").values(values))

    return damage


_DAMAGES = {
    "a row is missing": (_row_missing, "is not kept, and stands for it"),
    "all rows are missing": (_rows_missing, "is not kept, and stands for it"),
    "a row of another site": (_row_of_another_site, "is kept, and does not stand for it"),
    "a row of nobody": (_row_of_nobody, "is kept, and does not stand for it"),
    "a site that is none": (_site_of_nobody, "is kept, and does not stand for it"),
    "other keys": (_other_keys, "is kept with other keys than the postings hold"),
    "one family": (_strict(lambda held: int(held.min())), "strict families of portal.test are not what"),
    "no family": (_strict(lambda _: -1), "strict families of portal.test are not what"),
    "counted keys": (_counted("counted", "<u8"), "counts of portal.test"),
    "counted families": (_counted("families", "<u4"), "counts of portal.test"),
    "days of counted keys": (_counted("since", "<i4"), "counts of portal.test"),
}
_EACH = pytest.mark.parametrize(("damage", "said"), _DAMAGES.values(), ids=list(_DAMAGES))


@_EACH
def test_check_names_what_is_damaged_and_a_rebuild_mends_it(
    grouped: Corpus, damage: Callable[[Connection], None], said: str
) -> None:
    clean = snapshot(grouped)
    with grouped.transaction() as connection:
        damage(connection)
    faults = check(grouped)
    assert any(said in fault for fault in faults)
    assert all("`dedup rebuild`" in fault for fault in faults if "more like the last" not in fault)
    rebuild(grouped, now=NOW)
    assert check(grouped) == []
    again = snapshot(grouped)
    assert (again.families, again.matches) == (clean.families, clean.matches)


@_EACH
def test_an_update_goes_on_whatever_is_damaged(
    grouped: Corpus, damage: Callable[[Connection], None], said: str
) -> None:
    with grouped.transaction() as connection:
        damage(connection)
    grouped.add(footed(14)[12:])
    group(grouped, now=NOW)


@pytest.mark.parametrize("damage", [_row_missing, _rows_missing, _row_of_nobody], ids=["a row", "all rows", "too many"])
def test_an_update_takes_again_what_is_lost(
    grouped: Corpus, new_corpus: Callable[[], Corpus], damage: Callable[[Connection], None]
) -> None:
    other = new_corpus()
    other.add(grouped.articles())
    with grouped.transaction() as connection:
        damage(connection)
    for corpus in (grouped, other):
        corpus.add(footed(14)[12:])
        group(corpus, now=NOW)
    assert check(grouped) == []
    assert {each.members for each in snapshot(grouped).families} == {each.members for each in snapshot(other).families}


def test_the_command_ends_with_what_damage_ends_with(grouped: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    with grouped.transaction() as connection:
        _row_missing(connection)
    with pytest.raises(SystemExit) as left:
        main(["check", "--corpus", grouped.address])
    assert left.value.code == 4
    assert "samples of portal.test: " in capsys.readouterr().out
