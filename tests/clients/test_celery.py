"""A real Celery worker with SQS as its broker: tasks, retries, and a worker that is killed in the middle."""

import pathlib
import signal
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


@pytest.fixture
def shop(cloud, account, tmp_path):
    """Starts workers and sends tasks; every process has the environment a person would export."""
    started = []

    class Shop:
        environment = {**cloud.environment(account), "PYTHONPATH": str(HERE)}
        results = tmp_path / "results"

        def worker(self):
            command = [sys.executable, "-m", "celery", "-A", "celery_app", "worker", "--loglevel", "info", "--pool", "solo"]
            log = (tmp_path / f"worker{len(started)}.log").open("wb")
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd=tmp_path)
            started.append(process)
            return process

        def send(self, expression: str):
            code = f"import celery_app as a; path = {str(self.results)!r}; {expression}"
            subprocess.run([sys.executable, "-c", code], env=self.environment, cwd=tmp_path, check=True, timeout=60)

        def wait_for(self, lines: list[str]):
            """Reads the results until they are all there, watching the last worker live."""
            for _ in range(1200):
                seen = self.results.read_text().split() if self.results.exists() else []
                if sorted(seen) == sorted(lines):
                    return
                try:
                    started[-1].wait(timeout=0.05)
                    raise AssertionError((tmp_path / f"worker{len(started) - 1}.log").read_text())
                except subprocess.TimeoutExpired:
                    continue
            raise TimeoutError((tmp_path / f"worker{len(started) - 1}.log").read_text()[-3000:])

    yield Shop()
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def test_tasks_are_done(shop):
    shop.send("[a.add.delay(path, n, 100) for n in range(20)]")
    shop.worker()
    shop.wait_for([str(n + 100) for n in range(20)])


def test_a_task_that_stumbles_is_tried_again(shop):
    shop.worker()
    shop.send("a.stumble.delay(path)")
    shop.wait_for(["2"])
