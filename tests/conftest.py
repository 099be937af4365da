"""For all tests: no law fails because a machine was busy, and what can be compiled is, as where there is much to do."""

import os

from hypothesis import settings

from dedup.compiler import WORTH_COMPILING, expect

# Every test run tries other examples; `HYPOTHESIS_PROFILE=thorough make test` tries many at once.
settings.register_profile("untimed", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "untimed"))
expect(WORTH_COMPILING)
