"""The groups other projects make of texts; run by `copies` with an interpreter that has them.

`PYTHON copies_peers.py NAME-THRESHOLD TEXTS.jsonl` prints one line of JSON: CPU seconds and the group of each id, null
where the project is not installed. Pairs are what its index proposes and its signatures confirm; groups are components.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Pairs = Iterable[tuple[int, int]]

_SHINGLE, _PERMUTATIONS = 4, 128


def shingles(text: str) -> set[str]:
    """Return the runs of four words of a text, whatever their case."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[place : place + _SHINGLE]) for place in range(max(1, len(words) - _SHINGLE + 1))}


def datasketch(texts: list[str], threshold: float) -> Pairs:
    """Yield the pairs of datasketch's LSH of which the signatures agree as much."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)
    sets = ([shingle.encode() for shingle in shingles(text)] for text in texts)
    signatures = list(MinHash.generator(sets, num_perm=_PERMUTATIONS))
    for number, signature in enumerate(signatures):
        for other in index.query(signature):
            if signature.jaccard(signatures[other]) >= threshold:
                yield number, other
        index.insert(number, signature)


def rensa(texts: list[str], threshold: float) -> Pairs:
    """Yield the pairs of rensa's LSH of which the signatures agree as much."""
    from rensa import RMinHash, RMinHashLSH  # type: ignore[import-not-found]

    # Its own example has 16 bands for 0.8; 32 are what catches pairs of 0.5.
    index = RMinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS, num_bands=16 if threshold > 0.7 else 32)
    signatures = []
    for number, text in enumerate(texts):
        signature = RMinHash(num_perm=_PERMUTATIONS, seed=42)
        signature.update(list(shingles(text)))
        signatures.append(signature)
        for other in index.query(signature):
            if signature.jaccard(signatures[other]) >= threshold:
                yield number, other
        index.insert(number, signature)


def gaoya(texts: list[str], threshold: float) -> Pairs:
    """Yield the pairs of gaoya's index, with the bands that it finds best; it confirms them by signature."""
    from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found]

    index = MinHashStringIndex(32, threshold, None, None, _PERMUTATIONS, "word", True, (_SHINGLE, _SHINGLE), "vec")
    for number, text in enumerate(texts):
        for other in index.query(text):
            yield number, other
        index.insert_document(number, text)


def text_dedup(texts: list[str], threshold: float) -> Pairs:
    """Yield the pairs of text-dedup's MinHash with its own settings; it confirms none."""
    import numpy as np
    from text_dedup import minhash  # type: ignore[import-not-found]
    from text_dedup.utils import MinHashArgs, optimal_param  # type: ignore[import-not-found]

    given = MinHashArgs()
    bands, rows = optimal_param(threshold, given.num_perm)
    prime, most = np.uint64((1 << 61) - 1), np.uint32((1 << 32) - 1)
    randomness = np.random.RandomState(given.seed)
    factors = randomness.randint(1, prime, size=(given.num_perm,), dtype=np.uint64)
    summands = randomness.randint(0, prime, size=(given.num_perm,), dtype=np.uint64)
    tables: list[dict[bytes, int]] = [{} for _ in range(bands)]
    for number, text in enumerate(texts):
        embedded = minhash.embed_func(
            text,
            number,
            num_perm=given.num_perm,
            ngram_size=given.ngram,
            min_length=given.min_length,
            hashranges=[(band * rows, (band + 1) * rows) for band in range(bands)],
            permutations=(factors, summands),
            hash_func=lambda token: minhash.sha1_hash(token, d=32),
            dtype=np.uint64,
            max_hash=most,
            modulo_prime=prime,
        )
        for table, key in zip(tables, embedded[minhash.SIGNATURE_COLUMN], strict=True):
            yield number, table.setdefault(key, number)


PEERS: dict[str, Callable[[list[str], float], Pairs]] = {
    "datasketch": datasketch,
    "gaoya": gaoya,
    "rensa": rensa,
    "text-dedup": text_dedup,
}


def components(count: int, pairs: Pairs) -> list[int]:
    """Return of each of `count` things the smallest one of its component."""
    home = list(range(count))

    def root(number: int) -> int:
        while home[number] != number:
            home[number] = home[home[number]]
            number = home[number]
        return number

    for pair in pairs:
        one, other = sorted(map(root, pair))
        home[other] = one
    return [root(number) for number in range(count)]


def rows(path: Path) -> Iterator[tuple[str, str]]:
    """Yield id and text of each row."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["id"], row["text"]


def main() -> None:
    """Print seconds and groups."""
    name, _, threshold = sys.argv[1].rpartition("-")
    ids, texts = map(list, zip(*rows(Path(sys.argv[2])), strict=True))
    began = time.process_time()
    try:
        homes = components(len(texts), PEERS[name](texts, float(threshold)))
    except ImportError:
        print("null")
        return
    print(json.dumps({"seconds": time.process_time() - began, "groups": dict(zip(ids, homes, strict=True))}))


if __name__ == "__main__":
    main()
