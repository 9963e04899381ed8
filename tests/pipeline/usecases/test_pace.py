from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from pipeline.usecases.pace import SECONDS_BETWEEN_CUTS, Pace, work_through

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_throttling_halves_and_a_full_round_adds_one() -> None:
    clock = Clock()
    pace = Pace(8, clock)

    pace.throttled()
    assert pace.limit == 4
    pace.throttled()
    assert pace.limit == 4, "one burst is one sign"
    clock.time = SECONDS_BETWEEN_CUTS
    pace.throttled()
    assert pace.limit == 2
    for _ in range(2):
        pace.succeeded()
    assert pace.limit == 3
    for _ in range(100):
        pace.succeeded()
    assert pace.limit == pace.most


def test_it_never_stops_altogether() -> None:
    clock = Clock()
    pace = Pace(2, clock)
    for _ in range(5):
        clock.time += SECONDS_BETWEEN_CUTS
        pace.throttled()
    assert pace.limit == 1


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_are_worked_on_than_the_pace_says(limit: int) -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return item * 10

    done = list(work_through(range(9), work, pace=Pace(limit)))

    assert sorted(done) == [item * 10 for item in range(9)]
    assert most == limit


def test_items_are_taken_only_when_there_is_room() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = work_through(items(), lambda item: item, pace=Pace(2))
    next(results)

    assert len(taken) <= 4
    assert len(list(results)) == 999


def test_nothing_new_begins_once_it_is_stopped() -> None:
    begun: list[int] = []

    done = list(work_through(range(50), begun.append, pace=Pace(2), stopped=lambda: len(begun) >= 5))

    assert len(done) == len(begun)
    assert 5 <= len(begun) <= 7


def test_an_unknown_error_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        list(work_through([1, 0], lambda item: 1 / item, pace=Pace(1)))
