"""botocore serialises → our decoder → same values? Our encoder → botocore parses → same values? For every operation of
every model over every protocol it speaks, with random awkward values. `ROUNDTRIP_SEEDS` (default 2) sets how many."""

import os
import random

import pytest

from roundtrip import services
from roundtrip.values import Values, comparable, neutral
from roundtrip.wire import Codecs, request, response

SEEDS = int(os.environ.get("ROUNDTRIP_SEEDS", "2"))
WIRES = list(services.wires())
# What a client cannot show to be right, with the reason.
LEFT_OUT = {
    "GetBucketNotification": "deprecated; two of its members share one XML element",
    "PutBucketNotification": "deprecated; two of its members share one XML element",
    "GetBucketLocation": "its root is its only member; botocore reads that in a handler and not in its parser",
    "sqs-query.ReceiveMessage": "both lists of attribute names go by one name",
    "ImportRestApi": "its map of free query parameters still takes up the literal `mode` of its own template",
}
LOSE_EMPTIES = ("query", "ec2", "rest-xml")

pytestmark = pytest.mark.skipif(not services.pinned()[0], reason="another botocore than the models' is installed")


@pytest.fixture(scope="session")
def codecs():
    codecs = Codecs()
    yield codecs
    codecs.close()


def cases(wire):
    model = services.model(wire)
    for name in model.operation_names:
        if name in LEFT_OUT or f"{wire}.{name}" in LEFT_OUT:
            continue
        for seed in range(SEEDS):
            yield model.operation_model(name), random.Random(f"{wire}.{name}.{seed}")


def difference(expected, actual, path=""):
    """The first place where two neutral values differ."""
    expected, actual = number(expected), number(actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            found = difference(expected.get(key, "<absent>"), actual.get(key, "<absent>"), f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return next(filter(None, (difference(*pair, f"{path}[{n}]") for n, pair in enumerate(zip(expected, actual)))), None)
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return None if same else f"{path}: {expected!r:.200} became {actual!r:.200}"


def number(value):
    """A float may come back as the integer it equals, and the other way round."""
    return float(value["$float"]) if isinstance(value, dict) and "$float" in value else value


def report(failures, count):
    assert count, "no operation was tried"
    assert not failures, f"{len(failures)} of {count}:\n" + "\n".join(failures[:12])


@pytest.mark.parametrize("wire", WIRES, ids=str)
def test_requests_are_understood(codecs, wire):
    failures, count = [], 0
    for operation, source in cases(wire):
        shape = operation.input_shape
        values = Values(source, wire.theirs, request=True)
        parameters = values.structure(shape) if shape else {}
        order = request(wire, operation, dict(parameters))
        answer = codecs.ask(do="decode", service=wire.service, operation=operation.name, protocol=wire.ours, **order)
        keep = wire.theirs not in LOSE_EMPTIES
        expected, actual = neutral(parameters, keep), neutral(answer.get("input", {}), keep)
        if shape:
            expected, actual = (comparable(shape, v) for v in (expected, actual))
        found = difference(expected, actual) if "input" in answer else str(answer)
        found = found or ", ".join(answer["issues"])
        count += 1
        failures += [f"{operation.name}: {found}\n    {order}"[:900]] if found else []
    report(failures, count)


@pytest.mark.parametrize("wire", WIRES, ids=str)
def test_answers_are_understood(codecs, wire):
    failures, count = [], 0
    for operation, source in cases(wire):
        shape = operation.output_shape
        values = Values(source, wire.theirs, request=False)
        output = values.structure(shape) if shape else {}
        stream = operation.get_event_stream_output()
        if stream is not None:
            sendable = [name for name, member in stream.members.items() if not member.metadata.get("exception")]
            name = next(name for name, member in shape.members.items() if member.serialization.get("eventstream"))
            output[name] = [{event: values.structure(stream.members[event])} for event in sendable]
        sent = dict(neutral(output))
        if shape:
            for name, member in shape.members.items():
                if member.serialization.get("jsonvalue") and isinstance(sent.get(name), dict):
                    sent[name] = services.json.dumps(sent[name])
        answer = codecs.ask(do="encode", service=wire.service, operation=operation.name, protocol=wire.ours, output=sent)
        count += 1
        try:
            parsed = response(wire, operation, answer) if "body" in answer else None
            keep = wire.theirs not in LOSE_EMPTIES
            expected, actual = neutral(output, keep), neutral(parsed or {}, keep)
            if shape:
                expected, actual = (comparable(shape, v) for v in (expected, actual))
            found = difference(expected, actual) if "body" in answer else str(answer)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        body = services.json.dumps(answer)[:500]
        failures += [f"{operation.name}: {found}\n    {body}"] if found else []
    report(failures, count)
