"""The templates of pages and e-mails, read once for a language; what differs by zone comes with each page."""

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from dedup.report.inert import shown
from dedup.report.language import LANGUAGES, Language


@lru_cache(maxsize=len(LANGUAGES))
def environment(language: Language) -> Environment:
    """Return the templates in a language; all that is put into them is escaped."""
    made = _Settled(
        loader=PackageLoader("dedup.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.language = language
    # What `{% trans %}` calls; each page brings the functions of its language.
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"shown": shown, "coded": coded}
    return made


class _Settled(Environment):
    """Templates in which `_("a message")` is settled when they are read: a page asks for hundreds."""

    language: Language

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(_Messages(self.language).visit(source), name, filename, defer_init)


class _Messages(NodeTransformer):
    def __init__(self, language: Language) -> None:
        self.language = language

    def visit_Call(self, call: nodes.Call) -> nodes.Node:
        match call:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(message))], kwargs=[]):
                return nodes.Const(self.language.of(message), lineno=call.lineno)
        return self.generic_visit(call)


def coded(text: str) -> Markup:
    """Return `text` with what stands between backquotes as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else piece for place, piece in enumerate(pieces)
    )
