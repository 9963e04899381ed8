"""What Ctrl-C and a CI runner's cancel do to commands that run the engine."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipeline.output import plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from pipeline.adapters.engine import Engine


@contextmanager
def orderly_interrupts(engine: Engine) -> Iterator[None]:
    """Let the block end in order on SIGINT and SIGTERM: nothing new begins, each engine process gets one SIGINT.

    A runner of GitHub sends SIGINT, SIGTERM 7.5 s later and SIGKILL 2.5 s after that, to this process alone. The
    engine takes a second signal of either kind as an order to stop without saving, so that only the first goes on.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        was_interrupted = engine.interrupted
        running = engine.interrupt()
        if not was_interrupted:
            click.echo(f"stopping: nothing new begins, {plural(running, 'engine run')} may come to an end", err=True)

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
