"""The click commands: each parses, calls one use case and renders."""
