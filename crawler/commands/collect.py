"""`scrapy collect seeds/*.txt`: crawl, then find the copies, then write the report. What cron runs."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.verdict import BUG, USAGE


class Command(ScrapyCommand):
    """Runs the three steps as processes of their own; the worst exit code wins."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return what stands behind the command's name."""
        return "[options] <seed list> [<seed list> ...]"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Crawl seed lists, find the copies, write the report"

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Crawls the sites of the seed lists, groups what came (`dedup update`) and writes the report "
            "(`dedup report`), each in a process of its own. Update and report also follow a crawl that failed. "
            "Exit code: the worst of the three; 0 fine, 1 an error in the program, 2 usage or seed list, "
            "3 the crawl found nothing where it should have, 4 corpus or disk."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what this command takes besides Scrapy's options."""
        super().add_options(parser)
        parser.add_argument(
            "-a",
            dest="spargs",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="set an argument of the spider (may be repeated), like max_pages=500",
        )
        parser.add_argument("--reports", metavar="DIR", help="the folder of reports (default: data/reports)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the steps and keep the worst exit code."""
        if not args:
            raise UsageError("no seed list; like this: scrapy collect seeds/indonesia.txt")
        corpus = self.settings["CORPUS_URL"] if self.settings is not None else ""
        environment = os.environ | ({"CORPUS_URL": corpus} if corpus else {})
        with _Steps(environment) as steps:
            self.exitcode = steps.run(_crawl(args, opts))
            if self.exitcode == USAGE:
                # Nothing was asked for, so there is nothing new to report.
                return
            reports = ["--out", opts.reports] if opts.reports else []
            for command in (["dedup.cli", "update"], ["dedup.cli", "report", *reports]):
                self.exitcode = max(self.exitcode, steps.run(command))


def _crawl(lists: Sequence[str], opts: argparse.Namespace) -> list[str]:
    settings = [word for setting in opts.set for word in ("-s", setting)]
    arguments = [word for argument in opts.spargs for word in ("-a", argument)]
    log = [word for name in ("loglevel", "logfile") if (value := getattr(opts, name)) for word in (f"--{name}", value)]
    nolog = ["--nolog"] if opts.nolog else []
    return ["scrapy", "crawl", "news", "-a", f"seeds={','.join(lists)}", *arguments, *settings, *log, *nolog]


class _Steps:
    """Runs modules one after the other; a SIGTERM to this process ends the present one and those to come."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None
        self._told_to_end = False

    def __enter__(self) -> "_Steps":
        self._before = signal.signal(signal.SIGTERM, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._before)

    def run(self, module: Sequence[str]) -> int:
        """Return the exit code of `python -m MODULE…`, a death by a signal as BUG."""
        if self._told_to_end:
            return BUG
        self._child = subprocess.Popen([sys.executable, "-m", *module], env=self._environment)  # noqa: S603
        try:
            code = self._child.wait()
        except KeyboardInterrupt:
            # Ctrl-C went to the child as well, which ends in its own time.
            self._told_to_end = True
            code = self._child.wait()
        return code if code >= 0 else BUG

    def _end(self, _: int, __: FrameType | None) -> None:
        self._told_to_end = True
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
