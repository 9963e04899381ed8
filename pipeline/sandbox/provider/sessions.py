"""boto3 sessions and clients, shared by all terraform processes that reach AWS in the same way."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from pipeline.sandbox.provider.settings import AssumedRole, ProviderSettings

_ROLE_SESSION_SECONDS = 1800
"""How long an assumed role is used; its credentials are valid for twice as long."""

_MOST_SESSIONS = 200
"""How many sessions are kept with their clients: with a role per tenant, each tenant needs its own."""


@dataclass(frozen=True, kw_only=True)
class _Session:
    session: boto3.Session
    started: float
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)


class Sessions:
    """Makes sessions and clients once per credentials, role, region and endpoint; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # making a client is not thread-safe in boto3, using one is
        self._sessions: OrderedDict[ProviderSettings, _Session] = OrderedDict()
        # Parsing the service models is most of what a client costs, and they are the same for every session.
        self._models = botocore.loaders.create_loader()

    def client(self, settings: ProviderSettings, service: str, region: str = "") -> Any:
        """Return a client of a service, in the configured region or another one."""
        with self._lock:
            entry = self._entry(settings)
            key = (service, region or settings.region)
            if key not in entry.clients:
                entry.clients[key] = _make_client(entry.session, settings, *key)
            return entry.clients[key]

    def _entry(self, settings: ProviderSettings) -> _Session:
        access = replace(settings, default_tags=(), ignored_tags=frozenset(), ignored_tag_prefixes=())
        entry = self._sessions.pop(access, None)
        if entry is None or (settings.roles and time.monotonic() - entry.started > _ROLE_SESSION_SECONDS):
            entry = _Session(session=self._start(settings), started=time.monotonic())
        self._sessions[access] = entry
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return entry

    def _start(self, settings: ProviderSettings) -> boto3.Session:
        session = boto3.Session(
            aws_access_key_id=settings.access_key or None,
            aws_secret_access_key=settings.secret_key or None,
            aws_session_token=settings.token or None,
            botocore_session=self._botocore_session(settings.profile),
            region_name=settings.region,
        )
        for role in settings.roles:
            credentials = _assume(session, settings, role)
            session = boto3.Session(
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
                botocore_session=self._botocore_session(),
                region_name=settings.region,
            )
        return session

    def _botocore_session(self, profile: str = "") -> botocore.session.Session:
        session = botocore.session.Session(profile=profile or None)
        session.register_component("data_loader", self._models)
        return session


def _assume(session: boto3.Session, settings: ProviderSettings, role: AssumedRole) -> Any:
    extra = {"ExternalId": role.external_id} if role.external_id else {}
    sts = _make_client(session, settings, "sts", settings.region)
    answer = sts.assume_role(RoleArn=role.role_arn, RoleSessionName=role.session_name, **extra)
    return answer["Credentials"]


def _make_client(session: boto3.Session, settings: ProviderSettings, service: str, region: str) -> Any:
    style: Any = "path" if settings.path_style else "auto"
    config = Config(s3={"addressing_style": style}, retries={"max_attempts": 2}, max_pool_connections=64)
    name: Any = service  # the stubs know every service by its own literal
    return session.client(name, region_name=region, endpoint_url=settings.endpoint(service), config=config)
