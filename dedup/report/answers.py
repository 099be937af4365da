"""What a search found, best first: each article with the piece that shows why, its family and its story."""

import json
from datetime import tzinfo

from rich.console import Console
from rich.style import Style
from rich.text import Text

from dedup.corpus.fulltext import Phrases
from dedup.excerpts import places
from dedup.report import wording
from dedup.report.data import headline
from dedup.report.inert import plain, safe_address
from dedup.report.lines import record, show, where
from dedup.report.wording import count
from dedup.searching import Answer, Answers

_MARKED = "bold yellow"


def answers(found: Answers, out: Console, zone: tzinfo | None = None) -> None:
    """Print answers, the words that were asked for marked: in colour, in a pipe with *asterisks*."""
    for each in found.best:
        address = safe_address(each.article.url)
        style = Style(bold=True, link=address) if address and out.is_terminal else Style(bold=True)
        show(out, _marked(headline(each.article), found.phrases, out, style))
        show(out, Text(f"    {where(each.article, zone)}", "dim"))
        if each.excerpt:
            show(out, Text("    ").append_text(_marked(each.excerpt, found.phrases, out)))
        if each.family:
            show(out, Text(f"    {_belongs(each)}", "dim"))
    show(out, Text(closing(found)))


def answer_line(each: Answer, phrases: Phrases) -> str:
    """Return an answer as JSON; `marked` are the places in its excerpt of what was asked for."""
    return json.dumps(
        {
            **record(each.article),
            "language": each.article.language,
            "excerpt": each.excerpt,
            "marked": places(each.excerpt, phrases),
            "family": each.family,
            "copies": each.copies,
            "story": each.story,
            "label": each.label,
            "told": each.told,
        }
    )


def closing(found: Answers) -> str:
    """Return how much was found, and what to do where that is nothing, or not all is shown."""
    if not found.count:
        return (
            "Nothing was found: every word has to occur, in title or text, as written, and all else that was asked for."
        )
    held = "" if found.articles == found.count else f" ({wording.articles(found.articles)})"
    whole = f"{count(found.count, 'answer', 'answers')}{held}"
    if len(found.best) == found.count:
        return f"{whole}."
    return f"The best {len(found.best):,} of {whole}; more with --limit."


def _belongs(each: Answer) -> str:
    """Return where an answer belongs: its family and its story."""
    family = f"family {plain(each.family)} ({wording.articles(each.copies + 1)})"
    if each.told < 2:
        return family
    return f"{family}; story {plain(each.story)} ({count(each.told, 'text', 'texts')}): {plain(each.label)}"


def _marked(said: str, phrases: Phrases, out: Console, style: Style | str = "") -> Text:
    """Return what was said on one line, the words that were asked for marked."""
    # What steers a terminal goes before places are counted.
    line = plain(said)
    text, last = Text(style=style), 0
    for start, stop in places(line, phrases):
        held = line[start:stop]
        text.append(line[last:start]).append(held if out.is_terminal else f"*{held}*", _MARKED)
        last = stop
    return text.append(line[last:])
