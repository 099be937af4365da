"""Answers: the page that is asked for, made once for each state of the corpus, or that the reader has it already."""

import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files
from typing import Literal
from zlib import decompress

from flask import Response, request
from sqlalchemy.exc import DataError
from werkzeug.exceptions import NotFound

from dedup.corpus import Corpus, meant
from dedup.report import pages
from dedup.report.pages import Setting
from dedup.report.writing import ASSETS
from dedup.serving import groups, lists, places
from dedup.serving.current import Current
from dedup.serving.kept import Kept
from dedup.serving.pages import LATE, NOTICES, Notice, found_page, notice_page
from dedup.serving.whole import Whole

_KEPT_BYTES = 64 << 20
_LATER_S = 60
_KINDS = {"css": "text/css", "js": "text/javascript", "md": "text/plain"}

# Makes a page, None where there is none.
_Make = Callable[[Whole], str | None]


@dataclass(frozen=True, slots=True)
class Asset:
    """One of our own files, ready to be sent."""

    content: bytes
    kind: str
    tag: str


def assets() -> Mapping[str, Asset]:
    """Return all files that pages ask for, by name: there are no others, whatever is asked for."""
    found = {}
    for place in ASSETS:
        content = (files("dedup.report") / place).read_bytes()
        name = place.rpartition("/")[2]
        found[name] = Asset(content, _KINDS[name.rpartition(".")[2]], _tag(content))
    return found


class Desk:
    """Answers to what is asked of a corpus; safe to share between threads."""

    def __init__(self, corpus: Corpus, current: Current, setting: Setting) -> None:
        self._corpus, self._current, self._setting = corpus, current, setting
        self._assets, self._kept = assets(), Kept(_KEPT_BYTES)
        # Another run of the program may make other pages of the same corpus.
        self._run = secrets.token_hex(8)

    def asset(self, name: str) -> Response:
        """Return one of our own files."""
        found = self._assets.get(name)
        if found is None:
            raise NotFound
        return _unchanged(found.tag) or _sent(found.content, found.kind, found.tag)

    def icon(self) -> Response:
        """Return that there is none: browsers ask by themselves, and would complain of a missing page."""
        return Response(status=204)

    def ready(self, **_: str) -> Response:
        """Return the page of this very address that was made with the whole: overview, about, or of a site."""
        here = request.path
        return self._page(lambda whole: decompress(whole.pages[here]).decode() if here in whole.pages else None)

    def search(self) -> Response:
        """Return a page of answers."""
        asked = lists.question(request.args)
        return self._page(
            lambda whole: found_page(lists.find(whole.lists, asked), asked, whole.lists, whole.setting), asked
        )

    def family(self, name: str) -> Response:
        """Return the page of a family, or where it is now."""
        called = places.meant(name)

        def make(whole: Whole) -> str | None:
            page = None if called is None else groups.family(self._corpus, called, whole.learned)
            return pages.family_page(page, whole.setting) if page else None

        return self._group("family", called, make)

    def story(self, name: str) -> Response:
        """Return the page of a story, or where it is now."""
        called = places.meant(name)

        def make(whole: Whole) -> str | None:
            page = None if called is None else groups.story(self._corpus, called)
            return pages.story_page(page, whole.setting) if page else None

        return self._group("story", called, make)

    def notice(self, status: int) -> Response:
        """Return what is said where there is no page."""
        answer = self._notice(status, NOTICES.get(status, NOTICES[400 if status < 500 else 500]))
        if status == 503:
            # A browser asks again by itself, without a script.
            answer.headers["Retry-After"] = answer.headers["Refresh"] = "2"
        if status == 405:
            answer.headers["Allow"] = "GET, HEAD"
        return answer

    def late(self) -> Response:
        """Return what is said where reading took too long: nobody shall ask again at once."""
        answer = self._notice(503, LATE)
        answer.headers["Retry-After"] = str(_LATER_S)
        return answer

    def _notice(self, status: int, said: Notice) -> Response:
        answer = _sent(notice_page(said, self._setting).encode(), "text/html")
        answer.status_code = status
        return answer

    def _group(self, kind: Literal["family", "story"], called: str | None, make: _Make) -> Response:
        try:
            return self._page(make)
        except NotFound:
            if called is not None and (now := self._called_now(kind, called)):
                links = self._setting.links
                return _moved((links.family if kind == "family" else links.story)(now))
            raise
        except DataError:
            # What PostgreSQL cannot hold (NUL) is nobody's name there.
            raise NotFound from None

    def _called_now(self, kind: Literal["family", "story"], called: str) -> str:
        """Return what a group is called now that was called so before, else nothing."""
        with self._corpus.reading() as connection:
            now = meant.current(connection, kind, called)
        return now if now != called else ""

    def _page(self, make: _Make, asked: Hashable = None) -> Response:
        """Return a page of the corpus as it is; raises NotFound where there is none."""
        state = self._current.state
        whole = state.whole
        if whole is None:
            return self.notice(503)
        key = (state.mark, whole.mark, request.path, asked)
        tag = _tag(repr((self._run, key)).encode())
        if answer := _unchanged(tag):
            return answer
        page = self._kept.get(key)
        if page is None:
            made = make(whole)
            if made is None:
                raise NotFound
            page = made.encode()
            self._kept.put(key, page)
        return _sent(page, "text/html", tag)


def _moved(place: str) -> Response:
    return Response(status=302, headers={"Location": place})


def _unchanged(tag: str) -> Response | None:
    """Return the answer to who has what goes by this tag already."""
    if tag not in request.if_none_match.as_set():
        return None
    answer = Response(status=304)
    answer.set_etag(tag)
    return answer


def _sent(content: bytes, kind: str, tag: str = "") -> Response:
    answer = Response(content, content_type=f"{kind}; charset=utf-8")
    if tag:
        answer.set_etag(tag)
    return answer


def _tag(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()
