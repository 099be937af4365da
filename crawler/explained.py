"""What extraction saw: every line in its order, and the rule that took it or a span of it. No page, no library."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawler.page import Rejection
from dedup import Article

Removed = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an article, or a `span` cut from the line before it; `rule` is what took it, "" where it is kept."""

    text: str
    rule: str = ""
    span: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """What pages gave, the lines it was made from in the order of the text, and where each field was found."""

    result: Article | Rejection
    lines: tuple[Line, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


def lines_of(lines: Sequence[str]) -> tuple[Line, ...]:
    """Return lines of which none is taken yet."""
    return tuple(map(Line, lines))


def after(lines: Sequence[Line], kept: Sequence[str], removed: Removed) -> tuple[Line, ...]:
    """Return `lines` as a further step left them: of those not taken before, `kept` remained, `removed` went."""
    left, gone = list(kept), list(removed)
    return tuple(traced for line in lines for traced in ([line] if line.rule else _traced(line, left, gone)))


def _traced(line: Line, left: list[str], gone: list[tuple[str, str]]) -> Iterator[Line]:
    """Yield what became of a line; what accounts for it is taken from `left` and `gone`."""
    if left and left[0] == line.text:
        yield replace(line, text=left.pop(0))
        return
    if whole := next((entry for entry in gone if entry[0] == line.text), None):
        gone.remove(whole)
        yield Line(line.text, whole[1])
        return
    spans = [entry for entry in gone if entry[0] in line.text]
    # A line may be nothing but spans; what remains of any other is made of its words.
    if left and _made_of(left[0], line.text):
        yield Line(left.pop(0))
    for entry in spans[: _spans_of(line.text, spans)]:
        gone.remove(entry)
        yield Line(*entry, span=True)


def _spans_of(text: str, spans: Removed) -> int:
    """Return how many of the spans, from the first, can all have been cut from a text."""
    for count, (span, _) in enumerate(spans):
        if span not in text:
            return count
        text = text.replace(span, " ", 1)
    return len(spans)


def _made_of(rest: str, text: str) -> bool:
    words = text.split()
    return all(word in text for word in rest.split()) and len(rest.split()) <= len(words)
