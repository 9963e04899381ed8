"""The implemented types, one module per service; `registry` names every one of them."""
