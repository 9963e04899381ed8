"""What commands import, imported once: see `tests.commands`."""

from __future__ import annotations

import importlib
import pkgutil

import boto3  # noqa: F401

import pipeline

for _module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
    if not _module.name.startswith("pipeline.sandbox") and not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)
