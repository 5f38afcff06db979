//! What the catalog knows of a service and of an operation.

use smithy::{ProtocolKind, ServiceSchema};

use crate::generated::PARTS;

/// One service.
#[derive(Debug)]
pub struct ServiceEntry {
    /// Its names and protocols.
    pub schema: ServiceSchema,
    /// What stands before the colon of its IAM actions.
    pub action_prefix: &'static str,
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// One operation, put together when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationEntry {
    /// `SendMessage`.
    pub name: &'static str,
    /// HTTP method; `POST` for RPC protocols.
    pub method: &'static str,
    /// Path template without its query: `/{Bucket}/{Key+}`; `/` for RPC protocols.
    pub path: &'static str,
    /// Query parameters that must be there, with their values where the template fixes them: `("uploads", None)`.
    pub query_literals: &'static [(&'static str, Option<&'static str>)],
    /// Query parameters of required members.
    pub required_query: &'static [&'static str],
    /// Headers of required members.
    pub required_headers: &'static [&'static str],
    /// Label before the host: `stream-`, `{AccountId}.`.
    pub host_prefix: Option<&'static str>,
    /// Answered without credentials.
    pub unsigned: bool,
    /// The body of a request is not to be held whole.
    pub input_streaming: bool,
    /// AWS tells clients to use another operation.
    pub deprecated: bool,
}

/// Starts of name and path in the one text, extra, lengths of name and path, method, flags.
pub(crate) struct Record(
    pub(crate) u32,
    pub(crate) u32,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u8,
    pub(crate) u8,
    pub(crate) u8,
);

/// What tells apart operations of one method and path; many operations share one.
pub(crate) struct Extra {
    pub(crate) query_literals: &'static [(&'static str, Option<&'static str>)],
    pub(crate) required_query: &'static [&'static str],
    pub(crate) required_headers: &'static [&'static str],
    pub(crate) host_prefix: Option<&'static str>,
}

impl ServiceEntry {
    /// Its operations, sorted by name.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = OperationEntry> + use<> {
        self.records().iter().map(Record::entry)
    }

    /// The operation of this name.
    pub fn operation(&self, name: &str) -> Option<OperationEntry> {
        let records = self.records();
        records.binary_search_by(|record| record.name().cmp(name)).ok().map(|index| records[index].entry())
    }

    /// Whether it speaks this protocol.
    pub fn speaks(&self, protocol: ProtocolKind) -> bool {
        self.schema.protocols.contains(&protocol)
    }

    fn records(&self) -> &'static [Record] {
        &PARTS.records[self.first..self.first + self.count]
    }
}

impl Record {
    fn name(&self) -> &'static str {
        part(self.0, self.3)
    }

    fn entry(&self) -> OperationEntry {
        let extra = &PARTS.extras[usize::from(self.2)];
        OperationEntry {
            name: self.name(),
            method: PARTS.methods[usize::from(self.5)],
            path: part(self.1, self.4),
            query_literals: extra.query_literals,
            required_query: extra.required_query,
            required_headers: extra.required_headers,
            host_prefix: extra.host_prefix,
            unsigned: self.6 & 1 != 0,
            input_streaming: self.6 & 2 != 0,
            deprecated: self.6 & 4 != 0,
        }
    }
}

fn part(start: u32, length: u8) -> &'static str {
    &PARTS.text[start as usize..start as usize + usize::from(length)]
}
