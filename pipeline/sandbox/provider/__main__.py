"""The long-lived provider process.

    python -m pipeline.sandbox.provider --directory DIR

writes DIR/provider.json ({"pid", "port", "secure_port", "certificate", "reattach"}) as soon as it serves, and ends on
SIGTERM. Whatever a provider block does not say (credentials, endpoints) it takes from its own environment.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from pathlib import Path

from pipeline.adapters.files import write_whole
from pipeline.sandbox.provider.mirror import READY_FILE
from pipeline.sandbox.provider.serving import reattach, start


def main() -> None:
    """Serve until told to end; an interrupt at the terminal is for the terraform processes, not for this one."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.sandbox.provider")
    parser.add_argument("--directory", type=Path, required=True, help="where provider.json is written")
    directory: Path = parser.parse_args().directory
    ended = (signal.SIGTERM,)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, ended)  # before any thread starts: they inherit it
    running = start()
    ready = {
        "pid": os.getpid(),
        "port": running.port,
        "secure_port": running.secure_port,
        "certificate": running.certificate.handshake,
        "reattach": reattach(os.getpid(), running.port),
    }
    write_whole(directory / READY_FILE, json.dumps(ready).encode())
    signal.sigwait(ended)
    (directory / READY_FILE).unlink(missing_ok=True)
    running.stop()


if __name__ == "__main__":
    main()
