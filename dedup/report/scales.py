"""What words weigh, and what was learned of it. ASCII only as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from dedup.arrays import WordCounts
from dedup.corpus.vocabularies import Version
from dedup.counting import Weighed
from dedup.report.inert import plain
from dedup.report.lines import columns, show
from dedup.report.wording import count


def summary(counted: Mapping[str, WordCounts]) -> str:
    """Return how much was counted of each language, in words."""
    return "; ".join(
        f"{plain(language)} {count(len(each.words), 'word', 'words')} of {count(each.texts, 'text', 'texts')}"
        for language, each in sorted(counted.items())
    )


def versions(kept: Sequence[Version], out: Console) -> None:
    """Print the backgrounds that are kept, and which of them stories rest on."""
    for version in kept:
        stands = {
            (True, True): "stories rest on it",
            (True, False): "chosen; stories rest on it after `dedup rebuild`",
            (False, True): "stories rest on it until `dedup rebuild`",
            # As a rebuild leaves it that was killed in its last moment.
            (False, False): "of no use; `dedup rebuild` removes it",
        }[version.chosen, version.used]
        show(out, Text.assemble((f"background {version.name}  ", "bold"), f"{summary(version.languages)}"))
        show(out, Text(f"    learned {version.at:%Y-%m-%d %H:%M} UTC; {stands}", "dim"))
    if not any(version.chosen for version in kept):
        show(out, Text("words weigh what they weigh in general: `dedup background learn` counts those of the corpus"))


def words(found: Sequence[Weighed], out: Console) -> None:
    """Print words: how common in general, in how many texts they were counted, what they weigh without and with it."""
    if not found:
        return
    table = columns(6)
    heads = ("language", "word", "in general", "texts", "weight before", "now")
    table.add_row(*(Text(name, "dim") for name in heads))
    for each in found:
        table.add_row(
            Text(plain(each.language)),
            Text(plain(each.word), "bold"),
            Text(f"{each.frequency:.1e}" if each.frequency else "unknown"),
            Text("few" if each.count is None else f"{each.count:,} of {each.texts:,}"),
            Text(f"{each.before:.2f}", justify="right"),
            Text(f"{each.after:.2f}", justify="right"),
        )
    show(out, table)


def record(each: Weighed) -> dict[str, Any]:
    """Return the same as JSON has it; `count` is null where too few texts hold the word."""
    return asdict(each)
