"""What was asked for, one thing after another: what is known of a text, and shared passages. ASCII only as JSON."""

import json
from collections.abc import Iterable, Sequence
from datetime import tzinfo

from rich.console import Console
from rich.text import Text

from dedup.finding import Found
from dedup.report import wording
from dedup.report.data import headline
from dedup.report.inert import plain
from dedup.report.lines import record, show, stamp, where
from dedup.report.wording import MEANINGS, count
from dedup.shared import SharedPassage

_CHARACTERS = 300
_HOLDERS = 5


def found(articles: Sequence[Found], text: str, out: Console, zone: tzinfo | None = None) -> None:
    """Print the articles that share text with `text`: how much, why, and the longest passage they share."""
    for each in articles:
        match, article = each.match, each.article
        head = (
            (f"{match.relation.value}  ", "bold cyan"),
            (f"{wording.percent(match.measures.taken)}  ", "yellow"),
        )
        show(out, Text.assemble(*head, (plain(headline(article)), "bold")))
        show(out, Text(f"    {where(article, zone)}", "dim"))
        show(out, Text(f"    {MEANINGS[match.relation]}: {plain(match.reason)}"))
        if match.passages:
            longest = max(match.passages, key=lambda passage: passage.words)
            shared = f"{count(longest.words, 'word', 'words')}: {_short(text[longest.a_start : longest.a_end])}"
            show(out, Text(f"    {shared}", "dim"))
        show(out, Text(f"    family {plain(each.family)}{f', story {plain(each.story)}' if each.story else ''}", "dim"))


def found_line(each: Found) -> str:
    """Return one of these articles as JSON; places are characters of the text and of the article's."""
    match = each.match
    places = [
        {
            "text": [passage.a_start, passage.a_end],
            "article": [passage.b_start, passage.b_end],
            "words": passage.words,
            "edits": passage.edits,
        }
        for passage in match.passages
    ]
    return json.dumps(
        {
            **record(each.article),
            "family": each.family,
            "story": each.story,
            "relation": match.relation.value,
            "reason": match.reason,
            "containment": match.measures.containment,
            "measures": match.measures._asdict(),
            "passages": places,
        }
    )


def passages(shared: Iterable[SharedPassage], out: Console, zone: tzinfo | None = None) -> None:
    """Print shared passages: how many hold them, their words, who had them first, and some of the others."""
    nothing = True
    for passage in shared:
        nothing = False
        size = f"{wording.articles(len(passage.holders))}, {wording.sites(passage.sites)}"
        show(out, Text.assemble((f"{size}, {count(passage.words, 'word', 'words')}: ", "bold"), _short(passage.text)))
        first, *others = passage.holders
        show(out, Text(f"    first {where(first.article, zone)}", "dim"))
        for holder in others[:_HOLDERS]:
            show(out, Text(f"    then  {where(holder.article, zone)}", "dim"))
        if len(others) > _HOLDERS:
            show(out, Text(f"    and {len(others) - _HOLDERS:,} more", "dim"))
    if nothing:
        show(out, Text("no such passage is shared"))


def passage_line(passage: SharedPassage) -> str:
    """Return a shared passage as JSON with its holders, the earliest first; places are characters of their texts."""
    return json.dumps(
        {
            "text": passage.text,
            "words": passage.words,
            "articles": len(passage.holders),
            "sites": passage.sites,
            "first_seen": stamp(passage.first_seen),
            "first_url": passage.holders[0].article.url,
            "holders": [{**record(holder.article), "places": holder.spans} for holder in passage.holders],
        }
    )


def _short(text: str) -> str:
    words = plain(" ".join(text.split()))
    return words if len(words) <= _CHARACTERS else words[:_CHARACTERS] + " …"
