"""Stories across languages, by an embedding that the user has: here one of some dozen words that the tests make."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dedup import Article, Corpus
from dedup.corpus.results import snapshot
from dedup.embedding import opened
from dedup.errors import GemaError, RecipeError
from dedup.explain import explain
from dedup.records import Recipe
from dedup.retelling import retell
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import run

needs_model2vec = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import model2vec"], capture_output=True, check=False).returncode != 0,
    reason="needs the extra `embeddings`; .ci/run has it",
)

PAIRS = {
    "rusia": "russia",
    "jepang": "japan",
    "mesir": "egypt",
    "yunani": "greece",
    "gempa": "earthquake",
    "kapal": "ship",
    "tenggelam": "sank",
    "pelabuhan": "port",
    "penumpang": "passengers",
    "nelayan": "fishermen",
    "badai": "storm",
    "kargo": "cargo",
    "menteri": "minister",
    "gandum": "wheat",
    "bendungan": "dam",
    "selat": "strait",
}
# Far from every word of the other language.
ALONE = ("yang", "harga", "market", "garden")
SHIP = (
    "Kapal kargo Rusia tenggelam di selat dekat pelabuhan Yunani karena badai. Nelayan Mesir menolong penumpang kapal. "
    "Menteri Rusia mengatakan kargo itu gandum untuk Mesir. Nelayan Yunani mencari penumpang dekat pelabuhan di Yunani."
)
SANK = (
    "A cargo ship of Russia sank in a strait near a port of Greece in a storm. Fishermen of Egypt took passengers from "
    "the ship. The minister in Russia said the cargo was wheat for Egypt. Fishermen of Greece look for passengers."
)
GARDEN = (
    "The botanic garden of Kew has opened a hall of orchids after two years of repairs. Visitors to Kew walk through "
    "glass tunnels, and Professor Marianne Hartley has named a white orchid after the gardener who found it in Borneo."
)
FAR = (
    "Gempa mengguncang Jepang pada Kamis dan merusak bendungan di Jepang utara. Menteri Jepang meninjau bendungan itu. "
    "Warga Sendai mengungsi ke sekolah, sedangkan kereta cepat ke Sendai berhenti sampai rel selesai diperiksa."
)


def article(name: str, language: str, text: str) -> Article:
    site = f"{name}.example"
    return Article(
        url=f"https://{site}/1",
        text=text,
        site=site,
        language=language,
        published=datetime(2026, 3, 20, tzinfo=UTC),
        id=name,
    )


SOME = [
    article("feri", "id", SHIP),
    article("ferry", "en", SANK),
    article("kew", "en", GARDEN),
    article("sendai", "id", FAR),
]


def model(folder: Path, pairs: dict[str, str], noise: float = 0.1) -> Path:
    """Save an embedding in which the two words of each pair are near one another and far from all others."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    random = np.random.default_rng(7)
    vectors: dict[str, Any] = {"[UNK]": random.normal(size=64)}
    for one, other in pairs.items():
        middle = random.normal(size=64)
        vectors[one], vectors[other] = (middle + noise * random.normal(size=64) for _ in range(2))
    vectors |= {word: random.normal(size=64) for word in ALONE}
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(vectors)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    StaticModel(np.array(list(vectors.values()), np.float32), tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture
def words(tmp_path: Path) -> Path:
    return model(tmp_path / "model", PAIRS)


def stories(corpus: Corpus) -> set[tuple[str, ...]]:
    return {story.families for story in snapshot(corpus).stories}


APART = {("feri",), ("ferry",), ("kew",), ("sendai",)}
TOGETHER = {("feri", "ferry"), ("kew",), ("sendai",)}


def test_a_folder_that_is_not_there_is_an_error(
    tmp_path: Path, corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GemaError, match="nothing is downloaded"):
        opened("minishlab/potion-base-8M")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(GemaError, match=r"has no model\.safetensors, tokenizer\.json"):
        opened(tmp_path)
    left = run(capsys, corpus, "update", "--embeddings", tmp_path / "nowhere")
    assert (left.code, left.out) == (2, "")
    assert left.err.startswith("dedup: no folder")


def test_the_environment_names_the_folder(
    tmp_path: Path, corpus: Corpus, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMA_EMBEDDINGS", str(tmp_path / "nowhere"))
    for command in ("update", "rebuild"):
        assert run(capsys, corpus, command).err.startswith("dedup: no folder")
    monkeypatch.setenv("GEMA_EMBEDDINGS", "")
    assert run(capsys, corpus, "update").code == 0


def test_without_model2vec_it_is_said_what_to_install(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    code = (
        "import sys; sys.modules['model2vec'] = None\n"
        "from dedup.embedding import opened; from dedup import GemaError, Recipe\n"
        f"try: opened({str(tmp_path)!r}).lexicon('id', Recipe())\n"
        "except GemaError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "gema-news[embeddings]" in done.stdout


@needs_model2vec
def test_files_that_are_no_model_are_an_error(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(GemaError, match="cannot be read"):
        opened(tmp_path).lexicon("id", Recipe())


@needs_model2vec
def test_words_stand_for_the_nearest_of_english(words: Path) -> None:
    found = opened(words)
    assert found.lexicon("id", Recipe()) == PAIRS
    assert found.lexicon("jv", Recipe()) == PAIRS
    assert found.lexicon("en", Recipe()) == {}
    assert found.lexicon("und", Recipe()) == {}
    assert found.lexicon("id", Recipe(story_embedding_alike=0.9999)) == {}
    # Of a hundred English words none is among them.
    assert found.lexicon("id", Recipe(story_embedding_words=100)) == {}


@needs_model2vec
def test_a_fingerprint_is_that_of_the_files(tmp_path: Path, words: Path) -> None:
    first = opened(words).fingerprint
    assert opened(model(tmp_path / "again", PAIRS)).fingerprint == first
    assert opened(model(tmp_path / "other", PAIRS, noise=0.2)).fingerprint != first


@needs_model2vec
def test_one_story_in_two_languages_comes_together_with_it_and_not_without(corpus: Corpus, words: Path) -> None:
    corpus.add(SOME)
    update(corpus, now=NOW)
    assert stories(corpus) == APART
    without = snapshot(corpus)
    rebuild(corpus, now=NOW, embeddings=words)
    assert stories(corpus) == TOGETHER
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == without


@needs_model2vec
def test_in_whatever_order_articles_come(new_corpus: Any, words: Path) -> None:
    for order in [*permutations(SOME)][::5]:
        corpus = new_corpus()
        for one in order:
            corpus.add([one])
            update(corpus, now=NOW, embeddings=words)
        assert stories(corpus) == TOGETHER


@needs_model2vec
def test_it_can_be_explained_without_the_folder(corpus: Corpus, words: Path) -> None:
    corpus.add(SOME)
    update(corpus, now=NOW, embeddings=words)
    for file in words.iterdir():
        if file.is_file():
            file.unlink()
    told = explain(corpus, "feri", "ferry")
    assert {"rusia = russia", "pelabuhan = port", "yunani = greece"} <= set(told.shared_terms)
    assert told.cosine > Recipe().story_cut
    retold = retell(corpus, "feri")
    assert any("rusia = russia" in telling.shared for telling in retold.tellings)


@needs_model2vec
def test_a_story_goes_by_its_own_words(corpus: Corpus, words: Path) -> None:
    corpus.add([SOME[0], SOME[3]])
    update(corpus, now=NOW, embeddings=words)
    known = set(SHIP.lower().replace(".", "").split()) | set(FAR.lower().replace(",", "").replace(".", "").split())
    assert {term for story in snapshot(corpus).stories for term in story.terms} <= known


@needs_model2vec
def test_results_with_and_without_never_mix(corpus: Corpus, words: Path, tmp_path: Path) -> None:
    corpus.add(SOME[:2])
    update(corpus, now=NOW, embeddings=words)
    corpus.add(SOME[2:])
    name = opened(words).fingerprint[:12]
    with pytest.raises(RecipeError, match=f"the embedding {name}, and now none is given with --embeddings"):
        update(corpus, now=NOW)
    other = model(tmp_path / "other", PAIRS, noise=0.2)
    with pytest.raises(RecipeError, match=f"and now the embedding {opened(other).fingerprint[:12]} is given"):
        update(corpus, now=NOW, embeddings=other)
    update(corpus, now=NOW, embeddings=words)
    assert stories(corpus) == TOGETHER
    rebuild(corpus, now=NOW)
    corpus.add([article("baru", "id", FAR.replace("Sendai", "Kobe"))])
    with pytest.raises(RecipeError, match="no embedding, and now the embedding"):
        update(corpus, now=NOW, embeddings=words)


@needs_model2vec
def test_a_copy_is_a_copy_with_it_and_without(new_corpus: Any, words: Path) -> None:
    made: Sequence[Article] = [*SOME, article("salin", "id", f"{SHIP} Polisi menyelidiki sebabnya sampai Jumat.")]
    found = []
    for embeddings in (None, words):
        corpus = new_corpus()
        corpus.add(made)
        update(corpus, now=NOW, embeddings=embeddings)
        found.append((snapshot(corpus).families, snapshot(corpus).matches))
    assert found[0] == found[1]
    assert any(len(family.members) == 2 for family in found[0][0])
