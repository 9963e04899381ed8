"""Gap: moto's UpdateSecret cannot remove a description, and a copy of a secret never has a key of its own.

https://github.com/getmoto/moto/blob/5.2.5/moto/secretsmanager/models.py (update_secret, FakeSecret.create_replicas)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def apply() -> None:
    """Take an empty description for one, and the key of a copy as it is given."""
    replace(SecretsManagerBackend, "update_secret", _emptying)
    replace(FakeSecret, "create_replicas", _with_keys)


def _emptying(update_secret: Callable[..., str]) -> Callable[..., str]:
    def update(self: SecretsManagerBackend, secret_id: str, **changes: Any) -> str:
        answer = update_secret(self, secret_id=secret_id, **changes)
        if changes.get("description") == "":
            secret: Any = self.secrets[secret_id]
            secret.description = ""
        return answer

    return update


def _with_keys(create_replicas: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def create(
        self: FakeSecret, replica_regions: Sequence[dict[str, str]] | None, *, force_overwrite: bool
    ) -> list[Any]:
        replicas = create_replicas(self, replica_regions, force_overwrite=force_overwrite)
        for replica, wanted in zip(replicas, replica_regions or (), strict=True):
            replica.config["KmsKeyId"] = wanted.get("KmsKeyId") or replica.config["KmsKeyId"]
        return replicas

    return create
