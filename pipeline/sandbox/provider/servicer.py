"""Terraform's plugin protocol, version 6: requests in, answers out; every decision is made elsewhere."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from pipeline.sandbox.provider import registry
from pipeline.sandbox.provider.cloud import Cloud
from pipeline.sandbox.provider.connections import Connections
from pipeline.sandbox.provider.data_source import read_data_source
from pipeline.sandbox.provider.errors import Problem, ProviderError
from pipeline.sandbox.provider.lifecycle import Lifecycle, Outcome
from pipeline.sandbox.provider.planning import Draft, plan_resource
from pipeline.sandbox.provider.protocol import diagnostics, path_message, read_value, schema_message, value_message
from pipeline.sandbox.provider.schema import TypeSchema, load_schemas
from pipeline.sandbox.provider.sessions import Sessions
from pipeline.sandbox.provider.settings import read_settings
from pipeline.sandbox.provider.stored import from_stored
from pipeline.sandbox.provider.tags import plan_tags
from pipeline.sandbox.provider.validation import validate


class ProviderServicer(rpc.ProviderServicer):
    """Answers any number of terraform processes at once, each by its own configuration."""

    def __init__(self) -> None:
        self._connections = Connections()
        self._sessions = Sessions()

    @cached_property
    def _schemas(self) -> pb.GetProviderSchema.Response:
        return pb.GetProviderSchema.Response(
            provider=schema_message(load_schemas().provider),
            resource_schemas={name: schema_message(item) for name, item in registry.resource_schemas().items()},
            data_source_schemas={name: schema_message(item) for name, item in registry.data_source_schemas().items()},
            server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True),
        )

    def GetProviderSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Serve every schema, those of unsupported types too: these are refused by name when they are used."""
        return self._schemas

    def ValidateProviderConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Accept every provider block that terraform's own check let pass."""
        return pb.ValidateProviderConfig.Response()

    def ConfigureProvider(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Take on a client's configuration."""
        try:
            cloud = Cloud(read_settings(read_value(request.config)), self._sessions)
            cloud.connect()
        except (ProviderError, ClientError, BotoCoreError) as error:
            problem = Problem(summary=f"configuring the AWS provider: {error}")
            return pb.ConfigureProvider.Response(diagnostics=diagnostics([problem]))
        self._connections.configure(context.peer(), cloud)
        return pb.ConfigureProvider.Response()

    def ValidateResourceConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Refuse what the real provider refuses before a plan, and types that are not implemented."""
        resource = registry.RESOURCES.get(request.type_name)
        if resource is None:
            text = registry.unsupported("resource types", request.type_name, registry.RESOURCES)
            return pb.ValidateResourceConfig.Response(diagnostics=diagnostics([Problem(summary=text)]))
        config = read_value(request.config)
        problems = [*validate(_resource_schema(request), config), *resource.validate(config)]
        return pb.ValidateResourceConfig.Response(diagnostics=diagnostics(problems))

    def ValidateDataResourceConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Refuse what the real provider refuses before it reads, and types that are not implemented."""
        if request.type_name not in registry.DATA_SOURCES:
            text = registry.unsupported("data sources", request.type_name, registry.DATA_SOURCES)
            return pb.ValidateDataResourceConfig.Response(diagnostics=diagnostics([Problem(summary=text)]))
        schema = registry.data_source_schemas()[request.type_name]
        problems = validate(schema, read_value(request.config), prefix="data.")
        return pb.ValidateDataResourceConfig.Response(diagnostics=diagnostics(problems))

    def UpgradeResourceState(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Take a stored state over; attributes that only another version has are dropped."""
        state = from_stored(_resource_schema(request), json.loads(request.raw_state.json))
        return pb.UpgradeResourceState.Response(upgraded_state=value_message(state))

    def ReadResource(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Read one resource anew."""
        outcome = self._lifecycle(request, context).read(read_value(request.current_state))
        return pb.ReadResource.Response(
            new_state=value_message(outcome.state), diagnostics=diagnostics(outcome.problems), private=request.private
        )

    def PlanResourceChange(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Plan a create or an update; a destroy needs no plan."""
        schema, proposed = _resource_schema(request), read_value(request.proposed_new_state)
        if proposed is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        lifecycle = self._lifecycle(request, context)

        def customize(draft: Draft) -> None:
            lifecycle.resource.customize(draft, lifecycle.cloud)
            if schema.taggable:
                plan_tags(draft, lifecycle.cloud)

        prior, config = read_value(request.prior_state), read_value(request.config)
        try:
            plan = plan_resource(schema, prior=prior, proposed=proposed, config=config, customize=customize)
        except ProviderError as error:
            problem = Problem(summary=f"planning {schema.type_name}: {error}")
            return pb.PlanResourceChange.Response(planned_state=request.prior_state, diagnostics=diagnostics([problem]))
        return pb.PlanResourceChange.Response(
            planned_state=value_message(plan.planned),
            requires_replace=[path_message(path) for path in plan.replaces],
            planned_private=request.prior_private,
            legacy_type_system=not schema.framework,
        )

    def ApplyResourceChange(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Do what was planned."""
        lifecycle = self._lifecycle(request, context)
        outcome = _apply(lifecycle, request)
        return pb.ApplyResourceChange.Response(
            new_state=value_message(outcome.state),
            diagnostics=diagnostics(outcome.problems),
            private=request.planned_private,
            legacy_type_system=not lifecycle.schema.framework,
        )

    def ImportResourceState(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Begin an import; terraform reads the resource next."""
        schema = _resource_schema(request)
        if request.type_name not in registry.RESOURCES or not schema.importable:
            problem = Problem(summary=f"resource {request.type_name} doesn't support import")
            return pb.ImportResourceState.Response(diagnostics=diagnostics([problem]))
        outcome = self._lifecycle(request, context).adopt(request.id)
        imported = pb.ImportResourceState.ImportedResource(
            type_name=request.type_name, state=value_message(outcome.state)
        )
        return pb.ImportResourceState.Response(
            imported_resources=[] if outcome.problems else [imported], diagnostics=diagnostics(outcome.problems)
        )

    def ReadDataSource(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Read a data source."""
        schema = registry.data_source_schemas()[request.type_name]
        source = registry.DATA_SOURCES[request.type_name]
        cloud = self._cloud(context)
        outcome = read_data_source(source, schema, read_value(request.config), cloud)
        return pb.ReadDataSource.Response(state=value_message(outcome.state), diagnostics=diagnostics(outcome.problems))

    def GetFunctions(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Serve no functions."""
        return pb.GetFunctions.Response()

    def StopProvider(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Acknowledge only: what is under way is finished, so that no created object is lost on an interrupt."""
        return pb.StopProvider.Response()

    def _lifecycle(self, request: Any, context: grpc.ServicerContext) -> Lifecycle:
        """Return the operations on a type, or end the request: a state can name types that no configuration does."""
        resource = registry.RESOURCES.get(request.type_name)
        if resource is None:
            text = registry.unsupported("resource types", request.type_name, registry.RESOURCES)
            context.abort(grpc.StatusCode.UNIMPLEMENTED, text)
        return Lifecycle(resource=resource, schema=_resource_schema(request), cloud=self._cloud(context))

    def _cloud(self, context: grpc.ServicerContext) -> Cloud:
        cloud = self._connections.cloud(context.peer())
        if cloud is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "asked for something before it was configured")
        return cloud


def _resource_schema(request: Any) -> TypeSchema:
    return registry.resource_schemas()[request.type_name]


def _apply(lifecycle: Lifecycle, request: Any) -> Outcome:
    prior, planned = read_value(request.prior_state), read_value(request.planned_state)
    if planned is None:
        return lifecycle.delete(prior)
    config = read_value(request.config)
    return lifecycle.create(planned, config) if prior is None else lifecycle.update(prior, planned, config)
