"""Synthesises a stack per tier and the management stack, into `cdktf.out` or where CDKTF_OUTDIR says."""

from __future__ import annotations

from management_stack.stack import ManagementStack
from tenant_stack.cdk import App
from tenant_stack.stack import TenantStack
from tenant_stack.tiers import TIERS


def main() -> None:
    """Build every stack and write its JSON."""
    app = App(stack_traces=False)  # they would put paths of this machine into the manifest
    for tier in TIERS:
        TenantStack(app, tier.name, tier=tier)
    ManagementStack(app, "management")
    app.synth()


if __name__ == "__main__":
    main()
