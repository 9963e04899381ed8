from __future__ import annotations

import http.client
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox_fixtures import RunningSandbox

SIGNED = "AWS4-HMAC-SHA256 Credential=sandbox/20260101/eu-central-1/{service}/aws4_request, Signature=none"
S3 = {"Authorization": SIGNED.format(service="s3")}


@pytest.fixture
def connection(sandbox: RunningSandbox) -> Iterator[http.client.HTTPConnection]:
    s3 = sandbox.client("s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket="http-server", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    connected = http.client.HTTPConnection(sandbox.endpoint.removeprefix("http://"), timeout=10)
    yield connected
    connected.close()


def test_one_connection_carries_many_requests(connection: http.client.HTTPConnection) -> None:
    connection.connect()
    socket = connection.sock
    for number in range(3):
        content = str(number).encode() * 100_000
        connection.request("PUT", "/http-server/key", body=content, headers=S3)
        assert connection.getresponse().read() == b""
        connection.request("GET", "/http-server/key", headers=S3)
        assert connection.getresponse().read() == content
    assert connection.sock is socket


def test_a_chunked_request_is_read_whole(connection: http.client.HTTPConnection) -> None:
    parts = [b"one, ", b"two, ", b"three"]
    connection.request("PUT", "/http-server/chunked", body=iter(parts), headers=S3, encode_chunked=True)
    assert connection.getresponse().read() == b""
    connection.request("GET", "/http-server/chunked", headers=S3)
    assert connection.getresponse().read() == b"one, two, three"


def test_a_head_has_the_length_and_no_body(connection: http.client.HTTPConnection) -> None:
    connection.request("PUT", "/http-server/key", body=b"12345", headers=S3)
    connection.getresponse().read()
    connection.request("HEAD", "/http-server/key", headers=S3)
    answer = connection.getresponse()
    assert answer.getheader("Content-Length") == "5"
    assert answer.read() == b""
    connection.request("GET", "/http-server/key", headers=S3)
    assert connection.getresponse().read() == b"12345"


def test_an_answer_without_content_leaves_the_connection_usable(connection: http.client.HTTPConnection) -> None:
    connection.request("DELETE", "/http-server/never-there", headers=S3)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    connection.request("GET", "/http-server/never-there", headers=S3)
    assert connection.getresponse().status == 404


def test_what_moto_does_not_implement_is_answered_as_such(connection: http.client.HTTPConnection) -> None:
    headers = {
        "Authorization": SIGNED.format(service="cognito-idp"),
        "X-Amz-Target": "AWSCognitoIdentityProviderService.DescribeRiskConfiguration",
        "Content-Type": "application/x-amz-json-1.1",
    }
    connection.request("POST", "/", body=json.dumps({"UserPoolId": "x"}), headers=headers)
    answer = connection.getresponse()
    assert answer.status == 501
    assert b"describe_risk_configuration action has not been implemented" in answer.read()


def test_a_client_that_waits_for_leave_to_send_gets_it(connection: http.client.HTTPConnection) -> None:
    connection.putrequest("PUT", "/http-server/expected")
    for name, value in {**S3, "Expect": "100-continue", "Content-Length": "2"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(b"ok")
    assert connection.getresponse().status == 200
