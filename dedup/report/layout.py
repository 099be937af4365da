"""The templates of pages and e-mails, read once; what differs by language and zone comes with each page."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dedup.report.inert import shown


@cache
def environment() -> Environment:
    """Return the templates; all that is put into them is escaped."""
    made = Environment(
        loader=PackageLoader("dedup.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    # What `{% trans %}` calls; each page brings the functions of its language.
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"shown": shown, "coded": coded}
    return made


def coded(text: str) -> Markup:
    """Return `text` with what stands between backquotes as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else piece for place, piece in enumerate(pieces)
    )
