"""No score falls below its floor. Lowering a floor needs a reason in the commit."""

from collections.abc import Callable

import pytest

from tests.quality import furniture_sample, scores
from tests.shared import SHARED

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no measuring data at {SHARED} (GEMA_SHARED says where it is)"
)


def aeb() -> dict[str, float]:
    return scores.real_pages("aeb")


def pages_world() -> dict[str, float]:
    return scores.real_pages("pages-world")


def pages_world_metadata() -> dict[str, float]:
    return scores.real_metadata("pages-world")


@pytest.mark.parametrize(
    "score",
    [
        scores.press,
        *(
            pytest.param(score, marks=needs_shared)
            for score in (
                scores.real_pairs,
                scores.real_events,
                aeb,
                pages_world,
                pages_world_metadata,
                furniture_sample.scores,
            )
        ),
    ],
)
def test_scores_hold_their_floors(score: Callable[[], dict[str, float]]) -> None:
    floors = scores.floors()
    fallen = {name: value for name, value in score().items() if value < floors[name]}
    assert fallen == {}, {name: floors[name] for name in fallen}
