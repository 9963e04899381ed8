"""The implemented types, one module per service.

To add a type:

1. Write a class in the service's module: a `Resource` (a `TaggedResource` if its schema has `tags_all`) with
   `type_name`, `create`, `read`, `delete`, and what else it needs of `update`, `tag`, `adopt` (import), `customize`
   (the plan) and `validate`. The schema is there already, in `schemas.json`; `behaviours` says what it cannot:
   equal spellings, suppressed differences, what identifies an element of a set.
2. Name it in `registry`.
3. Put what its arguments must be (choices, ranges, patterns) into `rules/<service>.json`.
4. Replay the recordings that have it: `scripts/conformance --verbose CASE`.

`read` sets everything that the real provider sets, also what is empty: what it sets to nothing becomes "" or 0 in the
state, and what it does not set stays null. A data source is a `DataSource` with `type_name` and `read`.
"""
