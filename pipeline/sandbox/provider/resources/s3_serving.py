"""How a bucket serves browsers: requests from other origins, and websites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.policies import dump, normalize_json
from pipeline.sandbox.provider.resources.s3_answers import CORS_NAMES
from pipeline.sandbox.provider.resources.s3_regions import website_domain
from pipeline.sandbox.provider.resources.s3_setting import BucketSetting
from pipeline.sandbox.provider.resources.shapes import chosen, given
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_CORS_NAMES = {"id": "ID", **CORS_NAMES}
_DOCUMENTS = {
    "error_document": ("ErrorDocument", {"key": "Key"}),
    "index_document": ("IndexDocument", {"suffix": "Suffix"}),
    "redirect_all_requests_to": ("RedirectAllRequestsTo", {"host_name": "HostName", "protocol": "Protocol"}),
}
_CONDITION = {
    "http_error_code_returned_equals": "HttpErrorCodeReturnedEquals",
    "key_prefix_equals": "KeyPrefixEquals",
}
_REDIRECT = {
    "host_name": "HostName",
    "http_redirect_code": "HttpRedirectCode",
    "protocol": "Protocol",
    "replace_key_prefix_with": "ReplaceKeyPrefixWith",
    "replace_key_with": "ReplaceKeyWith",
}


class BucketCors(BucketSetting):
    """Which requests of other origins a bucket answers."""

    type_name = "aws_s3_bucket_cors_configuration"
    gone = ("NoSuchCORSConfiguration",)

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put all rules."""
        rules = [given(rule, _CORS_NAMES) for rule in data["cors_rule"]]
        client.put_bucket_cors(**target, CORSConfiguration={"CORSRules": rules})

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read all rules."""
        return {"cors_rule": [chosen(rule, _CORS_NAMES) for rule in client.get_bucket_cors(**target)["CORSRules"]]}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Remove all rules."""
        client.delete_bucket_cors(**target)


class BucketWebsite(BucketSetting):
    """How a bucket serves a website; `routing_rule` and `routing_rules` are two ways to write the same."""

    type_name = "aws_s3_bucket_website_configuration"
    behaviours = {"routing_rules": Behaviour(normalize=normalize_json)}
    gone = ("NoSuchWebsiteConfiguration",)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the website, and where the bucket's region serves it."""
        super().read(data, cloud)
        region = cloud.client("s3").get_bucket_location(Bucket=data["bucket"]).get("LocationConstraint")
        domain = website_domain(region or "us-east-1", cloud.dns_suffix)
        data.update({"website_domain": domain, "website_endpoint": f"{data['bucket']}.{domain}"})

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put all of it; of the two ways to write rules, the one that changed counts."""
        body = {aws: given(data.first(name), names) for name, (aws, names) in _DOCUMENTS.items() if data[name]}
        if data.changed("routing_rule"):
            rules = [_rule_body(rule) for rule in data["routing_rule"]]
        else:
            rules = json.loads(data["routing_rules"] or "[]")
        routing = {"RoutingRules": rules} if rules else {}
        client.put_bucket_website(**target, WebsiteConfiguration={**body, **routing})

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read all of it."""
        answer = client.get_bucket_website(**target)
        rules = answer.get("RoutingRules", [])
        documents = {
            name: [chosen(answer[aws], names)] if answer.get(aws) else [] for name, (aws, names) in _DOCUMENTS.items()
        }
        written = {
            "routing_rule": [_rule_values(rule) for rule in rules],
            "routing_rules": dump(rules, sort_keys=True) if rules else "",
        }
        return {**documents, **written}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Stop serving a website."""
        client.delete_bucket_website(**target)


def _rule_body(rule: Object) -> Object:
    condition = {"Condition": given(rule["condition"][0], _CONDITION)} if rule["condition"] else {}
    return {**condition, "Redirect": given(rule["redirect"][0], _REDIRECT)}


def _rule_values(rule: Any) -> Object:
    condition = rule.get("Condition")
    return {
        "condition": [chosen(condition, _CONDITION)] if condition else [],
        "redirect": [chosen(rule["Redirect"], _REDIRECT)],
    }
