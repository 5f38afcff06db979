"""Runs Python functions: with AWS's own client (awslambdaric) where it is installed, alone otherwise.

Alone it speaks the Runtime API with what the standard library has, and words errors as that client does.
"""
import importlib
import json
import os
import sys
import time
import traceback

PACKAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python")
TASK = os.environ.get("LAMBDA_TASK_ROOT", "/var/task")


def paths():
    opt = os.environ.get("NEPHELE_OPT", "/opt")
    version = "python%d.%d" % sys.version_info[:2]
    sys.path[:] = [p for p in sys.path if p not in ("", os.path.dirname(os.path.abspath(__file__)))]
    sys.path.insert(0, TASK)
    sys.path[1:1] = [opt + "/python/lib/" + version + "/site-packages", opt + "/python", opt]
    sys.path.append(PACKAGES)


class Fault(Exception):
    def __init__(self, kind, text, trace=None):
        super().__init__(text)
        self.kind, self.text, self.trace = kind, text, trace


def find(handler):
    try:
        module, name = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (handler, error))
    try:
        found = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module, error), trace)
    if not hasattr(found, name):
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (name, module))
    return getattr(found, name)


class Identity:
    def __init__(self, value):
        value = value or {}
        self.cognito_identity_id = value.get("cognitoIdentityId")
        self.cognito_identity_pool_id = value.get("cognitoIdentityPoolId")


class Client:
    def __init__(self, value):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, value.get(name))


class ClientContext:
    def __init__(self, value):
        self.client = Client(value.get("client") or {})
        self.custom, self.env = value.get("custom"), value.get("env")


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.tenant_id = None
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.identity = Identity(json.loads(headers.get("Lambda-Runtime-Cognito-Identity") or "null"))
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, text):
        sys.stdout.write(str(text))


def plain(value):
    import decimal
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def describe(error, request):
    if isinstance(error, Fault):
        return {"errorMessage": error.text, "errorType": error.kind, "requestId": request, "stackTrace": error.trace or []}
    frames = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in frames if frame.filename != os.path.abspath(__file__)]
    return {
        "errorMessage": str(error), "errorType": type(error).__name__, "requestId": request,
        "stackTrace": traceback.format_list(frames),
    }


def log(text):
    """One event, whatever line breaks it has."""
    data = text.encode("utf-8", "replace")
    head = (0xA55A0003).to_bytes(4, "big") + len(data).to_bytes(4, "big")
    os.write(SIDE, head + (time.time_ns() // 1000).to_bytes(8, "big") + data)


def log_error(error):
    lines = ["[ERROR] %s: %s" % (error["errorType"], error["errorMessage"]), "Traceback (most recent call last):"]
    for piece in error["stackTrace"]:
        for line in piece.splitlines():
            bare = line.lstrip(" ")
            lines.append("\u00a0" * (len(line) - len(bare)) + bare)
    log("\n".join(lines))


def set_up_logging():
    import logging

    state = {"request": ""}

    class ToLog(logging.Handler):
        def emit(self, record):
            record.aws_request_id = state["request"]
            log(self.format(record))

    class Json(logging.Formatter):
        def format(self, record):
            entry = {
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
                "level": record.levelname, "message": record.getMessage(), "logger": record.name,
            }
            if record.aws_request_id:
                entry["requestId"] = record.aws_request_id
            return json.dumps(entry)

    handler = ToLog()
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        handler.setFormatter(Json())
    else:
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        handler.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
        logging.Formatter.converter = time.gmtime
    logging.getLogger().addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL")
    if level:
        logging.getLogger().setLevel({"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level))
    return state


def alone(handler_name):
    from http.client import HTTPConnection

    global SIDE
    SIDE = int(os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", "1"))
    sys.stdout.reconfigure(line_buffering=True, write_through=True)
    sys.stderr.reconfigure(line_buffering=True, write_through=True)
    state = set_up_logging()
    connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def ask(method, path, body=None, headers={}):
        connection.request(method, "/2018-06-01/runtime/" + path, body, headers)
        answer = connection.getresponse()
        return answer.headers, answer.read()

    def fail(path, error):
        log_error(error)
        headers = {"Lambda-Runtime-Function-Error-Type": error["errorType"], "Content-Type": "application/json"}
        ask("POST", path, json.dumps(error).encode(), headers)

    try:
        handler = find(handler_name)
    except Exception as error:
        fail("init/error", describe(error, ""))
        sys.exit(1)
    while True:
        headers, body = ask("GET", "invocation/next")
        request = state["request"] = headers["Lambda-Runtime-Aws-Request-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id") or ""
        try:
            try:
                event = json.loads(body)
            except ValueError as error:
                raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)
            result = handler(event, Context(headers))
            try:
                answer = json.dumps(result, default=plain).encode()
            except Exception as error:
                raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error)
        except Exception as error:
            fail("invocation/%s/error" % request, describe(error, request))
        else:
            ask("POST", "invocation/%s/response" % request, answer, {"Content-Type": "application/json"})


def main():
    paths()
    handler = sys.argv[1]
    try:
        if not os.path.isdir(os.path.join(PACKAGES, "awslambdaric")):
            raise ImportError
        from awslambdaric import bootstrap
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
        import runtime_client
    except ImportError:
        alone(handler)
    else:
        bootstrap.run(handler, LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


main()
