"""Where the bars of a picture stand."""

import pytest

from nightdesk_desk.staff.charts import BOTTOM, HEIGHT, LEFT, MOST_LABELS, TOP, WIDTH, stacked


def test_parts_stand_on_each_other_up_to_the_round_value() -> None:
    chart = stacked(["a", "b"], [{"P0": 1, "P1": 3}, {"P0": 0, "P1": 2}])
    first, second, third = chart.bars
    tall = HEIGHT - BOTTOM - TOP
    named = [(bar.slot, bar.number, bar.part) for bar in chart.bars]
    assert named == [("a", 1, "P0"), ("a", 3, "P1"), ("b", 2, "P1")]
    assert first.y + first.height == pytest.approx(HEIGHT - BOTTOM)
    assert second.y + second.height == pytest.approx(first.y)
    assert second.y == pytest.approx(TOP)
    assert third.height == pytest.approx(tall / 2)
    assert [label.text for label in chart.values] == ["0", "2", "4"]


@pytest.mark.parametrize("counts", [[], [0], [0] * 90, [1], [3_000_000], [7] * 90])
def test_whatever_the_values_all_stays_inside(counts: list[int]) -> None:
    chart = stacked([str(i) for i in range(len(counts))], [{"chats": count} for count in counts])
    for bar in chart.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= TOP - 0.1
        assert bar.height > 0
    assert len(chart.slots) <= MOST_LABELS + 1
    assert len(chart.bars) == sum(map(bool, counts))


@pytest.mark.parametrize(
    ("value", "top"), [(1, 2), (2, 2), (3, 4), (4, 4), (5, 10), (11, 20), (99, 100), (101, 200)]
)
def test_the_highest_line_is_round(value: int, top: int) -> None:
    assert stacked(["a"], [{"chats": value}]).values[-1].text == str(top)
