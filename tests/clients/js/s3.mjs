// One scenario of S3 with the stock AWS SDK for JavaScript v3; what it saw goes to stdout as one JSON value.
import { createRequire } from "node:module";
import { Readable } from "node:stream";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { S3Client, ...s3 } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");

const client = new S3Client({ forcePathStyle: true });
const call = (name, input) => client.send(new s3[`${name}Command`](input));
const Bucket = `js-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;

const scenarios = {
  // The SDK adds a CRC32 of its own to each upload, as a trailer where it streams, and checks that of each answer.
  async objects() {
    await call("CreateBucket", { Bucket });
    const put = await call("PutObject", { Bucket, Key: "a b/é+", Body: "héllo", Metadata: { who: "me" } });
    const got = await call("GetObject", { Bucket, Key: "a b/é+" });
    const body = await got.Body.transformToString();
    const part = await call("GetObject", { Bucket, Key: "a b/é+", Range: "bytes=0-0" });
    const { Contents } = await call("ListObjectsV2", { Bucket });
    const { Deleted } = await call("DeleteObjects", { Bucket, Delete: { Objects: [{ Key: "a b/é+" }] } });
    let refused;
    try {
      await call("GetObject", { Bucket, Key: "a b/é+" });
    } catch (error) {
      refused = [error.name, error instanceof s3.NoSuchKey, error.$metadata.httpStatusCode];
    }
    return {
      summed: Boolean(put.ChecksumCRC32),
      body,
      metadata: got.Metadata,
      first: await part.Body.transformToString(),
      keys: Contents.map((object) => object.Key),
      deleted: Deleted.map((object) => object.Key),
      refused,
    };
  },

  async parts() {
    await call("CreateBucket", { Bucket });
    const size = 12 * 1024 * 1024;
    const pieces = Readable.from(Array.from({ length: 12 }, (_, n) => Buffer.alloc(1024 * 1024, n)));
    const upload = new Upload({ client, params: { Bucket, Key: "large", Body: pieces }, partSize: 5 * 1024 * 1024 });
    const done = await upload.done();
    const got = await call("GetObject", { Bucket, Key: "large" });
    const bytes = await got.Body.transformToByteArray();
    const attributes = await call("GetObjectAttributes", { Bucket, Key: "large", ObjectAttributes: ["ObjectSize", "ObjectParts"] });
    return {
      parts: done.ETag.endsWith('-3"'),
      same: bytes.length === size && bytes.every((byte, at) => byte === Math.floor(at / (1024 * 1024))),
      size: attributes.ObjectSize,
      count: attributes.ObjectParts.TotalPartsCount,
    };
  },
};

console.log(JSON.stringify(await scenarios[process.argv[2]]()));
