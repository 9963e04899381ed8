"""The doors to the world: AWS, the engine, files. Their errors become ours here."""
