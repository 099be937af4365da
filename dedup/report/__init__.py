"""What was found, to look at: one Overview, shown as HTML, in the terminal, or as JSON."""

from dedup.report.data import overview
from dedup.report.edition import Edition, Wish, edition
from dedup.report.shelf import Retention, keep, keep_one_a_day, retention
from dedup.report.views import Overview

__all__ = [
    "Edition",
    "Overview",
    "Retention",
    "Wish",
    "edition",
    "keep",
    "keep_one_a_day",
    "overview",
    "retention",
]
