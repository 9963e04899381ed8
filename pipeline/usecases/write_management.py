"""Writes the directory in which plain terraform gives the control plane its resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.adapters.files import write_whole
from pipeline.adapters.synthesis import synthesise
from pipeline.adapters.workspaces import BACKEND_FILE, OVERRIDE_FILE, SECRET, VARIABLES_FILE
from pipeline.errors import TemplateError
from pipeline.values.digests import canonical_json
from pipeline.values.management import STACK, STATE_KEY, management_values
from pipeline.values.manifest import CONFIG_FILE
from pipeline.values.tier_config import without_backend, without_metadata
from pipeline.values.workspace import backend_at, backend_file, override_file

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from pipeline.settings import Settings


def write_management(settings: Settings, directory: Path) -> None:
    """Write the management stack with this project's settings; the engine's own files stay."""
    values = management_values(settings)
    config = _config(settings.project_directory)
    directory.mkdir(parents=True, exist_ok=True)
    write_whole(directory / CONFIG_FILE, canonical_json(config))
    write_whole(directory / VARIABLES_FILE, canonical_json(values), mode=SECRET)
    write_whole(directory / BACKEND_FILE, canonical_json(backend_file(backend_at(settings, STATE_KEY))))
    overrides = override_file(settings, config)
    if overrides is None:
        (directory / OVERRIDE_FILE).unlink(missing_ok=True)
    else:
        write_whole(directory / OVERRIDE_FILE, canonical_json(overrides))


def _config(project: Path) -> JsonObject:
    with synthesise(project) as stacks:
        for stack in stacks:
            if stack.name == STACK:
                config: JsonObject = without_backend(without_metadata(stack.config))
                return config
    raise TemplateError(f"main.py synthesises no stack {STACK!r}", advice="add ManagementStack(app, 'management')")
