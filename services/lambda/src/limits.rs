//! AWS's numbers. Source where nothing else is said: "Lambda quotas" in the developer guide.

use std::time::Duration;

/// Bytes of a zip file that is handed over in a request.
pub const ZIPPED: usize = 52_428_800;
/// Bytes of a request that creates or updates a function. Source: AWS's own text, recorded by LocalStack.
pub const REQUEST: usize = 70_167_211;
/// Bytes of what a function and its layers unpack to.
pub const UNZIPPED: u64 = 262_144_000;
/// Bytes of all packages of an account in a region.
pub const CODE_STORAGE: u64 = 80_530_636_800;
/// Files in a package: beyond it unpacking is refused. Ours; AWS names no number.
pub const FILES: usize = 100_000;
/// Bytes of variables, as JSON.
pub const VARIABLES: usize = 4_096;
/// Layers of a function.
pub const LAYERS: usize = 5;
/// Invocations at once in an account and region.
pub const CONCURRENCY: u32 = 1_000;
/// Of which so many stay unreserved.
pub const UNRESERVED: u32 = 100;
/// Bytes of a synchronous event and answer.
pub const PAYLOAD: usize = 6_291_556;
/// Bytes of an asynchronous event.
pub const ASYNC_PAYLOAD: usize = 1_048_576;
/// Bytes of an answer that streams. Source: "Response streaming for Lambda functions".
pub const STREAMED: usize = 209_715_200;
/// Bytes of the log that an answer tells.
pub const TAIL: usize = 4_096;
/// Seconds that an asynchronous event waits at most.
pub const EVENT_AGE: u32 = 21_600;
/// Retries of an asynchronous event that a function failed.
pub const EVENT_RETRIES: u32 = 2;
/// How long an environment is kept that nobody invokes. AWS names no number; observed between 5 and 15 minutes.
pub const IDLE: Duration = Duration::from_secs(600);
/// How long a function or its update is under way. AWS takes seconds.
pub const SETTLES: Duration = Duration::from_millis(500);
/// How long an event source mapping takes from one state to the next.
pub const MAPPING_SETTLES: Duration = Duration::from_secs(1);
/// Versions, aliases, functions on a page.
pub const PAGE: usize = 50;
/// Invocations of a chain that come back to a function before it is taken for a loop. Source: "Use Lambda recursive loop
/// detection to prevent infinite loops".
pub const LOOPS: u32 = 16;
/// Tags of a resource.
pub const TAGS: usize = 50;
