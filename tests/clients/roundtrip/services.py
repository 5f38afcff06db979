"""The services and protocols under test: botocore's own models, and for what it lost, our overlay put back into it."""

import json
from dataclasses import dataclass
from pathlib import Path

import botocore
from botocore.loaders import Loader
from botocore.model import ServiceModel

ROOT = Path(__file__).resolve().parents[3]
MODELS = ROOT / "models"
LOADER = Loader(include_default_extras=False)


@dataclass(frozen=True)
class Wire:
    """A service over one protocol. `ours` and `theirs` are the protocol's names here and in botocore."""

    service: str
    ours: str
    theirs: str

    def __str__(self):
        return f"{self.service}-{self.ours}"


def pinned():
    """Whether the installed botocore is the one the models come from."""
    first, *services = (MODELS / "SOURCE").read_text().splitlines()
    return first == f"botocore {botocore.__version__}", services


def wires():
    """Every protocol of every service, CBOR for all that speak JSON."""
    for service in pinned()[1]:
        metadata = dict(json.loads((MODELS / f"{service}.json").read_text())["metadata"])
        metadata.update(overlay(service).get("metadata", {}))
        protocols = metadata.get("protocols", [metadata["protocol"]])
        for protocol in protocols:
            ours = f"json-{metadata['jsonVersion']}" if protocol == "json" else protocol
            yield Wire(service, ours, protocol)
        if "json" in protocols and "smithy-rpc-v2-cbor" not in protocols:
            yield Wire(service, "smithy-rpc-v2-cbor", "smithy-rpc-v2-cbor")


def overlay(service):
    path = MODELS / f"{service}.overlay.json"
    return json.loads(path.read_text()) if path.exists() else {}


def model(wire):
    """The model as a client of that protocol would have it."""
    description = json.loads(json.dumps(LOADER.load_service_model(wire.service, "service-2")))
    description["metadata"]["protocol"] = wire.theirs
    description["metadata"]["protocols"] = [wire.theirs]
    for section in ("operations", "shapes"):
        merge(description[section], overlay(wire.service).get(section, {}))
    if wire.theirs == "query":
        rename(description["shapes"])
    if wire.theirs != "query" and wire.theirs != "ec2":
        for operation in description["operations"].values():
            operation.get("output", {}).pop("resultWrapper", None)
    return ServiceModel(description, wire.service)


def merge(target, patch):
    for key, change in patch.items():
        if isinstance(change, dict) and isinstance(target.get(key), dict):
            merge(target[key], change)
        else:
            target[key] = change


def rename(shapes):
    """Our `xmlName` is botocore's `locationName`."""
    for shape in shapes.values():
        parts = list(shape.get("members", {}).values())
        parts += [shape[part] for part in ("member", "key", "value") if part in shape]
        for part in parts:
            if "xmlName" in part:
                part["locationName"] = part.pop("xmlName")
