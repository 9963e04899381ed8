"""The offline stand-in for hashicorp/aws: a terraform provider that talks to moto through boto3.

`schema` loads what the real provider's arguments are (data), `planning` decides what would change as the real one
does, `resource` and `resources/` say how one type is created, read, updated and deleted, `servicer` speaks
terraform's protocol and `serving` runs it.
"""

from __future__ import annotations

PROVIDER_VERSION = "6.25.0"
"""The version of hashicorp/aws that the stand-in is installed as: the one that the bindings were made from."""
