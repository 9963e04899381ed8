from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from pipeline.sandbox.provider.protocol import read_value, value_message
from pipeline.sandbox.provider.schema import load_schemas
from pipeline.sandbox.provider.serving import LOOPBACK, RunningServer, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sandbox.provider.values import Object


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    running = start()
    yield running
    running.stop()


@pytest.fixture
def clients(server: RunningServer) -> Iterator[tuple[rpc.ProviderStub, rpc.ProviderStub]]:
    """Two terraforms: connections of their own, as two processes have them."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.insecure_channel(f"{LOOPBACK}:{server.port}", options=options) for _ in range(2)]
    yield rpc.ProviderStub(channels[0]), rpc.ProviderStub(channels[1])
    for channel in channels:
        channel.close()


def provider_config(values: Object) -> pb.DynamicValue:
    fields = load_schemas().provider.fields
    return value_message({name: [] if field.block else None for name, field in fields.items()} | values)


def configure(client: rpc.ProviderStub, **values: object) -> pb.ConfigureProvider.Response:
    return client.ConfigureProvider(pb.ConfigureProvider.Request(config=provider_config(values)))


def region_of(client: rpc.ProviderStub) -> str:
    fields = load_schemas().data_sources["aws_region"].fields
    request = pb.ReadDataSource.Request(type_name="aws_region", config=value_message(dict.fromkeys(fields)))
    return str(read_value(client.ReadDataSource(request).state)["id"])


def test_every_connection_has_its_own_configuration(clients: tuple[rpc.ProviderStub, rpc.ProviderStub]) -> None:
    for client, region in zip(clients, ("eu-central-1", "eu-west-1"), strict=True):
        configure(client, region=region)

    assert [region_of(client) for client in clients] == ["eu-central-1", "eu-west-1"]


def test_a_stop_leaves_the_others_alone(clients: tuple[rpc.ProviderStub, rpc.ProviderStub]) -> None:
    for client in clients:
        configure(client, region="eu-central-1")

    clients[0].StopProvider(pb.StopProvider.Request())

    assert region_of(clients[1]) == "eu-central-1"


def test_a_request_before_the_configuration_is_refused(clients: tuple[rpc.ProviderStub, rpc.ProviderStub]) -> None:
    with pytest.raises(grpc.RpcError, match="before it was configured"):
        region_of(clients[0])


def test_a_missing_region_is_told(
    clients: tuple[rpc.ProviderStub, rpc.ProviderStub], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    assert "Missing region" in configure(clients[0]).diagnostics[0].summary


@pytest.mark.parametrize(
    ("type_name", "told"),
    [("aws_vpc", "aws_vpc is not supported by the sandbox provider"), ("aws_iam_role", None)],
)
def test_an_unsupported_type_is_refused_with_the_list_of_supported_ones(
    clients: tuple[rpc.ProviderStub, rpc.ProviderStub], type_name: str, told: str | None
) -> None:
    schema = load_schemas().resources.get(type_name)
    fields = schema.fields if schema else {}
    config: Object = {name: [] if field.block else None for name, field in fields.items()}

    request = pb.ValidateResourceConfig.Request(type_name=type_name, config=value_message(config))
    problems = clients[0].ValidateResourceConfig(request).diagnostics

    if told is None:
        assert not problems
    else:
        assert told in problems[0].summary
        assert "aws_dynamodb_table" in problems[0].summary
