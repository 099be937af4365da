"""The whole of a corpus, kept up to date: one thread looks whether it changed and makes it anew, others only read."""

import gc
import logging
import multiprocessing
import threading
from dataclasses import dataclass

from dedup import cutting
from dedup.compiler import expect
from dedup.corpus import Corpus
from dedup.corpus.results import mark
from dedup.errors import GemaError
from dedup.report.inert import plain
from dedup.report.pages import Setting
from dedup.serving.whole import Whole, send_whole

_log = logging.getLogger(__name__)

_EVERY_S = 1.0
# After a failure: what broke is seldom mended within a second.
_AGAIN_S = 15.0


@dataclass(frozen=True, slots=True)
class State:
    """The mark of the corpus as it is, and the last whole that was made of it, None before the first."""

    mark: str = ""
    whole: Whole | None = None


class Current:
    """What is known of a corpus now. Only its own thread writes, whole states at a time, so readers need no lock."""

    def __init__(self, corpus: Corpus, address: str, setting: Setting) -> None:
        self.state = State()
        self._corpus, self._address, self._setting = corpus, address, setting
        self._ended = threading.Event()
        self._child: multiprocessing.process.BaseProcess | None = None

    def start(self) -> None:
        """Begin to look, once a second."""
        threading.Thread(target=self._watch, name="current", daemon=True).start()

    def stop(self) -> None:
        """Look no more, and end what is being made."""
        self._ended.set()
        if self._child is not None:
            self._child.kill()

    def _watch(self) -> None:
        expect(self._corpus.count())
        # What is compiled is loaded before anybody waits for it.
        cutting.cut([""])
        while not self._ended.is_set():
            try:
                self._look()
                pause = _EVERY_S
            except Exception as error:  # noqa: BLE001  Old pages are served on, whatever befell the corpus.
                self._tell(error)
                pause = _AGAIN_S
            self._ended.wait(pause)

    def _look(self) -> None:
        now, old = mark(self._corpus), self.state.whole
        self.state = State(now, old)
        if old is None or old.mark != now:
            self.state = State(now, self._made())
            # It is looked through for what nobody holds any more once, here, and not each time by whoever asks then.
            gc.collect()
            gc.freeze()

    def _made(self) -> Whole:
        """Return the whole, made by another process: counting over everything would hold up whoever asks meanwhile."""
        context = multiprocessing.get_context("spawn")
        inbox, outbox = context.Pipe(duplex=False)
        child = context.Process(target=send_whole, args=(self._address, self._setting, outbox), daemon=True)
        child.start()
        self._child = child
        # Else its end would not be seen from here.
        outbox.close()
        try:
            found = inbox.recv()
        except EOFError:
            raise GemaError("the process that reads the corpus ended; `dedup report` may say why") from None
        finally:
            child.join()
            self._child = None
            inbox.close()
        if isinstance(found, GemaError):
            raise found
        made: Whole = found
        return made

    def _tell(self, error: Exception) -> None:
        if not self._ended.is_set():
            _log.warning("dedup: %s", plain(str(error)))
