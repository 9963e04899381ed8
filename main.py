"""Synthesises the template, one stack per tier, into `cdktf.out` or where CDKTF_OUTDIR says."""

from __future__ import annotations

from tenant_stack.cdk import App
from tenant_stack.stack import TenantStack
from tenant_stack.tiers import TIERS


def main() -> None:
    """Build every stack and write its JSON."""
    app = App(stack_traces=False)  # they would put paths of this machine into the manifest
    for tier in TIERS:
        TenantStack(app, tier.name, tier=tier)
    app.synth()


if __name__ == "__main__":
    main()
