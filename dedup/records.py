"""What flows through Gema from the corpus on: Article, Match, Family, Story, and the Recipe.

Frozen values without behaviour that touches the world. What stages hand on as numbers is in `arrays`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from dedup.errors import GemaError


@dataclass(frozen=True, slots=True)
class Article:
    """The readable text of one address, with what its page and its listing said of it.

    `url` is the canonical address and `fetched_url` the one that answered. `id` is the caller's own or
    follows from `url`. Times are aware. `language` is ISO 639-1, `und` where it cannot be told.
    `authors` and the fields after `modified` are what the article says of where it comes from. `marks` are words
    about it, such as "incomplete" or "noindex"; stored, one of several words has hyphens.
    `published_precision` is "second", "minute" or "day" (at midnight); `published_from` is the
    evidence: "json-ld", "meta", "time", "url", "text" or "listing"; "updated" where all that is known is a time of an
    update, by which it was out. `image` is an absolute address.
    """

    url: str
    text: str
    title: str = ""
    site: str = ""
    host: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    language: str = "und"
    fetched: datetime | None = None
    fetched_url: str = ""
    place: str = ""
    editors: tuple[str, ...] = ()
    agency: str = ""
    credited_source: str = ""
    credited_title: str = ""
    sources: tuple[str, ...] = ()
    archived: str = ""
    marks: tuple[str, ...] = ()
    id: str = ""
    published_precision: str = ""
    published_from: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    site_name: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            if not isinstance(self.url, str):
                raise GemaError(f'"url" is to be a string, not a {type(self.url).__name__}')
            object.__setattr__(self, "id", article_id(self.url))


def article_id(url: str) -> str:
    """Return the id an address has when its source gives none: 16 hexadecimal digits."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def as_found(article: Article, first_seen: datetime | None) -> Article:
    """Return an article as if it had been fetched when the corpus first had it as it is, where that tells anything.

    Others stay as they are: a copy of each would double what is in memory.
    """
    if first_seen is None:
        return article
    if article.fetched is not None:
        tells = first_seen < article.fetched
    else:
        # What is dated to a day may have come at its end, wherever on earth.
        tells = article.published is None or first_seen - timedelta(days=2) < article.published
    return replace(article, fetched=first_seen) if tells else article


class Relation(StrEnum):
    """What two articles are to one another: see README, "What a relation means"."""

    EXACT = "exact"
    NEAR = "near"
    REVISION = "revision"
    SYNDICATED = "syndicated"
    EXCERPT = "excerpt"
    SHARED_QUOTES = "shared-quotes"
    TEMPLATE = "template"
    SAME_STORY = "same-story"
    NONE = "none"

    @property
    def joins(self) -> bool:
        """Whether a verified pair of this relation belongs to one family."""
        return self in _JOINING


# No set: it would ask for a member's hash, which enumerations tell slowly.
_JOINING = (Relation.EXACT, Relation.NEAR, Relation.REVISION, Relation.SYNDICATED)


# An update makes thousands of these and of families: named tuples take a third of the time that frozen classes do.
class Passage(NamedTuple):
    """What two texts share in one place: character offsets into both original texts, and its length in shared words.

    `edits` is how many small edits it bridges: a swapped word, a changed number.
    """

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    words: int
    edits: int = 0


class Measures(NamedTuple):
    """How much two texts share. Shares lie in 0..1; `longest_run` is in words.

    `jaccard`, `a_in_b` and `b_in_a` are exact, over the sets of `Recipe.match_words`-word shingles of the own
    texts. `outside_quotes` is the share of the shorter text's own words outside quotation marks that stand
    in a shared passage. `numbers` and `names` are the overlap of the numbers and of the capitalised words
    (1.0 where neither text has any). `replaced_numbers` counts short aligned replacements with digits on both
    sides. `likeness` grows with how likely two texts are versions of one report and not two reports of one
    thing: see `relations.likeness`.
    """

    jaccard: float
    a_in_b: float
    b_in_a: float
    outside_quotes: float
    longest_run: int
    numbers: float
    names: float
    replaced_numbers: int
    shared_words: int
    a_words: int
    b_words: int
    # What was compared before method 14 tells none.
    likeness: float = 0.0

    @property
    def containment(self) -> float:
        """The share of the shorter text's shingles that stand in the longer one."""
        return self.a_in_b if self.a_words <= self.b_words else self.b_in_a

    @property
    def taken(self) -> float:
        """The share of the shorter text's own words that stand in the longer one, in runs of `Recipe.match_words`."""
        return self.shared_words / max(1, min(self.a_words, self.b_words))


class Match(NamedTuple):
    """A verified pair of articles, `a < b` by id: its relation, the reason in words, and the evidence."""

    a: str
    b: str
    relation: Relation
    reason: str
    measures: Measures
    passages: tuple[Passage, ...] = ()


class Tie(NamedTuple):
    """Two nodes and how strongly they belong together: a match for families, a cosine for stories."""

    a: str
    b: str
    strength: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of two articles, `a < b` by id: that they belong to one family, or that they do not."""

    a: str
    b: str
    together: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """What a person says of words at a site: that it repeats them, or that they are its articles' own."""

    site: str
    text: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A line that a site repeats: in how many texts of its sample it stands, and an address of one.

    `share` of its words are learned to be boilerplate.
    """

    text: str
    texts: int
    url: str
    share: float

    @property
    def again(self) -> bool:
        """Whether several texts of the sample show it; one alone is no evidence to a reader."""
        return self.texts > 1


@dataclass(frozen=True, slots=True)
class Change:
    """What an update did to a family, and how many members it has since.

    It was "born", "grew", "shrank", "merged" (`other` went up in it), or "split" (off `other`).
    """

    family: str
    what: str
    members: int
    other: str = ""


class Family(NamedTuple):
    """Articles that share text: sorted member ids, and the weakest tie that holds them together."""

    id: str
    members: tuple[str, ...]
    weakest: Tie | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Families that tell of the same thing: sorted family ids, a label, and the terms they share most."""

    id: str
    families: tuple[str, ...]
    label: str = ""
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """All numbers of the method. Stored with every result; two recipes never mix in one corpus."""

    # What the numbers below mean to this program; it grows when the same numbers would give other results.
    method: int = 18
    # Signature: datasketch.MinHash(scheme="affine32", seed=seed) over xxh32 of `shingle_words`-word shingles.
    shingle_words: int = 4
    permutations: int = 128
    seed: int = 1
    # Strict families inside one site, and what is boilerplate of it.
    strict_jaccard: float = 0.5
    site_sample: int = 1000
    boilerplate_families: int = 4
    boilerplate_share: float = 0.5
    boilerplate_everywhere: int = 20
    min_words: int = 8
    min_own_words: int = 30
    min_own_share: float = 0.2
    # Containment sketch (FracMinHash) and candidates.
    sketch_one_in: int = 3
    candidate_keys: int = 2
    candidate_share: float = 0.08
    key_holders: int = 16
    key_copies: int = 4
    # Verification.
    match_words: int = 3
    passage_words: int = 5
    passage_gap: int = 10
    floor: float = 0.1
    near_jaccard: float = 0.65
    near_gap: int = 15
    near_added: int = 45
    syndicated_share: float = 0.55
    syndicated_band: float = 0.2
    revision_likeness: float = 0.1
    quotes_inside: float = 0.6
    quotes_share: float = 0.25
    quotes_doubt: float = 0.4
    template_replacements: int = 3
    template_spacing: int = 30
    template_numbers: float = 0.8
    template_filled: int = 3
    template_gaps: float = 0.5
    template_names: float = 0.65
    template_density: float = 0.08
    template_table_numbers: float = 0.6
    template_foreign_numbers: float = 0.25
    template_foreign_count: int = 3
    template_titles: float = 0.75
    update_share: float = 0.8
    update_numbers: float = 0.6
    update_names: float = 0.8
    revision_place: float = 0.67
    revision_whole: float = 0.5
    revision_title: float = 0.75
    revision_title_words: int = 3
    excerpt_run: int = 12
    excerpt_foreign: float = 0.5
    excerpt_mostly: float = 0.9
    excerpt_title: float = 0.3
    excerpt_names: float = 0.2
    merge_share: float = 0.25
    merge_titles: float = 0.5
    lead_words: int = 40
    # Stories.
    furniture_share: float = 0.2
    furniture_keys: int = 3
    story_prior: float = 300.0
    story_cut: float = 0.142
    story_few: float = 0.15
    story_site: float = 0.2
    story_floor: float = 0.08
    story_days: int = 7
    story_apart: float = 0.2
    story_month: int = 30
    story_far: float = 0.3
    story_far_terms: int = 5
    story_far_holders: int = 16
    story_top_terms: int = 48
    story_top_share: float = 0.05
    story_term_limit: float = 0.3
    story_term_least: float = 0.01
    story_table: float = 0.18
    story_title_count: int = 3
    story_names: float = 0.1
    # What was learned of words, by its version, "" for nothing; it counts as much as the prior where so many texts hold
    # a word.
    story_background: str = ""
    story_background_prior: float = 20.0
    # The embedding that translates words, by its fingerprint, "" for none: how near a word has to be to one of so many
    # of English to stand for it.
    story_embedding: str = ""
    story_embedding_alike: float = 0.7
    story_embedding_words: int = 20_000

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers by name, ready for JSON."""
        return asdict(self)

    @property
    def doubtful(self) -> tuple[float, float]:
        """From and to which share of the shorter text the likeness tells whether enough was taken."""
        return max(self.syndicated_share - self.syndicated_band, 0.0), min(
            self.syndicated_share + self.syndicated_band, 1.0
        )

    @property
    def revision_line(self) -> float:
        """Which likeness two texts of one site have to reach there."""
        return min(self.syndicated_share + self.revision_likeness, 1.0)

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits that differ whenever any number does."""
        content = repr(sorted(self.as_dict().items())).encode()
        return blake2b(content, digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class Updated:
    """What one `dedup update` did, in counts."""

    articles: int = 0
    signed: int = 0
    sketched: int = 0
    candidates: int = 0
    verified: int = 0
    matches: int = 0
    families: int = 0
    copied_families: int = 0
    stories: int = 0
    told_stories: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two articles are or are not together.

    `match` compares the two now, whether or not they were a candidate. `family` and `story` are the ids both
    share, None where they do not. `path` is the chain of stored matches and verdicts that joins them in their family,
    `by_verdict` tells that no matches would.
    `cosine` compares what they tell, `shared_terms` names what it rests on, weightiest first; `less` is how much less
    it counts, because both are of one site. `said` is what a person said: that they belong together or do not.
    `repeated` are the parts of their words, 0..1, that do not count because their sites repeat them.
    """

    a: Article
    b: Article
    match: Match
    family: str | None = None
    story: str | None = None
    cosine: float = 0.0
    shared_terms: tuple[str, ...] = ()
    path: tuple[Match | Verdict, ...] = ()
    less: float = 0.0
    said: bool | None = None
    repeated: tuple[float, float] = (0.0, 0.0)
    by_verdict: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All results of a corpus at one moment: what the report, the terminal and exports are made from.

    `families` hold every article, those of one article too; `stories` hold every family. `matches` are verified
    pairs of articles. All three are sorted by id. `first_seen` tells since when the corpus has had
    articles as they are, where nobody says that they were fetched, or they were fetched again later.
    """

    articles: dict[str, Article]
    families: tuple[Family, ...]
    stories: tuple[Story, ...]
    matches: tuple[Match, ...]
    recipe: Recipe
    updated_at: datetime | None = None
    # Two corpora of one content came to know it at two times.
    first_seen: Mapping[str, datetime] = field(default_factory=dict, compare=False)
