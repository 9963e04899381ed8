from __future__ import annotations

from pipeline.values.signal import Told, Verdict, failure_message, metric_data


def test_thousands_of_tenants_are_a_handful_of_numbers() -> None:
    told = [Told(tenant=f"t-{n}", verdict=Verdict.SUCCEEDED, seconds=float(n)) for n in range(10_000)]
    data = metric_data("rollout", told)
    assert [(metric["MetricName"], "Dimensions" in metric) for metric in data] == [
        ("Succeeded", False),
        ("Succeeded", True),
        ("Duration", True),
    ]
    assert data[2]["StatisticValues"]["SampleCount"] == 10_000
    assert data[2]["StatisticValues"]["Maximum"] == 9_999


def test_nothing_told_is_no_number() -> None:
    assert metric_data("apply", []) == []
    assert failure_message("apply", [], None) is None


def test_many_failures_are_one_message_that_can_be_read() -> None:
    told = [Told(tenant=f"t-{n}", verdict=Verdict.HELD, reason="would be replaced") for n in range(60)]
    message = failure_message("rollout", told, None)
    assert message is not None
    lines = message.splitlines()
    assert lines[0] == "rollout: 60 tenants did not make it"
    assert lines[1] == "t-0: held: would be replaced"
    assert lines[-1] == "and 10 more"
