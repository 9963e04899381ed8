"""Writes the workspaces of some tenants, for a person who wants to look with plain terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.usecases.fleet import select
from pipeline.usecases.steps import Tools, target

if TYPE_CHECKING:
    from pipeline.adapters.workspaces import Workspace
    from pipeline.values.identifiers import TemplateVersion
    from pipeline.values.selection import Selection


def write_workspaces(tools: Tools, selection: Selection, *, wanted: TemplateVersion | None) -> list[Workspace]:
    """Write a workspace per selected tenant, for the version that it should be on."""
    return [
        tools.workspaces.write(tenant, target(tools, tenant, wanted)) for tenant in select(tools.registry, selection)
    ]
