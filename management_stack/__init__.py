"""What the control plane gets, as CDKTF; empty until `pipeline bootstrap` hands over to it."""
