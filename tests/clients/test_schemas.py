"""The schema registry with boto3 and the AWS CLI: what is discovered of events, and the code made of it, compiled and run by
the languages' own tools where the machine has them."""

import io
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest
from botocore.exceptions import ClientError

AWS = shutil.which("aws", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("aws")
DETAIL = {
    "orderId": "1", "placed-at": "2026-01-01T00:00:00.250Z", "total": 12.5, "paid": True, "note": None,
    "customer": {"name": "Ada", "class": "gold", "address": {"city": "Ł", "zip": "1"}},
    "items": [{"sku": "a", "count": 2}, {"sku": "b", "count": 1, "gift": False}], "tags": ["x"], "2nd": {"Object": {"from": "y"}},
    "weird \"name\"\\": {"getClass": "c", "getclass": "d", "String": {"self": "s"}, "日本": "n"},
}
NAME = "my.shop@OrderPlaced"
PACKAGE = "schema.my_shop.orderplaced"


def put(cloud, account, detail, kind="order placed"):
    entry = {"Source": "my.shop", "DetailType": kind, "Detail": json.dumps(detail), "Resources": ["arn:x"]}
    answer = cloud.client("events", account).put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0


def discoverer(cloud, account):
    arn = f"arn:aws:events:us-east-1:{account}:event-bus/default"
    return cloud.client("schemas", account).create_discoverer(SourceArn=arn)["DiscovererId"]


def discovered(cloud, account, name, version):
    """The document of a version, once there is one: asked for again and again, as everybody must."""
    schemas = cloud.client("schemas", account)
    for _ in range(2000):
        try:
            found = schemas.describe_schema(RegistryName="discovered-schemas", SchemaName=name)
        except schemas.exceptions.NotFoundException:
            continue
        if found["SchemaVersion"] == version:
            return json.loads(found["Content"])
    raise AssertionError(f"{name} never has version {version}")


def binding(cloud, account, language, at):
    """The code for the discovered schema, unpacked."""
    schemas = cloud.client("schemas", account)
    discoverer(cloud, account)
    put(cloud, account, DETAIL)
    discovered(cloud, account, NAME, "1")
    what = {"RegistryName": "discovered-schemas", "SchemaName": NAME, "Language": language}
    schemas.put_code_binding(**what)
    schemas.get_waiter("code_binding_exists").wait(**what)
    body = schemas.get_code_binding_source(**what)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        archive.extractall(at)
    return at


def event():
    return {
        "version": "0", "id": "i", "detail-type": "order placed", "source": "my.shop", "account": "1", "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1", "resources": ["r"], "detail": DETAIL,
    }


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(inside) for key, inside in value.items() if inside is not None}
    return [without_nulls(inside) for inside in value] if isinstance(value, list) else value


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_events_become_schemas_and_survive_a_kill(own_cloud):
    account = own_cloud.new_account()
    discoverer(own_cloud, account)
    put(own_cloud, account, {"id": 1})
    own_cloud.kill()
    own_cloud.start()
    first = discovered(own_cloud, account, NAME, "1")
    assert first["components"]["schemas"]["OrderPlaced"]["required"] == ["id"]
    put(own_cloud, account, {"id": 2, "note": "n"})
    own_cloud.crash()
    second = discovered(own_cloud, account, NAME, "2")
    assert sorted(second["components"]["schemas"]["OrderPlaced"]["properties"]) == ["id", "note"]
    versions = own_cloud.client("schemas", account).list_schema_versions(RegistryName="discovered-schemas", SchemaName=NAME)
    assert [one["SchemaVersion"] for one in versions["SchemaVersions"]] == ["1", "2"]


def test_errors_are_the_modelled_classes(cloud, account):
    schemas = cloud.client("schemas", account)
    with pytest.raises(schemas.exceptions.NotFoundException) as told:
        schemas.describe_registry(RegistryName="no")
    assert told.value.response["Error"]["Message"] == "Registry with name no does not exist."
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    schemas.create_registry(RegistryName="r", Tags={"k": "v"})
    with pytest.raises(schemas.exceptions.ConflictException):
        schemas.create_registry(RegistryName="r")
    with pytest.raises(schemas.exceptions.BadRequestException):
        schemas.create_schema(RegistryName="r", SchemaName="s", Type="OpenApi3", Content="{}")
    with pytest.raises(ClientError) as told:
        schemas.delete_registry(RegistryName="aws.events")
    assert told.value.response["Error"]["Code"] == "ForbiddenException"


def test_paginators_and_search(cloud, account):
    schemas = cloud.client("schemas", account)
    pages = schemas.get_paginator("list_schemas").paginate(RegistryName="aws.events", PaginationConfig={"PageSize": 3})
    names = [one["SchemaName"] for page in pages for one in page["Schemas"]]
    assert names == sorted(set(names)) and "aws.s3@ObjectCreated" in names
    pages = schemas.get_paginator("search_schemas").paginate(RegistryName="aws.events", Keywords="sequencer", PaginationConfig={"PageSize": 1})
    found = [one["SchemaName"] for page in pages for one in page["Schemas"]]
    assert found == ["aws.s3@ObjectCreated", "aws.s3@ObjectDeleted"]


def test_an_event_of_s3_is_as_its_schema_says(cloud, account):
    """The bucket's own event, held against the published schema of it."""
    sqs, s3, events = (cloud.client(name, account) for name in ("sqs", "s3", "events"))
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{account}:q"
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": allow})})
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"]}))
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn}])
    bucket = f"b{account}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]
    detail = json.loads(message["Body"])["detail"]
    shown = cloud.client("schemas", account).describe_schema(RegistryName="aws.events", SchemaName="aws.s3@ObjectCreated")
    components = json.loads(shown["Content"])["components"]["schemas"]

    def hold(value, schema):
        schema = components[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        kinds = {"object": dict, "string": str, "number": (int, float), "boolean": bool, "array": list}
        assert isinstance(value, kinds[schema["type"]]), (value, schema)
        if isinstance(value, dict):
            assert set(schema["required"]) <= set(value) <= set(schema["properties"])
            for name, inside in value.items():
                hold(inside, schema["properties"][name])

    hold(detail, components["ObjectCreated"])


def test_python_code(cloud, account, tmp_path):
    at = binding(cloud, account, "Python36", tmp_path)
    script = f"""
import json, sys
from {PACKAGE} import AWSEvent, Customer, Marshaller, OrderPlaced
event = Marshaller.unmarshall(json.load(sys.stdin), AWSEvent)
assert type(event.detail) is OrderPlaced and type(event.detail.customer) is Customer
assert event.detail.customer.address.city == 'Ł' and event.detail.placed_at.microsecond == 250000
assert event == Marshaller.unmarshall(Marshaller.marshall(event), AWSEvent) and str(event)
event.detail.order_id = '2'
print(json.dumps(Marshaller.marshall(event)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=at, input=json.dumps(event()), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    expected = without_nulls(event())
    expected["detail"] = {**expected["detail"], "orderId": "2", "placed-at": "2026-01-01T00:00:00.250000Z"}
    assert json.loads(done.stdout) == expected


def test_typescript_code(cloud, account, tmp_path, node_modules):
    at = binding(cloud, account, "TypeScript3", tmp_path)
    (at / "main.ts").write_text(f"""
import {{ AWSEvent }} from './{PACKAGE.replace(".", "/")}/AWSEvent';
import {{ Customer }} from './{PACKAGE.replace(".", "/")}/Customer';
import {{ Marshaller }} from './{PACKAGE.replace(".", "/")}/marshaller/Marshaller';
declare const process: any, require: any;
const event: AWSEvent = Marshaller.unmarshall(JSON.parse(require('fs').readFileSync(0, 'utf8')), AWSEvent);
if (!(event.detail.customer instanceof Customer) || !(event.detail.placedAt instanceof Date)) throw new Error('not typed');
event.detail.orderId = '2';
process.stdout.write(JSON.stringify(Marshaller.marshall(event)));
""")
    tsc = pathlib.Path(node_modules) / "typescript" / "bin" / "tsc"
    run("node", tsc, "--strict", "--target", "es2019", "--module", "commonjs", "--lib", "es2019", "--outDir", at / "out", at / "main.ts", cwd=at)
    done = subprocess.run(["node", str(at / "out" / "main.js")], input=json.dumps(event()), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    expected = event()
    expected["detail"] = {**expected["detail"], "orderId": "2"}
    expected["time"] = "2026-01-01T00:00:00.000Z"
    assert json.loads(done.stdout) == expected


# What the code needs of Jackson, as far as a compiler looks.
JACKSON = {
    "annotation/JsonProperty": "public @interface JsonProperty { String value(); }",
    "annotation/JsonInclude": "public @interface JsonInclude { Include value(); enum Include { NON_NULL } }",
    "annotation/JsonAutoDetect": """public @interface JsonAutoDetect {
        Visibility fieldVisibility(); Visibility getterVisibility(); Visibility isGetterVisibility(); Visibility setterVisibility();
        enum Visibility { NONE } }""",
    "databind/DeserializationFeature": "public enum DeserializationFeature { FAIL_ON_UNKNOWN_PROPERTIES }",
    "databind/SerializationFeature": "public enum SerializationFeature { WRITE_DATES_AS_TIMESTAMPS }",
    "databind/JavaType": "public class JavaType {}",
    "databind/TypeFactory": "public class TypeFactory { public JavaType constructParametricType(Class<?> a, Class<?>... b) { return null; } }",
    "databind/util/StdDateFormat": """public class StdDateFormat extends java.text.DateFormat {
        public StringBuffer format(java.util.Date d, StringBuffer b, java.text.FieldPosition p) { return b; }
        public java.util.Date parse(String s, java.text.ParsePosition p) { return null; } }""",
    "databind/ObjectMapper": """public class ObjectMapper {
        public ObjectMapper configure(DeserializationFeature f, boolean b) { return this; }
        public ObjectMapper configure(SerializationFeature f, boolean b) { return this; }
        public ObjectMapper setDateFormat(java.text.DateFormat f) { return this; }
        public TypeFactory getTypeFactory() { return null; }
        public void writeValue(java.io.OutputStream o, Object v) throws java.io.IOException {}
        public <T> T readValue(java.io.InputStream i, Class<T> c) throws java.io.IOException { return null; }
        public <T> T readValue(java.io.InputStream i, JavaType t) throws java.io.IOException { return null; } }""",
}


def test_java_code_compiles(cloud, account, tmp_path):
    if not shutil.which("javac"):
        pytest.skip("needs javac")
    at = binding(cloud, account, "Java8", tmp_path)
    for name, text in JACKSON.items():
        file = at / "com/fasterxml/jackson" / f"{name}.java"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"package com.fasterxml.jackson.{name.rsplit('/', 1)[0].replace('/', '.')};\n{text}\n")
    (at / "Main.java").write_text(f"""
import {PACKAGE}.AWSEvent;
import {PACKAGE}.OrderPlaced;
import {PACKAGE}.marshaller.Marshaller;
class Main {{
  static String city(java.io.InputStream in) throws java.io.IOException {{
    AWSEvent<OrderPlaced> event = Marshaller.unmarshalEvent(in, OrderPlaced.class);
    event.getDetail().orderId("2").setTags(null);
    Marshaller.marshal(System.out, event);
    return event.getDetail().getCustomer().getAddress().getCity();
  }}
}}
""")
    run("javac", "--release", "8", "-Xlint:-options", "-d", at / "out", *at.rglob("*.java"))


def test_go_code(cloud, account, tmp_path):
    if not shutil.which("go"):
        pytest.skip("needs go")
    at = binding(cloud, account, "Go1", tmp_path)
    (at / "go.mod").write_text("module example\n\ngo 1.18\n")
    assert run("gofmt", "-l", ".", cwd=at) == ""
    run("go", "vet", "./...", cwd=at)


def test_the_command_line(cloud, account, tmp_path):
    environment = cloud.environment(account)

    def aws(*arguments):
        command = [AWS, "--output", "json", "schemas", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    aws("create-registry", "--registry-name", "cli")
    content = json.dumps({"openapi": "3.0.0", "info": {"version": "1", "title": "T"}, "paths": {}, "components": {"schemas": {"T": {"type": "object", "properties": {"a": {"type": "string"}}}}}})
    aws("create-schema", "--registry-name", "cli", "--schema-name", "T", "--type", "OpenApi3", "--content", content)
    exported = aws("export-schema", "--registry-name", "cli", "--schema-name", "T", "--type", "JSONSchemaDraft4")
    assert json.loads(exported["Content"])["properties"] == {"a": {"type": "string"}}
    aws("put-code-binding", "--registry-name", "cli", "--schema-name", "T", "--language", "Python36")
    aws("wait", "code-binding-exists", "--registry-name", "cli", "--schema-name", "T", "--language", "Python36")
    file = tmp_path / "code.zip"
    aws("get-code-binding-source", "--registry-name", "cli", "--schema-name", "T", "--language", "Python36", str(file))
    assert "schema/t/T.py" in zipfile.ZipFile(file).namelist()
