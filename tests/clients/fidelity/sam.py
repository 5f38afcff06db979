"""Runs the templates of AWS's own SAM translator against ours, and tells every difference.

Nothing of the translator is in this repository. Check out https://github.com/aws/serverless-application-model, build the
transform (`cargo build -p sam --example transform`) and

    SAM_CHECKOUT=<checkout> SAM_TRANSFORM=<target>/debug/examples/transform python sam.py [--only TEXT] [--show]

Every template of `tests/translator/input` is transformed in three partitions and compared with `tests/translator/output` as
the translator's tests do: lists sorted, but for layers. Templates that are wrong are compared by message.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
from functools import cmp_to_key

import yaml

PARTITIONS = {"aws": "ap-southeast-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
REFUSED = {name: f"Cannot access application: {name}." for name in ("no-access", "non-existent", "invalid-semver")}


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms of intrinsic functions."""


def intrinsic(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


Loader.add_multi_constructor("!", intrinsic)


def policies(partition):
    """The managed policies that the translator's tests know by name, and those that it knows itself."""
    found = dict(BUNDLED.get(partition, {}))
    names = {
        "AWSLambdaBasicExecutionRole": "service-role/AWSLambdaBasicExecutionRole",
        "AmazonDynamoDBFullAccess": "AmazonDynamoDBFullAccess",
        "AmazonDynamoDBReadOnlyAccess": "AmazonDynamoDBReadOnlyAccess",
        "AWSLambdaRole": "service-role/AWSLambdaRole",
    }
    tracing = "AWSXrayWriteOnlyAccess" if partition == "aws" else "AWSXRayDaemonWriteAccess"
    names[tracing] = tracing
    for name, path in names.items():
        found.setdefault(name, f"arn:{partition}:iam::aws:policy/{path}")
    return found


def compare(left, right):
    if isinstance(left, dict) and isinstance(right, dict):
        left, right = json.dumps(left, sort_keys=True), json.dumps(right, sort_keys=True)
    try:
        return (left > right) - (left < right)
    except TypeError:
        left, right = type(left).__name__, type(right).__name__
        return (left > right) - (left < right)


def settled(value):
    """The value with all lists sorted: their order says nothing to these tests."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((settled(item) for item in value), key=cmp_to_key(compare))
    return value


def differences(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            if key not in ours:
                yield f"{path}/{key}: missing {json.dumps(theirs[key])[:300]}"
            elif key not in theirs:
                yield f"{path}/{key}: not theirs {json.dumps(ours[key])[:300]}"
            else:
                yield from differences(ours[key], theirs[key], f"{path}/{key}")
    elif ours != theirs:
        yield f"{path}: ours {json.dumps(ours)[:300]}\n      theirs {json.dumps(theirs)[:300]}"


class Transform:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, template, partition, region, **more):
        request = {
            "template": template,
            "parameters": {"param1": "value1", "param2": "value2"},
            "region": region,
            "partition": partition,
            "policies": policies(partition),
            "applications": REFUSED,
            "template_url": "https://awsserverlessrepo-changesets-xxx.s3.amazonaws.com/signed-url",
            "now": 13,
            **more,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the transform ended")
        return json.loads(line)


def load(path):
    return json.loads(json.dumps(yaml.load(path.read_text(), Loader)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="", help="templates whose name has this")
    arguments.add_argument("--show", action="store_true", help="tell the differences")
    arguments = arguments.parse_args()
    tests = pathlib.Path(os.environ["SAM_CHECKOUT"]) / "tests" / "translator"
    transform = Transform(os.environ["SAM_TRANSFORM"])
    passed, failed = 0, []
    for path in sorted((tests / "input").glob("*.yaml")):
        name = path.stem
        if arguments.only not in name:
            continue
        wrong = []
        if name.startswith("error_"):
            found = transform(load(path), "aws", "ap-southeast-1").get("error", "no refusal")
            expected = json.loads((tests / "output" / f"{name}.json").read_text())["errorMessage"]
            found = re.sub(r"u'([A-Za-z0-9]*)'", r"'\1'", found)
            if found != expected:
                wrong.append(f"    ours   {found}\n    theirs {expected}")
        else:
            for partition, region in PARTITIONS.items():
                output = tests / "output" / ("" if partition == "aws" else partition) / f"{name}.json"
                if not output.exists():
                    continue
                found = transform(load(path), partition, region, pass_metadata="metadata" in name and name.startswith("translate"))
                expected = settled(json.loads(output.read_text()))
                if "error" in found:
                    wrong.append(f"    {partition}: {found['error']}")
                else:
                    told = [f"    {line}" for line in differences(settled(found["template"]), expected)]
                    wrong += [f"    {partition}:", *told[:12]] if told else []
        if name == "translate_always_deploy":
            found = transform(load(path), "aws", "ap-southeast-1").get("template", {}).get("Resources", {})
            if "MyApiDeploymentbd307a3ec3" not in found:
                wrong.append(f"    the deployment of second 13 is one of {list(found)}")
        if wrong:
            failed.append(name)
            print(f"FAILED {name}")
            if arguments.show:
                print("\n".join(wrong))
        else:
            passed += 1
    print(f"{passed} of {passed + len(failed)} templates become what AWS's translator makes of them")
    return 1 if failed else 0


def bundled():
    """The names that the translator of the checkout knows, where they are part of it."""
    path = pathlib.Path(os.environ["SAM_CHECKOUT"]) / "samtranslator" / "internal" / "data" / "aws_managed_policies.json"
    return json.loads(path.read_text()) if path.exists() else {}


if __name__ == "__main__":
    BUNDLED = bundled()
    sys.exit(main())
