"""The `dedup` command. Exit codes: 0 fine, 1 a bug, 2 usage or bad input, 4 the corpus or the disk.

141 where whoever read the output went away (`dedup groups | head -1`), 130 where it was interrupted (Ctrl-C), as other
tools do.

What takes long to load is imported inside the command that needs it, so that `--help` comes at once.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from typing import Annotated, NoReturn

from dedup.loading import stoppable

# Loading takes longer than most commands do.
with stoppable():
    import typer

    from dedup.commands import BAD_INPUT, NO_CORPUS, CorpusOption, app, leave
    from dedup.errors import Busy, CorpusError, GemaError

    # Each adds its commands, in the order in which `dedup --help` lists them.
    # isort: off
    import dedup.commands.intake
    import dedup.commands.care
    import dedup.commands.results
    import dedup.commands.serving
    import dedup.commands.comparing
    import dedup.commands.finding
    import dedup.commands.searching
    import dedup.commands.stories
    import dedup.commands.exports
    import dedup.commands.origins
    import dedup.commands.words
    import dedup.commands.background
    import dedup.commands.removal  # noqa: F401
    # isort: on


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code."""
    try:
        _write_somewhere()
        _write_utf8()
        _run(arguments)
    except KeyboardInterrupt:
        sys.exit(_STOPPED)
    except BrokenPipeError:
        _leave_unread()
    except SystemExit as left:
        # Typer makes a 1 of it, which is a bug's.
        if isinstance(left.__context__, BrokenPipeError):
            _leave_unread()
        raise


def _write_somewhere() -> None:
    """Write into a pipe that nobody reads where standard output was closed (`dedup groups >&-`)."""
    # Else the next file that is opened, such as the corpus, would be standard output.
    if sys.stdout is None:
        read, write = os.pipe()
        os.dup2(write, _STDOUT)
        for end in {read, write} - {_STDOUT}:
            os.close(end)
        sys.stdout = os.fdopen(_STDOUT, "w")


def _write_utf8() -> None:
    """Write UTF-8 to files and pipes whatever the locale, and to a terminal what it can show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(arguments: Sequence[str] | None) -> None:
    try:
        try:
            app(args=arguments, prog_name="dedup")
        finally:
            # When Python ends nobody can catch what comes of it.
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except Busy as error:
        # An hourly job that finds the last one still at work has nothing to complain of.
        leave(str(error), 0)
    except CorpusError as error:
        leave(str(error), NO_CORPUS)
    except GemaError as error:
        leave(str(error), BAD_INPUT)
    except OSError as error:
        leave(f"{error.filename or 'the disk'}: {error.strerror or error}", NO_CORPUS)
    except Exception as error:
        # Loaded by now if it matters; `--help` should not wait for it.
        from sqlalchemy.exc import DBAPIError

        if not isinstance(error, DBAPIError):
            raise
        leave(f"the corpus failed: {error.orig}", NO_CORPUS)


def _leave_unread() -> NoReturn:
    """End the process without a word: nobody reads any more."""
    # What is left in the buffer has to go somewhere when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_UNREAD)


_STDOUT = 1
# What a shell shows of a process that SIGPIPE ended, and of one that SIGINT did.
_UNREAD, _STOPPED = 141, 130


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"dedup {version('gema-news')}")
        except PackageNotFoundError:
            print("dedup, not installed: run from its source")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    corpus: CorpusOption = None,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and leave."),
    ] = False,
) -> None:
    # Named before the command it is what the command's own option is where that says nothing.
    if corpus is not None:
        context.default_map = _for_each(context.command, corpus)


def _for_each(command: object, corpus: str) -> dict[str, object]:
    """Return what a command, or each that it has, takes for its corpus."""
    inner: dict[str, object] = getattr(command, "commands", {})
    return {name: _for_each(each, corpus) for name, each in inner.items()} or {"corpus": corpus}


if __name__ == "__main__":
    main()
