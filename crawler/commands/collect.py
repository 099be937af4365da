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
from scrapy.settings import BaseSettings

import dedup
from crawler.alone import INHERITED, collecting
from crawler.arguments import problems
from crawler.commands.strict import Strict, tell
from crawler.destinations import wrong_archive
from crawler.run import data_folder
from crawler.verdict import BUG, FINE, STORAGE, USAGE
from dedup import Busy


class Command(Strict, ScrapyCommand):
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
            "(`dedup report`), each in a process of its own. The crawl gets 50 minutes unless max_time says "
            "otherwise; what is left stays due. Update and report also follow a crawl that failed. "
            "Example: scrapy collect seeds/*.txt -a max_time=40m. "
            "Exit code: the worst of the three; 0 fine, 1 an error in the program, 2 usage or seed list, "
            "3 the crawl found nothing where it should have, 4 corpus or disk. 0 also where another process collects "
            "into this data folder, or a signal came while it was waited for."
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
        parser.add_argument(
            "--wait", action="store_true", help="wait for a collection that runs already, instead of leaving"
        )
        parser.add_argument("--reports", metavar="DIR", help="the folder of reports (default: data/reports)")
        parser.add_argument(
            "--keep",
            metavar="HOW",
            help="remove older reports: 90 keeps so many, 30d those of 30 days (default: none go)",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the steps and keep the worst exit code."""
        if not args or self.settings is None:
            raise UsageError("no seed list; like this: scrapy collect seeds/indonesia.txt")
        wrong, self.exitcode = _wrong(args, opts, self.settings)
        if wrong:
            tell("\n".join(wrong))
            return
        corpus = self.settings["CORPUS_URL"]
        with _Steps(os.environ | ({"CORPUS_URL": corpus} if corpus else {})) as steps:
            self.exitcode, goes_on = _collected(steps, args, opts, self.settings)
            if not goes_on:
                return
            for command in (["dedup.cli", "update"], ["dedup.cli", "report", *_report(opts, self.settings)]):
                self.exitcode = max(self.exitcode, steps.run(command))


def _wrong(lists: Sequence[str], opts: argparse.Namespace, settings: BaseSettings) -> tuple[list[str], int]:
    """Return what is wrong with the command, a line each, and the exit code that follows."""
    if not all("=" in word for word in opts.spargs):
        return ["Invalid -a value, use -a NAME=VALUE"], USAGE
    if wrong := problems({"seeds": ",".join(lists)} | _arguments(opts)):
        return wrong, USAGE
    if unkept := _wrong_to_keep(opts.keep):
        return [unkept], USAGE
    archive = wrong_archive(settings)
    return ([archive], STORAGE) if archive else ([], FINE)


def _wrong_to_keep(said: str | None) -> str:
    """Return why `dedup report` would not take this --keep, "" where it would: it runs last, too late."""
    try:
        if said is not None:
            # Asked for here: with it comes all that writes reports, which Scrapy would load for each of its commands.
            dedup.retention(said)
    except ValueError as error:
        return f"--keep: {error}"
    return ""


def _report(opts: argparse.Namespace, settings: BaseSettings) -> list[str]:
    """Return the options of `dedup report`: one a day stays, and says what is new since the day before."""
    archive = ["--archive", settings["ARCHIVE_DIR"]] if settings.getbool("ARCHIVE_ENABLED") else []
    folder = ["--out", opts.reports] if opts.reports else []
    kept = ["--keep", opts.keep] if opts.keep is not None else []
    return ["--daily", "--against", "last", *archive, *folder, *kept]


def _collected(
    steps: "_Steps", lists: Sequence[str], opts: argparse.Namespace, settings: BaseSettings
) -> tuple[int, bool]:
    """Return the exit code of the crawl, and whether there is anything for the next steps."""
    shard = _arguments(opts).get("shard")
    try:
        with collecting(data_folder(settings), shard, tell if opts.wait else None) as locks:
            code = steps.run(_crawl(lists, opts), locks)
    except Busy as error:
        # An hourly run that finds the last one still at work has nothing to complain of.
        tell(str(error))
        return FINE, False
    except OSError as error:
        tell(f"cannot take the lock of the data folder: {error}")
        return STORAGE, False
    return code, code != USAGE


def _arguments(opts: argparse.Namespace) -> dict[str, str]:
    return dict(word.split("=", 1) for word in opts.spargs)


def _crawl(lists: Sequence[str], opts: argparse.Namespace) -> list[str]:
    settings = [word for setting in opts.set for word in ("-s", setting)]
    timed = any(argument.startswith("max_time=") for argument in opts.spargs)
    # The next hour's run shall find this one gone.
    spargs = [*opts.spargs, *([] if timed else ["max_time=50 minutes"])]
    arguments = [word for argument in spargs for word in ("-a", argument)]
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

    def run(self, module: Sequence[str], locks: Sequence[int] = ()) -> int:
        """Return the exit code of `python -m MODULE…`, a death by a signal as BUG.

        The child holds the `locks` as well, so that they last for as long as any of the two lives.
        """
        if self._told_to_end:
            return FINE
        environment = dict(self._environment) | ({INHERITED: ",".join(map(str, locks))} if locks else {})
        self._child = subprocess.Popen([sys.executable, "-m", *module], env=environment, pass_fds=locks)  # noqa: S603
        try:
            code = self._child.wait()
        except KeyboardInterrupt:
            # Ctrl-C went to the child as well, which ends in its own time.
            self._told_to_end = True
            code = self._child.wait()
        if code == -signal.SIGTERM and self._told_to_end:
            return FINE
        return code if code >= 0 else BUG

    def _end(self, _: int, __: FrameType | None) -> None:
        self._told_to_end = True
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
