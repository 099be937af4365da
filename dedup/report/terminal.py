"""Groups and explanations in the terminal; in a pipe the same as plain lines that nothing cuts or colours."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from functools import partial
from operator import itemgetter

from rich.console import Console
from rich.text import Text

from dedup.flowing import Role
from dedup.records import Article, Explanation, Passage, Pin, Relation, Segment, Verdict
from dedup.report import wording
from dedup.report.data import headline
from dedup.report.inert import plain
from dedup.report.lines import columns, show, site, titled, when
from dedup.report.views import Comparison, FamilyView, Overview, StoryView
from dedup.report.wording import MEANINGS, count

_PASSAGE_CHARACTERS = 300
_STYLES = {
    Relation.EXACT: "red",
    Relation.NEAR: "red",
    Relation.SYNDICATED: "yellow",
    Relation.REVISION: "magenta",
    Relation.EXCERPT: "blue",
    Relation.SHARED_QUOTES: "blue",
    Relation.SAME_STORY: "green",
}


def console(width: int | None = None) -> Console:
    """Return a console on standard output that takes no text of an article for markup or for a command."""
    made = Console(highlight=False, markup=False, emoji=False, width=width)
    if width is None and not made.is_terminal:
        made.width = 10_000  # In a pipe nobody sees an edge: lines are as long as they are.
    return made


def groups(overview: Overview, out: Console, zone: tzinfo | None = None, everything: bool = False) -> None:
    """Print stories and families, largest first; those of one family or article only with `everything`."""
    stories = overview.stories if everything else overview.told
    families = overview.families if everything else overview.copied
    for story in stories:
        _print_story(story, out, zone)
    for family in families:
        _print_family(family, out, zone)
    show(out, Text(_closing(overview)))


def explanation(explained: Explanation, out: Console, zone: tzinfo | None = None, first: str = "") -> None:
    """Print what two articles are to one another, why, and what they share; A is the one whose id comes `first`."""
    match, measures = explained.match, explained.match.measures
    names = ("B", "A") if first == explained.b.id else ("A", "B")
    for name, article in sorted(zip(names, (explained.a, explained.b), strict=True), key=itemgetter(0)):
        show(out, Text.assemble((f"{name}  ", "bold cyan"), (plain(headline(article)), "bold")))
        show(out, Text(f"   {_where_and_when(article, zone)}  {plain(article.url)}  id {plain(article.id)}", "dim"))
    show(out, Text())
    show(out, Text.assemble(_relation(match.relation), f": {MEANINGS[match.relation]}"))
    show(out, Text(f"Why: {plain(match.reason)}"))
    for line in (*_together(explained, names), *_left_out(explained, names)):
        show(out, Text(line))
    show(out, Text())
    table = columns(2)
    told = [("alike in what they tell", f"{explained.cosine:.3f}")]
    told += [("subtracted, both being of one site", f"{explained.less:.3f}")] if explained.less else []
    for name, value in (*wording.measures(measures, *names), *told):
        table.add_row(Text(name, "dim"), Text(value))
    show(out, table)
    if explained.shared_terms:
        show(out, Text.assemble("\n", ("Words they share: ", "bold"), plain(", ".join(explained.shared_terms))))
    _print_passages(explained.a, match.passages, out)


# --- groups -----------------------------------------------------------------------------------------


def _print_story(story: StoryView, out: Console, zone: tzinfo | None) -> None:
    sizes = f"{count(len(story.families), 'text', 'texts')}, {wording.articles(story.articles)}, id {plain(story.id)}"
    show(out, Text.assemble(("Story  ", "bold green"), (plain(story.label), "bold"), (f"  ({sizes})", "dim")))
    if story.terms:
        show(out, Text(f"       {plain(', '.join(story.terms))}", "dim"))
    table = columns(3)
    for family in story.families:
        first, others = family.first.article, len(family.members) - 1
        title = titled(first, out)
        if others:
            title.append(f"  + {others:,} more", "yellow")
        table.add_row(Text("  " + when(first, zone), "dim"), Text(site(first), "bold"), title)
    show(out, table)
    show(out, Text())


def _print_family(family: FamilyView, out: Console, zone: tzinfo | None) -> None:
    sizes = f"{wording.articles(len(family.members))}, {wording.sites(len(family.sites))}, id {plain(family.id)}"
    title = plain(family.first.headline)
    show(out, Text.assemble(("Family ", "bold cyan"), (title, "bold"), (f"  ({sizes})", "dim")))
    if len(family.sites) > 1 or family.origin.outside:
        told = wording.origin(family.origin, clock=partial(wording.moment, zone=zone))
        show(out, Text(f"       {told}", "dim"))
    table = columns(5)
    for member in family.members:
        compared = member.comparison
        relation = _relation(compared.relation) if compared else Text("first" if member.role is Role.FIRST else "")
        table.add_row(
            Text("  " + when(member.article, zone), "dim"),
            Text(site(member.article), "bold"),
            relation,
            Text(wording.percent(compared.share) if compared else "", justify="right"),
            titled(member.article, out, _another(compared, family.first.article)),
        )
    show(out, table)
    show(out, Text())


def _another(compared: Comparison | None, first: Article) -> Article | None:
    """Return what an article is held against where that is not the first of its family."""
    return compared.other if compared and compared.other.id != first.id else None


def _closing(overview: Overview) -> str:
    waiting = f"{wording.articles(overview.pending)} not grouped yet: run `dedup update`."
    if not overview.articles:
        return waiting if overview.pending else wording.nothing(overview.scope)
    copied = wording.families(len(overview.copied))
    # Where families are cut anew there are none.
    told = f", {count(len(overview.told), 'story', 'stories')} told more than once" if overview.stories else ""
    found = f"{wording.articles(overview.articles)} of {wording.sites(len(overview.sites))}: {copied} of copies{told}."
    return f"{found} {waiting}" if overview.pending else found


# --- explanations -----------------------------------------------------------------------------------


def _together(explained: Explanation, names: tuple[str, str]) -> Iterable[str]:
    if explained.family:
        yield f"Both are in family {plain(explained.family)}."
    if explained.story:
        yield f"Both are in story {plain(explained.story)}."
    if not explained.family and not explained.story:
        yield "They are in no common family or story."
    if explained.family and len(explained.path) > 1:
        yield f"What joins them: {_chain(explained, names)}"
    if explained.by_verdict:
        yield "Your verdict alone makes them one family: no copies do."
    if explained.said is not None:
        what, command = ("belong", "join") if explained.said else ("do not belong", "separate")
        both = f"{plain(explained.a.id)} {plain(explained.b.id)}"
        yield f"You said that they {what} together; `dedup {command} --undo {both}` takes it back."


def _left_out(explained: Explanation, names: tuple[str, str]) -> Iterable[str]:
    """Yield what may surprise who knows the texts: most of one is what its site repeats, and counts for nothing."""
    both = zip(names, (explained.a, explained.b), explained.repeated, strict=True)
    for name, article, part in sorted(both, key=itemgetter(0)):
        if part >= _MOST:
            yield (
                f"{part:.0%} of {name}'s words do not count: {plain(site(article))} repeats them in many texts; "
                f"`dedup boilerplate {plain(article.site)}` shows and corrects it."
            )


_MOST = 0.5


def segments(found: Sequence[Segment], said: Sequence[Pin], out: Console, everything: bool = False) -> None:
    """Print what a person said of a site's words, and the lines it repeats, each with an example, most texts first.

    What stands in one text alone is only counted, but for `everything`.
    """
    for pin in said:
        what = "repeated, you said" if pin.repeated else "its own, you said"
        show(out, Text.assemble((f"{what}: ", "bold"), plain(pin.text)))
    shown = [segment for segment in found if segment.again or everything]
    for segment in shown:
        line = plain(segment.text)
        if len(line) > _PASSAGE_CHARACTERS:
            line = line[:_PASSAGE_CHARACTERS] + " …"
        show(out, Text.assemble((f"{count(segment.texts, 'text', 'texts')}: ", "dim"), line))
        show(out, Text(f"    {segment.share:.0%} of its words, as in {plain(segment.url)}", "dim"))
    if left := len(found) - len(shown):
        lines = count(left, "line stands", "lines stand")
        show(out, Text(f"{lines} in one text of the sample alone, repeated in part; --all lists them", "dim"))
    if not found:
        show(out, Text("nothing was found to be repeated; what stands in fewer than four of a site's reports is not"))


def _chain(explained: Explanation, names: tuple[str, str]) -> str:
    """Return the ties from one article to the other; what lies between them is called by its id."""
    called = dict(zip((explained.a.id, explained.b.id), names, strict=True))
    here, told = explained.a.id, [called[explained.a.id]]
    for tie in explained.path:
        here = tie.b if tie.a == here else tie.a
        what = "joined by you" if isinstance(tie, Verdict) else tie.relation
        told.append(f"– {what} – {called.get(here, plain(here))}")
    return " ".join(told)


def _print_passages(a: Article, passages: tuple[Passage, ...], out: Console) -> None:
    if not passages:
        return
    show(out, Text.assemble("\n", (count(len(passages), "shared passage", "shared passages"), "bold")))
    for passage in passages:
        words = plain(" ".join(a.text[passage.a_start : passage.a_end].split()))
        if len(words) > _PASSAGE_CHARACTERS:
            words = words[:_PASSAGE_CHARACTERS] + " …"
        edits = f", {count(passage.edits, 'small edit', 'small edits')}" if passage.edits else ""
        show(out, Text.assemble((f"  {count(passage.words, 'word', 'words')}{edits}: ", "dim"), words))


# --- both -------------------------------------------------------------------------------------------


def _relation(relation: Relation) -> Text:
    return Text(relation.value, _STYLES.get(relation, "dim"))


def _where_and_when(article: Article, zone: tzinfo | None) -> str:
    return f"{site(article)}, {when(article, zone)}"
