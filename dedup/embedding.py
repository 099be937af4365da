"""A static embedding of words that lies in a folder: what words of other languages stand for in English.

Nothing is ever downloaded: a folder is opened or refused. Loaded only when words of a language are looked up for the
first time; what was found is kept in the corpus.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup import background
from dedup.errors import GemaError
from dedup.records import Recipe

# The language that words are translated into: embeddings know it best, and wordfreq has most of it.
PIVOT = "en"
# What a model2vec folder holds, as far as words are concerned.
_FILES = ("config.json", "model.safetensors", "tokenizer.json")
# Cosines that differ less are equal: sums come out a little otherwise on other machines.
_DIGITS = 3
_AT_ONCE = 512

_Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedding:
    """The folder of a model2vec model, and the SHA-256 of its files, which stands in the Recipe."""

    folder: Path
    fingerprint: str

    def lexicon(self, language: str, recipe: Recipe) -> dict[str, str]:
        """Return the words of a language that stand for one of English, with it.

        That is the nearest of the `recipe.story_embedding_words` commonest English words, the commonest of equals,
        where its cosine is at least `recipe.story_embedding_alike`. Empty for a language wordfreq has no list of.
        """
        words = [] if language == PIVOT else background.commonest(language)
        if not words:
            return {}
        model = self._model()
        pivots, known = _embedded(model, background.commonest(PIVOT, recipe.story_embedding_words))
        asked, vectors = _embedded(model, words)
        if not pivots:
            return {}
        nearest = _nearest(vectors, known, recipe.story_embedding_alike)
        found = {word: pivots[place] for word, place in zip(asked, nearest, strict=True) if place >= 0}
        return {word: pivot for word, pivot in found.items() if word != pivot}

    def _model(self) -> Any:
        # What is in the folder is all there is: the libraries below would ask a hub for what they miss.
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            from model2vec import StaticModel
        except ImportError as error:
            message = "words of an embedding need model2vec: pip install 'gema-news[embeddings]'"
            raise GemaError(message) from error
        try:
            return StaticModel.from_pretrained(self.folder)
        except Exception as error:  # Whatever is in these files is somebody else's.
            raise GemaError(f"the embedding in {self.folder} cannot be read: {error}") from error


def opened(folder: Path | str) -> Embedding:
    """Return the embedding in a folder; raises GemaError where there is none."""
    path = Path(folder)
    missing = [name for name in _FILES if not (path / name).is_file()]
    if not path.is_dir():
        raise GemaError(f"no folder {path}: an embedding is a folder that you have; nothing is downloaded")
    if missing:
        raise GemaError(f"no embedding of model2vec in {path}: it has no {', '.join(missing)}")
    whole = sha256()
    for name in _FILES:
        with (path / name).open("rb") as file:
            while part := file.read(2**20):
                whole.update(part)
        # Where one file ends and the next begins.
        whole.update(name.encode() + (path / name).stat().st_size.to_bytes(8, "big"))
    return Embedding(path, whole.hexdigest())


def _embedded(model: Any, words: Sequence[str]) -> tuple[list[str], _Vectors]:
    """Return the words that a model knows, and their vectors of length 1."""
    vectors = np.asarray(model.encode(list(words), normalize=False, use_multiprocessing=False), dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    known = lengths > 0
    return [word for word, knows in zip(words, known.tolist(), strict=True) if knows], (
        vectors[known] / lengths[known, None]
    )


def _nearest(asked: _Vectors, known: _Vectors, least: float) -> Iterator[int]:
    """Yield the place of the nearest of the known for each asked, the first of equals; -1 where none is near enough."""
    for start in range(0, len(asked), _AT_ONCE):
        cosines = np.round(asked[start : start + _AT_ONCE] @ known.T, _DIGITS)
        best = cosines.argmax(axis=1)
        yield from np.where(cosines[np.arange(len(best)), best] >= np.float32(least), best, -1).tolist()
