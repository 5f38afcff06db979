"""AWS's examples of DynamoDB's commands, as the AWS CLI carries them in its help: each is called as it stands, on the tables that
they speak of, and answers every member that the example tells, each of the type that it has there.

Examples are read from the installed CLI. Only accounts, ids of backups and of a key, and instants of that time are put in place of
AWS's; values are compared in `test_dynamodb_examples.py`.
"""

import importlib.util
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

import pytest

FOLDER = pathlib.Path(importlib.util.find_spec("awscli").origin).parent / "examples" / "dynamodb"
REGION = "us-west-2"
# Page tokens of AWS's are none of ours, and the second half of a command that is told in two.
FOREIGN = ("--starting-token", "--next-token abC")
# Members that tell of what was before: of a table's past, of pages, of capacity that scales by itself, of an item of AWS's.
SOMETIMES = {
    "AutoScalingRoleArn", "Awards", "BillingModeSummary", "LastDecreaseDateTime", "LastEvaluatedTableName", "LastIncreaseDateTime",
    "MaximumUnits", "MinimumUnits", "NextToken", "SSEDescription", "ScalingPolicies", "SizeEstimateRangeGB",
}


def examples():
    """Operation, command, files and output of each."""
    for path in sorted(FOLDER.glob("*.rst")):
        parts = re.split(r"(?m)^(?=    aws dynamodb )", path.read_text())[1:]
        for number, part in enumerate(parts):
            command, _, rest = part.partition("\n\n")
            files = {name: text for name, text in re.findall(r"Contents of (?:the )?``([^`]+)``[^\n]*:\n\n((?:    .*\n|\s*\n)+)", rest)}
            output = re.search(r"Output:{1,2}\n\n((?:    .*\n?|\s*\n)+)", rest)
            yield pytest.param(path.stem, command, files, output and output.group(1), id=f"{path.stem}-{number}")


def item(**texts):
    return {name: {"S": text} for name, text in texts.items()}


def make_tables(client, command: str) -> None:
    """The tables that the examples are about, with what they hold, but for what the command is to make of them."""
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    key = lambda **kinds: [{"AttributeName": name, "KeyType": kind} for name, kind in kinds.items()]
    some = {"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Year", "Genre"]}}
    more = {"LocalSecondaryIndexes": [{"IndexName": "AlbumTitleIndex", "KeySchema": key(Artist="HASH", AlbumTitle="RANGE"), **some}]}
    indexed = "--global-secondary-index-updates" not in command
    if indexed:
        whole = {"Projection": {"ProjectionType": "ALL"}, "ProvisionedThroughput": units}
        more["GlobalSecondaryIndexes"] = [{"IndexName": "AlbumTitle-index", "KeySchema": key(AlbumTitle="HASH"), **whole}]
    if "--stream-specification" not in command:
        more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    client.create_table(
        TableName="MusicCollection", KeySchema=key(Artist="HASH", SongTitle="RANGE"), ProvisionedThroughput=units,
        Tags=[{"Key": "Owner", "Value": "blueTeam"}, {"Key": "Environment", "Value": "Production"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("Artist", "SongTitle", "AlbumTitle")], **more,
    )
    for song, album in (("Call Me Today", "Somewhat Famous"), ("Scared of My Shadow", "Blue Sky Blues"), ("My Dog Spot", "Hey Now")):
        client.put_item(TableName="MusicCollection", Item=item(Artist="No One You Know", SongTitle=song, AlbumTitle=album))
    client.put_item(TableName="MusicCollection", Item=item(Artist="Acme Band", SongTitle="Happy Day", AlbumTitle="Louder Than Ever"))
    client.create_table(
        TableName="ProductCatalog", KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}], BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName="ProductCatalog", Item={"Id": {"N": "102"}, "Title": {"S": "Book 102 Title"}, "Price": {"N": "20"}, "ProductCategory": {"S": "Book"}})
    client.put_item(TableName="ProductCatalog", Item={"Id": {"N": "456"}, "Price": {"N": "550"}, "ProductCategory": {"S": "Sporting Goods"}})
    if "update-time-to-live" not in command:
        client.update_time_to_live(TableName="MusicCollection", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    if indexed:
        for index in ({}, {"IndexName": "AlbumTitle-index"}):
            client.update_contributor_insights(TableName="MusicCollection", ContributorInsightsAction="ENABLE", **index)


def make_replicas(cloud, account: str, operation: str) -> None:
    """Tables of 2017 in the regions of a global table."""
    units, regions = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}, ("us-east-1", "us-east-2", "us-west-2", "eu-west-1")
    for region in regions:
        cloud.client("dynamodb", account, region=region).create_table(
            TableName="MusicCollection", KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}], ProvisionedThroughput=units,
            AttributeDefinitions=[{"AttributeName": "Artist", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
    if operation != "create-global-table":
        group = [{"RegionName": region} for region in regions[:3]]
        cloud.client("dynamodb", account, region=regions[0]).create_global_table(GlobalTableName="MusicCollection", ReplicationGroup=group)


def put_in_place(cloud, account: str, operation: str, text: str) -> str:
    """The command with names of this cloud's in place of those of AWS's account."""
    client = cloud.client("dynamodb", account, region=REGION)
    if "/backup/" in text:
        made = client.create_backup(TableName="MusicCollection", BackupName="MusicCollectionBackup")["BackupDetails"]["BackupArn"]
        text = re.sub(r"arn:aws:dynamodb:\S+/backup/\S+", made, text)
        if operation == "restore-table-from-backup":
            client.delete_table(TableName="MusicCollection")
    if operation == "restore-table-to-point-in-time":
        recovery = {"PointInTimeRecoveryEnabled": True}
        client.update_continuous_backups(TableName="MusicCollection", PointInTimeRecoverySpecification=recovery)
        text = re.sub(r"--restore-date-time \S+", "--use-latest-restorable-time", text)
    if "KMSMasterKeyId=" in text:
        key = cloud.client("kms", account, region=REGION).create_key()["KeyMetadata"]["KeyId"]
        text = re.sub(r"KMSMasterKeyId=[\w-]+", f"KMSMasterKeyId={key}", text)
    if operation == "list-backups":
        client.create_backup(TableName="MusicCollection", BackupName="MusicCollectionBackup")
        text = re.sub(r"(--time-range-upper-bound) \d+", rf"\1 {int(time.time()) + 86_400}", text)
    return text.replace("123456789012", account)


def same_members(told, said, where: str) -> None:
    """Every member that was said is told, of the same type."""
    if isinstance(said, dict):
        assert isinstance(told, dict), where
        for name, value in said.items():
            if name not in SOMETIMES or name in told:
                assert name in told, f"{where}.{name} is missing of {sorted(told)}"
                same_members(told[name], value, f"{where}.{name}")
    elif isinstance(said, list):
        assert isinstance(told, list), where
        assert told or not said, f"{where} is empty"
        for one in said:
            some_has_members(told, one, f"{where}[]")
    else:
        numbers = (int, float)
        assert isinstance(told, type(said)) or isinstance(told, numbers) and isinstance(said, numbers) or str in (type(told), type(said)), (where, told, said)


def some_has_members(all_told: list, said, where: str) -> None:
    """One element of a list has the members of this one."""
    missing = []
    for told in all_told:
        try:
            return same_members(told, said, where)
        except AssertionError as error:
            missing.append(str(error))
    raise AssertionError("; ".join(missing))


@pytest.mark.parametrize("operation, command, files, output", examples())
def test_a_documented_command(cloud, account, tmp_path, operation, command, files, output):
    if any(mark in command for mark in FOREIGN):
        pytest.skip("it goes on with a page token of AWS's")
    if "global-table" in operation:
        make_replicas(cloud, account, operation)
    elif operation != "create-table":
        make_tables(cloud.client("dynamodb", account, region=REGION), command)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = shlex.split(put_in_place(cloud, account, operation, command.replace("\\\n", " ")))
    environment = {**cloud.environment(account), "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "AWS_PAGER": ""}
    program = [str(pathlib.Path(sys.executable).parent / "aws"), *command[1:], "--output", "json"]
    done = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    if "attribute_not_exists(#Y)" in command or "#A = :A" in command:
        assert done.returncode == 0 or "ConditionalCheckFailedException" in done.stderr, done.stderr
        return
    assert done.returncode == 0, done.stderr
    if output and output.strip().startswith("{"):
        try:
            said = json.loads(output)
        except json.JSONDecodeError:
            return  # not every output in the CLI's help is JSON: what counts is that the command is taken
        same_members(json.loads(done.stdout or "{}"), said, operation)


def test_most_operations_have_one():
    assert len({param.values[0] for param in examples()}) >= 41, os.listdir(FOLDER)
