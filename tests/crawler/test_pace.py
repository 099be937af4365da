"""How much one host is asked for in a run, and how long it wants to be left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.utils.test import get_crawler

from crawler.pace import HostSpent, PaceMiddleware, retry_after

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("0", timedelta()),
        ("999999999999999999999999", DAY),
        ("Thu, 05 Mar 2026 12:30:00 GMT", timedelta(minutes=30)),
        ("Thu, 05 Mar 2026 19:30:00 +0700", timedelta(minutes=30)),
        ("Thu, 05 Mar 2027 12:30:00 GMT", DAY),
    ],
)
def test_seconds_and_dates_are_understood_and_a_day_is_the_longest(value: str, pause: timedelta) -> None:
    assert retry_after(value, NOW) == NOW + pause


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-5",
        "1.5",
        "Thu, 05 Mar 2026 11:00:00 GMT",
        "Thu, 05 Mar 2026 12:30:00 -0000",
        "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
        "Thu, 05 Mar 2026 12:30:00 +99999999999999999999",
    ],
)
def test_what_names_no_moment_to_come_is_no_wish(value: str) -> None:
    assert retry_after(value, NOW) is None


@given(st.text() | st.from_regex(r"\A[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ ([+-]\d+|GMT)\Z"))
def test_no_header_breaks_it_or_keeps_us_away_for_longer_than_a_day(value: str) -> None:
    until = retry_after(value, NOW)
    assert until is None or NOW <= until <= NOW + DAY


@given(st.integers(1, 86_400))
def test_a_date_and_seconds_mean_the_same(seconds: int) -> None:
    until = NOW + timedelta(seconds=seconds)
    assert retry_after(format_datetime(until, usegmt=True), NOW) == retry_after(str(seconds), NOW) == until


def test_a_host_gets_no_more_than_its_requests_whatever_they_are_for() -> None:
    pace = PaceMiddleware.from_crawler(get_crawler(settings_dict={"HOST_MAX_REQUESTS": 2}))
    pace.process_request(Request("https://a.example/robots.txt"))
    pace.process_request(Request("https://A.example:443/berita/1"))
    pace.process_request(Request("https://b.example/berita/1"))
    with pytest.raises(HostSpent, match=r"a\.example has been asked 2 times in this run \(HOST_MAX_REQUESTS\)"):
        pace.process_request(Request("https://a.example/berita/2"))
    pace.process_request(Request("https://b.example/berita/2"))
