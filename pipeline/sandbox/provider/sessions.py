"""boto3 sessions and clients, shared by all terraform processes that reach AWS in the same way.

Making clients is most of what a small apply costs, and each takes half a megabyte. So tenants with a role each share
them too: it is the credentials behind a client that are another role's in each thread.
"""

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
from botocore.credentials import Credentials, ReadOnlyCredentials, create_credential_resolver
from typing_extensions import override

if TYPE_CHECKING:
    from pipeline.sandbox.provider.settings import AssumedRole, ProviderSettings

_ROLE_SESSION_SECONDS = 1800
"""How long an assumed role is used; its credentials are valid for twice as long."""

_MOST_SESSIONS = 16
"""How many sessions are kept with their clients: only other keys, another region or endpoint need another one."""

_MOST_ROLES = 2000


class Sessions:
    """Makes sessions and clients once per credentials, region and endpoint; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # making a client is not thread-safe in boto3, using one is
        self._sessions: OrderedDict[ProviderSettings, _Session] = OrderedDict()
        self._roles: OrderedDict[ProviderSettings, _Assumed] = OrderedDict()
        # Parsing the service models is most of what a client costs, and they are the same for every session.
        self._models = botocore.loaders.create_loader()

    def client(self, settings: ProviderSettings, service: str, region: str = "") -> Any:
        """Return a client of a service, in the configured region or another one; it is for the calling thread only."""
        with self._lock:
            session = self._session(settings)
            client = session.client(settings, service, region or settings.region)
        session.credentials.take_on(self._assumed(settings, session))
        return client

    def take_on_roles(self, settings: ProviderSettings) -> None:
        """Take on the roles anew: moto may have been emptied since, and knows nothing of the old credentials."""
        with self._lock:
            self._roles.pop(_access(settings, roles=True), None)
        self.client(settings, "sts")

    def _session(self, settings: ProviderSettings) -> _Session:
        access = _access(settings, roles=False)
        session = self._sessions.pop(access, None) or self._start(settings)
        self._sessions[access] = session
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session

    def _start(self, settings: ProviderSettings) -> _Session:
        core = botocore.session.Session(profile=settings.profile or None)
        core.register_component("data_loader", self._models)
        if settings.access_key:
            own: Any = Credentials(settings.access_key, settings.secret_key, settings.token or None)
        else:
            own = create_credential_resolver(core).load_credentials()
        credentials = _ThreadCredentials(own)
        core.register_component("credential_provider", _Resolver(credentials))
        return _Session(
            session=boto3.Session(botocore_session=core, region_name=settings.region), credentials=credentials
        )

    def _assumed(self, settings: ProviderSettings, session: _Session) -> ReadOnlyCredentials | None:
        if not settings.roles:
            return None
        key = _access(settings, roles=True)
        with self._lock:
            assumed = self._roles.get(key)
        if assumed is None or time.monotonic() - assumed.started > _ROLE_SESSION_SECONDS:
            assumed = _Assumed(credentials=self._assume(settings, session), started=time.monotonic())
            with self._lock:
                self._roles[key] = assumed
                if len(self._roles) > _MOST_ROLES:
                    self._roles.popitem(last=False)
        return assumed.credentials

    def _assume(self, settings: ProviderSettings, session: _Session) -> ReadOnlyCredentials | None:
        """Take on one role from the other."""
        with self._lock:
            sts = session.client(settings, "sts", settings.region)
        assumed = None
        for role in settings.roles:
            session.credentials.take_on(assumed)
            assumed = _assume(sts, role)
        return assumed


class _ThreadCredentials(Credentials):
    """A session's own credentials, unless the thread has taken on a role."""

    def __init__(self, own: Credentials | None) -> None:
        super().__init__("", "")
        self._own = own
        self._thread = threading.local()

    def take_on(self, assumed: ReadOnlyCredentials | None) -> None:
        """Use these credentials in this thread from now on; None for the session's own."""
        self._thread.assumed = assumed

    @override
    def get_frozen_credentials(self) -> Any:
        assumed = getattr(self._thread, "assumed", None)
        return assumed or (self._own and self._own.get_frozen_credentials())


@dataclass(frozen=True)
class _Resolver:
    """What botocore asks for the credentials of a client."""

    credentials: _ThreadCredentials

    def load_credentials(self) -> _ThreadCredentials:
        return self.credentials


@dataclass(frozen=True, kw_only=True)
class _Assumed:
    credentials: ReadOnlyCredentials | None
    started: float


@dataclass(frozen=True, kw_only=True)
class _Session:
    session: boto3.Session
    credentials: _ThreadCredentials
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, settings: ProviderSettings, service: str, region: str) -> Any:
        """Return a client; the same one each time."""
        key = (service, region)
        if key not in self.clients:
            style: Any = "path" if settings.path_style else "auto"
            config = Config(s3={"addressing_style": style}, retries={"max_attempts": 2}, max_pool_connections=64)
            make: Any = self.session.client  # the stubs know every service by its own literal
            self.clients[key] = make(
                service, region_name=region, endpoint_url=settings.endpoint(service), config=config
            )
        return self.clients[key]


def _access(settings: ProviderSettings, *, roles: bool) -> ProviderSettings:
    """Return of the settings only what decides how AWS is reached."""
    return replace(
        settings,
        roles=settings.roles if roles else (),
        default_tags=(),
        ignored_tags=frozenset(),
        ignored_tag_prefixes=(),
        any_region=False,
        allowed_accounts=frozenset(),
        forbidden_accounts=frozenset(),
    )


def _assume(sts: Any, role: AssumedRole) -> ReadOnlyCredentials:
    extra = {"ExternalId": role.external_id} if role.external_id else {}
    given = sts.assume_role(RoleArn=role.role_arn, RoleSessionName=role.session_name, **extra)["Credentials"]
    return ReadOnlyCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
