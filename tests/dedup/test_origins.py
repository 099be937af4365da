"""Who had it first: each kind of evidence just inside and just outside, clocks that are wrong, and the whole press."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Corpus, Match
from dedup.corpus import seen
from dedup.corpus.results import snapshot
from dedup.corpus.seen import first_seen
from dedup.dating import Span, out_by, span
from dedup.exports import export
from dedup.flowing import Role, flows, roles_in
from dedup.origins import Confidence, Origin, origin, origins
from dedup.report import reasons
from dedup.retelling import timeline
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import press_articles, run
from tests.dedup.snapshots import NOON, WIRE, match
from tests.newsroom.outlets import OUTLETS
from tests.newsroom.texts import Press, load

CERTAIN, LIKELY, UNKNOWN = Confidence.CERTAIN, Confidence.LIKELY, Confidence.UNKNOWN


def out(name: str, hours: float | None, **said: Any) -> Article:
    """Return an article of `name`.example, out `hours` after noon; None: without a date."""
    published = None if hours is None else NOON + timedelta(hours=hours)
    site = f"{name}.example"
    stamp = {"published": published, "published_from": "json-ld"}
    article = Article(url=f"https://{site}/1", text=WIRE, site=site, id=name)
    return replace(article, **{**stamp, **said})


def told(found: Origin) -> tuple[str, Confidence]:
    return found.source, found.confidence


# --- times ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "confidence"),
    [(0, UNKNOWN), (5, UNKNOWN), (6, LIKELY), (14 * 60 - 1, LIKELY), (14 * 60, CERTAIN), (30 * 24 * 60, CERTAIN)],
)
def test_times_tell_where_they_are_further_apart_than_clocks_are_wrong(minutes: int, confidence: Confidence) -> None:
    found = origin([out("salin", minutes / 60), out("awal", 0)])
    assert told(found) == ("awal.example" if confidence else "", confidence)


def test_a_page_dated_a_month_before_all_others_may_be_an_old_one() -> None:
    assert told(origin([out("salin", 31 * 24), out("awal", 0)])) == ("", UNKNOWN)


def test_a_domain_of_several_words_is_named_by_them() -> None:
    named, copy = out("antar-nusa", 3), out("salin", 0, credited_source="Antar Nusa")
    assert told(origin([named, copy])) == ("antar-nusa.example", LIKELY)


def test_the_reason_names_both_times() -> None:
    assert origin([out("awal", 0), out("salin", 2)]).reason == (
        "awal.example was out by 2026-03-20 12:00 UTC, the next, salin.example, not before 2026-03-20 14:00 UTC"
    )


def test_half_a_year_before_all_others_is_a_wrong_date_unless_it_was_fetched_then() -> None:
    late = out("salin", 24 * 181)
    assert told(origin([out("awal", 0), late])) == ("", UNKNOWN)
    assert told(origin([out("awal", 0, fetched=NOON + timedelta(hours=1)), late]))[0] == "awal.example"
    assert told(origin([out("awal", 0, fetched=NOON + timedelta(days=182)), late])) == ("", UNKNOWN)


def test_a_day_is_that_day_anywhere_on_earth() -> None:
    day = out("harian", 0, published=datetime(2026, 3, 20, tzinfo=UTC), published_precision="day")
    # It ends in the west at noon of the next day in UTC, and begins in the east at ten of the day before.
    assert origin([day, out("salin", 24 + 0.05)]).confidence is UNKNOWN
    assert told(origin([day, out("salin", 24 + 0.1)])) == ("harian.example", LIKELY)
    assert told(origin([day, out("awal", -26.1)])) == ("awal.example", LIKELY)
    assert origin([day, out("awal", -26)]).confidence is UNKNOWN
    seen = replace(day, fetched=NOON)
    assert told(origin([seen, out("salin", 0.1)])) == ("harian.example", LIKELY), "what was fetched was out by then"


def test_days_alone_are_never_certain() -> None:
    days = [out(name, 24 * n, published_precision="day") for n, name in enumerate(("satu", "dua"))]
    assert origin(days).confidence is UNKNOWN
    assert told(origin([days[0], replace(days[1], published=NOON + timedelta(days=9))])) == ("satu.example", LIKELY)


@pytest.mark.parametrize(("ahead", "believed"), [(5, True), (6, False)])
def test_a_stamp_after_the_fetch_is_not_believed(ahead: int, believed: bool) -> None:
    future = out("maju", 0, fetched=NOON - timedelta(minutes=ahead))
    assert (span(future).published is not None) is believed
    found = origin([future, out("lain", 3)])
    assert told(found) == ("maju.example", LIKELY), "it was fetched before the other was out"
    assert told(origin([future, out("awal", -3)])) == (("awal.example", LIKELY) if believed else ("", UNKNOWN))


def test_a_stamp_later_than_the_corpus_knew_the_article_is_not_believed_anywhere(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.add([out("maju", 24 * 365), out("awal", -3)], now=NOON)
    update(corpus, now=NOON)
    known = snapshot(corpus)
    (found,) = origins(known).values()
    assert [entry.span.latest for entry in found.account] == [NOON - timedelta(hours=3), NOON]
    assert found.reason == "maju.example may have had it before: dated later than it was fetched"
    assert found.reason in run(capsys, corpus, "origin", "maju").out
    assert known.articles["maju"] == corpus.article("maju"), "nothing says that it was fetched"
    assert [row.article.id for row in export(corpus, alone=True)] == ["awal"]
    shown = timeline(corpus, "maju", alone=True)
    assert [(each.article.id, each.delay) for each in shown] == [("awal", timedelta()), ("maju", None)]


def test_by_the_time_of_an_update_an_article_was_out_and_perhaps_before() -> None:
    renewed = out("baru", 20, published_from="updated")
    assert span(renewed) == Span(None, renewed.published, trouble="dated by its last update alone")
    found = origin([out("awal", 0), renewed])
    assert (told(found), found.reason) == (
        ("", UNKNOWN),
        "baru.example may have had it before: dated by its last update alone",
    )
    assert reasons.foreseen(found.reason)
    assert told(origin([renewed, out("salin", 40)])) == ("baru.example", LIKELY), "it was out before the other was"
    assert told(origin([replace(renewed, credited_source="awal.example"), out("awal", 40)])) == ("awal.example", LIKELY)


def test_a_day_of_an_update_counts_at_its_end_and_a_fetch_before_it_tells_more() -> None:
    day = out("baru", 0, published=NOON - timedelta(hours=12), published_precision="day", published_from="updated")
    assert span(day).latest == NOON + timedelta(hours=24)
    assert out_by(day) == NOON + timedelta(hours=12)
    assert span(replace(day, fetched=NOON)).latest == out_by(replace(day, fetched=NOON)) == NOON
    early = out("maju", 1, published_from="updated", fetched=NOON)
    assert span(early).trouble == "dated later than it was fetched"


@pytest.mark.parametrize(("year", "fetched"), [(1, None), (1970, None), (1994, NOON), (2101, None), (9999, None)])
def test_an_absurd_year_is_not_believed(year: int, fetched: datetime | None) -> None:
    found = origin([out("zaman", 0, published=datetime(year, 1, 1, tzinfo=UTC), fetched=fetched), out("awal", 0)])
    assert found.confidence is UNKNOWN
    assert found.reason == f"zaman.example may have had it before: dated to the year {year}"
    assert span(out("lama", 0, published=datetime(1995, 1, 1, tzinfo=UTC))).published
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7)))
    assert span(out("lama", 0, published=edge)).trouble == "dated to the year 1"


def test_old_newspapers_that_were_never_fetched_have_their_years() -> None:
    early, late = (out(name, 0, published=datetime(1887, 5, day, tzinfo=UTC)) for name, day in (("a", 3), ("b", 9)))
    assert told(origin([late, early])) == ("a.example", CERTAIN)


def test_a_page_modified_before_it_was_published_is_older_than_its_stamp() -> None:
    again = out("ulang", 5, modified=NOON - timedelta(hours=2))
    assert origin([again, out("salin", 0)]).confidence is UNKNOWN
    assert told(origin([replace(again, modified=NOON + timedelta(hours=6)), out("salin", 0)]))[0] == "salin.example"


def test_time_zones_are_no_matter() -> None:
    early = out("awal", 0, published=datetime.fromisoformat("2026-03-20T19:30:00+07:00"))
    assert told(origin([early, out("salin", 1)])) == ("awal.example", LIKELY)


def test_who_has_no_date_may_have_been_first() -> None:
    found = origin([out("awal", 0), out("entah", None, fetched=NOON + timedelta(hours=9))])
    assert (told(found), found.reason) == (("", UNKNOWN), "entah.example may have had it before: it has no date")
    assert origin([out("a", None), out("b", None)]).reason.startswith("nothing tells when")


@pytest.mark.parametrize("source", ["url", "text", "listing", ""])
def test_a_time_from_beside_the_article_is_never_certain(source: str) -> None:
    assert origin([out("awal", 0, published_from=source), out("salin", 20)]).confidence is LIKELY
    assert origin([out("awal", 0, published_from="json-ld"), out("salin", 20)]).confidence is CERTAIN


def test_a_trace_that_two_copies_share_confirms_nothing() -> None:
    three = [out("awal", 0, text="a"), out("dua", 20, text="b"), out("tiga", 40, text="c")]
    third = [match("awal", name, shares=(0.3, 0.3)) for name in ("dua", "tiga")]
    assert origin(three, [*third, match("dua", "tiga", shares=(0.01, 0.01))]).confidence is LIKELY


def test_certain_needs_firm_stamps_of_all() -> None:
    three = [out("awal", 0), out("dua", 20), out("tiga", 40, published_from="text")]
    assert origin(three).confidence is LIKELY
    assert origin([*three[:2], replace(three[2], published_from="meta")]).confidence is CERTAIN


@pytest.mark.parametrize(("share", "confidence"), [(0.74, LIKELY), (0.75, CERTAIN)])
def test_of_two_sites_certain_needs_that_nearly_all_is_taken(share: float, confidence: Confidence) -> None:
    two = [out("awal", 0, text="a"), out("dua", 20, text="b")]
    assert origin(two, [match("awal", "dua", shares=(0.5, share))]).confidence is confidence


def test_what_is_dated_to_a_day_alone_is_told() -> None:
    day = out("harian", 0, published=datetime(2026, 3, 20, tzinfo=UTC), published_precision="day")
    assert origin([day, out("jam", 1)]).reason == (
        "jam.example and harian.example are dated too close to one another, harian.example to the day alone"
    )


def test_certain_needs_that_the_others_share_no_more_with_one_another() -> None:
    three = [out("awal", 0, text="a"), out("dua", 20, text="b"), out("tiga", 40, text="c")]
    hub = [match("awal", "dua", shares=(0.9, 0.8)), match("awal", "tiga", shares=(0.9, 0.8))]
    assert origin(three, hub).confidence is CERTAIN
    assert origin(three, [*hub, match("dua", "tiga", shares=(0.8, 0.8))]).confidence is CERTAIN
    assert origin(three, [*hub, match("dua", "tiga", shares=(0.9, 0.9))]).confidence is LIKELY
    assert origin(three, hub[:1]).confidence is LIKELY


def test_what_each_took_from_the_origin_is_told() -> None:
    found = origin([out("awal", 0, text="a"), out("dua", 2, text="b")], [match("awal", "dua", shares=(0.9, 0.6))])
    assert [(entry.article.id, entry.taken) for entry in found.account] == [("awal", None), ("dua", 0.6)]


def test_the_only_site_is_the_origin() -> None:
    again = out("awal", 3, id="awal-2", url="https://awal.example/2")
    found = origin([again, out("awal", 0)])
    assert told(found) == ("awal.example", LIKELY)
    assert found.article is not None
    assert found.article.id == "awal"


# --- credits ----------------------------------------------------------------------------------------


def test_whom_the_others_name_is_the_origin_whatever_its_date() -> None:
    kabar = out("kabartimur", 5, site_name="Kabar Timur")
    one = out("satu", 0, credited_source="Kabar Timur")
    two = out("dua", 9, sources=("kabartimur.example",))
    assert told(origin([kabar, two])) == ("kabartimur.example", LIKELY), "named in prose"
    assert told(origin([kabar, replace(two, credited_source="Kabar Timur")])) == ("kabartimur.example", CERTAIN)
    found = origin([kabar, one])
    assert told(found) == ("kabartimur.example", LIKELY)
    assert found.reason == "satu.example names Kabar Timur as the source, though its own page is dated later"


def test_a_site_of_a_short_name_is_named_by_its_whole_domain() -> None:
    assert origin([out("b0", 0), out("satu", 3, credited_source="b0.example")]).source == "b0.example"
    assert origin([out("b0", 0), out("satu", 3, credited_source="b0.test")]).confidence is UNKNOWN


@pytest.mark.parametrize("name", ["-.-", "www.-", " . ", "新华社", "…"])
def test_names_of_any_kind_are_read(name: str) -> None:
    assert origin([out("satu", 0, agency=name, site_name=name), out("dua", 1, credited_source=name)]).account


def test_two_who_name_it_are_enough_without_a_date() -> None:
    credit = {"credited_source": "Kabar Timur"}
    kabar = out("kabartimur", None)
    assert told(origin([kabar, out("satu", None, **credit)])) == ("kabartimur.example", LIKELY)
    assert told(origin([kabar, out("satu", None, **credit), out("dua", None, **credit)]))[1] is CERTAIN
    with_silent = [kabar, out("satu", None, **credit), out("dua", None, **credit), out("diam", None)]
    assert told(origin(with_silent)) == ("kabartimur.example", LIKELY)


def test_who_had_it_before_whom_others_name_and_names_nobody_makes_it_unknown() -> None:
    kabar, credit = out("kabartimur", 5), {"credited_source": "Kabar Timur"}
    assert told(origin([kabar, out("satu", 6, **credit), out("diam", 0)])) == ("", UNKNOWN)
    assert told(origin([kabar, out("satu", 6, **credit), out("diam", 4.95)]))[0] == "kabartimur.example"


def test_credits_are_followed_to_their_end() -> None:
    chain = [out("satu", 2, credited_source="dua.example"), out("dua", 1, credited_source="tiga.example")]
    assert told(origin([*chain, out("tiga", 0)])) == ("tiga.example", CERTAIN)
    circle = [out("satu", 0, credited_source="dua.example"), out("dua", 9, credited_source="satu.example")]
    assert origin(circle).reason == "its sites name one another as the source"


def test_who_has_it_from_a_creditor_makes_its_claim_no_surer() -> None:
    one, copy = out("satu", 0, credited_source="Suara Jauh"), out("dua", 1, credited_source="satu.example")
    found = origin([one, copy])
    assert told(found) == ("Suara Jauh", LIKELY)
    assert found.reason.startswith("satu.example names Suara Jauh as the source")
    assert told(origin([one, copy, out("tiga", 1, credited_source="Suara Jauh")])) == ("Suara Jauh", CERTAIN)
    chain = [replace(one, credited_source="kabar.example"), copy]
    assert told(origin([out("kabar", None), *chain])) == ("kabar.example", LIKELY)
    first = origin([out("kabar", -1), *chain])
    assert told(first) == ("kabar.example", CERTAIN)
    assert first.reason == "satu.example names kabar.example as the source, and it was out before all others"


def test_an_article_is_found_by_the_title_that_is_credited() -> None:
    first, other = out("awal", 3, title="Air  Meluap"), out("salin", 0, credited_title="air meluap")
    assert told(origin([first, other]))[0] == "awal.example"
    assert origin([first, replace(other, credited_title="Air surut")]).source == "salin.example"


def test_who_credits_a_title_that_several_have_is_not_the_origin() -> None:
    two = [out("awal", 0, title="Air Meluap"), out("lain", 1, title="Air meluap")]
    early = out("salin", -20, title="Banjir", credited_title="Air meluap")
    found = origin([*two, early])
    assert (told(found), found.name) == (("", UNKNOWN), "")
    assert found.reason == "salin.example credits an article by its title, which awal.example, lain.example have"
    assert told(origin([*two, replace(early, title="Air meluap")])) == ("salin.example", CERTAIN), "it signs its own"
    assert told(origin([*two, replace(early, published=NOON + timedelta(hours=3))])) == ("awal.example", LIKELY)
    credited = [two[0], replace(two[1], credited_source="awal.example"), early]
    assert told(origin(credited)) == ("awal.example", LIKELY), "it names somebody, and may be dated earlier"
    named = [replace(each, credited_source="salin.example") for each in two]
    assert told(origin([*named, early])) == ("", UNKNOWN)


def test_who_credits_a_title_that_none_has_is_no_certain_origin() -> None:
    early, copy = out("awal", 0, credited_title="Banjir"), out("salin", 20)
    found = origin([early, copy])
    assert told(found) == ("awal.example", LIKELY)
    assert found.reason.endswith(", but awal.example credits an article by a title that none of these has")
    assert told(origin([replace(early, title="Banjir"), copy])) == ("awal.example", CERTAIN)
    wire = [replace(copy, agency="Antara"), out("dua", 21, agency="Antara")]
    assert told(origin(wire)) == ("Antara", CERTAIN)
    assert told(origin([early, *wire])) == ("Antara", LIKELY)


@pytest.mark.parametrize("name", ["ANTARA", "Antara News", "Kantor Berita Antara", "LKBN Antara", "Ant"])
def test_an_agency_is_the_origin_though_its_page_was_never_collected(name: str) -> None:
    found = origin([out("satu", 0, agency="Antara"), out("dua", 2, agency=name)])
    assert (found.name, found.confidence) == ("Antara", CERTAIN)
    assert (found.article, found.outside) == (None, True)
    assert "as the agency; no page of its own is among these" in found.reason
    alone = origin([out("satu", 0, agency=name)])
    assert (alone.name, alone.confidence) == ("Antara", LIKELY)
    assert told(origin([out("satu", 0, agency=name), out("antara", 0)])) == ("antara.example", LIKELY)


def test_an_agency_that_is_credited_by_its_domain_goes_by_its_name() -> None:
    by_domain = out("satu", 0, credited_source="antaranews.com")
    assert told(origin([by_domain])) == ("Antara", LIKELY)
    assert told(origin([by_domain, out("dua", 2, agency="ANTARA")])) == ("Antara", CERTAIN)
    own = replace(out("antara", -1), site="antaranews.com")
    assert told(origin([by_domain, own])) == ("antaranews.com", CERTAIN)


@pytest.mark.parametrize("agency", ["AP", "Associated Press"])
def test_an_agency_is_known_in_its_own_page(agency: str) -> None:
    own = out("apnews", 0, site_name="AP News", agency=agency)
    found = origin([own, out("satu", 3, agency="AP"), out("dua", 4, agency="Associated Press")])
    assert told(found) == ("apnews.example", CERTAIN)


def test_of_two_agencies_of_one_text_the_one_that_others_name_alone_is_the_origin() -> None:
    both = out("satu", 0, agency="Jauh/Dekat")
    assert told(origin([both, out("dua", 1, agency="Dekat")])) == ("Dekat", CERTAIN)
    assert told(origin([both])) == ("Jauh/Dekat", LIKELY)
    assert told(origin([both, out("dua", 1, agency="Lain")])) == ("", UNKNOWN)
    own = replace(both, site="jauh.example")
    assert told(origin([own, out("dua", 1, agency="Dekat")])) == ("Dekat", CERTAIN), "what it relays is from the other"


@pytest.mark.parametrize(
    "said", ["Reuters/AP", "Reuters dan AP", "AP and Reuters", "AP & Reuters", "Reuters,AP", "Antara, AP, dan Reuters"]
)
def test_several_agencies_are_several_however_they_are_joined(said: str) -> None:
    both = out("satu", 0, agency=said)
    assert told(origin([both, out("dua", 1, agency="AP")])) == ("AP", CERTAIN)
    assert told(origin([both, out("dua", 1, agency="AFP")])) == ("", UNKNOWN)
    found = origin([replace(both, agency="", credited_source=said)])
    assert (told(found), "as the agency" in found.reason) == ((said, LIKELY), True)


@pytest.mark.parametrize("said", ["Reuters/AP", "AP & Reuters", "AP, Reuters"])
def test_two_agencies_are_one_source_in_whatever_order(said: str) -> None:
    found = origin([out("satu", 0, agency="Reuters dan AP"), out("dua", 1, agency=said)])
    assert (found.source in {said, "Reuters dan AP"}, found.confidence) == (True, CERTAIN)


@pytest.mark.parametrize("said", ["KONTAN dan Satu.example", "Satu & KONTAN", "KONTAN and satu"])
def test_who_names_itself_and_another_has_it_from_the_other(said: str) -> None:
    both = out("satu", 0, credited_source=said)
    assert told(origin([both])) == ("KONTAN", LIKELY)
    assert told(origin([both, out("kontan", 1)])) == ("kontan.example", LIKELY)


@pytest.mark.parametrize(
    "said", ["Kementerian Komunikasi dan Digital", "Woman&home", "Antara dan sejumlah media", "Air & Api, baca di sini"]
)
def test_a_name_with_an_and_in_it_is_one(said: str) -> None:
    assert told(origin([out("satu", 0, credited_source=said)])) == (said.partition(",")[0], LIKELY)


def test_a_site_whose_name_has_an_and_in_it_is_one() -> None:
    own = out("airapi", 0, site_name="Air & Antara")
    assert told(origin([own, out("satu", 1, credited_source="Air & Antara")])) == ("airapi.example", CERTAIN)


def test_a_source_outside_gives_way_to_who_had_it_before_and_names_nobody() -> None:
    early, late = out("diam", 0), out("satu", 5, credited_source="Suara Jauh")
    assert told(origin([early, late])) == ("", UNKNOWN)
    assert told(origin([replace(early, published=NOON + timedelta(hours=6)), late])) == ("Suara Jauh", LIKELY)
    wire = replace(late, agency="Suara Jauh")
    assert told(origin([early, wire])) == ("Suara Jauh", LIKELY), "who carries a wire may not sign it"
    day_later = replace(wire, published=NOON + timedelta(hours=14))
    assert told(origin([early, day_later])) == ("", UNKNOWN)
    assert told(origin([early, replace(day_later, published=NOON + timedelta(hours=13.9))])) == ("Suara Jauh", LIKELY)
    assert told(origin([early, day_later, out("dua", 15, agency="Suara Jauh")])) == ("Suara Jauh", LIKELY)


def test_a_statement_that_one_site_signs_an_agency_under_is_not_the_agencys_where_another_had_it_before() -> None:
    silent, signed = out("diam", 0), out("satu", 5, agency="Antara", sources=("keterangan resmi",))
    found = origin([silent, signed])
    assert told(found) == ("", UNKNOWN)
    assert (
        found.reason == "satu.example names Antara as the source, but diam.example, which names nobody, had it before"
    )
    assert told(origin([replace(silent, sources=("Antara",)), signed])) == ("Antara", LIKELY), (
        "its prose names the agency"
    )
    assert told(origin([replace(signed, sources=("Budi",)), silent])) == ("Antara", LIKELY), (
        "nothing tells of a statement"
    )
    assert told(origin([out("diam", 5), signed])) == ("Antara", LIKELY), "not before"
    assert told(origin([silent, signed, out("dua", 6, agency="Antara")])) == ("Antara", LIKELY), "two sign it"


@pytest.mark.parametrize(
    ("shares", "found"),
    [((0.49, 0.3), ("", UNKNOWN)), ((0.5, 0.3), ("Antara", LIKELY)), ((0.3, 0.5), ("Antara", LIKELY))],
)
def test_who_shares_little_with_the_only_one_that_signs_an_agency_does_not_carry_it(
    shares: tuple[float, float], found: tuple[str, Confidence]
) -> None:
    signed, silent = out("satu", 0, agency="Antara"), out("diam", 1, text="Lain.")
    assert told(origin([signed, silent], [match("diam", "satu", shares=shares)])) == found
    assert told(origin([signed, silent, out("dua", 1)], [match("diam", "satu", shares=shares)])) == ("Antara", LIKELY)
    second = out("dua", 1, agency="Antara")
    assert told(origin([signed, second, silent], [match("diam", "satu", shares=shares)])) == ("Antara", LIKELY)
    named = replace(silent, sources=("Antara",))
    assert told(origin([signed, named], [match("diam", "satu", shares=shares)])) == ("Antara", LIKELY)


def test_why_nobody_carries_it_is_told_in_the_language_of_the_report() -> None:
    signed, silent = out("satu", 0, agency="Antara"), out("diam", 1, text="Lain.")
    reason = origin([signed, silent], [match("diam", "satu", shares=(0.3, 0.3))]).reason
    assert reason == "satu.example names Antara as the source, but little of its text stands on sites that name nobody"
    assert reasons.foreseen(reason)


def test_the_first_who_names_nobody_is_told_of() -> None:
    found = origin([out("akhir", 0), out("awal", -2), out("satu", 5, credited_source="Suara Jauh")])
    assert found.reason == (
        "satu.example names Suara Jauh as the source, but awal.example, which names nobody, had it before"
    )


def test_an_agency_that_is_credited_as_a_source_is_an_agency() -> None:
    silent, late = out("diam", 0), out("satu", 1, credited_source="ANTARA")
    assert told(origin([silent, late])) == ("Antara", LIKELY), "who carries a wire may not sign it"


def test_an_agency_that_is_collected_may_be_carried_unsigned_before_its_page_is_dated() -> None:
    agency = out("reuters", 1, site="reuters.com", site_name="Reuters")
    signed = out("satu", 2, agency="Reuters")
    assert told(origin([agency, signed, out("diam", 0)])) == ("reuters.com", LIKELY)
    assert told(origin([agency, signed, out("diam", -13)])) == ("", UNKNOWN)


@pytest.mark.parametrize(
    ("author", "name"), [("Antara - ruang kota", "Antara"), ("AFP", "AFP"), ("Reuters", "Reuters")]
)
def test_an_agency_that_signs_as_an_author_does_is_one(author: str, name: str) -> None:
    found = origin([out("satu", 3, authors=("Rina", author)), out("diam", 0)])
    assert told(found) == (name, LIKELY)


@pytest.mark.parametrize("author", ["ant", "aa", "AA", "Antara Lazuardi", "Rina Reuters - ruang kota"])
def test_initials_and_names_of_people_are_no_agencies(author: str) -> None:
    assert told(origin([out("satu", 3, authors=(author,)), out("diam", 0)])) == ("diam.example", LIKELY)


def test_articles_of_no_known_site_bear_witness_as_one() -> None:
    two = [out(name, 1, site="", agency="Antara") for name in ("satu", "dua")]
    found = origin(two)
    assert told(found) == ("Antara", LIKELY)
    assert found.reason.startswith("dua names Antara as the agency")
    assert told(origin([two[0], replace(two[1], site="dua.example")])) == ("Antara", CERTAIN)


# --- prose ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outlet", ["Reuters", "kabar-jauh.example"])
@pytest.mark.parametrize("who", ["awal", "salin"])
def test_who_names_an_outlet_in_its_text_may_have_it_from_there(outlet: str, who: str) -> None:
    two = [replace(each, sources=(outlet,) if each.id == who else ()) for each in (out("awal", 0), out("salin", 20))]
    found = origin(two)
    assert told(found) == ("", UNKNOWN)
    assert found.reason == f"{who}.example names {outlet} in its text and may have it from there"


def test_who_names_anybody_else_in_its_text_is_not_certain() -> None:
    two = [out("awal", 0, sources=("Balai Kota",)), out("salin", 20)]
    assert told(origin(two)) == ("awal.example", LIKELY)
    assert told(origin([replace(two[0], sources=()), replace(two[1], sources=("Balai Kota",))]))[1] is CERTAIN
    assert told(origin([replace(two[0], sources=("awal.example", "Awal")), two[1]]))[1] is CERTAIN, "it names itself"


def test_the_only_site_is_not_said_to_name_nobody_where_its_text_does() -> None:
    found = origin([out("awal", 0, sources=("Reuters", "Balai Kota"))])
    assert (told(found), found.reason) == (
        ("awal.example", LIKELY),
        "no other site has it, though its text names Balai Kota, Reuters",
    )
    agency = origin([out("awal", 0, sources=("ANTARA", "Antaranews", "antaranews.com"))])
    assert agency.reason == "no other site has it, though its text names Antara"
    release = origin([out("awal", 0, sources=("siaran pers",))])
    assert release.reason == "no other site has it, and it is from a statement"
    undated = origin([out("a", None, sources=("Balai Kota",)), out("b", None)])
    assert undated.reason == "nothing tells when its articles were out"


def test_whom_others_name_is_not_certain_where_it_names_an_outlet() -> None:
    copies = [out(name, 20 + place, credited_source="awal.example") for place, name in enumerate(("dua", "tiga"))]
    assert told(origin([out("awal", 0), *copies])) == ("awal.example", CERTAIN)
    found = origin([out("awal", 0, sources=("AFP",)), *copies])
    assert (told(found), found.reason) == (
        ("awal.example", LIKELY),
        "2 sites name awal.example as the source, and that names AFP in its text",
    )


@pytest.mark.parametrize("said", ["keterangan tertulis", "siaran pers", "press release", "kenyataan media"])
@pytest.mark.parametrize("who", ["awal", "salin"])
def test_what_was_given_to_all_has_a_first_but_nobody_copied_it(said: str, who: str) -> None:
    two = [replace(each, sources=(said,) if each.id == who else ()) for each in (out("awal", 0), out("salin", 20))]
    found = origin(two)
    assert (told(found), found.released) == (("awal.example", LIKELY), True)
    assert found.reason.endswith("; all may have it from one statement")
    assert [role for _, role in roles_in(found)] == [Role.FIRST, Role.UNORDERED]
    credited = origin([two[0], replace(two[1], credited_source="awal.example")])
    assert [role for _, role in roles_in(credited)] == [Role.FIRST, Role.COPY], "who says so copied it"


# --- what was seen before ---------------------------------------------------------------------------


LONG = (
    "Warga tiga dukuh di tepi kali itu menimbun tanggul dengan karung pasir sampai petang, lalu berjaga bergantian. "
    "Camat berjanji mengirim pompa dari gudang kabupaten, tetapi jalan ke sana terputus sejak jembatan kayu hanyut. "
    "Anak-anak tidur di balai desa bersama ternak yang sempat diselamatkan, dan dapur umum dibuka di halaman masjid. "
    "Air baru surut ketika angin berganti arah menjelang subuh, kata penjaga pintu air yang sudah tua itu."
)


def judged(corpus: Corpus) -> Origin:
    update(corpus, now=NOW)
    (found,) = origins(snapshot(corpus)).values()
    return found


def test_a_page_that_was_published_again_was_there_when_it_was_seen_first(corpus: Corpus) -> None:
    early = out("awal", 0, fetched=NOON + timedelta(hours=1), text=LONG)
    corpus.add([early, out("salin", 3, fetched=NOON + timedelta(hours=4), text=LONG)])
    later, now = NOON + timedelta(hours=24), NOON + timedelta(hours=25)
    corpus.add([replace(early, text=f"{LONG} Dan hujan pun reda.", published=later, fetched=now)])
    found = judged(corpus)
    assert told(found) == ("awal.example", LIKELY)
    assert found.account[0].span.latest == NOON + timedelta(hours=1)
    assert [each.article.id for each in timeline(corpus, "awal", alone=True)] == ["awal", "salin"]
    assert {site.period for site in flows(snapshot(corpus), "month").sites} == {date(2026, 3, 1)}


def test_what_has_no_date_was_there_when_it_was_seen_first(corpus: Corpus) -> None:
    early = out("awal", None, fetched=NOON - timedelta(hours=1))
    corpus.add([early, out("salin", 3)])
    corpus.add([replace(early, fetched=NOON + timedelta(days=2))])
    assert told(judged(corpus)) == ("awal.example", LIKELY)


def test_an_import_without_a_date_was_there_when_it_came(corpus: Corpus) -> None:
    corpus.add([out("awal", None)], now=NOON)
    corpus.add([out("salin", 3)], now=NOW)
    assert told(judged(corpus)) == ("awal.example", LIKELY)


def test_another_text_at_the_same_address_was_not_this_one(corpus: Corpus) -> None:
    other = out("awal", 0, fetched=NOON, text="Segera: banjir di hilir, kabar menyusul dari balai desa sore ini.")
    corpus.add([other, out("salin", 3, fetched=NOON + timedelta(hours=4), text=LONG)])
    late = NOON + timedelta(hours=9)
    corpus.add([replace(other, text=LONG, published=late, fetched=late)])
    assert told(judged(corpus)) == ("salin.example", LIKELY)


def test_a_frame_that_stood_for_months_is_not_the_text_that_came_into_it(corpus: Corpus) -> None:
    frame = " ".join(f"Los {number} menjual beras, cabai dan kedelai di sisi {number} pasar." for number in range(12))
    page = out("harga", None, text=frame, fetched=NOON - timedelta(days=60))
    corpus.add([page, out("salin", 3, text=LONG, fetched=NOON + timedelta(hours=4))])
    late = NOON + timedelta(hours=9)
    corpus.add([replace(page, text=f"{frame} {LONG}", published=late, fetched=late)])
    with corpus.reading() as connection:
        assert first_seen(connection)["harga"] == late


def test_what_was_seen_before_counts_in_whatever_order_it_comes(new_corpus: Callable[[], Corpus]) -> None:
    early = out("awal", None, fetched=NOON, text=LONG)
    late = replace(early, fetched=NOON + timedelta(days=2))
    copy = out("salin", 3, text=LONG)
    for rows in ([early, late, copy], [late, early, copy], [copy, late, early]):
        corpus = new_corpus()
        for row in rows:
            corpus.add([row], completing=True)
        assert told(judged(corpus)) == ("awal.example", LIKELY)


def test_one_changed_letter_in_a_text_without_spaces_leaves_it_the_same(corpus: Corpus) -> None:
    said = "港の橋は金曜日の夜に封鎖されると市長が述べた。住民は三日のあいだ船で渡ることになる。"
    said += "修理には古い鉄の板が使われる。"
    early = out("awal", None, fetched=NOON, text=said)
    corpus.add([early])
    corpus.add([replace(early, text=said.replace("三日", "四日"), fetched=NOON + timedelta(days=1))])
    with corpus.reading() as connection:
        assert first_seen(connection)["awal"] == NOON


def test_earlier_texts_are_read_only_where_a_stamp_tells_less(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the stamp lies before all that was seen")

    page = out("awal", 0, fetched=NOON + timedelta(hours=1), text=LONG)
    corpus.add([page])
    corpus.add([replace(page, text=f"{LONG} Dan hujan pun reda.", fetched=NOON + timedelta(hours=5))])
    monkeypatch.setattr(seen, "words", never)
    with corpus.reading() as connection:
        assert first_seen(connection)["awal"] == NOON + timedelta(hours=5)


def test_an_older_version_that_comes_later_counts(corpus: Corpus) -> None:
    now = out("awal", 5, fetched=NOON + timedelta(hours=6), text=f"{LONG} Dan hujan pun reda.")
    corpus.add([now, out("salin", 3, fetched=NOON + timedelta(hours=4), text=LONG)])
    corpus.add([replace(now, text=LONG, published=NOON, fetched=NOON + timedelta(hours=1))], completing=True)
    assert told(judged(corpus)) == ("awal.example", LIKELY)


def test_an_agency_of_two_letters_is_one() -> None:
    assert told(origin([out("satu", 0, agency="AP"), out("dua", 2, agency=" ap ")])) == ("AP", CERTAIN)
    assert told(origin([out("satu", 0, agency=" ")])) == ("satu.example", LIKELY)


def test_two_sources_outside_are_none() -> None:
    found = origin([out("satu", 0, agency="Reuters"), out("dua", 2, agency="AFP")])
    assert (told(found), found.reason) == (("", UNKNOWN), "its sites name different sources: AFP, Reuters")


@pytest.mark.parametrize(
    ("site", "name", "credit"),
    [
        ("suara", "Suara.example", "suarahulu.example"),
        ("suara", "", "SuaraHulu"),
        ("suara", "", "Suarahulu"),
        ("kabar", "Kabar.example", "kabar.test"),
        ("satu", "", "Berita Satu"),
        ("hilironline", "Hilir Online", "Media Hilir"),
        ("hilironline", "Hilir Online", "Hilir News"),
        ("suara-jauh", "", "suarajauh.test"),
    ],
)
def test_who_is_called_alike_is_another(site: str, name: str, credit: str) -> None:
    own = out(site, 9, site_name=name)
    copies = [out("a", 10, credited_source=credit), out("b", 11, credited_source=credit)]
    assert (origin([own, *copies]).source, origin([own, *copies]).confidence) == ("", UNKNOWN)
    assert told(origin([replace(own, published=NOON + timedelta(hours=20)), *copies])) == (credit, LIKELY)


@pytest.mark.parametrize(
    ("site", "credit"),
    [
        ("hilironline", "Hilir"),
        ("hilir", "Hilir Online"),
        ("theharbourpost", "Harbour Post"),
        ("harbourpost", "The Harbour Post"),
        ("hilir", "hilir.example"),
        ("hilir", "www.hilir.example"),
        ("hilir", "daerah.hilir.example"),
    ],
)
def test_what_outlets_add_to_a_name_or_leave_out_is_no_matter(site: str, credit: str) -> None:
    assert told(origin([out(site, 0), out("a", 1, credited_source=credit)])) == (f"{site}.example", CERTAIN)


def test_a_name_that_two_sources_share_tells_none() -> None:
    """One is collected, the other only credited, by its domain."""
    own, other = out("kabar", 0), out("a", 9, credited_source="kabar.test")
    assert told(origin([own, other, out("b", 9, credited_source="Kabar")])) == ("", UNKNOWN)


def test_an_edition_is_its_site() -> None:
    early, late = out("detik", 0, credited_source="detikJabar,baca di sini"), out("lain", 2, agency="detikBali")
    assert told(origin([early])) == ("detik.example", LIKELY)
    assert origin([early, late]).article is early
    assert origin([out("deti", 0, credited_source="detiJabar")]).name == "detiJabar", "too short to tell"
    assert origin([out("kabar", 0, credited_source="Kabar Timur")]).name == "Kabar Timur", "two words are a name"
    others = [out("a", 2, agency="detikBali"), out("b", 3, agency="detikjabar")]
    assert told(origin([out("detik", 0), *others])) == ("detik.example", LIKELY), "and no one's name but a guess"
    assert origin([out("detik", 0), out("a", 2, credited_source="detikan")]).source == ""


def test_an_edition_that_is_a_site_of_its_own_is_that() -> None:
    site, edition = out("harbour", 3, credited_source="harbourbali"), out("harbourbali", 0)
    assert told(origin([site, edition])) == ("harbourbali.example", CERTAIN)
    assert origin([site, edition]).reason.startswith("harbour.example names harbourbali.example as the source")


def test_pages_of_a_site_that_go_by_two_names_name_nobody_else() -> None:
    main = out("tribun", 0, site_name="Tribun", credited_source="Warta Tribun")
    page = out("warta", 1, site="tribun.example", site_name="Warta Tribun")
    found = origin([main, page, out("salin", 3, credited_source="tribun.example")])
    assert told(found)[0] == "tribun.example"


def test_who_names_itself_names_nobody() -> None:
    assert told(origin([out("awal", 0, agency="awal.example"), out("salin", 2)])) == ("awal.example", LIKELY)


# --- whatever the order -----------------------------------------------------------------------------

_names = st.sampled_from(["", "a.example", "b.example", "Antara", "ANTARA News", "Suara Jauh"])
_articles = st.lists(
    st.builds(
        out,
        st.sampled_from("abcdef"),
        st.none() | st.integers(0, 60),
        text=st.sampled_from([WIRE, WIRE + " Lagi."]),
        site=st.sampled_from(["a.example", "b.example", "c.example", ""]),
        published_precision=st.sampled_from(["day", "minute", ""]),
        fetched=st.none() | st.just(NOON + timedelta(hours=20)),
        agency=_names,
        credited_source=_names,
    ),
    min_size=1,
    unique_by=lambda article: article.id,
)


@given(_articles.flatmap(lambda members: st.tuples(st.just(members), st.permutations(members))))
def test_the_origin_does_not_depend_on_the_order(two: tuple[list[Article], list[Article]]) -> None:
    one, other = (origin(members, [match("a", "b"), match("b", "c")]) for members in two)
    assert one == other
    assert one.known is bool(one.source)
    assert sorted(entry.article.id for entry in one.account) == sorted(article.id for article in two[0])


# --- the press --------------------------------------------------------------------------------------


def _credited(article: Article, press: Press) -> Article:
    text = press.texts[article.id]
    return replace(article, credited_source=text.credit or "", site_name=OUTLETS[text.outlet].name)


def _undated(article: Article, press: Press) -> Article:
    return replace(_credited(article, press), published=None)


def _to_the_day(article: Article, press: Press) -> Article:
    assert article.published
    day = article.published.replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(_credited(article, press), published=day, published_precision="day")


def _in_a_wrong_year(article: Article, press: Press) -> Article:
    """Copies are dated years before what they copy."""
    back = timedelta(days=1000) if press.texts[article.id].copy_of else timedelta()
    return replace(article, published=article.published and article.published - back)


def _from_tomorrow(article: Article, press: Press) -> Article:
    """Originals are dated after they were fetched."""
    return article if press.texts[article.id].copy_of else replace(article, published=NOW + timedelta(hours=9))


def _plain(article: Article, press: Press) -> Article:
    return article


def _judged(told: Callable[[Article, Press], Article], kept: Callable[[str, Press], bool]) -> Counter[str]:
    """Count the families of several sites: whether their origin is right, unknown or wrong."""
    press = load()
    articles = {article.id: told(article, press) for article in press_articles()}
    judged: Counter[str] = Counter()
    for family in press.truth().families:
        members = [articles[name] for name in family if kept(name, press)]
        if len({articles[name].site for name in family}) > 1 and members:
            judged[_verdict(origin(members), members, press)] += 1
    return judged


def _verdict(found: Origin, members: Sequence[Article], press: Press) -> str:
    outlet = OUTLETS[press.texts[press.root(press.texts[members[0].id])].outlet]
    right = found.source == f"{outlet.id}.test" or (found.outside and found.name == outlet.name)
    return "right" if right else "wrong" if found.known else "unknown"


@pytest.mark.parametrize(
    ("told", "right"),
    [(_plain, 18), (_credited, 18), (_undated, 8), (_to_the_day, 8), (_in_a_wrong_year, 0), (_from_tomorrow, 0)],
)
def test_no_origin_in_the_press_is_wrong(told: Callable[[Article, Press], Article], right: int) -> None:
    judged = _judged(told, lambda name, press: True)
    assert judged["wrong"] == 0
    assert judged["right"] >= right
    assert judged.total() == 18


def test_credits_lead_to_outlets_of_the_press_that_were_never_collected() -> None:
    """Of the families with a credit, all that stand before it and name nobody make it unknown, never another's."""

    def kept(name: str, press: Press) -> bool:
        root = press.root(press.texts[name])
        copies = [text for text in press.texts.values() if press.root(text) == root]
        return press.texts[name].outlet != press.texts[root].outlet and any(text.credit for text in copies)

    judged = _judged(_credited, kept)
    assert judged["wrong"] == 0
    assert judged["right"] >= 5, judged


def test_matches_are_taken_from_anywhere() -> None:
    matches: tuple[Match, ...] = ()
    assert origin([out("awal", 0)], iter(matches)).known
