"""`kill -9` in a storm of policy changes and calls: no acknowledged change is lost, and no audit record of one.

`STORM_ROUNDS` says how often the cloud is killed (5 unless set).
"""

import json
import os
import random
import threading

from botocore.exceptions import BotoCoreError, ClientError
from harness.identity import allow, as_user, document, user

ROUNDS = int(os.environ.get("STORM_ROUNDS", "5"))
WRITERS = 4
# Acknowledged changes after which a round's cloud is killed.
CHANGES = (20, 60)


class Writer:
    """One administrator: replaces the policy of a user of its own, over and over, and tries it."""

    def __init__(self, cloud, number: int):
        self.cloud, self.name = cloud, f"user-{number}"
        self.key = user(cloud.client("iam"), self.name)
        self.acknowledged = self.tried = 0
        self.requests = set()

    def policy(self, number: int) -> str:
        # Odd ones allow, even ones do not.
        return document(allow("sqs:ListQueues" if number % 2 else "sqs:Nothing", Condition={"Null": {f"aws:PrincipalTag/{number}": "true"}}))

    def work(self, stop: threading.Event, acknowledged: threading.Semaphore) -> None:
        iam = self.cloud.client("iam", retries={"max_attempts": 0})
        sqs = as_user(self.cloud, "sqs", self.key, retries={"max_attempts": 0})
        while not stop.is_set():
            self.tried = max(self.tried, self.acknowledged) + 1
            try:
                policy = self.policy(self.tried)
                answer = iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=policy)
            except (BotoCoreError, ClientError):
                return
            self.acknowledged = self.tried
            self.requests.add(answer["ResponseMetadata"]["RequestId"])
            acknowledged.release()
            try:
                sqs.list_queues()
                allowed = True
            except ClientError as error:
                assert error.response["Error"]["Code"] == "AccessDenied", error
                allowed = False
            except BotoCoreError:
                return
            # What was acknowledged counts for the very next call.
            assert allowed == bool(self.acknowledged % 2), self.acknowledged

    def check(self) -> None:
        """What is kept is the last change acknowledged, or the one that was under way."""
        kept = self.cloud.client("iam").get_user_policy(UserName=self.name, PolicyName="p")["PolicyDocument"]
        number = int(next(iter(kept["Statement"][0]["Condition"]["Null"])).split("/")[1])
        assert self.acknowledged <= number <= self.tried, (self.name, self.acknowledged, number, self.tried)
        self.acknowledged = self.tried = number


def recorded(cloud) -> set[str]:
    """Ids of the requests that CloudTrail has a PutUserPolicy event of."""
    pages = cloud.client("cloudtrail").get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutUserPolicy"}]
    )
    return {json.loads(event["CloudTrailEvent"])["requestID"] for page in pages for event in page["Events"]}


def test_a_storm_of_policy_changes(own_cloud):
    writers = [Writer(own_cloud, number) for number in range(WRITERS)]
    for _ in range(ROUNDS):
        stop, acknowledged, failures = threading.Event(), threading.Semaphore(0), []

        def run(writer):
            try:
                writer.work(stop, acknowledged)
            except BaseException as error:  # told by the test's own thread
                failures.append(error)

        threads = [threading.Thread(target=run, args=(writer,)) for writer in writers]
        for thread in threads:
            thread.start()
        for _ in range(random.randint(*CHANGES)):
            assert acknowledged.acquire(timeout=60) and not failures, failures
        own_cloud.kill()
        stop.set()
        for thread in threads:
            thread.join()
        assert not failures, failures
        own_cloud.start()
        for writer in writers:
            writer.check()
    events = recorded(own_cloud)
    lost = set().union(*(writer.requests for writer in writers)) - events
    assert not lost, f"{len(lost)} of {len(events)} changes have no event"
