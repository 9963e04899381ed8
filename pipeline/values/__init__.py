"""What crosses the layers: frozen values and the pure functions over them."""
