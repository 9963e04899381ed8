from __future__ import annotations

from typing import Any

from pipeline.commands.review_markdown import MOST_BYTES, markdown
from pipeline.values.identifiers import TenantId
from pipeline.values.outcome import Failed
from pipeline.values.plan import Action
from pipeline.values.plan_class import ClassAttribute, ClassChange, PlanClass
from pipeline.values.review import Look, Review, Scope, group
from tests.pipeline.samples import AT, VERSION

TABLE = "aws_dynamodb_table.orders"


def plan_class(action: Action = Action.UPDATE, after: Any = 2, attributes: int = 1) -> PlanClass:
    changed = tuple(
        ClassAttribute(name=f"a{n}", before=1, after=after, forces_replacement=action is Action.REPLACE)
        for n in range(attributes)
    )
    change = ClassChange(address=TABLE, action=action, previous_address=None, is_imported=False, attributes=changed)
    return PlanClass(changes=(change,), outputs=())


def looks(found: PlanClass, first: int, last: int, *held: str) -> list[Look]:
    return [Look(tenant=TenantId(f"t-{n}"), tier="basic", plan_class=found, held=held) for n in range(first, last)]


def review(*found: Look, failed: tuple[Failed, ...] = ()) -> Review:
    return Review(
        version=VERSION,
        at=AT,
        by="me",
        scope=Scope(tier=None, ring=None, sample=None),
        candidates=len(found),
        classes=group(found),
        unchanged=(),
        skipped=(),
        failed=failed,
    )


def test_a_comment_in_full() -> None:
    replaced = plan_class(Action.REPLACE)
    one = looks(replaced, 397, 398, f"{TABLE} would be replaced")

    assert (
        markdown(review(*looks(plan_class(), 0, 397), *one))
        == f"""\
## ⛔ Review of template `abababababab`

398 tenants would change, in 2 classes; 1 held by the guard.

| class | tenants | worst action | guard | |
| --- | ---: | --- | --- | --- |
| `{replaced.name}` | 1 | replace | **holds 1** | outlier |
| `{plan_class().name}` | 397 | update | passes |  |

### `{replaced.name}`: 1 tenant, replace

> **HELD: aws\\_dynamodb\\_table.orders would be replaced (t-397)**

```
  -/+ aws_dynamodb_table.orders
      a0: 1 -> 2  (forces replacement)
```

Tenants (basic): t-397

### `{plan_class().name}`: 397 tenants, update

```
  ~ aws_dynamodb_table.orders
      a0: 1 -> 2
```

Tenants (basic): t-0, t-1, t-10, t-100, t-101 and 392 more
"""
    )


def test_it_is_never_too_long_and_keeps_the_most_important() -> None:
    worst = looks(plan_class(Action.DELETE), 0, 1, "gone")
    many = [look for n in range(2000) for look in looks(plan_class(after="ü" * n, attributes=50), n, n + 1)]
    failed = tuple(Failed(tenant=TenantId(f"f-{n}"), reason="x" * 1000) for n in range(1000))

    text = markdown(review(*many, *worst, failed=failed))

    assert len(text.encode()) < MOST_BYTES
    assert "HELD: gone" in text
    assert "more sections_" not in text
    assert "too long for a comment" in text


def test_no_value_breaks_out() -> None:
    hostile = "````\n</details> @everyone [x](http://evil.example)"
    found = review(
        *looks(plan_class(after=hostile), 0, 1, "@everyone <b>"),
        failed=(Failed(tenant=TenantId("f-1"), reason="<script> @here"),),
    )

    text = markdown(found)

    assert "`````\n  ~ aws_dynamodb_table.orders\n" in text
    assert "\\@everyone \\<b\\>" in text
    assert "\\<script\\> \\@here" in text
