"""Values that come a part at a time are what they would be put together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.columns import Column

PARTS = st.lists(st.tuples(st.lists(st.integers(0, 1_000), max_size=9), st.integers(0, 1_000)), max_size=9)


@given(PARTS, st.integers(0, 20))
def test_parts_stand_behind_one_another_each_by_so_much_greater(parts: list[tuple[list[int], int]], room: int) -> None:
    column = Column(np.int32, room)
    for values, more in parts:
        column.add(np.array(values, np.int32), more)
    together = [value + more for values, more in parts for value in values]
    assert column.count == len(together)
    assert column.values().tolist() == together
    assert column.values().dtype == np.int32
