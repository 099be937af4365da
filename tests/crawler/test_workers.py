"""Extraction in other processes: a page that hangs or kills its process costs one page."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from crawler.page import Page, Rejection
from crawler.task import Answer, Continued, Task, answer
from crawler.workers import CannotExtract, Limits, Workers
from dedup import Article
from tests.crawler.crawls import PROJECT

ODD = "tests.crawler.odd_worker"
T = TypeVar("T")


def page(word: str) -> Page:
    return Page("https://a.example/1", word.encode())


def paged(*links: str) -> Page:
    """Return a page of the real thing, an article with a pager of these links."""
    anchors = "".join(f'<a href="?page={link}">{link}</a> ' for link in links)
    sentence = "Warga kampung berkumpul di balai desa untuk membicarakan jembatan yang putus diterjang banjir. "
    html = (
        '<html><head><title>Jembatan putus</title><meta property="og:type" content="article"></head><body><article>'
        f"<h1>Jembatan putus</h1><p>{sentence * 4}</p><p>{sentence * 3}</p></article>"
        f'<div class="paging">{anchors}</div>'
    )
    return Page("https://a.example/berita/12345/jembatan-putus", html.encode(), "text/html; charset=utf-8")


def with_workers(
    scene: Callable[[Workers], Awaitable[T]], count: int = 1, limit_s: int = 20, pages_each: int = 500
) -> T:
    async def run() -> T:
        workers = Workers(count, Limits(limit_s, memory_mb=512, pages=pages_each), ODD)
        try:
            return await scene(workers)
        finally:
            await workers.close()

    return asyncio.run(run())


def reading(*words: str) -> Callable[[Workers], Awaitable[list[Article | Rejection]]]:
    """Return a scene that reads pages one after the other."""

    async def scene(workers: Workers) -> list[Article | Rejection]:
        return [await workers.read([page(word)]) for word in words]

    return scene


def process_of(result: Answer) -> int:
    assert isinstance(result, Article)
    return int(result.title)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], limit_s: float = 15) -> bool:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def test_pages_are_read_by_another_process_that_knows_no_scrapy() -> None:
    first, rejected, second = with_workers(reading("halo", "reject", "dunia"))
    assert isinstance(first, Article)
    assert (first.text, first.place) == ("halo", "")
    assert process_of(first) == process_of(second) != os.getpid()
    assert rejected == Rejection("https://a.example/1", "short")


def test_the_real_worker_knows_no_scrapy_either() -> None:
    code = "import sys, crawler.worker, crawler.extraction; print({'scrapy', 'twisted'} & sys.modules.keys() or 'none')"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


def test_a_page_alone_is_an_article_or_tells_what_else_belongs_to_it() -> None:
    async def scene(workers: Workers) -> list[Answer]:
        return [
            await workers.begin(page("halo")),
            await workers.begin(page("more"), "?page=all"),
            await workers.look(page("halo"), "off"),
            await workers.read([page("more")]),
        ]

    alone, more, look, read = with_workers(scene)
    assert isinstance(alone, Article)
    assert more == Continued("https://a.example/1", "?page=all", ("https://a.example/1?page=2",))
    assert look == Continued("https://a.example/1", "off", ("https://a.example/1?page=2",))
    assert isinstance(read, Rejection)
    assert read.reason == "broken"


def test_a_part_that_cannot_be_read_tells_of_no_more() -> None:
    assert with_workers(lambda workers: workers.look(page("die"))) == Continued("https://a.example/1")


def test_without_processes_the_same_is_done_here() -> None:
    async def scene(workers: Workers) -> tuple[Answer, Answer, Answer]:
        first = paged("2", "3")
        return await workers.begin(first), await workers.begin(first, "off"), await workers.read([first])

    async def run() -> tuple[Answer, Answer, Answer]:
        return await scene(Workers(0))

    more, alone, read = asyncio.run(run())
    url = paged().url
    assert more == Continued(url, None, (f"{url}?page=2", f"{url}?page=3"))
    assert isinstance(alone, Article)
    assert alone == read


def test_what_is_asked_for_decides_the_answer() -> None:
    url = paged().url
    assert answer(Task("look", [paged()])) == Continued(url)
    assert answer(Task("look", [paged("2")])) == Continued(url, None, (f"{url}?page=2",))
    assert isinstance(answer(Task("begin", [paged()])), Article)
    assert answer(Task("begin", [paged("2")], "?page=all")) == Continued(url, f"{url}?page=all", (f"{url}?page=2",))
    assert isinstance(answer(Task("read", [paged("2")])), Article)


@pytest.mark.parametrize("word", ["die", "raise"])
def test_a_worker_that_dies_costs_one_page(word: str) -> None:
    before, broken, after = with_workers(reading("one", word, "two"))
    assert isinstance(broken, Rejection)
    assert broken.reason == "broken"
    assert process_of(before) != process_of(after)


@pytest.mark.parametrize("word", ["sleep", "spin"])
def test_a_page_that_takes_too_long_is_given_up_and_its_worker_replaced(word: str) -> None:
    before, slow, after = with_workers(reading("one", word, "two"), limit_s=1)
    assert isinstance(slow, Rejection)
    assert slow.reason == "timeout"
    assert process_of(before) != process_of(after)
    assert not is_alive(process_of(before))


def test_a_page_that_takes_too_much_memory_is_rejected_and_its_worker_replaced() -> None:
    before, greedy, after = with_workers(reading("one", "hoard", "two"))
    assert isinstance(greedy, Rejection)
    assert greedy.reason == "memory"
    assert process_of(before) != process_of(after)


def test_a_library_that_prints_disturbs_neither_the_answers_nor_our_own_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    talked, after = with_workers(reading("print", "two"))
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "a library that talks\n")
    assert isinstance(talked, Article)
    assert talked.text == "print"
    assert process_of(talked) == process_of(after)


def test_several_pages_are_read_at_a_time_each_with_its_own_answer() -> None:
    async def scene(workers: Workers) -> list[Article | Rejection]:
        return await asyncio.gather(*(workers.read([page(f"kata {number}")]) for number in range(40)))

    results = with_workers(scene, count=2)
    assert [result.text for result in results if isinstance(result, Article)] == [f"kata {n}" for n in range(40)]
    assert len({process_of(result) for result in results}) == 2


def test_a_worker_is_replaced_after_so_many_pages() -> None:
    processes = [process_of(result) for result in with_workers(reading(*"abcdef"), pages_each=2)]
    assert [processes.count(each) for each in dict.fromkeys(processes)] == [2, 2, 2]


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def test_what_is_slow_to_load_is_loaded_once_for_all_workers() -> None:
    async def scene(workers: Workers) -> list[int]:
        some = await asyncio.gather(*(workers.read([page(word)]) for word in ("one", "two")))
        parents = [parent_of(process_of(each)) for each in some]
        await asyncio.gather(*(workers.read([page("die")]) for _ in some))
        return [*parents, parent_of(process_of(await workers.read([page("three")])))]

    one, two, three = with_workers(scene, count=2)
    assert one == two == three != os.getpid()


def test_workers_go_on_where_the_process_they_were_forked_from_is_killed() -> None:
    async def scene(workers: Workers) -> list[Article | Rejection]:
        first = await workers.read([page("one")])
        os.kill(parent_of(process_of(first)), signal.SIGKILL)
        return [first, *[await workers.read([page(word)]) for word in ("two", "die", "three", "four")]]

    one, two, died, three, four = with_workers(scene)
    assert process_of(one) == process_of(two)
    assert isinstance(died, Rejection)
    assert process_of(two) != process_of(three) == process_of(four)


def test_another_process_takes_the_place_of_one_that_was_killed_while_workers_live() -> None:
    async def scene(workers: Workers) -> list[Article | Rejection]:
        first = await workers.read([page("one")])
        os.kill(parent_of(process_of(first)), signal.SIGKILL)
        some = asyncio.gather(*(workers.read([page(word)]) for word in ("two", "three")))
        return [first, *await asyncio.wait_for(some, 60)]

    one, two, three = with_workers(scene, count=2)
    assert process_of(one) == process_of(two) != process_of(three)


def test_what_is_read_when_all_ends_is_broken_and_nothing_stays() -> None:
    async def run() -> tuple[int, Answer]:
        workers = Workers(2, Limits(60), ODD)
        process = process_of(await workers.read([page("one")]))
        hanging = asyncio.ensure_future(workers.read([page("sleep")]))
        await asyncio.sleep(0.2)
        await workers.close()
        return process, await asyncio.wait_for(hanging, 30)

    process, found = asyncio.run(run())
    assert isinstance(found, Rejection)
    assert found.reason == "broken"
    assert not is_alive(process)


def test_after_the_end_nothing_is_started() -> None:
    async def run() -> None:
        workers = Workers(1, module=ODD)
        await workers.read([page("one")])
        await workers.close()
        with pytest.raises(CannotExtract, match="ended"):
            await workers.read([page("two")])

    asyncio.run(run())


def test_large_pages_pass() -> None:
    (result,) = with_workers(reading("x" * 5_000_000))
    assert isinstance(result, Article)
    assert len(result.text) == 5_000_000


def test_no_process_is_started_before_the_first_page_and_none_is_left_after_the_last() -> None:
    def children() -> set[str]:
        return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())

    before = children()

    async def nothing(_: Workers) -> set[str]:
        return children()

    assert with_workers(nothing) == before
    (result,) = with_workers(reading("one"))
    assert not is_alive(process_of(result))


def test_a_worker_that_cannot_start_is_an_error_and_no_lost_page() -> None:
    async def run() -> None:
        workers = Workers(1, module="tests.crawler.no_such_worker")
        with pytest.raises(CannotExtract, match="no_such_worker"):
            await workers.read([page("one")])
        await workers.close()

    asyncio.run(run())


_PARENT = """
import asyncio, sys
from crawler.page import Page
from crawler.workers import Limits, Workers

async def main():
    workers = Workers(2, Limits(seconds=60), "tests.crawler.odd_worker")
    pages = (Page("https://a.example/", word.encode()) for word in ("one", "two"))
    for found in await asyncio.gather(*(workers.read([page]) for page in pages)):
        print(found.title, flush=True)
    hang = asyncio.ensure_future(workers.read([Page("https://a.example/", sys.argv[1].encode())]))
    await asyncio.sleep(0.2)
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("word", ["idle", "spin"])
def test_workers_are_gone_soon_after_their_parent_was_killed_even_in_the_middle_of_a_page(word: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, word], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    lines = [parent.stdout.readline().strip() for _ in range(3)]
    assert lines[-1] == "ready"
    workers = {int(line) for line in lines[:-1]}
    processes = workers | {parent_of(worker) for worker in workers}
    assert len(processes) == 3
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not any(map(is_alive, processes)))
