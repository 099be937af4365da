"""Where numba is not installed everything works, slowly, and comes to the same."""

import subprocess
import sys

_SCRIPT = """
import sys
from tempfile import TemporaryDirectory
from dedup import Corpus, Recipe, cutting, find_copies, minhash
from dedup.corpus.results import snapshot
from dedup.updating import update
from tests.quality.generated.corpus import articles

made = list(articles(150, 4))
with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
    corpus.add(made)
    update(corpus)
    now = snapshot(corpus, articles=False)
found = find_copies(made)
assert found.matches == now.matches and len(found.matches) > 20
members = {family.id: family.members for family in now.families}
told = sorted(sorted(held for family in story.families for held in members[family]) for story in now.stories)
few = ["", "satu", "satu dua tiga", "", *(article.text[:count] for count, article in enumerate(made)), ""]
sketches = minhash.sketches(cutting.cut(few), Recipe())
sketched = sketches.ends.tolist(), sketches.keys.tolist()
print("numba" in sys.modules and sys.modules["numba"] is not None, file=sys.stderr)
sys.stdout.buffer.write(repr((now.matches, sorted(members.values()), told, sketched)).encode())
"""


def found(*before: str) -> tuple[bytes, bytes]:
    """Return what is found, and whether numba took part."""
    script = "\n".join((*before, _SCRIPT))
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, check=True)
    return done.stdout, done.stderr.strip()


def test_without_numba_copies_and_stories_are_the_same() -> None:
    expected, compiled = found("from dedup.compiler import WORTH_COMPILING, expect", "expect(WORTH_COMPILING)")
    assert compiled == b"True"
    assert found("import sys", "sys.modules['numba'] = None") == (expected, b"False")
