"""The corpus as reports read it: with the texts that some page shows. All others would be most of what is in memory."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dedup.corpus import Corpus
from dedup.corpus.results import results
from dedup.corpus.rows import text_hash, whole
from dedup.records import Article, Snapshot

# Articles of a site whose texts are shown as examples, those of smallest id.
_LOOKED_AT = 25


@dataclass(frozen=True, slots=True)
class Read:
    """A snapshot in which some articles have no text, and the `text_hash` of each text that was left out, by id."""

    snapshot: Snapshot
    left_out: Mapping[str, str] = field(default_factory=dict)


def read(corpus: Corpus) -> Read:
    """Return the last results with the texts of copies alone, and of what is called by its first words."""
    articles: dict[str, Article] = {}
    left_out: dict[str, str] = {}
    texts: dict[str, str] = {}
    # At once: passages are places in the texts as they are at that moment.
    with corpus.reading() as connection:
        found = results(connection)
        copies = {key for family in found.families if len(family.members) > 1 for key in family.members}
        for article in whole(connection):
            if article.id in copies or not article.title:
                # One for all that have the same.
                articles[article.id] = replace(article, text=texts.setdefault(article.text, article.text))
            else:
                left_out[article.id] = text_hash(article.text)
                articles[article.id] = replace(article, text="")
    return Read(replace(found, articles=articles), left_out)


def samples(articles: Mapping[str, Article]) -> dict[str, list[Article]]:
    """Return some articles of each site, by which its page shows what is left out of its texts."""
    found: defaultdict[str, list[Article]] = defaultdict(list)
    for name in sorted(articles):
        if len(found[articles[name].site]) < _LOOKED_AT:
            found[articles[name].site].append(articles[name])
    return found


def with_samples(corpus: Corpus, found: Snapshot) -> Snapshot:
    """Return a snapshot that `read` left texts out of, or a part of it, with the texts of its `samples`."""
    wanted = [article.id for chosen in samples(found.articles).values() for article in chosen if not article.text]
    return replace(found, articles={**found.articles, **{article.id: article for article in corpus.articles(wanted)}})
