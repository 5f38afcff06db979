"""A Celery application as a program would write it: broker SQS, settings from the environment."""

import os

from celery import Celery

app = Celery("shop", broker="sqs://")
app.conf.update(
    broker_transport_options={"region": os.environ["AWS_DEFAULT_REGION"], "polling_interval": 0, "wait_time_seconds": 5, "visibility_timeout": 60},
    broker_connection_retry_on_startup=True,
    task_default_queue="shop",
    task_acks_late=True,
    worker_enable_remote_control=False,
    task_ignore_result=True,
)


@app.task
def add(path, a, b):
    """Leaves its result where the test looks for it."""
    with open(path, "a") as file:
        file.write(f"{a + b}\n")


@app.task(bind=True, max_retries=3)
def stumble(self, path):
    """Fails twice, then leaves the number of tries."""
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    add.delay(path, self.request.retries, 0)
