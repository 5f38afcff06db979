//! Rule 5: the query protocol. `Action` and `Version` stand in a form body or in the query string; they come before the
//! S3 fallback, since SQS posts to `/{account}/{queue}`.

use std::borrow::Cow;

use api_catalog::ServiceEntry;
use smithy::ProtocolKind;

use super::{Head, Identified, Named, Unidentified, header};

/// Longest value of `Action` or `Version` worth looking at.
const LONGEST: usize = 256;

/// The call a query request makes.
pub(super) struct Call<'a> {
    action: Cow<'a, str>,
    pub(super) version: Option<Cow<'a, str>>,
}

impl<'a> Call<'a> {
    /// Reads the call from the form, or from the query string.
    pub(super) fn read(head: &Head<'a>) -> Option<Self> {
        let form = head.form.and_then(|bytes| std::str::from_utf8(bytes).ok()).filter(|_| is_form(head));
        [form, head.uri.query()].into_iter().flatten().find_map(Self::from_pairs)
    }

    fn from_pairs(pairs: &'a str) -> Option<Self> {
        let value = |name: &str| {
            pairs
                .split('&')
                .find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name))
                .map(|(_, value)| decode(value))
        };
        Some(Self { action: value("Action")?, version: value("Version") })
    }

    /// The call as an operation that its service does not have.
    pub(super) fn unknown(self) -> Named {
        Named::Unknown { name: self.action.into_owned(), version: self.version.unwrap_or_default().into_owned() }
    }

    /// The call as an operation of one service.
    pub(super) fn in_service(&self, rule: u8, service: &'static ServiceEntry) -> Option<Identified> {
        let operation = Named::Operation(service.operation(&self.action)?);
        Some(Identified { rule, service, operation, protocol: protocol(service), labels: Vec::new() })
    }
}

/// Rule 5 for unsigned requests: action and version together name one service, but for RDS and Neptune, which are one.
pub(super) fn by_action(head: &Head<'_>) -> Option<Result<Identified, Unidentified>> {
    let call = Call::read(head)?;
    let mut services = api_catalog::SERVICES.iter().filter(|s| spoken_by(s) && s.operation(&call.action).is_some());
    let service = match &call.version {
        Some(version) => services.find(|s| s.schema.api_version == version.as_ref()),
        // Without a version only a name that one service alone has can be told.
        None => services.next().filter(|_| services.next().is_none()),
    };
    Some(service.and_then(|service| call.in_service(5, service)).ok_or_else(|| Unidentified {
        operation: call.action.into_owned(),
        version: call.version.unwrap_or_default().into_owned(),
        protocol: ProtocolKind::Query,
    }))
}

/// Whether a service can be called this way.
pub(super) fn spoken_by(service: &ServiceEntry) -> bool {
    service.schema.protocols.iter().any(|p| matches!(p, ProtocolKind::Query | ProtocolKind::Ec2))
}

/// The form dialect of a service.
pub(super) fn protocol(service: &ServiceEntry) -> ProtocolKind {
    if service.schema.protocols.contains(&ProtocolKind::Ec2) { ProtocolKind::Ec2 } else { ProtocolKind::Query }
}

fn is_form(head: &Head<'_>) -> bool {
    header(head, "content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Names of actions and versions hold nothing that needs escaping, but a client may escape them all the same.
fn decode(value: &str) -> Cow<'_, str> {
    if value.len() > LONGEST || !value.contains(['%', '+']) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(super::rest::percent_decode(&value.replace('+', " ")).unwrap_or_default())
}
