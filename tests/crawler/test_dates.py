"""Dates as listings and pages write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import dated, day_in_address, moment


@pytest.mark.parametrize(
    ("written", "language", "utc"),
    [
        ("2026-03-05T10:00:00+07:00", "", (2026, 3, 5, 3, 0)),
        ("2026-03-05T10:00:00.123Z", "", (2026, 3, 5, 10, 0)),
        ("2026-03-05T10:00:00+0700", "", (2026, 3, 5, 3, 0)),
        ("20260305T100000Z", "", (2026, 3, 5, 10, 0)),
        ("2026-03-05 10:00:00", "", (2026, 3, 5, 10, 0)),
        ("2026-03-05 10:00:00", "id", (2026, 3, 5, 3, 0)),
        ("2026-03-05 10:00", "ms", (2026, 3, 5, 2, 0)),
        ("2026-03-05", "id", (2026, 3, 5, 0, 0)),
        ("2025-06-19 14:05:00 WITA", "id", (2025, 6, 19, 6, 5)),
        ("2025-06-19 14:05 (WIT)", "id", (2025, 6, 19, 5, 5)),
        ("2025-06-19T14:05:00MYT", "en", (2025, 6, 19, 6, 5)),
        ("2025-06-19 14:05 GMT+7", "", (2025, 6, 19, 7, 5)),
        ("2025-06-19 14:05:00 UTC", "id", (2025, 6, 19, 14, 5)),
        ("2025-06-19 14:05 GMT+5:30", "", (2025, 6, 19, 8, 35)),
        ("19 Jun 2025 14:05 UTC+05:30", "", (2025, 6, 19, 8, 35)),
        ("19 Jun 2025 14:05 GMT-0330", "", (2025, 6, 19, 17, 35)),
        ("14:05, 18-06-2025", "id", (2025, 6, 18, 7, 5)),
        ("Pukul 14:05 | 18-06-2025", "id", (2025, 6, 18, 7, 5)),
        ("14:05 18-Jun-2025", "id", (2025, 6, 18, 7, 5)),
        ("12.30, 5-Mei-2025", "ms", (2025, 5, 5, 4, 30)),
        ("18-06-2025 14:05 +0900", "id", (2025, 6, 18, 5, 5)),
        ("14:05 -0330, 18 Jun 2025", "id", (2025, 6, 18, 17, 35)),
        ("18-06-2025 14:05 +2025", "id", (2025, 6, 18, 7, 5)),
        ("2025-06-19 02:05 PM", "", (2025, 6, 19, 14, 5)),
        ("2025-06-19 12:05:09 a.m. WIB", "", (2025, 6, 18, 17, 5, 9)),
        ("2025-06-19, 14:05 WIB", "", (2025, 6, 19, 7, 5)),
        ("2025-06-19 | 14:05 +08:00", "id", (2025, 6, 19, 6, 5)),
        ("Thu, 05 Mar 2026 10:00:00 +0700", "", (2026, 3, 5, 3, 0)),
        ("Thu, 05 Mar 2026 10:00:00 GMT", "", (2026, 3, 5, 10, 0)),
        ("Thu, 5 Mar 2026 10:00 WIT", "", (2026, 3, 5, 1, 0)),
        ("Rab, 05 Agt 2026 10:00:00 +0700", "", (2026, 8, 5, 3, 0)),
        ("Kamis, 19 Jun 2025 14:05 WIB", "", (2025, 6, 19, 7, 5)),
        ("Diperbarui 18 Jun 2025, 14:05 WITA", "", (2025, 6, 18, 6, 5)),
        (",\u00a0Jurnalis-Senin, 16 Juni 2025 |15:20 WIB", "", (2025, 6, 16, 8, 20)),
        ("18 Juni 2025 | 20.04 WIB", "", (2025, 6, 18, 13, 4)),
        ("Contoh.com- 18/06/2025, 21:35 WIB", "", (2025, 6, 18, 14, 35)),
        ("14:05 WIB, 19 Juni 2025", "", (2025, 6, 19, 7, 5)),
        ("5 Ogos 2026 2:05 PM", "ms", (2026, 8, 5, 6, 5)),
        ("June 19, 2025 12:05 am", "", (2025, 6, 19, 0, 5)),
        ("19 Desember 2025", "id", (2025, 12, 19, 0, 0)),
        ("05.03.26 | 14:07 Uhr", "", (2026, 3, 5, 14, 7)),
        ("5. März 2026", "de", (2026, 3, 5, 0, 0)),
        ("Le 5 février 2026 à 14:07", "fr", (2026, 2, 5, 14, 7)),
        ("5 de marzo de 2026", "es", (2026, 3, 5, 0, 0)),
        ("2026年3月5日 14:07", "zh", (2026, 3, 5, 14, 7)),
    ],
)
def test_a_date_is_one_moment(written: str, language: str, utc: tuple[int, ...]) -> None:
    assert moment(written, language) == datetime(*utc, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "kemarin",
        "99/99/2025 WIB",
        "31 Februari 2025 10:00 WIB",
        "0001-01-01T00:00:00Z",
        "03/04/2025",
        "12345678",
        "2026-13-01",
    ],
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert moment(written) is None


@given(st.text(max_size=60))
def test_no_text_raises(written: str) -> None:
    found = moment(written, "id")
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime(1991, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_iso_times_come_back(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    assert moment(at.isoformat()) == at


@pytest.mark.parametrize(
    ("written", "precision"),
    [
        ("2026-03-05T10:00:09Z", "second"),
        ("2026-03-05T10:00Z", "minute"),
        ("2026-03-05", "day"),
        ("2026-03-05T00:00:00+07:00", "day"),
        ("Thu, 05 Mar 2026 10:00:00 +0700", "second"),
        ("Thu, 05 Mar 2026 10:00 WIB", "minute"),
        ("Kamis, 5 Maret 2026 14:05 WIB", "minute"),
        ("Kamis, 5 Maret 2026 14:05:06 WIB", "second"),
        ("Kamis, 5 Maret 2026", "day"),
    ],
)
def test_a_time_is_as_exact_as_it_is_written(written: str, precision: str) -> None:
    found = dated(written)
    assert found is not None
    assert found.precision == precision


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/03/05/pasar", "2026-03-05"),
        ("/read/2026/3/5/140501/pasar", "2026-03-05"),
        ("/dunia/2026/mar/05/pasar", "2026-03-05"),
        ("/berita/pasar-2026-03-05", "2026-03-05"),
        ("/berita-20260305-pasar", "2026-03-05"),
        ("/berita/20260305/pasar", "2026-03-05"),
        ("/berita/20261399/pasar", None),
        ("/berita/2026/31/02/pasar", None),
        ("/berita/202603051/pasar", None),
        ("/berita/2026", None),
        ("/", None),
    ],
)
def test_an_address_may_name_a_day(path: str, day: str | None) -> None:
    found = day_in_address(f"https://suarakota.test{path}")
    assert (found.at.isoformat()[:10] if found else None) == day
