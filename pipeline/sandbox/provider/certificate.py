"""The certificate that a plugin shows terraform: made at start, kept in memory, told in the handshake."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_VALIDITY = timedelta(days=3650)
"""Longer than any process lives: nothing has to renew it."""


@dataclass(frozen=True, kw_only=True)
class ServerCertificate:
    """A certificate for localhost with its key."""

    der: bytes
    pem: bytes
    key: bytes

    @property
    def handshake(self) -> str:
        """The certificate as the last field of the handshake line."""
        return base64.b64encode(self.der).decode().rstrip("=")

    def credentials(self) -> grpc.ServerCredentials:
        """Return what a gRPC server listens with."""
        return grpc.ssl_server_credentials([(self.key, self.pem)])


def make_certificate() -> ServerCertificate:
    """Make a self-signed certificate; terraform trusts exactly the one that the handshake names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding
    private = key.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ServerCertificate(
        der=certificate.public_bytes(encoding.DER), pem=certificate.public_bytes(encoding.PEM), key=private
    )
