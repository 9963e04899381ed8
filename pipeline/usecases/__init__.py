"""What the commands do: use cases over values, with the adapters handed in."""
