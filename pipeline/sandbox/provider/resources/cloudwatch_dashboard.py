"""Dashboards of CloudWatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.policies import normalize_json, same_json
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData


class Dashboard(Resource):
    """A dashboard; its id is its name."""

    type_name = "aws_cloudwatch_dashboard"
    behaviours = {"dashboard_body": Behaviour(normalize=normalize_json, suppress=same_json)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the dashboard."""
        _put(data, cloud)
        data.id = data["dashboard_name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the dashboard; a body that says the same keeps its spelling."""
        answer = cloud.client("cloudwatch").get_dashboard(DashboardName=data.id)
        data.update({"dashboard_arn": answer["DashboardArn"], "dashboard_name": answer["DashboardName"]})
        if not same_json(data["dashboard_body"], answer["DashboardBody"]):
            data["dashboard_body"] = answer["DashboardBody"]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the dashboard anew."""
        _put(data, cloud)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the dashboard."""
        cloud.client("cloudwatch").delete_dashboards(DashboardNames=[data.id])


def _put(data: ResourceData, cloud: Cloud) -> None:
    client = cloud.client("cloudwatch")
    client.put_dashboard(DashboardName=data["dashboard_name"], DashboardBody=data["dashboard_body"])
