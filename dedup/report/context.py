"""What a corpus knows beside its articles and groups, for the pages that show it."""

from dedup import boilerplate
from dedup.corpus import Corpus, units
from dedup.corpus.health import site_runs
from dedup.records import Snapshot
from dedup.regrouping import curve
from dedup.report.pageviews import Cut
from dedup.report.sheets import Context
from dedup.report.stripping import Learned


def context_of(corpus: Corpus, found: Snapshot) -> Context:
    """Return what a corpus knows beside its results, which are `found`, perhaps at another threshold."""
    cuts = tuple(Cut(share, families) for share, families in curve(corpus, found))
    return Context(learned_of(corpus), site_runs(corpus), cuts)


def learned_of(corpus: Corpus) -> Learned:
    """Return what the sites of a corpus are known to repeat."""
    with corpus.reading() as connection:
        sites = units.read_sites(connection)
    return Learned(sites.numbers, boilerplate.table(sites.repeated))
