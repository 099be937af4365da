"""`python -m tests.newsroom serve` serves the press until Ctrl-C; `… truth` writes truth.json."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tests.newsroom.server import Newsroom
from tests.newsroom.texts import load
from tests.newsroom.truth import FILE, truth_json


def _moment(value: str) -> datetime:
    """Return an ISO time as an aware one; without a zone it is UTC."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.newsroom", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the press on loopback until Ctrl-C")
    serve.add_argument("--port", type=int, default=8765, help="0 takes any free one; default 8765")
    serve.add_argument("--now", type=_moment, default=None, help="the clock of the press, ISO; default: now")
    serve.add_argument("--seeds", type=Path, default=None, help="also write the seeds into this file")
    commands.add_parser("truth", help="write truth.json beside this module")
    return parser.parse_args()


def _serve(port: int, now: datetime, seeds: Path | None) -> None:
    try:
        newsroom = Newsroom(load(), now, port)
    except OSError as error:
        raise SystemExit(f"Port {port}: {error.strerror}. Take another with --port.") from None
    with newsroom:
        addresses = "\n".join(newsroom.seeds())
        if seeds:
            seeds.write_text(f"# The press of tests/newsroom, {now.isoformat()}\n{addresses}\n", encoding="utf-8")
        print(f"{addresses}\n\nGUARD_ALLOW={newsroom.guard_allow}\nNOW={now.isoformat()}", flush=True)
        print(f"\nIn a browser: http://antar-nusa.localhost:{newsroom.port}/ (Ctrl-C ends)", flush=True)
        try:
            newsroom.wait()
        except KeyboardInterrupt:
            print()


def main() -> None:
    """Run one command."""
    arguments = _arguments()
    if arguments.command == "truth":
        FILE.write_text(truth_json(load()), encoding="utf-8")
        print(f"{FILE.name} is written.")
    else:
        _serve(arguments.port, arguments.now or datetime.now(UTC), arguments.seeds)


if __name__ == "__main__":
    main()
