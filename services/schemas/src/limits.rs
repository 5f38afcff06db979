//! AWS's numbers. Quotas that AWS raises on request (of registries, discoverers, schemas in a registry) are not held here, but
//! for the versions that discovery makes.

use std::time::Duration;

/// Items of a listing when nothing is said, and at most. Source: `Limit` in the API's model.
pub const PAGE: usize = 100;
/// Characters of a registry's name. Source: resource `AWS::EventSchemas::Registry`.
pub const REGISTRY_NAME: usize = 64;
/// Characters of a schema's name. Source: resource `AWS::EventSchemas::Schema`.
pub const SCHEMA_NAME: usize = 385;
/// Characters of a document. Source: `__stringMin1Max100000` in the API's model.
pub const CONTENT: usize = 100_000;
/// Versions that discovery makes of a schema. AWS has such a quota (`SchemaVersions`); the figure was not looked up.
pub const VERSIONS: u64 = 100;
/// How long code for a schema is being made. AWS says seconds; here it is ready when it is asked for, and seen in progress
/// for as long as a client may expect.
pub const GENERATION: Duration = Duration::from_secs(1);
