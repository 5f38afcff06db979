// One scenario with the stock packages of npm for messages and streams; what it saw goes to stdout as one JSON value.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);

const scenarios = {
  // The validator fetches the certificate itself, over TLS; the host is not Amazon's, so it is told which.
  async validator() {
    const MessageValidator = require("sns-validator");
    const validator = new MessageValidator(/^localhost:\d+$/);
    const told = (message) =>
      new Promise((resolve) => validator.validate(message, (error, seen) => resolve(error ? error.message : seen.Message)));
    const message = JSON.parse(process.env.MESSAGE);
    return { good: await told(message), changed: await told({ ...message, Message: "another" }) };
  },

  // Enhanced fan-out: an event stream over HTTP/2, as the SDK asks for it.
  async subscribe() {
    const { KinesisClient, ...kinesis } = require("@aws-sdk/client-kinesis");
    const client = new KinesisClient({});
    const call = (name, input) => client.send(new kinesis[`${name}Command`](input));
    const StartingPosition = { Type: "TRIM_HORIZON" };
    const ShardId = "shardId-000000000000";
    const answer = await call("SubscribeToShard", { ConsumerARN: process.env.CONSUMER, ShardId, StartingPosition });
    const seen = [];
    for await (const event of answer.EventStream) {
      seen.push(...event.SubscribeToShardEvent.Records.map((record) => Buffer.from(record.Data).toString()));
      if (seen.length >= 3) break;
    }
    return seen;
  },

  async events() {
    const { EventBridgeClient, ...events } = require("@aws-sdk/client-eventbridge");
    const client = new EventBridgeClient({});
    const call = (name, input) => client.send(new events[`${name}Command`](input));
    await call("PutRule", { Name: "js", EventPattern: JSON.stringify({ source: ["js"] }) });
    await call("PutTargets", { Rule: "js", Targets: [{ Id: "q", Arn: process.env.QUEUE_ARN }] });
    const Entries = [
      { Source: "js", DetailType: "t", Detail: JSON.stringify({ n: 1 }) },
      { Source: "js", DetailType: "t", Detail: "no object" },
    ];
    const put = await call("PutEvents", { Entries });
    try {
      await call("DescribeRule", { Name: "missing" });
    } catch (error) {
      const modelled = error instanceof events.ResourceNotFoundException;
      return { failed: put.FailedEntryCount, codes: put.Entries.map((entry) => entry.ErrorCode ?? ""), modelled, message: error.message };
    }
  },
};

console.log(JSON.stringify(await scenarios[process.argv[2]]()));
// A subscription lasts five minutes, and the SDK keeps its connection as long.
process.exit(0);
