// One scenario with the stock AWS SDK for JavaScript v3; what it saw goes to stdout as one JSON value.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { SQSClient, ...sqs } = require("@aws-sdk/client-sqs");
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");

const settings = { maxAttempts: Number(process.env.ATTEMPTS ?? 3) };
const client = new SQSClient(settings);
const call = (name, input) => client.send(new sqs[`${name}Command`](input));

const scenarios = {
  // Its SDK checks the MD5 of bodies on its own and throws on a mismatch.
  async roundtrip() {
    const { QueueUrl } = await call("CreateQueue", { QueueName: "js" });
    const MessageAttributes = {
      text: { DataType: "String", StringValue: "✓" },
      bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) },
    };
    const sent = await call("SendMessage", { QueueUrl, MessageBody: "héllo", MessageAttributes });
    const { Messages } = await call("ReceiveMessage", { QueueUrl, MessageAttributeNames: ["All"], WaitTimeSeconds: 2 });
    await call("DeleteMessage", { QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle });
    const { Attributes } = await call("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    return {
      same: sent.MessageId === Messages[0].MessageId,
      body: Messages[0].Body,
      text: Messages[0].MessageAttributes.text.StringValue,
      bytes: [...Messages[0].MessageAttributes.bytes.BinaryValue],
      left: Attributes.ApproximateNumberOfMessagesNotVisible,
    };
  },

  async batch() {
    const { QueueUrl } = await call("CreateQueue", { QueueName: "js-batch" });
    const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `e${n}`, MessageBody: `b${n}` }));
    const { Successful } = await call("SendMessageBatch", { QueueUrl, Entries });
    const seen = [];
    while (seen.length < 10) {
      const { Messages } = await call("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 });
      const Handles = Messages.map((m, n) => ({ Id: `${n}`, ReceiptHandle: m.ReceiptHandle }));
      await call("DeleteMessageBatch", { QueueUrl, Entries: Handles });
      seen.push(...Messages.map((m) => m.Body));
    }
    return { sent: Successful.length, seen: seen.sort() };
  },

  async longpoll() {
    const { QueueUrl } = await call("CreateQueue", { QueueName: "js-long" });
    const waiting = call("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
    await call("SendMessage", { QueueUrl, MessageBody: "at last" });
    return (await waiting).Messages.map((m) => m.Body);
  },

  async errors() {
    const told = async (name, input) => {
      try {
        return await call(name, input);
      } catch (error) {
        const modelled = error instanceof (sqs[error.name] ?? Error);
        return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode, fault: error.$fault, modelled };
      }
    };
    const { QueueUrl } = await call("CreateQueue", { QueueName: "js-errors" });
    return [await told("GetQueueUrl", { QueueName: "nowhere" }), await told("SendMessage", { QueueUrl, MessageBody: "" })];
  },

  async identity() {
    const { Account, Arn } = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
    return { Account, Arn };
  },

  // The SDK corrects its clock by the Date of answers when they are off by more than five minutes.
  async skew() {
    const { QueueUrl } = await call("CreateQueue", { QueueName: "js-skew" });
    for (let n = 0; n < 4; n += 1) await call("SendMessage", { QueueUrl, MessageBody: `${n}` });
    return { corrected: Math.abs(client.config.systemClockOffset) > 300_000, offset: client.config.systemClockOffset };
  },
};

console.log(JSON.stringify(await scenarios[process.argv[2]]()));
