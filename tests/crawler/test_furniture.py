"""Furniture goes, the article stays: every example of the rules, the user's own five texts, and the laws."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.furniture import VARIABLE, check, rules, strip
from crawler.rules import Rule, RuleError
from tests.shared import SHARED

PROSE = [
    f"Kalimat nomor {number} menceritakan apa yang terjadi di desa itu, dan berakhir dengan titik."
    for number in range(12)
]
LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=80), max_size=12)
EXAMPLES = [(rule, line) for rule in rules() for line in rule.strips]
COUNTEREXAMPLES = [(rule, line) for rule in rules() for line in rule.keeps]


def _among_prose(rule: Rule, line: str) -> list[str]:
    """Set a line where its rule looks for it."""
    if rule.where & {"tail", "last"}:
        return [*PROSE, line]
    return [line, *PROSE] if "head" in rule.where else [*PROSE[:6], line, *PROSE[6:]]


@pytest.mark.parametrize(("rule", "line"), EXAMPLES, ids=[f"{rule.id}-{line[:30]}" for rule, line in EXAMPLES])
def test_every_example_goes_and_nothing_else(rule: Rule, line: str) -> None:
    stripped = strip(_among_prose(rule, line))
    assert rule.id in {by for _, by in stripped.removed}
    if rule.takes == "span":
        rest = set(stripped.kept) - set(PROSE)
        assert len(rest) == 1
        assert line not in rest
        assert len(stripped.kept) == len(PROSE) + 1
    else:
        assert stripped.kept == tuple(PROSE)


@pytest.mark.parametrize(("rule", "line"), COUNTEREXAMPLES, ids=[f"{r.id}-{line[:30]}" for r, line in COUNTEREXAMPLES])
def test_every_counterexample_stays_as_it_is(rule: Rule, line: str) -> None:
    assert line in strip(_among_prose(rule, line)).kept


def test_every_language_that_has_rules_of_its_own_is_in_the_table() -> None:
    names = {rule.id for rule in rules()}
    assert {f"related-{code}" for code in ("en", "de", "fr", "es", "nl", "zh", "ar")} <= names


def test_what_a_rule_needs_is_in_lower_case() -> None:
    assert [need for rule in rules() for need in rule.needs if need != need.lower()] == []


def test_a_comment_form_takes_what_follows_with_it_only_at_the_end() -> None:
    form = ["Tinggalkan Balasan", "Andi berkata hebat sekali.", "Kirim"]
    assert strip([*PROSE, *form]).kept == tuple(PROSE)
    early = strip([PROSE[0], "Tinggalkan Balasan", *PROSE[1:]])
    assert set(PROSE) <= set(early.kept)


def test_titles_under_a_related_heading_at_the_end_go_with_it() -> None:
    titles = ["Panen Raya di Lereng Timur", "Jembatan Lama Ditutup Dua Pekan"]
    assert strip([*PROSE, "Berita Terkait", *titles]).kept == tuple(PROSE)
    assert strip([*PROSE, "Berita Terkait", PROSE[0]]).kept == (*PROSE, PROSE[0])


def test_a_span_goes_and_its_sentence_stays() -> None:
    line = "Jalan itu ditutup. (Baca: Jembatan Lama Ditutup) Warga memutar lewat desa."
    assert strip([line]).kept == ("Jalan itu ditutup. Warga memutar lewat desa.",)


def test_one_line_may_lose_two_spans() -> None:
    line = "Air surut. [Gambas:Video 20detik] Warga pulang.BACA JUGA: Harga Cabai Turun di Pasar"
    stripped = strip([line])
    assert stripped.kept == ("Air surut. Warga pulang.",)
    assert [by for _, by in stripped.removed] == ["inline-glued", "inline-marker"]


def test_rules_of_other_languages_are_left_out() -> None:
    line = "A- A+ (Ubah saiz teks) IPOH 3 Mac – Sungai melimpah selepas hujan lebat."
    assert strip([line], "en").kept == (line,)
    assert strip([line], "ms").kept == strip([line], "und").kept == (line.removeprefix("A- A+ (Ubah saiz teks) "),)


def test_javanese_and_sundanese_articles_have_indonesian_furniture() -> None:
    line = "A- A+ (Ubah saiz teks) Banjir ngrendhem telung desa."
    assert strip([line], "jv").kept == strip([line], "su").kept == ("Banjir ngrendhem telung desa.",)


OWN = r"""
[[rule]]
id = "slogan"
sites = ["kabarlembah.test"]
where = ["tail"]
pattern = 'Kabar\s+Lembah:\s+dari'
strips = ["Kabar Lembah: dari lembah untuk semua"]
keeps = ["Kabar Lembah terbit sejak 1998."]

[[rule]]
id = "prefix"
sites = ["kabarlembah.test"]
takes = "span"
pattern = '^\s*\(KL\)\s*'
strips = ["(KL) Air mulai surut."]
keeps = ["Air mulai surut (KL)."]
"""
SLOGAN = "Kabar Lembah: dari lembah untuk semua"


def _own_rules(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    path = folder / "furniture.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def test_rules_of_the_user_count_on_their_sites_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _own_rules(tmp_path, monkeypatch, OWN)
    lines = ["(KL) Air mulai surut di hilir.", *PROSE, SLOGAN]
    found = strip(lines, "id", "kabarlembah.test")
    assert found.kept == ("Air mulai surut di hilir.", *PROSE)
    assert found.removed == (("(KL)", "prefix"), (SLOGAN, "slogan"))
    assert strip(lines, "id", "www.kabarlembah.test") == found
    assert strip(lines, "id", "lain.test").kept == strip(lines, "id").kept == tuple(lines)
    assert check() == 2


def test_without_a_file_of_the_users_own_there_are_no_rules_of_his(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.toml"))
    assert check() == 0
    assert strip(PROSE, "id", "kabarlembah.test").kept == tuple(PROSE)


RULE = '[[rule]]\nid = "x"\npattern = "Kabar"\nstrips = ["Kabar Lembah"]\nkeeps = ["Warga pulang."]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RULE.replace("Kabar", "Kabar(", 1), "rule 'x': its pattern is not a regular expression"),
        (RULE.replace('strips = ["Kabar Lembah"]\n', ""), "rule 'x' has no strips"),
        (RULE.replace('["Warga pulang."]', "[]"), "rule 'x' has no keeps"),
        (RULE.replace('id = "x"\n', ""), "rule 1 has no id"),
        (
            RULE.replace('["Kabar Lembah"]', '["Warta Lembah"]'),
            "it does not find this line of its strips: 'Warta Lembah'",
        ),
        (RULE.replace("Warga pulang.", "Kabar baik."), "it finds this line of its keeps: 'Kabar baik.'"),
        (RULE + 'were = ["tail"]\n', "rule 'x': 'were' means nothing here"),
        (RULE + 'where = ["foot"]\n', "rule 'x': where is 'foot'; it may be anywhere, head, tail, last"),
        (RULE + 'takes = "word"\n', "rule 'x': takes is 'word'"),
        (RULE + 'sites = "kabar.test"\n', "rule 'x': write sites as a list"),
        (RULE + 'max_words = "ten"\n', "rule 'x': a value of the wrong kind"),
        (RULE + "strips = 3\n", "furniture.toml: "),
        (RULE + RULE, "two rules are called 'x'"),
        ("rule = 3\n", "write each rule under a line [[rule]]"),
        ('[rule]\nid = "x"\n', "write each rule under a line [[rule]]"),
        (RULE.replace("Kabar", "{kabar}", 1), "rule 'x': {kabar} in its pattern stands for nothing"),
    ],
)
def test_a_rule_that_cannot_be_used_is_told_with_its_file(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _own_rules(tmp_path, monkeypatch, text)
    with pytest.raises(RuleError) as caught:
        check()
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@given(LINES)
def test_what_is_kept_and_removed_together_is_what_came(lines: list[str]) -> None:
    stripped = strip(lines)
    whole = [line for line in stripped.kept if line in lines]
    assert len(stripped.kept) + len(stripped.removed) >= len([line for line in lines if line.strip()])
    assert whole == [line for line in lines if line in stripped.kept][: len(whole)]


@given(LINES)
def test_stripping_twice_changes_nothing_more_in_the_middle(lines: list[str]) -> None:
    padded = [*PROSE, *lines, *PROSE]
    once = strip(padded).kept
    assert set(PROSE) <= set(once)


@pytest.mark.skipif(not (SHARED / "samples").is_dir(), reason="the user's samples are not here (GEMA_SHARED)")
def test_exactly_the_seven_furniture_lines_of_the_samples_go() -> None:
    removed: list[tuple[str, str]] = []
    for path in sorted((SHARED / "samples").glob("*.txt")):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        stripped = strip(lines, "id")
        removed += [(path.name[:3], by) for _, by in stripped.removed]
        gone = [line for line, _ in stripped.removed]
        assert [line for line in lines if line not in gone] == list(stripped.kept)
    assert removed == [
        ("000", "related"),
        ("001", "related"),
        ("003", "related"),
        ("003", "related"),
        ("003", "cookies"),
        ("004", "comment-form"),
        ("004", "comment-form"),
    ]
