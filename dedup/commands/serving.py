"""`dedup serve`: the report, live."""

from typing import Annotated

import typer

from dedup.commands import CorpusOption, ZoneOption, app, examples
from dedup.commands.results import Lang
from dedup.errors import GemaError


@app.command(
    epilog=examples("dedup serve", "dedup serve --port 9000 --lang id --zone Asia/Jakarta"),
)
def serve(
    corpus: CorpusOption = None,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65_535, help="The port; 0 takes a free one.")
    ] = 8420,
    zone: ZoneOption = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The language of its pages: English or Indonesian.")] = Lang.EN,
    limit: Annotated[
        float, typer.Option("--limit", metavar="SECONDS", min=0.1, help="How long the corpus may be read for one page.")
    ] = 10.0,
) -> None:
    """Show the report live from the corpus, on http://127.0.0.1 only, until Ctrl-C.

    For a corpus too large to write a page for each family of. Nothing is written, not even to the corpus.
    """
    from dedup.corpus.address import resolve
    from dedup.corpus.readonly import open_to_read
    from dedup.corpus.results import part
    from dedup.report.language import language
    from dedup.report.pages import Setting

    try:
        from dedup.serving.application import application
        from dedup.serving.current import Current
        from dedup.serving.desk import Desk
        from dedup.serving.places import Places
        from dedup.serving.server import HOST, run
    except ModuleNotFoundError as error:
        raise GemaError(f"`dedup serve` needs {error.name}: pip install 'gema-news[serve]'") from error

    setting = Setting(language(lang.value), zone, Places())
    with open_to_read(corpus) as opened:
        # What cannot be read is told now, not to whoever asks.
        part(opened, ())
        current = Current(opened, resolve(corpus).render_as_string(hide_password=False), setting)

        def ready(taken: int) -> None:
            current.start()
            print(f"http://{HOST}:{taken}/ shows the corpus until Ctrl-C.", flush=True)

        try:
            run(application(Desk(opened, current, setting), limit), port, ready)
        finally:
            current.stop()
