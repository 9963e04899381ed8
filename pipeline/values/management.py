"""What stands in the directory of the management stack: its variables and its backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from pipeline.settings import Settings

STACK: Final = "management"
STATE_KEY: Final = "management/terraform.tfstate"
NEEDED: Final = ("github_repository", "github_owner_id", "github_repository_id")
DEFAULT_NAMESPACE: Final = "TenantPipeline"
STORES: Final = ("state_bucket", "template_bucket", "tenants_table", "rollouts_table", "lock_table")
EVENTS: Final = ("event_bus", "dead_letter_queue", "event_queue")


def management_values(settings: Settings) -> JsonObject:
    """Give the values of the stack's variables; raises SettingsError where one is not set."""
    missing = [name for name in NEEDED if not getattr(settings, name)]
    if missing:
        raise SettingsError(
            f"the management stack needs the setting {missing[0]}",
            advice="gh api repos/OWNER/NAME --jq '.owner.id, .id' gives the two numbers; docs/github.md tells more",
        )
    owner, _, name = settings.github_repository.partition("/")
    return {
        "region": settings.region,
        "github_owner": owner,
        "github_name": name,
        "github_owner_id": settings.github_owner_id,
        "github_repository_id": settings.github_repository_id,
        "metrics_namespace": settings.metrics_namespace or DEFAULT_NAMESPACE,
        **{setting: getattr(settings, setting) for setting in (*STORES, *EVENTS)},
    }
