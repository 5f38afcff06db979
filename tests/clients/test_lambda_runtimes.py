"""Functions that really run, each in a sandbox of its own: what they answer, how they fail, and whom they can hurt."""

import base64
import io
import json
import pathlib
import socket
import tempfile
import threading
import time
import zipfile

import pytest

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})

EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})

PYTHON = '''
import json, os, sys, socket, ctypes, threading
COUNT = 0
def handler(event, context):
    global COUNT
    COUNT += 1
    act = event.get("act")
    if act == "raise":
        raise ValueError("no such thing")
    if act == "exit":
        sys.exit(event.get("code", 1)) if event.get("soft") else os._exit(event.get("code", 1))
    if act == "segv":
        ctypes.string_at(0)
    if act == "sleep":
        threading.Event().wait(event["seconds"])
    if act == "loop":
        while True: pass
    if act == "memory":
        x = []
        while True: x.append(bytearray(1 << 20))
    if act == "forks":
        made = 0
        try:
            while made < 5000:
                os.fork() == 0 and (threading.Event().wait(1000), os._exit(0))
                made += 1
        except OSError as error:
            return [type(error).__name__, made < 1100]
        return made
    if act == "read":
        try: return open(event["path"]).read(9)
        except OSError as error: return type(error).__name__
    if act == "write":
        try:
            with open(event["path"], "wb", 0) as f:
                for _ in range(event.get("pieces", 1)): f.write(b"x" * event.get("size", 1))
            return "written"
        except OSError as error: return error.strerror
    if act == "connect":
        try: socket.create_connection(("127.0.0.1", event["port"]), 5); return "connected"
        except OSError as error: return type(error).__name__
    if act == "identity":
        import boto3
        return boto3.client("sts").get_caller_identity()["Arn"]
    if act == "large":
        return "x" * event["size"]
    if act == "print":
        for i in range(event["lines"]): print("line", i, "x" * event.get("width", 1))
        return "printed"
    if act == "environment":
        return dict(os.environ)
    return {
        "event": event, "count": COUNT, "request": context.aws_request_id, "arn": context.invoked_function_arn,
        "name": context.function_name, "version": context.function_version, "memory": context.memory_limit_in_mb,
        "left": context.get_remaining_time_in_millis(),
    }
'''

NODE = '''
let count = 0;
exports.handler = async (event, context) => {
  count += 1;
  if (event.act === "raise") { const error = new Error("no such thing"); error.name = "ValueError"; throw error; }
  if (event.act === "exit") process.exit(event.code ?? 1);
  if (event.act === "sleep") await new Promise((resolve) => setTimeout(resolve, event.seconds * 1000));
  if (event.act === "print") { console.log("one\\ntwo"); return "printed"; }
  return { event, count, request: context.awsRequestId, arn: context.invokedFunctionArn, name: context.functionName,
    version: context.functionVersion, memory: context.memoryLimitInMB, left: context.getRemainingTimeInMillis() };
};
exports.callback = (event, context, callback) => setTimeout(() => callback(null, { called: event }), 1);
exports.streams = awslambda.streamifyResponse(async (event, stream) => {
  for (const piece of ["one ", "two ", "three"]) stream.write(piece);
  stream.end();
});
'''

BOOTSTRAP = '''#!/usr/bin/python3
import http.client, json, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
base, count = "/2018-06-01/runtime/invocation/", 0
while True:
    connection.request("GET", base + "next")
    answer = connection.getresponse()
    event, request = json.loads(answer.read()), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    count += 1
    left = int(answer.headers["Lambda-Runtime-Deadline-Ms"])
    body = json.dumps({"event": event, "count": count, "request": request, "deadline": left,
        "arn": answer.headers["Lambda-Runtime-Invoked-Function-Arn"], "trace": answer.headers["Lambda-Runtime-Trace-Id"]})
    connection.request("POST", base + request + "/response", body)
    connection.getresponse().read()
'''


def package(files: dict) -> bytes:
    """A zip of these files, the bootstrap among them executable."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o755 if name == "bootstrap" or name.startswith("extensions/") else 0o644) << 16
            file.writestr(info, text)
    return out.getvalue()

EXTENSION = '''#!/usr/bin/python3
import http.client, json, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def ask(method, path, headers, body=None):
    connection.request(method, "/2020-01-01/extension/" + path, body, headers)
    answer = connection.getresponse()
    return answer, json.loads(answer.read())
wanted = json.dumps({"events": ["INVOKE", "SHUTDOWN"]})
answer, function = ask("POST", "register", {"Lambda-Extension-Name": "watch"}, wanted)
print("watch registered", function["functionName"], function["functionVersion"], function["handler"], flush=True)
identity = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
print("watch stranger", ask("GET", "event/next", {"Lambda-Extension-Identifier": "x"})[0].status, flush=True)
while True:
    _, event = ask("GET", "event/next", identity)
    print("watch", event["eventType"], event.get("requestId") or event["shutdownReason"], flush=True)
    if event["eventType"] == "SHUTDOWN": break
'''


class Functions:
    """Functions of one account, made when they are first asked for."""

    def __init__(self, cloud, account):
        self.cloud, self.account, self.made = cloud, account, {}
        self.client = cloud.client("lambda", account)
        iam = cloud.client("iam", account)
        self.role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.put_role_policy(RoleName="runs", PolicyName="all", PolicyDocument=EVERYTHING)

    def make(self, name, runtime, handler, files, **more):
        self.client.create_function(
            FunctionName=name, Runtime=runtime, Handler=handler, Role=self.role, Code={"ZipFile": package(files)},
            **{"Timeout": 20, "MemorySize": 256, **more},
        )
        self.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    def python(self, name="python", handler="app.handler", **more):
        return self.make(name, "python3.11", handler, {"app.py": PYTHON}, **more)

    def node(self, name="node", handler="index.handler", **more):
        return self.make(name, "nodejs20.x", handler, {"index.js": NODE}, **more)

    def invoke(self, name, event=None, **more):
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail", **more)
        payload = json.loads(answer["Payload"].read() or "null")
        return payload, answer.get("FunctionError"), base64.b64decode(answer.get("LogResult", "")).decode()


@pytest.fixture
def functions(cloud, account):
    return Functions(cloud, account)


@pytest.mark.parametrize("kind", ["python", "node"])
def test_an_event_goes_in_and_comes_out_with_its_context(functions, kind):
    name = getattr(functions, kind)()
    first, error, log = functions.invoke(name, {"a": [1, "ü"]})
    assert error is None, (first, log)
    assert first["event"] == {"a": [1, "ü"]}
    assert (first["name"], first["version"], str(first["memory"]), first["count"]) == (name, "$LATEST", "256", 1)
    assert first["arn"] == f"arn:aws:lambda:us-east-1:{functions.account}:function:{name}"
    assert 0 < first["left"] <= 20_000
    second, _, later = functions.invoke(name)
    assert second["count"] == 2, "the same environment, warm"
    assert f"START RequestId: {first['request']} Version: $LATEST\n" in log
    assert f"END RequestId: {first['request']}\nREPORT RequestId: {first['request']}\tDuration: " in log
    assert "\tMemory Size: 256 MB\tMax Memory Used: " in log
    assert "Init Duration" in log and "Init Duration" not in later


def test_any_bootstrap_runs(functions):
    name = functions.make("own", "provided.al2023", "none", {"bootstrap": BOOTSTRAP})
    before = time.time() * 1000
    answer, error, log = functions.invoke(name, {"a": 1})
    assert error is None, (answer, log)
    assert (answer["event"], answer["count"]) == ({"a": 1}, 1)
    assert before + 19_000 < answer["deadline"] < time.time() * 1000 + 20_000
    assert answer["trace"].startswith("Root=1-")
    missing = functions.make("none", "provided.al2023", "none", {"readme": "nothing"})
    answer, error, _ = functions.invoke(missing)
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.InvalidEntrypoint")


def test_errors_are_told_as_each_runtime_tells_them(functions):
    answer, error, log = functions.invoke(functions.python(), {"act": "raise"})
    assert (error, answer["errorType"], answer["errorMessage"]) == ("Unhandled", "ValueError", "no such thing")
    assert answer["stackTrace"][0].startswith('  File "/var/task/app.py", line ')
    assert "[ERROR] ValueError: no such thing\nTraceback (most recent call last):\n" in log
    answer, error, log = functions.invoke(functions.node(), {"act": "raise"})
    assert (error, answer["errorType"], answer["errorMessage"]) == ("Unhandled", "ValueError", "no such thing")
    assert answer["trace"][1].strip().startswith("at exports.handler (/var/task/index.js:")
    assert "\tERROR\tInvoke Error \t" in log


@pytest.mark.parametrize(
    ("kind", "handler", "expected"),
    [
        ("python", "nowhere.handler", "Runtime.ImportModuleError"),
        ("python", "app.nothing", "Runtime.HandlerNotFound"),
        ("python", "app", "Runtime.MalformedHandlerName"),
        ("node", "nowhere.handler", "Runtime.ImportModuleError"),
        ("node", "index.nothing", "Runtime.HandlerNotFound"),
    ],
)
def test_what_cannot_be_loaded_is_told_by_the_first_invocation(functions, kind, handler, expected):
    answer, error, _ = functions.invoke(getattr(functions, kind)(handler=handler))
    assert (error, answer["errorType"]) == ("Unhandled", expected), answer


def test_node_calls_back_and_prints_more_than_a_line(functions):
    name = functions.node(handler="index.callback")
    assert functions.invoke(name, {"b": 1})[0] == {"called": {"b": 1}}
    _, _, log = functions.invoke(functions.node("prints"), {"act": "print"})
    assert "\tINFO\tone\ntwo\n" in log


def test_a_stream_comes_through(functions):
    name = functions.node(handler="index.streams")
    answer = functions.client.invoke_with_response_stream(FunctionName=name, Payload=b"{}")
    pieces = [event["PayloadChunk"]["Payload"] for event in answer["EventStream"] if "PayloadChunk" in event]
    assert b"".join(pieces) == b"one two three"


def test_a_function_that_takes_too_long_is_ended(functions):
    for act in ({"act": "sleep", "seconds": 100}, {"act": "loop"}):
        name = functions.python(act["act"], Timeout=1)
        answer, error, log = functions.invoke(name, act)
        assert error == "Unhandled"
        assert answer["errorType"] == "Sandbox.Timedout"
        assert answer["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
        assert " Task timed out after 1.00 seconds\n" in log and "Status: timeout" in log
        assert functions.invoke(name)[0]["count"] == 1, "a new environment"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"act": "exit", "code": 3}, "exit status 3"),
        ({"act": "segv"}, "signal: segmentation fault"),
        ({"act": "memory"}, "signal: killed"),
    ],
)
def test_a_crash_ends_its_own_environment_only(functions, event, text):
    name = functions.python()
    answer, error, log = functions.invoke(name, event)
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ExitError"), log
    assert answer["errorMessage"].endswith(f"Error: Runtime exited with error: {text}")
    if event["act"] == "memory":
        assert "Error Type: Runtime.OutOfMemory" in log and "Max Memory Used: 256 MB" in log
    assert functions.invoke(name)[0]["count"] == 1
    assert functions.cloud.panics() == 0


def test_a_fork_bomb_is_bounded(functions):
    # A thousand interpreters want about a gigabyte, more or less by the machine: here it is their number that ends it.
    name = functions.python(MemorySize=3008)
    answer, _, log = functions.invoke(name, {"act": "forks"})
    assert answer == ["BlockingIOError", True], log


def test_the_host_is_out_of_reach(functions):
    name = functions.python()
    ask = lambda event: functions.invoke(name, event)[0]
    assert ask({"act": "read", "path": "/etc/shadow"}) == "FileNotFoundError"
    # A home may be there, but for nothing other than an interpreter that lies in it.
    with tempfile.NamedTemporaryFile(dir=pathlib.Path.home()) as at_home:
        assert ask({"act": "read", "path": at_home.name}) == "FileNotFoundError"
    assert ask({"act": "read", "path": __file__}) == "FileNotFoundError"
    assert ask({"act": "write", "path": "/var/task/app.py"}) == "Read-only file system"
    assert ask({"act": "write", "path": "/usr/x"}) == "Read-only file system"
    assert ask({"act": "write", "path": "/tmp/x", "size": 1 << 20, "pieces": 400}) == "written"
    assert ask({"act": "write", "path": "/tmp/y", "size": 1 << 20, "pieces": 200}) == "No space left on device"
    with socket.socket() as host:
        host.bind(("127.0.0.1", 0))
        host.listen()
        assert ask({"act": "connect", "port": host.getsockname()[1]}) == "ConnectionRefusedError"


def test_the_cloud_is_within_reach_as_the_role(functions):
    if not (pathlib.Path.home() / ".cache/nephele/runtimes/python3.11/boto3").exists():
        pytest.skip("boto3 is not installed for functions")
    name = functions.python()
    answer, error, log = functions.invoke(name, {"act": "identity"})
    assert error is None, (answer, log)
    assert answer == f"arn:aws:sts::{functions.account}:assumed-role/runs/{name}"


def test_variables_are_as_documented(functions):
    name = functions.python(Environment={"Variables": {"MINE": "yes"}})
    seen, _, _ = functions.invoke(name, {"act": "environment"})
    expected = {
        "MINE": "yes", "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "TZ": ":UTC",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        "_HANDLER": "app.handler", "LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}", "LANG": "en_US.UTF-8",
    }
    assert {key: seen.get(key) for key in expected} == expected
    assert seen["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")


def test_an_extension_sees_invocations_and_the_end(own_cloud):
    functions = Functions(own_cloud, own_cloud.new_account())
    layer = functions.client.publish_layer_version(
        LayerName="watch", Content={"ZipFile": package({"extensions/watch": EXTENSION})}
    )["LayerVersionArn"]
    name = functions.python(Layers=[layer])
    for _ in range(2):
        answer, error, log = functions.invoke(name)
        assert error is None, (answer, log)
        assert f"watch INVOKE {answer['request']}\n" in log
    logs = functions.cloud.client("logs", functions.account)

    def ended(times):
        lines = []
        for _ in range(300):
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="watch")["events"]
            lines = [event["message"].strip() for event in events]
            if lines.count("watch SHUTDOWN spindown") == times:
                return lines
            threading.Event().wait(0.1)
        raise AssertionError(lines)

    own_cloud.advance(11 * 60)  # nobody uses it for ten minutes
    lines = ended(1)
    assert lines[:2] == [f"watch registered {name} $LATEST app.handler", "watch stranger 403"]
    assert lines[-1] == "watch SHUTDOWN spindown", lines
    functions.invoke(name)
    functions.client.update_function_configuration(FunctionName=name, Description="another")
    ended(2)


def test_answers_and_floods_are_bounded(functions):
    name = functions.python(MemorySize=512)
    answer, error, _ = functions.invoke(name, {"act": "large", "size": 6 * 1024 * 1024 + 200})
    assert (error, answer["errorType"]) == ("Unhandled", "Function.ResponseSizeTooLarge"), str(answer)[:200]
    answer, error, log = functions.invoke(name, {"act": "print", "lines": 1000, "width": 20_000})
    assert (answer, error) == ("printed", None)
    assert len(log.encode()) <= 4096


def test_nothing_outlives_the_cloud(own_cloud):
    functions = Functions(own_cloud, own_cloud.new_account())
    name = functions.python()
    assert functions.invoke(name)[0]["count"] == 1
    mine = below(own_cloud.process.pid)
    assert any(b"/var/runtime/bootstrap.py" in line for line in mine.values()), mine
    own_cloud.kill()
    for _ in range(600):
        if not (left := {process: line for process, line in mine.items() if command_line(process) == line}):
            break
        threading.Event().wait(0.05)  # the keeper is another process: its work is waited for
    assert left == {}


def below(parent: int) -> dict:
    """All processes below one, and their command lines."""
    found = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            above = int(next(line for line in status.read_text().splitlines() if line.startswith("PPid:")).split()[1])
        except (OSError, StopIteration):
            continue
        if above == parent:
            process = int(status.parent.name)
            found |= {process: command_line(process)} | below(process)
    return found


def command_line(process: int) -> bytes:
    """Empty for one that is gone."""
    try:
        return pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
