"""Both ends of the pipe: botocore's serializers and parsers on this side, the `roundtrip` binary on the other."""

import base64
import json
import os
import pathlib
import subprocess

import botocore.parsers
import botocore.serialize
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.compat import HTTPHeaders

from .services import MODELS, ROOT


class Codecs:
    """The binary under test, one exchange a line."""

    def __init__(self):
        command = [str(binary()), str(MODELS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the codecs died of {order}"
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def binary():
    """The program beside the `nephele` under test, built with it; else one built now."""
    beside = pathlib.Path(os.environ.get("NEPHELE_BIN", "nephele")).with_name("roundtrip")
    if beside.is_file():
        return beside
    subprocess.run(["cargo", "build", "-q", "-p", "roundtrip"], cwd=ROOT, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/roundtrip"


def request(wire, operation, parameters):
    """What botocore sends, as far as a decoder sees it."""
    serializer = botocore.serialize.create_serializer(wire.theirs, include_validation=False)
    description = serializer.serialize_to_request(parameters, operation)
    prepare_request_dict(description, "http://localhost", context={})
    prepared = create_request_object(description).prepare()
    body = prepared.body or b""
    body = body.read() if hasattr(body, "read") else body
    body = body.encode() if isinstance(body, str) else bytes(body)
    headers = [[key, value.decode() if isinstance(value, bytes) else str(value)] for key, value in prepared.headers.items()]
    path = prepared.url.split("/", 3)
    return {
        "method": prepared.method,
        "uri": "/" + (path[3] if len(path) > 3 else ""),
        "headers": headers,
        "body": base64.b64encode(body).decode(),
    }


def response(wire, operation, answer):
    """What botocore makes of an answer."""
    headers = HTTPHeaders()
    for name, value in answer["headers"]:
        headers[name] = value
    body = base64.b64decode(answer["body"])
    parser = botocore.parsers.create_parser(wire.theirs)
    shape = operation.output_shape
    if operation.has_event_stream_output:
        return events(parser, operation, shape, body, headers, answer["status"])
    if operation.has_streaming_output:
        body = bytearray(body)  # left as it is, like the stream that a client would hold
    parsed = parser.parse({"headers": headers, "status_code": answer["status"], "body": body}, shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


class Raw:
    """A connection that has received everything."""

    def __init__(self, body):
        self.body = body

    def stream(self):
        yield self.body

    def close(self):
        pass


def events(parser, operation, shape, body, headers, status):
    name = next(name for name, member in shape.members.items() if member.serialization.get("eventstream"))
    context = {"operation_name": operation.name}
    answer = {"headers": headers, "status_code": status, "body": Raw(body), "context": context}
    parsed = parser.parse(answer, shape)
    parsed.pop("ResponseMetadata", None)
    parsed[name] = list(parsed[name])
    return parsed
