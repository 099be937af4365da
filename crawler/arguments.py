"""What `scrapy crawl news` takes with `-a`: typed, checked, and explained where it is wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, ValidationError
from pydantic_core import ErrorDetails

from crawler.seedlist import Shard, did_you_mean
from dedup import duration, moment_or_age


def _checked_moment(text: str) -> str:
    moment_or_age(text, datetime.now(UTC))
    return text


def _checked_duration(text: str) -> str:
    duration(text)
    return text


def _checked_shard(text: str) -> str:
    Shard.parse(text)
    return text


def _plain_yes(value: object) -> object:
    return "all" if str(value).lower() in {"yes", "true"} else value


_Moment = Annotated[str, AfterValidator(_checked_moment)]
_Duration = Annotated[str, AfterValidator(_checked_duration)]
_Refetch = Annotated[Literal["listings", "failed", "all"], BeforeValidator(_plain_yes)]


class NewsArguments(BaseModel):
    """Arguments of the news spider, as they were written; properties and methods say what they mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seeds: str = Field(description="Seed lists: paths or patterns such as seeds/*.txt, separated by commas.")
    since: _Moment | None = Field(
        None, description='Articles published before this are left out: an age like "2 days", or a date.'
    )
    max_pages: PositiveInt | None = Field(None, description="At most so many articles are fetched; the rest stays due.")
    max_age: _Duration | None = Field(
        None, description='An address that was found longer ago than this ("7 days") and never fetched is given up.'
    )
    max_time: _Duration | None = Field(
        None, description='The run ends after this ("50 minutes"); what is left stays due.'
    )
    shard: Annotated[str, AfterValidator(_checked_shard)] | None = Field(
        None, description="Only this share of the seeds, by site: 2/5 is the second of five."
    )
    refetch: _Refetch | None = Field(
        None, description="Ask again whatever the ledger says: the listings, what failed, or all (also: yes)."
    )

    def since_at(self, now: datetime) -> datetime | None:
        """Return the moment before which articles are too old, in UTC; None: no article is."""
        return moment_or_age(self.since, now) if self.since is not None else None

    def oldest(self, now: datetime) -> datetime | None:
        """Return the moment before which an address was found too long ago to be fetched yet; None: none was."""
        return now - duration(self.max_age) if self.max_age is not None else None

    @property
    def most_time(self) -> timedelta | None:
        """How long the run may take; None: as long as it needs."""
        return duration(self.max_time) if self.max_time is not None else None


def problems(arguments: Mapping[str, str]) -> list[str]:
    """Return a line for each thing that is wrong with arguments of the news spider; none: they can be used."""
    try:
        NewsArguments.model_validate(dict(arguments))
    except ValidationError as error:
        return [_line(each) for each in error.errors()]
    return []


# What pydantic says of these is for programmers.
_EXPECTED = {
    "max_pages": "a whole number from 1 up, like 500",
    "refetch": "one of listings, failed, all",
}


def _line(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        known = list(NewsArguments.model_fields)
        return f"unknown spider argument {name!r}{did_you_mean(name, known)}; there are: {', '.join(known)}"
    if error["type"] == "missing":
        return f"the spider argument {name!r} is missing; like this: scrapy crawl news -a seeds=seeds/*.txt"
    if name in _EXPECTED:
        return f"spider argument {name}: {error['input']!r} is not {_EXPECTED[name]}"
    return f"spider argument {name}: {error.get('ctx', {}).get('error', error['msg'])}"
