"""A filesystem mirror that terraform installs the stand-in from, as if it were the real provider.

What terraform hashes for its lock file is only the launcher, whose bytes are the same everywhere and always: it calls
`launch` at the top of the mirror, which knows this machine's interpreter. So a lock file stays valid.
"""

from __future__ import annotations

import platform
import shlex
import sys
from pathlib import Path

from pipeline.adapters.files import write_whole
from pipeline.sandbox.provider import PROVIDER_VERSION, launcher
from pipeline.sandbox.provider.serving import ADDRESSES

READY_FILE = launcher.READY_FILE
LAUNCHER = b"""#!/bin/sh
# Starts the sandbox's provider. The bytes of this file are what lock files name: never change them.
exec "$(cd "$(dirname "$0")" && pwd -P)/../../../../../launch"
"""
LAST_RELEASES = ((5, 100), (6, 25))
PATCHES = 3
"""How many releases a minor version may have had: 5.6 came to 5.6.2. The last minor of each major counts as one."""
VERSIONS = tuple(
    f"{major}.{minor}.{patch}"
    for major, last in LAST_RELEASES
    for minor in range(last + 1)
    for patch in range(PATCHES if minor < last else 1)
)
"""The releases that the stand-in passes for: a configuration can ask for whichever it likes. The last one is ours."""

_EXECUTABLE = 0o755


def write_mirror(mirror: Path, *, directory: Path) -> None:
    """Write the mirror for this platform and both engines; `directory` is where the long-lived process is announced."""
    mirror.mkdir(parents=True, exist_ok=True)
    write_whole(mirror / "launch", _launch_script(directory).encode(), mode=_EXECUTABLE)
    for address in ADDRESSES:
        package = mirror / address / PROVIDER_VERSION / platform_name()
        package.mkdir(parents=True, exist_ok=True)
        write_whole(package / f"terraform-provider-aws_v{PROVIDER_VERSION}", LAUNCHER, mode=_EXECUTABLE)
        for version in VERSIONS:
            _link_to(package, package.parents[1] / version / package.name)


def _link_to(package: Path, link: Path) -> None:
    """Let another version be the same package; its target is relative, as terraform resolves links itself."""
    if not link.exists():
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(Path("..", *package.parts[-2:]))


def cli_configuration(mirror: Path) -> str:
    """Return a terraform CLI configuration that installs hashicorp/aws from the mirror, and nothing else from it."""
    included = ", ".join(f'"{address}"' for address in ADDRESSES)
    return (
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path = "{mirror}"\n    include = [{included}]\n  }}\n'
        f"  direct {{\n    exclude = [{included}]\n  }}\n"
        "}\n"
    )


def platform_name() -> str:
    """Return this machine as terraform names it, such as `linux_amd64`."""
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{platform.system().lower()}_{architecture}"


def _launch_script(directory: Path) -> str:
    root = Path(__file__).resolve().parents[3]
    command = shlex.join([sys.executable, "-I", launcher.__file__, str(root), str(directory.resolve())])
    return f"#!/bin/sh\nexec {command}\n"
