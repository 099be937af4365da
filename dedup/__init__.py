"""Find the echoes among articles: copies, families, stories. Works on anybody's articles, without Scrapy.

This is the front door: what is not named here is not for others to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.addresses import spelling
    from dedup.copies import compare, find_copies
    from dedup.corpus import Added, Corpus
    from dedup.corpus import schema as tables
    from dedup.corpus.lock import hold
    from dedup.durations import duration, moment_or_age, written
    from dedup.errors import Busy, GemaError
    from dedup.finding import Found, find
    from dedup.flowing import Flows, flows
    from dedup.origins import Confidence, Origin, origin
    from dedup.records import Article, Match, Recipe, Relation, Snapshot, article_id
    from dedup.report import retention
    from dedup.searching import Answer, Answers, search
    from dedup.sites import site_of_host
    from dedup.stamped import says_updated
    from dedup.updating import rebuild, update

__all__ = [
    "Added",
    "Answer",
    "Answers",
    "Article",
    "Busy",
    "Confidence",
    "Corpus",
    "Flows",
    "Found",
    "GemaError",
    "Match",
    "Origin",
    "Recipe",
    "Relation",
    "Snapshot",
    "article_id",
    "compare",
    "duration",
    "find",
    "find_copies",
    "flows",
    "hold",
    "moment_or_age",
    "origin",
    "rebuild",
    "retention",
    "says_updated",
    "search",
    "site_of_host",
    "spelling",
    "tables",
    "update",
    "written",
]

# Each is loaded when it is first asked for: databases and numbers take longer to import than `dedup --help` runs.
_ROOM_OF = {
    "Added": "dedup.corpus",
    "Corpus": "dedup.corpus",
    "Article": "dedup.records",
    "Busy": "dedup.errors",
    "GemaError": "dedup.errors",
    "Match": "dedup.records",
    "Recipe": "dedup.records",
    "Relation": "dedup.records",
    "Snapshot": "dedup.records",
    "article_id": "dedup.records",
    "compare": "dedup.copies",
    "find_copies": "dedup.copies",
    "Found": "dedup.finding",
    "find": "dedup.finding",
    "Flows": "dedup.flowing",
    "flows": "dedup.flowing",
    "Confidence": "dedup.origins",
    "Origin": "dedup.origins",
    "origin": "dedup.origins",
    "Answer": "dedup.searching",
    "Answers": "dedup.searching",
    "search": "dedup.searching",
    "hold": "dedup.corpus.lock",
    "duration": "dedup.durations",
    "moment_or_age": "dedup.durations",
    "written": "dedup.durations",
    "site_of_host": "dedup.sites",
    "spelling": "dedup.addresses",
    "rebuild": "dedup.updating",
    "retention": "dedup.report",
    "says_updated": "dedup.stamped",
    "update": "dedup.updating",
}


def __getattr__(name: str) -> Any:
    if name == "tables":
        return import_module("dedup.corpus.schema")
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'dedup' has no attribute {name!r}")
    return getattr(import_module(_ROOM_OF[name]), name)
