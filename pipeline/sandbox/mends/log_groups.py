"""Gap: moto's log groups cannot change their key, do not tell their class, and keep each old form of a metric filter.

https://github.com/getmoto/moto/blob/5.2.5/moto/logs/responses.py (LogsResponse: no associate_kms_key)
https://github.com/getmoto/moto/blob/5.2.5/moto/logs/metric_filters.py (MetricFilters.add_filter)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.metric_filters import MetricFilters
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from pipeline.sandbox.mends.patching import add, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.json_types import JsonObject

_CLASS: Final = "logGroupClass"


def apply() -> None:
    """Let a group have another key and its class, and a filter only its last form."""
    add(LogsResponse, "associate_kms_key", lambda self: _set_key(self, self._get_param("kmsKeyId")))
    add(LogsResponse, "disassociate_kms_key", lambda self: _set_key(self, None))
    replace(LogsResponse, "create_log_group", _with_class)
    replace(LogGroup, "to_describe_dict", _telling_class)
    replace(MetricFilters, "add_filter", _replacing)


def _set_key(self: LogsResponse, key: str | None) -> str:
    _group(self).kms_key_id = key
    return ""


def _with_class(create_log_group: Callable[[LogsResponse], str]) -> Callable[[LogsResponse], str]:
    def create(self: LogsResponse) -> str:
        answer = create_log_group(self)
        _group(self).__dict__[_CLASS] = self._get_param(_CLASS)
        return answer

    return create


def _telling_class(to_describe_dict: Callable[[LogGroup], JsonObject]) -> Callable[[LogGroup], JsonObject]:
    def described(group: LogGroup) -> JsonObject:
        given = group.__dict__.get(_CLASS)
        return to_describe_dict(group) | ({_CLASS: given} if given else {})

    return described


def _replacing(add_filter: Callable[..., None]) -> Callable[..., None]:
    def add_or_replace(self: MetricFilters, filter_name: str, pattern: str, group: str, metrics: Any) -> None:
        self.metric_filters = [
            item for item in self.metric_filters if (item["filterName"], item["logGroupName"]) != (filter_name, group)
        ]
        add_filter(self, filter_name, pattern, group, metrics)

    return add_or_replace


def _group(self: LogsResponse) -> LogGroup:
    name = self._get_param("logGroupName")
    if name not in self.logs_backend.groups:
        raise ResourceNotFoundException
    return self.logs_backend.groups[name]
