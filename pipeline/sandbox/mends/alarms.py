"""Gap: moto has no PutCompositeAlarm, though it tells such alarms, and a new alarm inherits the tags of a deleted one.

https://github.com/getmoto/moto/blob/5.2.5/moto/cloudwatch/responses.py (CloudWatchResponse.put_metric_alarm)
https://github.com/getmoto/moto/blob/5.2.5/moto/cloudwatch/models.py (CloudWatchBackend.delete_alarms)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse

from pipeline.sandbox.mends.patching import add, replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Put alarms of both kinds in the same way, and delete them with their tags."""
    add(CloudWatchResponse, "put_composite_alarm", CloudWatchResponse.put_metric_alarm)
    replace(CloudWatchBackend, "delete_alarms", _with_tags)


def _with_tags(delete_alarms: Callable[..., None]) -> Callable[..., None]:
    def delete(self: CloudWatchBackend, alarm_names: list[str]) -> None:
        for name in alarm_names:
            if name in self.alarms:
                self.tagger.delete_all_tags_for_resource(self.alarms[name].alarm_arn)
        delete_alarms(self, alarm_names)

    return delete
