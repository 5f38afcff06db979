"""PynamoDB and the AWS CLI against DynamoDB."""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest
from pynamodb.attributes import JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, VersionAttribute
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

AWS = shutil.which("aws", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("aws")


@pytest.fixture
def thread_model(cloud, account):
    """A model of PynamoDB's own tutorial, in this account."""

    class ByViews(GlobalSecondaryIndex):
        class Meta:
            index_name = "by-views"
            projection = AllProjection()

        forum = UnicodeAttribute(hash_key=True)
        views = NumberAttribute(range_key=True)

    class ByAuthor(LocalSecondaryIndex):
        class Meta:
            index_name = "by-author"
            projection = AllProjection()

        forum = UnicodeAttribute(hash_key=True)
        author = UnicodeAttribute(range_key=True)

    class Thread(Model):
        class Meta:
            table_name = "threads"
            host = cloud.endpoint
            region = "us-east-1"
            billing_mode = "PAY_PER_REQUEST"
            aws_access_key_id = account
            aws_secret_access_key = "test"

        forum = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        author = UnicodeAttribute(null=True)
        views = NumberAttribute(default=0)
        tags = UnicodeSetAttribute(null=True)
        posts = ListAttribute(default=list)
        more = JSONAttribute(null=True)
        version = VersionAttribute()
        by_views = ByViews()
        by_author = ByAuthor()

    Thread.create_table(wait=True)
    return Thread


def test_models_of_pynamodb(thread_model):
    Thread = thread_model
    with Thread.batch_write() as batch:
        for number in range(30):
            batch.save(Thread("f", f"{number:02}", author=f"a{number % 3}", views=number, tags={"x", "y"}, more={"n": number}))
    assert Thread.count("f") == 30 and Thread.exists()
    found = Thread.get("f", "07", consistent_read=True)
    assert (found.tags, found.more) == ({"x", "y"}, {"n": 7})
    found.update(actions=[Thread.views.add(100), Thread.posts.set(Thread.posts.append([{"by": "b"}])), Thread.tags.delete({"x"})])
    assert (found.views, found.tags, found.version, [post["by"] for post in found.posts]) == (107, {"y"}, 1, ["b"])
    assert [thread.views for thread in Thread.by_views.query("f", Thread.views > 27, scan_index_forward=False)] == [107, 29, 28]
    assert len(list(Thread.by_author.query("f", Thread.author == "a1"))) == 10
    assert sum(1 for _ in Thread.scan(Thread.views.between(5, 9) & Thread.more.exists(), page_size=4)) == 4
    assert {thread.subject for thread in Thread.batch_get([("f", "01"), ("f", "02"), ("f", "99")])} == {"01", "02"}
    found.delete()
    with pytest.raises(DoesNotExist):
        Thread.get("f", "07")


def test_versions_and_transactions_of_pynamodb(thread_model):
    Thread = thread_model
    mine, _ = Thread("f", "s"), Thread("f", "t").save()
    mine.save()
    theirs = Thread.get("f", "s")
    theirs.save()
    with pytest.raises(PutError) as caught:
        mine.save()
    assert caught.value.cause_response_code == "ConditionalCheckFailedException"
    connection = Thread._get_connection().connection
    with pytest.raises(TransactWriteError) as caught, TransactWrite(connection=connection) as transaction:
        transaction.condition_check(Thread, "f", "t", condition=Thread.views == 5)
        transaction.save(Thread("f", "u"))
    assert [reason and reason.code for reason in caught.value.cancellation_reasons] == ["ConditionalCheckFailed", None]
    with TransactGet(connection=connection) as transaction:
        futures = [transaction.get(Thread, "f", subject) for subject in ("s", "t")]
    assert [future.get().version for future in futures] == [2, 1]


def test_the_command_line(cloud, account):
    environment = {**cloud.environment(account), "AWS_PAGER": ""}

    def aws(*arguments, refused=False):
        done = subprocess.run([AWS, "dynamodb", *arguments], env=environment, capture_output=True, text=True, timeout=60)
        assert (done.returncode != 0) == refused, done.stderr
        return done.stderr if refused else json.loads(done.stdout or "null")

    # Names and values of the developer guide's "Getting started with DynamoDB and the AWS CLI".
    aws(
        "create-table", "--table-name", "Music", "--attribute-definitions", "AttributeName=Artist,AttributeType=S", "AttributeName=SongTitle,AttributeType=S",
        "--key-schema", "AttributeName=Artist,KeyType=HASH", "AttributeName=SongTitle,KeyType=RANGE", "--provisioned-throughput", "ReadCapacityUnits=5,WriteCapacityUnits=5",
    )
    assert subprocess.run([AWS, "dynamodb", "wait", "table-exists", "--table-name", "Music"], env=environment, timeout=60).returncode == 0
    put = lambda title, awards: aws(
        "put-item", "--table-name", "Music", "--return-consumed-capacity", "TOTAL",
        "--item", json.dumps({"Artist": {"S": "Acme Band"}, "SongTitle": {"S": title}, "AlbumTitle": {"S": "Songs About Life"}, "Awards": {"N": awards}}),
    )
    assert put("Happy Day", "10")["ConsumedCapacity"] == {"TableName": "Music", "CapacityUnits": 1.0}
    put("PartiQL Rocks", "8")
    found = aws("get-item", "--consistent-read", "--table-name", "Music", "--key", '{"Artist": {"S": "Acme Band"}, "SongTitle": {"S": "Happy Day"}}')
    assert found["Item"]["Awards"] == {"N": "10"}
    changed = aws(
        "update-item", "--table-name", "Music", "--key", '{"Artist": {"S": "Acme Band"}, "SongTitle": {"S": "Happy Day"}}',
        "--update-expression", "SET AlbumTitle = :newval", "--expression-attribute-values", '{":newval": {"S": "Updated Album Title"}}', "--return-values", "ALL_NEW",
    )
    assert changed["Attributes"]["AlbumTitle"] == {"S": "Updated Album Title"}
    query = aws("query", "--table-name", "Music", "--key-condition-expression", "Artist = :name", "--expression-attribute-values", '{":name": {"S": "Acme Band"}}')
    assert [item["SongTitle"]["S"] for item in query["Items"]] == ["Happy Day", "PartiQL Rocks"]
    assert aws("scan", "--table-name", "Music", "--max-items", "1")["NextToken"], "the CLI pages by tokens of its own"
    assert aws("execute-statement", "--statement", "SELECT * FROM Music WHERE Artist='Acme Band' AND SongTitle='PartiQL Rocks'")["Items"][0]["Awards"] == {"N": "8"}
    text = aws("put-item", "--table-name", "Music", "--item", '{"Artist": {"S": "x"}}', refused=True)
    assert "(ValidationException) when calling the PutItem operation: One or more parameter values were invalid: Missing the key SongTitle in the item" in text
    assert aws("delete-table", "--table-name", "Music")["TableDescription"]["TableStatus"] == "DELETING"
