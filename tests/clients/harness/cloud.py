"""One `nephele` process on a port and a data directory of its own: started, moved in time, killed, started again."""

import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import threading

import boto3
import botocore.config
import botocore.session

REGION = "us-east-1"
SECRET = "test"
# Reading the models from disk is most of the cost of a client: every client shares one session's loader.
_LOADER = botocore.session.get_session().get_component("data_loader")


def binary() -> str:
    """The program under test: `NEPHELE_BIN`, or where cargo puts it."""
    target = os.environ.get("CARGO_TARGET_DIR") or pathlib.Path(__file__).parents[3] / "target"
    return os.environ.get("NEPHELE_BIN") or str(pathlib.Path(target) / "debug" / "nephele")


def free_port() -> int:
    """A port that nobody listens on; the same one can then be used before and after a crash.

    Below the ports that outgoing connections take: one of those would have it before the next start.
    """
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Cloud:
    """A cloud in a process of its own, or one that runs already and can be neither stopped nor moved in time."""

    def __init__(self, directory: pathlib.Path | None = None, endpoint: str | None = None, arguments: list[str] | None = None):
        self.directory = directory
        self.arguments = arguments or []
        self.ephemeral = False
        self.process: subprocess.Popen | None = None
        self.port = int(endpoint.rsplit(":", 1)[1]) if endpoint else free_port()
        self._accounts = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> pathlib.Path:
        return self.directory / "data"

    @property
    def log(self) -> pathlib.Path:
        return self.directory / "nephele.log"

    # The process.

    def start(self) -> "Cloud":
        """Starts the process and returns once it answers."""
        where = ["--ephemeral"] if self.ephemeral else ["--data", str(self.data)]
        command = [binary(), "start", "--listen", f"127.0.0.1:{self.port}", *where, *self.arguments]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "NEPHELE_"))}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.directory)
        self.wait_until_ready()
        return self

    def wait_until_ready(self, tries: int = 3000) -> None:
        """Asks for health until it is given; a process that ended instead is an error with its log."""
        for _ in range(tries):
            try:
                health = self.get("/_nephele/health")
                if health["status"] == "running" and health["pid"] == self.process.pid:
                    return
            except (OSError, http.client.HTTPException):
                pass
            try:
                status = self.process.wait(timeout=0.01)  # the pause between two tries, ended early by a death
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"nephele ended with {status}:\n{self.log.read_text()[-4000:]}")
        raise TimeoutError(f"nephele does not answer:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """Ends the process as a power switch would: it gets no chance to write anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Asks the process to end, and tells its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def crash(self) -> None:
        """Kill and start again on what is on the disk."""
        self.kill()
        self.start()

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    # Its own endpoints.

    def get(self, path: str) -> dict:
        return self._own("GET", path, None)

    def post(self, path: str, body: dict | None = None) -> dict:
        return self._own("POST", path, body)

    def _own(self, method: str, path: str, body: dict | None) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text or b"{}")

    def advance(self, seconds: int) -> None:
        """Moves the cloud's clock on; what falls due in between has happened when this returns."""
        self.post("/_nephele/clock", {"advance": f"{seconds}s"})

    def clock(self, change: dict | None = None) -> dict:
        return self.get("/_nephele/clock") if change is None else self.post("/_nephele/clock", change)

    def run(self, *arguments: str) -> str:
        """The output of a `nephele` command that speaks to this cloud."""
        environment = {**os.environ, "NEPHELE_LISTEN": f"127.0.0.1:{self.port}", "NEPHELE_DATA": str(self.data)}
        done = subprocess.run([binary(), *arguments], env=environment, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    # Clients.

    def new_account(self) -> str:
        """An account that nothing is in yet. Counted from a random start, since a cloud that runs already has a past."""
        if not self._accounts:
            self._accounts = 100_000_000_000 + int.from_bytes(os.urandom(5)) % 800_000_000_000
        self._accounts += 1
        return str(self._accounts)

    def client(self, service: str, account: str = "test", secret: str = SECRET, region: str = REGION, token: str | None = None, **config):
        """A boto3 client of an account's root. Stock but for what `config` names."""
        core = botocore.session.Session()
        core.register_component("data_loader", _LOADER)
        session = boto3.session.Session(botocore_session=core)
        return session.client(
            service,
            endpoint_url=config.pop("endpoint_url", self.endpoint),
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key=secret,
            aws_session_token=token,
            verify=config.pop("verify", None),
            config=botocore.config.Config(**config),
        )

    def environment(self, account: str = "test") -> dict[str, str]:
        """What a person exports to use this cloud, and nothing of their own configuration."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def panics(self) -> int:
        return self.get("/_nephele/status").get("panics", 0)

    def requests_seen(self) -> int:
        return self.get("/_nephele/status")["requests"]


def in_background(work):
    """Runs `work` in a thread; the function returned gives its result, or raises what it raised."""
    outcome = {}

    def body():
        try:
            outcome["value"] = work()
        except BaseException as error:  # handed to whoever asks for the result
            outcome["error"] = error

    thread = threading.Thread(target=body, daemon=True)
    thread.start()

    def result(timeout: float = 60):
        thread.join(timeout)
        if thread.is_alive():
            raise TimeoutError("still at work")
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]

    result.done = lambda: not thread.is_alive()
    return result


def no_expected_panics(text: str) -> list[str]:
    """Lines of a log that tell of a panic."""
    return [line for line in text.splitlines() if re.search(r"panicked at|stack overflow", line)]
