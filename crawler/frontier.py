"""What of the ledger is in flight in this run, and how much more of it may be. In memory, pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from crawler.entry import ARTICLE, PERHAPS_ARTICLES, UNKNOWN, Entry
from crawler.ledger import ALONE_AFTER


class Frontier:
    """Says how many addresses of which hosts to draw next.

    At most `most` in flight and `per_host` of one host; `articles` is how many the run may ask for, `of_seeds` how many
    the articles of one seed may be.
    """

    def __init__(self, most: int, per_host: int, articles: int | None = None) -> None:
        self.in_flight: dict[int, Entry] = {}
        self._most = most
        self._per_host = per_host
        self._articles = articles
        self._of_seeds: dict[int, int] = {}
        self._hosts: set[str] = set()
        self._dry: set[str] = set()
        self._closed: dict[str, datetime] = {}
        self._busy: Counter[str] = Counter()

    @property
    def alone(self) -> bool:
        """Whether something is in flight that wants nothing beside it."""
        return any(entry.interrupted >= ALONE_AFTER for entry in self.in_flight.values())

    @property
    def free(self) -> int:
        """How many more addresses may be in flight."""
        return max(self._most - len(self.in_flight), 0)

    @property
    def articles(self) -> int:
        """How many of the next addresses may be articles."""
        return self.free if self._articles is None else min(self._articles, self.free)

    @property
    def left(self) -> Mapping[int, int]:
        """How many articles the seeds with a limit may still have."""
        return dict(self._of_seeds)

    @property
    def busy_hosts(self) -> set[str]:
        """The hosts that something is in flight of."""
        return {host for host, number in self._busy.items() if number}

    def limit_seeds(self, most: Mapping[int, int]) -> None:
        """Ask for at most so many articles of these seeds."""
        self._of_seeds.update(most)

    def stir(self, hosts: Iterable[str]) -> None:
        """These hosts may have something due now."""
        hosts = set(hosts)
        self._hosts |= hosts
        self._dry -= hosts

    def stir_all(self) -> None:
        """Let any host have something due: time has passed, or a limit has moved."""
        self._dry.clear()

    def close(self, host: str, until: datetime) -> None:
        """Ask this host for nothing until then."""
        self._closed[host] = max(until, self._closed.get(host, until))

    def is_closed(self, host: str, now: datetime) -> bool:
        """Tell whether this host is to be asked for nothing now."""
        until = self._closed.get(host)
        return until is not None and until > now

    def closed(self, now: datetime) -> list[str]:
        """Return the hosts that are to be asked for nothing now."""
        return [host for host in self._closed if self.is_closed(host, now)]

    def room(self, now: datetime) -> dict[str, int]:
        """Return how many addresses to draw of which host."""
        if self.alone or not self.free:
            return {}
        return {
            host: self._per_host - self._busy[host]
            for host in sorted(self._hosts - self._dry)
            # A look for each single address would cost more than fetching it.
            if self._busy[host] <= self._per_host // 2 and not self.is_closed(host, now)
        }

    def take(self, room: Mapping[str, int], entries: Iterable[Entry]) -> None:
        """These were drawn when there was so much room. Who gave less has no more for now, but for a limit."""
        entries = list(entries)
        drawn = Counter(entry.host for entry in entries)
        asked = sum(entry.kind in PERHAPS_ARTICLES for entry in entries)
        if len(entries) < self.free and not 0 < self.articles <= asked:
            self._dry |= {host for host, free in room.items() if drawn[host] < free}
        for entry in entries:
            self.in_flight[entry.id] = entry
            self._busy[entry.host] += 1
            if entry.kind in PERHAPS_ARTICLES:
                self._count(entry, -1)

    def settle(self, entry: Entry) -> None:
        """Count an address that came back; `entry.kind` is what it turned out to be."""
        handed = self.in_flight.pop(entry.id, None)
        if handed is None:
            return
        self._busy[handed.host] -= 1
        self._dry.discard(handed.host)
        if handed.kind == UNKNOWN and entry.kind != ARTICLE:
            # It was counted as an article, and is none: another of its seed, or of the run, may have its turn.
            self._count(handed, 1)
            if self._articles is not None or handed.seed in self._of_seeds:
                self.stir_all()

    def _count(self, entry: Entry, by: int) -> None:
        if self._articles is not None:
            self._articles += by
        if entry.seed in self._of_seeds:
            self._of_seeds[entry.seed] += by
