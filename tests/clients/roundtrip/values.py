"""Random values for shapes, as awkward as the place they travel in allows, and their neutral form for comparison."""

import base64
import json
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
AWKWARD = ["", " ", "a b", "ü", "日本語", "😀", "&<>\"'", "a+b=c&d%20", "null", "true", "0", "/", "//", "\u2028", "{}", " x ", "\t\n"]
CONTROL = ["\x00", "\x01\x1f", "\x7f", "\u0085"]
TOKENS = ["a", "Value-1", "x.y", "0", "UPPER_lower"]
DEEPEST = 4


class Values:
    """A source of values for one wire, direction and seed."""

    def __init__(self, random, protocol, request):
        self.random = random
        self.protocol = protocol
        self.request = request
        # A form cannot say that a list, a map or a structure is there but empty.
        self.is_form = request and protocol in ("query", "ec2")
        self.is_text = protocol in ("rest-xml",) or not request and protocol in ("query", "ec2")

    def structure(self, shape, depth=0, chain=()):
        """A dictionary with all required and some other members."""
        members = list(shape.members.items())
        if getattr(shape, "is_tagged_union", False):
            plain = [m for m in members if m[1].name not in chain] or members
            members = [self.random.choice(plain)] if members else []
            return {name: self.value(member, depth + 1, chain + (shape.name,)) for name, member in members}
        share = 0.7 if depth < 2 else 0.3
        recursive = chain.count(shape.name)
        chosen = {}
        for name, member in members:
            required = name in shape.required_members or member.serialization.get("eventpayload")
            if member.serialization.get("eventstream"):
                continue
            if required or (self.random.random() < share and depth < DEEPEST and not recursive):
                chosen[name] = self.value(member, depth + 1, chain + (shape.name,), self.place(shape, name, member))
        if self.is_form and not chosen and members:
            name, member = next((m for m in members if m[1].type_name == "string"), members[0])
            chosen[name] = self.value(member, depth + 1, chain + (shape.name,))
        return chosen

    def place(self, shape, name, member):
        if member.serialization.get("hostLabel"):
            return "host"
        if member.serialization.get("eventpayload"):
            return "payload"
        if not self.protocol.startswith("rest"):
            return "body"
        if shape.serialization.get("payload") == name:
            return "payload"
        return member.serialization.get("location", "body")

    def value(self, shape, depth=0, chain=(), place="body"):
        if shape.type_name == "structure" and shape.is_document_type:
            return self.document()
        if shape.type_name == "structure":
            return self.structure(shape, depth, chain)
        if shape.type_name == "list":
            inner = "header-list" if place == "header" else place
            count = self.count(shape.member, depth, chain, place, shape.serialization.get("flattened"))
            return [self.value(shape.member, depth + 1, chain, inner) for _ in range(count)]
        if shape.type_name == "map":
            return self.map(shape, depth, chain, place)
        return getattr(self, shape.type_name)(shape, place)

    def count(self, element, depth, chain, place, flattened=False):
        # Without an element around it, an empty list leaves no trace.
        traceless = self.is_form or place not in ("body", "payload") or (flattened and self.protocol == "rest-xml")
        least = 1 if traceless else 0
        shallow = depth < DEEPEST and element.name not in chain
        return self.random.randint(least, 3) if shallow else least

    def map(self, shape, depth, chain, place):
        count = self.count(shape.value, depth, chain, place)
        if place in ("headers", "querystring"):
            return {f"zz{n}": self.value(shape.value, depth + 1, chain, place) for n in range(count)}
        keys = {self.string(shape.key, "body") for _ in range(count)}
        return {key: self.value(shape.value, depth + 1, chain) for key in sorted(keys)}

    def document(self):
        if self.protocol == "smithy-rpc-v2-cbor":
            return {}  # botocore can neither write nor read another
        return self.random.choice([{"a": [1, "b", None, {"c": 1.5}]}, {}, {"": "ü"}])

    def string(self, shape, place):
        if shape.serialization.get("jsonvalue") and place == "header":
            return self.random.choice([{"a": 1}, {"ü": ["b"]}])
        if getattr(shape, "enum", None) and self.random.random() < 0.8:
            return self.random.choice(shape.enum)
        if place == "host":
            return "label-1"
        if place in ("header", "headers", "header-list"):
            return self.random.choice(TOKENS)
        choices = AWKWARD + ([] if self.is_text else CONTROL)
        text = self.random.choice(choices) + self.random.choice(TOKENS + choices)
        if self.random.random() < 0.01 and place == "body":
            text += "long " * 5000
        if place == "uri":
            text = text.strip("/") or "x"
            return "x" + text if text in (".", "..") else text
        return text or ("x" if place == "payload" else "")

    character = string

    def blob(self, shape, place):
        size = self.random.choice([0, 1, 3, 50, 70000] if self.random.random() < 0.05 else [0, 1, 2, 20])
        return self.random.randbytes(max(size, 1 if place in ("payload", "header") else 0))

    def integer(self, shape, place):
        if place == "statusCode":
            return self.random.choice([200, 202])
        return self.random.choice([0, 1, -1, 2**31 - 1, -(2**31), self.random.randint(-1000, 1000)])

    def long(self, shape, place):
        return self.random.choice([0, 1, -1, 2**63 - 1, -(2**63), self.random.randint(-(10**12), 10**12)])

    def boolean(self, shape, place):
        return self.random.random() < 0.5

    def double(self, shape, place):
        return self.random.choice([0.0, 1.0, -1.5, 0.1, 1e300, 5e-324, 123456789.123456789, self.random.random()])

    def float(self, shape, place):
        return self.random.choice([0.0, 1.0, -1.5, 0.25, 1048576.5])

    def timestamp(self, shape, place):
        moment = self.random.choice([0, 1, 951782400, 4102444799, self.random.randint(0, 2**32)])
        return EPOCH + timedelta(seconds=moment)


def neutral(value, empties=True):
    """The form values have on the pipe. Without `empties`, what is empty counts as absent."""
    if isinstance(value, dict):
        members = {key: neutral(member, empties) for key, member in value.items()}
        return {key: member for key, member in members.items() if empties or member not in ({}, [], None)}
    if isinstance(value, (list, tuple)):
        return [neutral(element, empties) for element in value]
    if isinstance(value, datetime):
        return {"$time": round((value - EPOCH) / timedelta(microseconds=1))}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"$blob": base64.b64encode(bytes(value)).decode()}
    return value


def json_texts(shape, value):
    """Header members that botocore takes as values and we as text: made values on both sides."""
    for name, member in shape.members.items():
        if member.serialization.get("jsonvalue") and isinstance(value.get(name), str):
            try:
                value[name] = json.loads(value[name])
            except ValueError:
                pass
    return value


def comparable(shape, value):
    """Without what HTTP says anyway: an empty body is none; status, length and type are in every message."""
    value = json_texts(shape, value)
    payload = shape.serialization.get("payload")
    if payload and value.get(payload) in ({}, {"$blob": ""}, ""):
        del value[payload]
    for name, member in shape.members.items():
        implied = member.serialization.get("name", "").lower() in ("content-length", "content-type")
        if member.serialization.get("location") == "statusCode" or implied:
            value.pop(name, None)
    return value
