// Runs JavaScript functions: speaks the Runtime API with what Node has. AWS's own client (aws-lambda-ric) builds native
// code with cmake when it is installed, which plain machines do not have; errors are worded as it words them.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import util from "node:util";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const task = process.env.LAMBDA_TASK_ROOT ?? "/var/task";
const side = Number(process.env._LAMBDA_TELEMETRY_LOG_FD ?? 1);
delete process.env._LAMBDA_TELEMETRY_LOG_FD;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const STREAMS = Symbol.for("aws.lambda.runtime.handler.streaming");
const JSON_LOGS = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const LEAST = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? "TRACE"));
let request = "";

function event(text) {
  const body = Buffer.from(text), head = Buffer.alloc(16);
  head.writeUInt32BE(0xa55a0003, 0);
  head.writeUInt32BE(body.length, 4);
  head.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 8);
  let rest = Buffer.concat([head, body]);
  while (rest.length) {
    try {
      rest = rest.subarray(fs.writeSync(side, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function line(level, parts) {
  if (LEVELS.indexOf(level) < LEAST) return;
  const at = new Date().toISOString();
  if (!JSON_LOGS) return event(`${at}\t${request || "undefined"}\t${level}\t${util.format(...parts)}`);
  const entry = { timestamp: at, level, requestId: request || undefined };
  entry.message = parts.length === 1 ? parts[0] : util.format(...parts);
  if (entry.message instanceof Error) Object.assign(entry, described(entry.message), { message: entry.message.message });
  event(JSON.stringify(entry));
}

for (const [name, level] of [["log", "INFO"], ["info", "INFO"], ["debug", "DEBUG"], ["trace", "TRACE"], ["warn", "WARN"],
  ["error", "ERROR"], ["fatal", "FATAL"]]) {
  console[name] = (...parts) => line(level, parts);
}

function described(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name ?? "Error", errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

function logged(what, error) {
  const { errorType, errorMessage, trace } = described(error);
  const own = error instanceof Error ? { ...error } : {};
  line("ERROR", [`${what} \t${JSON.stringify({ errorType, errorMessage, ...own, stack: trace })}`]);
}

function ask(method, where, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path: `/2018-06-01/runtime/${where}`, headers, agent };
    const call = http.request(options, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(pieces) }));
      answer.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}

function fail(where, error) {
  const told = JSON.stringify(described(error));
  const headers = { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": described(error).errorType };
  return ask("POST", where, { ...headers, "Content-Length": Buffer.byteLength(told) }, told);
}

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
    // The stack was made before the name was.
    this.stack = `${name}: ${message}\n${(this.stack ?? "").split("\n").slice(1).join("\n")}`;
  }
}

globalThis.awslambda = {
  streamifyResponse: (handler, options) => {
    handler[STREAMS] = options ?? true;
    return handler;
  },
  HttpResponseStream: {
    from: (stream, prelude) => {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(prelude));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

async function load(file) {
  const require = createRequire(path.join(task, "index.js"));
  for (const end of ["", ".js", ".mjs", ".cjs"]) {
    const whole = path.resolve(task, file + end);
    if (!fs.existsSync(whole) || fs.statSync(whole).isDirectory()) continue;
    try {
      return end === ".mjs" ? await import(pathToFileURL(whole)) : require(whole);
    } catch (error) {
      const module = ["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"].includes(error.code) ||
        /Cannot use import statement|Unexpected token 'export'/.test(error.message ?? "");
      if (module) return await import(pathToFileURL(whole));
      throw error;
    }
  }
  return require(path.resolve(task, file));
}

async function find(name) {
  const [folder, base] = [path.dirname(name), path.basename(name)];
  const dot = base.indexOf(".");
  if (name.includes("..")) throw new RuntimeError("Runtime.MalformedHandlerName", `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  if (dot < 0) throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  const [file, ...names] = [path.join(folder, base.slice(0, dot)), ...base.slice(dot + 1).split(".")];
  let found;
  try {
    found = await load(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError("Runtime.UserCodeSyntaxError", `${error}`);
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new RuntimeError("Runtime.ImportModuleError", `${error}`);
    }
    throw error;
  }
  const pick = (from) => names.reduce((value, part) => value?.[part], from);
  const handler = pick(found) ?? pick(found?.default);
  if (handler === undefined) throw new RuntimeError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new RuntimeError("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

function context(headers, whole) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed("lambda-runtime-client-context"),
    identity: parsed("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    ...whole,
  };
}

function buffered(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => (error === undefined || error === null ? resolve(value) : reject(error));
    const own = { done, succeed: resolve, fail: (error) => reject(error ?? "handled") };
    const answer = handler(event, context(headers, own), done);
    if (typeof answer?.then === "function") answer.then(resolve, reject);
    else if (handler.length < 3 && answer !== undefined) resolve(answer);
    else process.once("beforeExit", () => resolve(null));
  });
}

async function streamed(handler, event, headers, id) {
  const sent = { "Content-Type": "application/octet-stream" };
  let call;
  const answered = Promise.withResolvers?.() ?? (() => {
    const made = {};
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    return made;
  })();
  const { Writable } = await import("node:stream");
  const open = () => {
    call ??= http.request({
      host, port, method: "POST", path: `/2018-06-01/runtime/invocation/${id}/response`, agent: new http.Agent(),
      headers: { ...sent, "Transfer-Encoding": "chunked", "Lambda-Runtime-Function-Response-Mode": "streaming",
        Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body" },
    }, (answer) => answer.resume().on("end", answered.resolve)).on("error", answered.reject);
    call.flushHeaders();
    return call;
  };
  const stream = new Writable({
    write: (piece, encoding, next) => open().write(piece, encoding, next),
    final: (next) => { open().end(); next(); },
  });
  stream.setContentType = (type) => { sent["Content-Type"] = type; };
  try {
    await handler(event, stream, context(headers, {}));
    if (!stream.writableEnded) stream.end();
    await answered.promise;
  } catch (error) {
    logged("Invoke Error", error);
    if (!call) return await fail(`invocation/${id}/error`, error);
    const told = described(error);
    call.addTrailers({ "Lambda-Runtime-Function-Error-Type": told.errorType,
      "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(told)).toString("base64") });
    call.end();
    await answered.promise;
  }
}

async function main() {
  let handler;
  try {
    handler = await find(process.argv[2]);
  } catch (error) {
    logged("Uncaught Exception", error);
    await fail("init/error", error);
    process.exit(129);
  }
  for (const [name, kind] of [["uncaughtException", ""], ["unhandledRejection", "Runtime.UnhandledPromiseRejection"]]) {
    process.on(name, async (error) => {
      const told = kind ? new RuntimeError(kind, `${error}`) : error;
      logged(kind ? "Unhandled Promise Rejection" : "Uncaught Exception", told);
      await fail(request ? `invocation/${request}/error` : "init/error", told);
      process.exit(kind ? 128 : 129);
    });
  }
  for (;;) {
    const { headers, body } = await ask("GET", "invocation/next");
    request = headers["lambda-runtime-aws-request-id"];
    process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
    if (handler[STREAMS]) {
      await streamed(handler, JSON.parse(body), headers, request);
      continue;
    }
    try {
      const answer = JSON.stringify((await buffered(handler, JSON.parse(body), headers)) ?? null) ?? "null";
      const sent = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(answer) };
      await ask("POST", `invocation/${request}/response`, sent, answer);
    } catch (error) {
      logged("Invoke Error", error);
      await fail(`invocation/${request}/error`, error);
    }
  }
}

main();
