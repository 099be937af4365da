"""Ids last."""

from hypothesis import given
from hypothesis import strategies as st

from dedup.ids import lasting


def ages(names: str) -> dict[str, tuple[str, str]]:
    return {name: ("2026", name) for name in names}


def test_a_new_group_is_called_after_its_eldest_member() -> None:
    age = ages("abc") | {"c": ("2025", "c")}
    assert lasting([["a", "c"], ["b"]], {}, age).ids == ("c", "b")


def test_a_group_that_grows_keeps_its_id() -> None:
    assert lasting([["a", "b", "c"]], {"b": "old", "c": "old"}, ages("abc")).ids == ("old",)


def test_a_merge_leaves_an_alias() -> None:
    named = lasting([["a", "b", "c"]], {"a": "one", "b": "two", "c": "two"}, ages("abc"))
    assert named.ids == ("two",)
    assert named.aliases == {"one": "two"}


def test_the_larger_part_of_a_split_keeps_the_id() -> None:
    named = lasting([["a"], ["b", "c"]], {"a": "a", "b": "a", "c": "a"}, ages("abc"))
    assert named.ids[1] == "a"
    assert named.ids[0] != "a"


def test_where_every_name_is_in_use_a_number_tells_two_groups_apart() -> None:
    before = {"a": "b", "b": "a", "c": "a"}
    assert lasting([["a"], ["b", "c"]], before | {"a": "a-2", "d": "a"}, ages("abcd")).ids == ("a-2", "a")
    # What a number made once may still be the id of another group, of this set or of one that is not at hand.
    held = {"b": "a-2", "c": "a", "d": "a"}
    assert lasting([["a"], ["b"], ["c", "d"]], held, ages("abcd")).ids == ("a-3", "a-2", "a")
    elsewhere = {"a", "a-2", "a-3"}
    assert lasting([["a"]], {}, ages("a"), elsewhere.intersection).ids == ("a-4",)


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_ids_are_unique_and_a_rebuild_changes_none(one: list[int], other: list[int]) -> None:
    def groups(places: list[int]) -> list[list[str]]:
        held: dict[int, list[str]] = {}
        for name, place in zip("abcdef", places, strict=True):
            held.setdefault(place, []).append(name)
        return list(held.values())

    first = groups(one)
    named = lasting(first, {}, ages("abcdef"))
    before = {member: name for group, name in zip(first, named.ids, strict=True) for member in group}
    assert lasting(first, before, ages("abcdef")).ids == named.ids
    later = lasting(groups(other), before, ages("abcdef"))
    assert len(set(later.ids)) == len(later.ids)
    assert not set(later.aliases) & set(later.ids)
    # Again and again, with what the groups came to be called on the way.
    for places in (one, other, one):
        now = groups(places)
        named = lasting(now, before, ages("abcdef"))
        assert len(set(named.ids)) == len(named.ids)
        before = {member: name for group, name in zip(now, named.ids, strict=True) for member in group}
