"""What the control plane gets, as CDKTF. `pipeline bootstrap` makes the core of it; this stack adopts that core."""
