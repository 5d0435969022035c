from apipack.tasks.parts import linked, packed, part_name


def test_part_names_sort_like_their_numbers() -> None:
    names = [part_name(number) for number in (0, 9, 10, 99_999)] + [part_name(3, 2), part_name(3, 11)]
    assert sorted(names[:4]) == names[:4] and names[4] < names[5]


def test_packed_keeps_order_and_bounds_weight() -> None:
    assert packed([3, 3, 3, 9, 1, 1], lambda n: n, 6) == [[3, 3], [3], [9], [1, 1]]
    assert packed([], lambda n: n, 6) == []


def test_linked_parts_share_no_key_with_other_groups() -> None:
    assert linked([{"a"}, {"a", "b"}, {"c"}, {"c"}, {"d"}]) == [[0, 1], [2, 3], [4]]


def test_an_empty_part_splits_no_key() -> None:
    assert linked([{"x"}, set(), set(), {"x", "y"}, {"z"}]) == [[0, 1, 2, 3], [4]]
    assert linked([set(), {"x"}, set()]) == [[0], [1, 2]] and linked([]) == []
