"""Makes the import of cdktf and of its AWS bindings cheap: 0.7 s and 0.2 GB instead of 13 s and 1.2 GB.

Two eager loads are replaced by what upstream itself does for generated bindings, and the synthesised JSON stays the
same to the byte: the Python package is entered without its `__init__`, which imports every one of 2,212 modules, and
Node is started with a hook (`lean_bindings.cjs`) that does the same on the other side.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BINDINGS: Final = "cdktf_cdktf_provider_aws"
HOOK: Final = Path(__file__).with_suffix(".cjs")
PROJECT: Final = Path(__file__).resolve().parents[1]

NODE_DEFAULTS: Final[Mapping[str, str]] = {
    "CHECKPOINT_DISABLE": "1",
    # jsii's own default is a folder in the user's home, 450 MB large.
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(PROJECT / ".cache" / "jsii"),
    # jsii prints a banner of 11 lines for a Node that is not in the middle of its life. Which Node is wanted is for
    # the set-up to say, once; the warning about versions that are known to be broken stays.
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": ",".join(map(str, range(20, 31))),
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}


@contextmanager
def lean_bindings() -> Iterator[None]:
    """Hold for the first import of cdktf and its bindings; where they are imported already, it is too late for this."""
    if BINDINGS not in sys.modules and "cdktf" not in sys.modules:
        _enter_without_init(BINDINGS)
    with _environment(node_environment(os.environ)):  # Node starts while cdktf is imported, and copies it then
        yield


def node_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what Node's environment has to hold besides, or instead of, the given one."""
    path = str(HOOK).replace("\\", "\\\\").replace('"', '\\"')
    options = f'{environment.get("NODE_OPTIONS", "")} --require "{path}"'.strip()
    return {name: environment.get(name, default) for name, default in NODE_DEFAULTS.items()} | {"NODE_OPTIONS": options}


def _enter_without_init(package: str) -> None:
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    sys.modules[package] = importlib.util.module_from_spec(spec)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
