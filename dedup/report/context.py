"""What a corpus knows beside its articles and groups, for the pages that show it."""

from functools import partial

from dedup import boilerplate
from dedup.corpus import Corpus, units
from dedup.corpus.health import site_runs
from dedup.records import Snapshot
from dedup.regrouping import curve
from dedup.report.pageviews import Cut
from dedup.report.sheets import Context
from dedup.report.stripping import Learned


def context_of(corpus: Corpus, found: Snapshot) -> Context:
    """Return what a corpus knows beside its results, which are `found`, perhaps at another threshold.

    Whoever makes pages of it in other processes gives all connections back before.
    """
    return Context(learned_of(corpus), site_runs(corpus), partial(_cuts, corpus, found))


def _cuts(corpus: Corpus, found: Snapshot) -> tuple[Cut, ...]:
    return tuple(Cut(*counted) for counted in curve(corpus, found))


def learned_of(corpus: Corpus) -> Learned:
    """Return what the sites of a corpus are known to repeat."""
    with corpus.reading() as connection:
        sites = units.read_sites(connection)
    return Learned(sites.numbers, boilerplate.table(sites.repeated), sites.said)
