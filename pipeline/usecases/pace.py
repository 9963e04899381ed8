"""Works through many tenants at the same time, as many as AWS lets through."""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

# One burst of throttling reaches every tenant that runs; it is one sign, not several.
SECONDS_BETWEEN_CUTS: Final = 5.0


class Pace:
    """How many tenants are worked on at a time: half as many when AWS throttles, then one more with each full round.

    That is the rule of congestion control in TCP (RFC 5681), for the same reason: runners that share an account and
    know nothing of each other settle at what it can take.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.limit = most
        self._clock = clock
        self._done = 0
        self._cut_at = -SECONDS_BETWEEN_CUTS
        self._lock = threading.Lock()

    def throttled(self) -> None:
        """Take note that AWS throttles."""
        with self._lock:
            if self._clock() - self._cut_at >= SECONDS_BETWEEN_CUTS:
                self.limit = max(1, self.limit // 2)
                self._done = 0
                self._cut_at = self._clock()

    def succeeded(self) -> None:
        """Take note that a tenant went well."""
        with self._lock:
            self._done += 1
            if self._done >= self.limit and self.limit < self.most:
                self.limit += 1
                self._done = 0


def work_through(
    items: Iterable[T], work: Callable[[T], R], *, pace: Pace, stopped: Callable[[], bool] = lambda: False
) -> Iterator[R]:
    """Do the work on every item and give each result as it comes; nothing new begins once `stopped` says so.

    Items are taken one by one, so that any number of them costs no memory.
    """
    waiting = iter(items)
    with ThreadPoolExecutor(pace.most) as pool:
        running: set[Future[R]] = set()
        while True:
            free = 0 if stopped() else max(0, pace.limit - len(running))
            running |= {pool.submit(work, item) for item in islice(waiting, free)}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
