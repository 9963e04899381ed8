"""AWS's regions, from botocore's own list."""

from __future__ import annotations

from functools import cache

from botocore.session import Session


@cache
def descriptions() -> dict[str, str]:
    """Return what each region is called, such as `Europe (Frankfurt)`."""
    partitions = Session().get_data("endpoints")["partitions"]
    return {name: region["description"] for part in partitions for name, region in part["regions"].items()}
