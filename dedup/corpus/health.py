"""How the crawler's runs went with each site, as far as the corpus remembers them."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dedup.corpus import schema
from dedup.corpus.store import Corpus

# The details of older runs are dropped by the crawler, too.
_RUNS = 200


@dataclass(frozen=True, slots=True)
class SiteRuns:
    """What runs counted of a site: how many had to do with it, the last one's begin, and their counts added up.

    `without` is the part of its pages that lately held no article, older runs counting less.
    """

    runs: int
    last: datetime | None
    counts: dict[str, int]
    without: float = 0.0


def site_runs(corpus: Corpus) -> dict[str, SiteRuns]:
    """Return what the last runs counted of every site they asked; nothing where no crawler ever wrote."""
    runs, history = schema.runs.c, schema.site_history
    with corpus.reading() as connection:
        rows = connection.execute(select(runs.started, runs.details).order_by(runs.id.desc()).limit(_RUNS)).all()
        read = {row.site: row.without / row.pages for row in connection.execute(select(history)) if row.pages}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        for site, counted in json.loads(row.details).get("sites", {}).items():
            counts[site].update(counted)
            times[site].append(row.started)
    return {
        site: SiteRuns(len(times[site]), max(times[site]), dict(counted), read.get(site, 0.0))
        for site, counted in counts.items()
    }
