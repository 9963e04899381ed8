"""The variables of the management stack; `pipeline management write` fills them from the settings."""

from __future__ import annotations

from typing import Final

from management_stack.trust import Repository
from tenant_stack.cdk import Construct
from tenant_stack.variables import REGION, Variable

NAMES: Final = {
    "state_bucket": "The bucket of the tenants' states.",
    "template_bucket": "The bucket of the published templates.",
    "tenants_table": "The table of the tenants.",
    "rollouts_table": "The table of the rollouts and events.",
    "lock_table": "The table of the state locks.",
    "event_bus": "The bus that the application puts its events on.",
    "dead_letter_queue": "The queue of the events that GitHub did not take.",
    "metrics_namespace": "The namespace of the pipeline's own metrics.",
    "github_owner": "The user or organisation that the repository belongs to.",
    "github_name": "The repository's name.",
}
APPLICATION: Final = Variable(
    name="application",
    type="string",
    description="What the names of all tenants' resources start with.",
    default="app",
)
NUMBERS: Final = {
    "github_owner_id": "The owner's number: gh api users/OWNER --jq .id",
    "github_repository_id": "The repository's number: gh api repos/OWNER/NAME --jq .id",
}


class Variables(Construct):
    """The variables, declared under their own names."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.region = REGION.declare(self).string_value
        self._values = {
            **{name: _text(name, description) for name, description in NAMES.items()},
            **{name: _number(name, description) for name, description in NUMBERS.items()},
        }
        self.application = APPLICATION.declare(self).string_value
        self._declared = {name: variable.declare(self).string_value for name, variable in self._values.items()}

    def __getitem__(self, name: str) -> str:
        return self._declared[name]

    @property
    def repository(self) -> Repository:
        """The repository whose workflows are trusted."""
        return Repository(
            owner=self["github_owner"],
            name=self["github_name"],
            owner_id=self["github_owner_id"],
            id=self["github_repository_id"],
        )


def _text(name: str, description: str) -> Variable:
    return Variable(
        name=name,
        type="string",
        description=description,
        rules={f'can(regex("^[A-Za-z0-9._-]+$", var.{name}))': f"{name} must consist of letters, digits, and . _ -"},
    )


def _number(name: str, description: str) -> Variable:
    return Variable(
        name=name,
        type="string",
        description=description,
        rules={f'can(regex("^[0-9]+$", var.{name}))': f"{name} must be a number."},
    )
