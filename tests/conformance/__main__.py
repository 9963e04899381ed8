"""Prints how far the provider stand-in is from the recordings: `python -m tests.conformance [--verbose] [CASE ...]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conformance.replay import case_names, replay
from tests.conformance.sandbox import running_sandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/conformance", description="Replay recordings of the real provider.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="names of cases; without any, all of them")
    parser.add_argument("--verbose", action="store_true", help="tell every difference, and keep terraform's output")
    options = parser.parse_args()
    unknown = sorted(set(options.cases) - set(case_names()))
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; there are: {', '.join(case_names())}")
    names = options.cases or case_names()
    if options.verbose:
        _replay_all(names, Path(tempfile.mkdtemp(prefix="conformance-")), verbose=True)
        return
    with tempfile.TemporaryDirectory() as directory:
        _replay_all(names, Path(directory), verbose=False)


def _replay_all(names: list[str], directory: Path, *, verbose: bool) -> None:
    equal = total = 0
    with running_sandbox(directory) as sandbox:
        for name in names:
            working = directory / name
            working.mkdir()
            result = replay(name, sandbox, working)
            equal, total = equal + result.equal_steps, total + result.steps
            sys.stdout.write(f"{name:40} {result.equal_steps:3} of {result.steps}\n")
            if verbose and result.found:
                lines = [f"    {difference.describe()}\n" for difference in result.found]
                sys.stdout.writelines([*lines, f"    terraform's output: {working / 'terraform.log'}\n"])
            sys.stdout.flush()
    sys.stdout.write(f"{equal} of {total} steps equal\n")


if __name__ == "__main__":
    main()
