"""What was found, to look at: one Overview, shown as HTML, in the terminal, or as JSON."""

from dedup.report.data import overview
from dedup.report.files import write
from dedup.report.shelf import keep_one_a_day
from dedup.report.views import Overview

__all__ = ["Overview", "keep_one_a_day", "overview", "write"]
