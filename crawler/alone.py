"""One collection at a time in one data folder and shard: a lock that vanishes with its process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dedup import hold

# The descriptor of a lock that the parent process took: `scrapy collect` holds it for its `scrapy crawl`.
INHERITED = "GEMA_COLLECTING"


@contextmanager
def collecting(data: Path, shard: str | None = None, wait: bool = False) -> Iterator[int]:
    """Hold the data folder for collecting (this shard of the seeds); yield the lock's descriptor.

    Raises Busy, saying who holds it since when, while another process does; with `wait`, waits for it instead.
    """
    part = f"-{shard.replace('/', '-of-')}" if shard else ""
    path = data / f"collecting{part}.lock"
    inherited = os.environ.get(INHERITED, "")
    if inherited.isdecimal() and _is(int(inherited), path):
        yield int(inherited)
        return
    with hold(path, f"collecting into {data}", wait) as file:
        yield file.fileno()


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
