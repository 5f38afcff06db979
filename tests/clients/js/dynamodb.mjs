// One scenario with the document client of the AWS SDK for JavaScript v3, or with a library that stands on it; what it saw
// goes to stdout as one JSON value.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { DynamoDBClient, CreateTableCommand, ConditionalCheckFailedException } = require("@aws-sdk/client-dynamodb");
const lib = require("@aws-sdk/lib-dynamodb");

const documents = lib.DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } });
const call = (name, input) => documents.send(new lib[`${name}Command`](input));
const text = (AttributeName) => ({ AttributeName, AttributeType: "S" });
const key = (hash, range) => [
  { AttributeName: hash, KeyType: "HASH" },
  ...(range ? [{ AttributeName: range, KeyType: "RANGE" }] : []),
];

// One table with one overloaded index: what single-table libraries ask for.
async function singleTable(TableName) {
  await documents.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: key("pk", "sk"),
      AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map(text),
      GlobalSecondaryIndexes: [{ IndexName: "gsi1", KeySchema: key("gsi1pk", "gsi1sk"), Projection: { ProjectionType: "ALL" } }],
    }),
  );
  return TableName;
}

const scenarios = {
  async documents() {
    const TableName = await singleTable("documents");
    const Item = {
      pk: "a", sk: "1", list: [1, "two", null, { three: true }], set: new Set(["x", "y"]), bytes: new Uint8Array([0, 255]),
      big: lib.NumberValue.from("12345678901234567890123456789012345678"), gone: undefined,
    };
    await call("Put", { TableName, Item });
    const update = await call("Update", {
      TableName, Key: { pk: "a", sk: "1" }, UpdateExpression: "SET #l[1] = :v ADD n :one", ReturnValues: "UPDATED_NEW",
      ExpressionAttributeNames: { "#l": "list" }, ExpressionAttributeValues: { ":v": 2, ":one": 1 },
    });
    const exact = lib.DynamoDBDocumentClient.from(new DynamoDBClient({}), { unmarshallOptions: { wrapNumbers: true } });
    const raw = await exact.send(new lib.GetCommand({ TableName, Key: { pk: "a", sk: "1" } }));
    await call("BatchWrite", { RequestItems: { [TableName]: [2, 3, 4].map((n) => ({ PutRequest: { Item: { pk: "a", sk: `${n}` } } })) } });
    await call("TransactWrite", {
      TransactItems: [
        { Delete: { TableName, Key: { pk: "a", sk: "4" } } },
        { ConditionCheck: { TableName, Key: { pk: "a", sk: "3" }, ConditionExpression: "attribute_exists(pk)" } },
      ],
    });
    const pages = [];
    for await (const page of lib.paginateQuery({ client: documents, pageSize: 2 }, {
      TableName, KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": "a" },
    })) pages.push(page.Items.map((item) => item.sk));
    const refused = await call("Put", { TableName, Item: { pk: "a", sk: "1" }, ConditionExpression: "attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" }).catch((error) => error);
    return {
      set: [...raw.Item.set].sort(), bytes: [...raw.Item.bytes], big: raw.Item.big.value, gone: "gone" in raw.Item,
      updated: update.Attributes, pages,
      refused: [refused instanceof ConditionalCheckFailedException, refused.name, refused.message, refused.Item?.n?.N],
    };
  },

  async toolbox() {
    const toolbox = require("dynamodb-toolbox");
    const table = new toolbox.Table({
      name: await singleTable("toolbox"), documentClient: documents,
      partitionKey: { name: "pk", type: "string" }, sortKey: { name: "sk", type: "string" },
      indexes: { gsi1: { type: "global", partitionKey: { name: "gsi1pk", type: "string" }, sortKey: { name: "gsi1sk", type: "string" } } },
    });
    const { item, string, number, set } = toolbox;
    const entity = new toolbox.Entity({
      name: "pokemon", table,
      schema: item({
        trainer: string().key().savedAs("pk"), name: string().key().savedAs("sk"), level: number(), types: set(string()).optional(),
        gsi1pk: string(), gsi1sk: string(),
      }),
    });
    const of = (name, level) => ({ trainer: "ash", name, level, types: new Set(["electric"]), gsi1pk: "level", gsi1sk: String(level).padStart(3, "0") });
    for (const [name, level] of [["pikachu", 42], ["raichu", 7]]) await entity.build(toolbox.PutItemCommand).item(of(name, level)).send();
    await entity.build(toolbox.UpdateItemCommand).item({ trainer: "ash", name: "raichu", level: toolbox.$add(3) }).send();
    const { Item } = await entity.build(toolbox.GetItemCommand).key({ trainer: "ash", name: "raichu" }).options({ consistent: true }).send();
    const { Items } = await table.build(toolbox.QueryCommand).entities(entity).query({ index: "gsi1", partition: "level" }).send();
    const transaction = entity.build(toolbox.PutTransaction).item(of("pikachu", 1)).options({ condition: { attr: "level", lt: 10 } });
    const failed = await toolbox.executeTransactWrite(transaction).catch((error) => error.CancellationReasons.map((reason) => reason.Code));
    await entity.build(toolbox.DeleteItemCommand).key({ trainer: "ash", name: "pikachu" }).send();
    const left = await table.build(toolbox.ScanCommand).entities(entity).send();
    return { level: Item.level, types: [...Item.types], byLevel: Items.map((found) => found.name), failed, left: left.Items.map((found) => found.name) };
  },

  async electro() {
    const { Entity, Service } = require("electrodb");
    const options = { client: documents, table: await singleTable("electro") };
    const tasks = new Entity({
      model: { entity: "task", version: "1", service: "work" },
      attributes: {
        team: { type: "string" }, task: { type: "string" }, project: { type: "string" }, points: { type: "number" },
        tags: { type: "set", items: "string" }, notes: { type: "list", items: { type: "string" } },
      },
      indexes: {
        assigned: { collection: "assignments", pk: { field: "pk", composite: ["team"] }, sk: { field: "sk", composite: ["task"] } },
        projects: { index: "gsi1", pk: { field: "gsi1pk", composite: ["project"] }, sk: { field: "gsi1sk", composite: ["team", "task"] } },
      },
    }, options);
    const people = new Entity({
      model: { entity: "person", version: "1", service: "work" },
      attributes: { team: { type: "string" }, name: { type: "string" } },
      indexes: { members: { collection: "assignments", pk: { field: "pk", composite: ["team"] }, sk: { field: "sk", composite: ["name"] } } },
    }, options);
    const work = new Service({ tasks, people });
    await tasks.put([1, 2, 3].map((n) => ({ team: "red", task: `t${n}`, project: n < 3 ? "p" : "q", points: n, tags: ["a", "b"], notes: [] }))).go();
    await people.create({ team: "red", name: "ada" }).go();
    const twice = await people.create({ team: "red", name: "ada" }).go().catch((error) => error.name);
    const { data: changed } = await tasks.patch({ team: "red", task: "t1" }).add({ points: 10 }).append({ notes: ["hi"] }).delete({ tags: ["a"] }).go({ response: "all_new" });
    const { data: byProject } = await tasks.query.projects({ project: "p" }).where(({ points }, { gt }) => gt(points, 1)).go();
    const { data: assigned } = await work.collections.assignments({ team: "red" }).go();
    const moved = await work.transaction.write(({ tasks: t, people: p }) => [
      t.patch({ team: "red", task: "t2" }).set({ points: 0 }).commit(),
      p.check({ team: "red", name: "nobody" }).where((attr, op) => op.exists(attr.name)).commit(),
    ]).go();
    await tasks.delete({ team: "red", task: "t3" }).go();
    const { data: scanned, cursor } = await tasks.scan.go({ pages: "all", limit: 1 });
    return {
      twice, points: changed.points, notes: changed.notes, tags: changed.tags, byProject: byProject.map((found) => found.task),
      assigned: [assigned.tasks.length, assigned.people.length], canceled: [moved.canceled, moved.data.map((one) => one.code)], scanned: scanned.map((found) => found.task).sort(), cursor,
    };
  },
};

console.log(JSON.stringify(await scenarios[process.argv[2]]()));
