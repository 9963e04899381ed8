from __future__ import annotations

from dataclasses import replace

from pipeline.values.identifiers import TenantId
from pipeline.values.outcome import Failed
from pipeline.values.plan import Action
from pipeline.values.plan_class import ClassChange, PlanClass
from pipeline.values.review import Look, Review, Scope, group
from tests.pipeline.samples import AT, VERSION


def looks(action: Action, *tenants: str, held: tuple[str, ...] = ()) -> list[Look]:
    change = ClassChange(address="a.b", action=action, previous_address=None, is_imported=False, attributes=())
    plan_class = PlanClass(changes=(change,), outputs=())
    return [Look(tenant=TenantId(tenant), tier="basic", plan_class=plan_class, held=held) for tenant in tenants]


def test_the_most_important_class_comes_first() -> None:
    found = group(
        [
            *looks(Action.UPDATE, *(f"t-{n}" for n in range(40))),
            *looks(Action.DELETE, "gone"),
            *looks(Action.CREATE, "b", "a", held=("isolation",)),
        ]
    )

    assert [(c.plan_class.worst_action, len(c.tenants), c.is_outlier) for c in found] == [
        (Action.CREATE, 2, True),
        (Action.DELETE, 1, True),
        (Action.UPDATE, 40, False),
    ]
    assert found[0].held == ((("isolation",), ("a", "b")),)


def test_one_class_alone_has_no_outliers() -> None:
    assert [c.is_outlier for c in group(looks(Action.UPDATE, "a"))] == [False]
    assert group([]) == ()


def test_where_no_plan_is_usual_there_are_no_outliers() -> None:
    """In a small fleet every tenant can have a plan of its own; none of them stands out."""
    actions = (Action.UPDATE, Action.CREATE, Action.DELETE, Action.REPLACE)
    alone = [look for action in actions for look in looks(action, action)]

    assert not any(found.is_outlier for found in group([*alone, *looks(Action.UPDATE, "one", "two")]))
    usual = looks(Action.FORGET, *"abcdef")
    assert [found.is_outlier for found in group([*alone, *usual])] == [True, True, True, True, False]


def test_two_tiers_can_be_the_usual_ones() -> None:
    tiers = (looks(action, *(f"{action}-{n}" for n in range(20))) for action in (Action.UPDATE, Action.CREATE))
    found = group([*(look for tier in tiers for look in tier), *looks(Action.DELETE, "a")])

    assert [c.is_outlier for c in found] == [True, False, False]


def test_a_class_tells_its_tiers() -> None:
    basic, premium = (replace(look, tier=tier) for look in looks(Action.UPDATE, "a") for tier in ("basic", "premium"))

    assert [c.tiers for c in group([premium, basic])] == [("basic", "premium")]


def test_one_reason_is_told_once_whoever_it_is_about() -> None:
    reasons = {"acme": "acme: app-acme-orders", "acme-eu": "acme-eu: app-acme-eu-orders", "globex": "no globexes"}
    failed = tuple(Failed(tenant=TenantId(tenant), reason=reason, advice="x") for tenant, reason in reasons.items())
    scope = Scope(tier=None, ring=None, sample=None)
    review = Review(
        version=VERSION, at=AT, by="me", scope=scope, candidates=3, classes=(), unchanged=(), skipped=(), failed=failed
    )

    assert [(failure.reason, failure.tenants) for failure in review.failures] == [
        ("<tenant>: app-<tenant>-orders", ("acme", "acme-eu")),
        ("no globexes", ("globex",)),
    ]
