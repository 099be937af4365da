"""For all tests: no law fails because a machine was busy, and what can be compiled is, as where there is much to do."""

from hypothesis import settings

from dedup.compiler import WORTH_COMPILING, expect

settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")
expect(WORTH_COMPILING)
