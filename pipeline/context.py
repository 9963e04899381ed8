"""The composition root: makes the adapters that a command asks for, when it asks for them."""

from __future__ import annotations

import getpass
import os
import socket
from functools import cached_property
from typing import TYPE_CHECKING, Final

import click

from pipeline import settings as settings_module

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.adapters.aws import Aws
    from pipeline.adapters.engine import Engine
    from pipeline.adapters.event_bus import EventBus, EventQueue
    from pipeline.adapters.event_journal import EventJournal
    from pipeline.adapters.github import GitHub
    from pipeline.adapters.registry import Registry
    from pipeline.adapters.reviews import ReviewStore
    from pipeline.adapters.rollouts import RolloutStore
    from pipeline.adapters.running import RunningOperations
    from pipeline.adapters.signals import Signals
    from pipeline.adapters.states import States
    from pipeline.adapters.template_directory import TemplateDirectory
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.adapters.workspaces import Workspaces
    from pipeline.settings import LoadedSettings, Settings
    from pipeline.usecases.build_template import TemplateBuilder
    from pipeline.usecases.pace import Pace
    from pipeline.usecases.steps import Runner, Tools

# What a terraform process with its share of the provider needs, measured: 75 MB and a core's half.
MEMORY_PER_PROCESS: Final = 200 * 1024 * 1024
PROCESSES_PER_CORE: Final = 2


class Context:
    """What a command can reach: settings, adapters, tools."""

    @cached_property
    def loaded(self) -> LoadedSettings:
        """The settings with their sources."""
        return settings_module.load()

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.loaded.settings

    @cached_property
    def aws(self) -> Aws:
        """AWS, in the region of the control plane."""
        from pipeline.adapters.aws import Aws

        return Aws(self.settings.region)

    @cached_property
    def engine(self) -> Engine:
        """The engine on this machine."""
        from pipeline.adapters.engine import Engine

        return Engine(self.settings.project_directory)

    @cached_property
    def github(self) -> GitHub:
        """The run of GitHub Actions that this is part of, if it is part of one."""
        from pipeline.adapters.github import GitHub

        return GitHub(os.environ)

    @cached_property
    def registry(self) -> Registry:
        """The registry of tenants."""
        from pipeline.adapters.registry import Registry

        return Registry(self.aws.dynamodb, self.settings.tenants_table)

    @cached_property
    def built_templates(self) -> TemplateDirectory:
        """The template versions that were built here."""
        from pipeline.adapters.template_directory import TemplateDirectory

        return TemplateDirectory(self._work("templates"))

    @cached_property
    def builder(self) -> TemplateBuilder:
        """The builder of this project's template."""
        from pipeline.usecases.build_template import LAST_BUILD, TemplateBuilder

        return TemplateBuilder(
            project=self.settings.project_directory,
            sources=self.settings.template_sources,
            versions=self.built_templates,
            record=self._work("templates") / LAST_BUILD,
        )

    @cached_property
    def templates(self) -> TemplateStore:
        """The published templates."""
        from pipeline.adapters.objects import Bucket
        from pipeline.adapters.template_directory import TemplateDirectory
        from pipeline.adapters.template_store import TemplateStore

        bucket = Bucket(self.aws.s3, self.settings.template_bucket)
        return TemplateStore(bucket, TemplateDirectory(self._work("cache") / "templates"))

    @cached_property
    def reviews(self) -> ReviewStore:
        """What reviews of template versions found."""
        from pipeline.adapters.objects import Bucket
        from pipeline.adapters.reviews import ReviewStore

        return ReviewStore(Bucket(self.aws.s3, self.settings.template_bucket))

    @cached_property
    def states(self) -> States:
        """The tenants' states."""
        from pipeline.adapters.objects import Bucket
        from pipeline.adapters.states import States

        bucket = Bucket(self.aws.s3, self.settings.state_bucket)
        return States(bucket, self.aws.dynamodb, self.settings.lock_table)

    @cached_property
    def workspaces(self) -> Workspaces:
        """The tenants' workspaces on this machine."""
        from pipeline.adapters.workspaces import Workspaces

        return Workspaces(
            root=self._work("workspaces"),
            seeds=self._work("cache") / "seeds",
            engine=self.engine,
            settings=self.settings,
        )

    @cached_property
    def runner(self) -> Runner:
        """Who is running this."""
        from pipeline.usecases.steps import Runner

        return Runner(owner=f"{_user()}@{socket.gethostname()}:{os.getpid()}", run_url=self.github.run_url)

    @cached_property
    def running(self) -> RunningOperations:
        """What runs on this machine, written down."""
        from pipeline.adapters.running import RunningOperations

        return RunningOperations(self._work("running"))

    @cached_property
    def event_bus(self) -> EventBus:
        """The bus that the application puts its events on."""
        from pipeline.adapters.event_bus import EventBus

        return EventBus(self.aws.events, self.settings.event_bus)

    @cached_property
    def dead_letters(self) -> EventQueue:
        """The events that GitHub did not take."""
        from pipeline.adapters.event_bus import EventQueue

        return EventQueue(self.aws.sqs, self.settings.dead_letter_queue)

    @cached_property
    def event_copies(self) -> EventQueue:
        """A copy of every event, a while after it was on the bus."""
        from pipeline.adapters.event_bus import EventQueue

        return EventQueue(self.aws.sqs, self.settings.event_queue)

    @cached_property
    def event_journal(self) -> EventJournal:
        """The events that were received."""
        from pipeline.adapters.event_journal import EventJournal

        return EventJournal(self.aws.dynamodb, self.settings.rollouts_table)

    @cached_property
    def signals(self) -> Signals:
        """Where operations are told to."""
        from pipeline.adapters.github import Level
        from pipeline.adapters.signals import Signals

        def warn(message: str) -> None:
            click.echo(f"warning: {message}", err=True)
            self.github.annotate(Level.WARNING, message)

        return Signals(
            self.aws,
            namespace=self.settings.metrics_namespace,
            topic=self.settings.alarm_topic,
            webhook=self.settings.webhook_url,
            run_url=self.github.run_url,
            warn=warn,
        )

    @cached_property
    def rollouts(self) -> RolloutStore:
        """The rollouts."""
        from pipeline.adapters.rollouts import RolloutStore

        return RolloutStore(self.aws.dynamodb, self.settings.rollouts_table, self.registry)

    @cached_property
    def tools(self) -> Tools:
        """Everything that operations on tenants work with."""
        from pipeline.adapters.absence import AbsenceCheck
        from pipeline.usecases.journal import RegistryJournal
        from pipeline.usecases.steps import Tools

        return Tools(
            registry=self.registry,
            templates=self.templates,
            workspaces=self.workspaces,
            engine=self.engine,
            states=self.states,
            absence=AbsenceCheck(self.aws),
            running=self.running,
            journal=RegistryJournal(self.registry),
            runner=self.runner,
            lock_timeout=self.settings.lock_timeout,
        )

    def pace(self, wanted: int | None) -> Pace:
        """Give how many tenants to work on at the same time."""
        from pipeline.usecases.pace import Pace

        return Pace(self._concurrency(wanted))

    def _concurrency(self, wanted: int | None) -> int:
        if wanted or self.settings.concurrency:
            return wanted or self.settings.concurrency
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
        return max(1, min((os.cpu_count() or 1) * PROCESSES_PER_CORE, memory // MEMORY_PER_PROCESS))

    def _work(self, name: str) -> Path:
        return self.settings.work_directory / name


pass_context = click.make_pass_decorator(Context, ensure=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user id
        return str(os.getuid())
