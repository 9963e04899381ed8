"""The provider as a gRPC server on loopback.

One long-lived process serves any number of terraform processes: those that are told of it by TF_REATTACH_PROVIDERS
over the plain port, and those that start the launcher of a provider mirror over the encrypted one (terraform insists
on it there). Every connection has a configuration of its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from tf.gen import grpc_controller_pb2 as controller_pb
from tf.gen import grpc_controller_pb2_grpc as controller_rpc
from tf.gen import grpc_stdio_pb2_grpc as stdio_rpc
from tf.gen import tfplugin_pb2_grpc as rpc

from pipeline.sandbox.provider.certificate import ServerCertificate, make_certificate
from pipeline.sandbox.provider.servicer import ProviderServicer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.json_types import JsonObject

LOOPBACK = "127.0.0.1"
PROTOCOL = 6
ADDRESSES = ("registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws")
"""What terraform and OpenTofu take `hashicorp/aws` for."""

_THREADS = 64
_MESSAGE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A server that answers."""

    server: grpc.Server
    port: int
    secure_port: int
    certificate: ServerCertificate

    def handshake(self) -> str:
        """Return the line by which a plugin tells terraform where it is."""
        return handshake_line(self.secure_port, self.certificate.handshake)

    def stop(self) -> None:
        """Finish what is under way, then end."""
        self.server.stop(grace=10).wait()


def start(*, on_shutdown: Callable[[], None] = lambda: None) -> RunningServer:
    """Start serving on two free ports; `on_shutdown` is called when a client says that it is done."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_send_message_length", _MESSAGE_LIMIT), ("grpc.max_receive_message_length", _MESSAGE_LIMIT)],
    )
    rpc.add_ProviderServicer_to_server(ProviderServicer(), server)
    controller_rpc.add_GRPCControllerServicer_to_server(_Controller(on_shutdown), server)
    stdio_rpc.add_GRPCStdioServicer_to_server(_Stdio(), server)
    certificate = make_certificate()
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    secure_port = server.add_secure_port(f"{LOOPBACK}:0", certificate.credentials())
    server.start()
    return RunningServer(server=server, port=port, secure_port=secure_port, certificate=certificate)


def handshake_line(port: int, certificate: str) -> str:
    """Return the line that terraform reads from a plugin's standard output."""
    return f"1|{PROTOCOL}|tcp|{LOOPBACK}:{port}|grpc|{certificate}"


def reattach(pid: int, port: int) -> JsonObject:
    """Return the value of TF_REATTACH_PROVIDERS, for terraform and for OpenTofu."""
    address = {"Network": "tcp", "String": f"{LOOPBACK}:{port}"}
    entry = {"Protocol": "grpc", "ProtocolVersion": PROTOCOL, "Pid": pid, "Test": True, "Addr": address}
    return dict.fromkeys(ADDRESSES, entry)


class _Controller(controller_rpc.GRPCControllerServicer):
    """Takes the message by which a client ends the plugin that it has started."""

    def __init__(self, on_shutdown: Callable[[], None]) -> None:
        self._on_shutdown = on_shutdown

    def Shutdown(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._on_shutdown()
        return controller_pb.Empty()


class _Stdio(stdio_rpc.GRPCStdioServicer):
    """Has no output to stream; terraform asks all the same."""

    def StreamStdio(self, request: Any, context: grpc.ServicerContext) -> Any:
        return iter(())
