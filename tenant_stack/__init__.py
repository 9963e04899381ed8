"""What a tenant gets: the template's stack, one file per logical unit."""
