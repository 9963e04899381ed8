"""The process that is AWS in the sandbox: moto's server, mended, on loopback; everything it knows is in memory.

    python -m pipeline.sandbox.moto_server --port 0 --ready-file FILE

writes {"pid", "port"} to FILE as soon as it listens, and ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.adapters.files import write_whole

if TYPE_CHECKING:
    from werkzeug.serving import ThreadedWSGIServer

LOOPBACK = "127.0.0.1"
MOTO_SETTINGS = {
    "MOTO_DISABLE_GLOBAL_CORS": "true",  # no browser asks, and it costs time in every response
    "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true",  # buckets are in the path: `localhost` is no bucket
}


def main() -> None:
    """Serve moto until told to end; exits non-zero with one line when the port is taken."""
    options = _arguments()
    try:
        server = start(options.host, options.port)
    except OSError as error:
        sys.exit(f"cannot listen on {options.host}:{options.port}: {os.strerror(error.errno or 0)}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    ready = {"pid": os.getpid(), "port": server.port}
    write_whole(options.ready_file, json.dumps(ready).encode())
    server.serve_forever(poll_interval=60)


def start(host: str, port: int) -> ThreadedWSGIServer:
    """Make the server, listening but not yet answering.

    Raises OSError when the port is taken.
    """
    os.environ.update(MOTO_SETTINGS)  # moto reads them when it is imported
    from pipeline.sandbox import application, http_server, mends

    mends.apply_all()
    return http_server.listen(host, port, application.create())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.sandbox.moto_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 = any free one")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--ready-file", type=Path, required=True)
    return parser.parse_args()


def _end(_signal: int, _frame: Any) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
