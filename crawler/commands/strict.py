"""What the commands of this project share: an option that is none ends them with one line; how they talk."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyHelpFormatter

from crawler.arguments import NewsArguments
from crawler.seedlist import did_you_mean
from crawler.verdict import STORAGE, USAGE

if TYPE_CHECKING:
    from scrapy.commands import ScrapyCommand as Commands
else:
    # Scrapy makes a command of every ScrapyCommand that it finds in this package.
    Commands = object


def tell(words: str) -> None:
    """Say something to who watches: on standard error, at once."""
    print(words, file=sys.stderr, flush=True)


# As a shell counts what SIGPIPE has ended.
_UNREAD = 128 + 13


@contextmanager
def printing(command: "Commands") -> Iterator[None]:
    """Let a command print what others read; it ends without a word where they went away, with one where a disk is full.

    Its exit code is 141 then, or 4.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        command.exitcode = _UNREAD
    except OSError as error:
        tell(f"{error.filename or 'what is printed cannot be written'}: {error.strerror or error}")
        command.exitcode = STORAGE
    else:
        return
    # What is left in the buffer has to go somewhere when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Help(ScrapyHelpFormatter):
    """Scrapy's help, with the lines of what has lines, such as examples, left as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


class Strict(Commands):
    """Stands before ScrapyCommand in a command that knows its options.

    Scrapy's own commands take a mistyped one for a name, a list or a spider.
    """

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options, and remember the parser that gets all others."""
        super().add_options(parser)
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Set the settings of the options; ends the process where one of `args` looks like an option."""
        unknown = [word for word in args if word.startswith("-") and word != "-"]
        if unknown:
            print(*(_line(word, self._parser) for word in unknown), sep="\n", file=sys.stderr)
            raise SystemExit(USAGE)
        super().process_options(args, opts)


def _line(word: str, parser: argparse.ArgumentParser) -> str:
    name = word.partition("=")[0]
    options = [known for action in parser._actions for known in action.option_strings]
    argument = name.lstrip("-").replace("-", "_")
    if "-a" in options and argument in NewsArguments.model_fields:
        return f"unknown option {name}; it is an argument of the spider: -a {argument}=…"
    return f"unknown option {name}{did_you_mean(name, options)}; --help lists them (a file of that name: ./{name})"
