"""Addresses → answers: what may be asked for at all, who answers it, and what every answer carries."""

import logging
from collections.abc import Callable
from functools import wraps

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from dedup.corpus.limits import TooLong, within
from dedup.serving.desk import Desk
from dedup.serving.headers import HEADERS, named_here

_log = logging.getLogger(__name__)

_PATH, _QUERY = 2_000, 2_000


def application(desk: Desk, limit: float) -> Flask:
    """Return the application: GET and HEAD of the pages of a report, and nothing else.

    For each page the corpus is read within `limit` seconds.
    """
    app = Flask("dedup.serving", static_folder=None, template_folder=None)
    # An address with something in it twice is another address, not to be corrected.
    app.url_map.merge_slashes = False
    for rule, name, answer in (
        ("/", "overview", desk.ready),
        ("/about", "about", desk.ready),
        ("/sites/<name>", "site", desk.ready),
        ("/stories/<name>", "story", desk.story),
        ("/families/<name>", "family", desk.family),
        ("/search", "search", desk.search),
        ("/assets/<name>", "asset", desk.asset),
        ("/favicon.ico", "icon", desk.icon),
    ):
        app.add_url_rule(rule, name, _bounded(answer, limit), methods=["GET"], provide_automatic_options=False)

    @app.before_request
    def _refuse() -> Response | None:
        status = _refused()
        return desk.notice(status) if status else None

    @app.after_request
    def _carry(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    @app.errorhandler(HTTPException)
    def _no_page(error: HTTPException) -> Response:
        return desk.notice(error.code or 500)

    @app.errorhandler(TooLong)
    def _late(error: TooLong) -> Response:
        _log.warning("dedup: %s took too long: %s", _asked(), error)
        return desk.late()

    @app.errorhandler(Exception)
    def _broken(error: Exception) -> Response:
        # For who runs the server; whoever asked learns nothing of it.
        _log.error("dedup: %s could not be made", _asked(), exc_info=error)
        return desk.notice(500)

    return app


def _bounded(answer: Callable[..., Response], limit: float) -> Callable[..., Response]:
    @wraps(answer)
    def bounded(**said: str) -> Response:
        with within(limit):
            return answer(**said)

    return bounded


def _asked() -> bytes:
    """Return the address that was asked for as a terminal can show it."""
    return request.path.encode("ascii", "backslashreplace")


def _refused() -> int:
    """Return with which status a request is refused before anybody looks what it is for, 0 where it is not."""
    if not named_here(request.environ.get("HTTP_HOST", "")):
        return 400
    if request.method not in ("GET", "HEAD"):
        return 405
    if len(request.path) > _PATH or len(request.query_string) > _QUERY:
        return 414
    return 0
