//! REST: method, path template, required query keys and headers name the operation of a service. Rule 6 finds the service
//! itself by path when a request is unsigned; it takes only paths that no bucket would be called.

use api_catalog::{OperationEntry, ServiceEntry};
use smithy::ProtocolKind;

use super::{Head, HostParts, Identified, Named, header};

type Labels = Vec<(&'static str, String)>;

/// How much an operation asks of a request: required query keys and headers, then literal segments; greedy labels and
/// what AWS retired come last.
pub(super) type Specificity = (usize, usize, bool, bool);

/// An operation that a request may mean.
pub(super) struct Match {
    pub(super) specificity: Specificity,
    pub(super) identified: Identified,
}

/// The operation of one service that a request means: of all that match, the one that asks for most.
pub(super) fn in_service(
    rule: u8,
    service: &'static ServiceEntry,
    head: &Head<'_>,
    host: &HostParts<'_>,
) -> Option<Match> {
    let bucket = (service.schema.endpoint_prefix == "s3").then(|| host.bucket()).flatten();
    let path = match bucket {
        Some(bucket) => format!("/{bucket}{}", head.uri.path()),
        None => head.uri.path().to_owned(),
    };
    let query = Query::read(head.uri.query().unwrap_or_default());
    let matching = service.operations().filter_map(|operation| {
        let wanted =
            operation.method == head.method.as_str() && query.satisfies(&operation) && has_headers(head, &operation);
        let labels = wanted.then(|| match_path(operation.path, &path)).flatten()?;
        Some((specificity(&operation), operation, labels))
    });
    // Of equals the first by name: ListBuckets, not ListDirectoryBuckets.
    let best = matching.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let (specificity, operation, labels) = best?;
    let operation = Named::Operation(operation);
    let identified = Identified { rule, service, operation, protocol: protocol(service), labels };
    Some(Match { specificity, identified })
}

/// Rule 6: unsigned requests to a path that only one API has.
pub(super) fn by_fixed_path(head: &Head<'_>) -> Option<Identified> {
    let none = HostParts::default();
    let services = api_catalog::SERVICES.iter().filter(|s| spoken_by(s) && s.schema.endpoint_prefix != "s3");
    let mut found = services.filter_map(|service| in_service(6, service, head, &none)).map(|found| found.identified);
    found.find(|found| telling(found, head))
}

/// Whether a service can be called this way.
pub(super) fn spoken_by(service: &ServiceEntry) -> bool {
    service.schema.protocols.iter().any(|p| matches!(p, ProtocolKind::RestJson | ProtocolKind::RestXml))
}

fn protocol(service: &ServiceEntry) -> ProtocolKind {
    let rest = |p: &ProtocolKind| matches!(p, ProtocolKind::RestJson | ProtocolKind::RestXml);
    service.schema.protocols.iter().copied().find(rest).unwrap_or(service.schema.protocols[0])
}

/// A path that starts with a dated version, like `/2015-03-31/functions`, is no bucket; a bare word like `/clusters` may
/// be one, and needs a JSON body or a header of its API to count.
fn telling(found: &Identified, head: &Head<'_>) -> bool {
    let Named::Operation(operation) = &found.operation else { return false };
    let dated = operation.path.split('/').nth(1).is_some_and(is_date);
    let json = header(head, "content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let literals = operation.path.split('/').filter(|s| !s.is_empty() && !s.starts_with('{')).count();
    let own_header = ["x-amz-glacier-version", "x-amz-sso_bearer_token"].iter().any(|h| head.headers.contains_key(*h));
    dated || own_header || (json && literals > 0)
}

fn is_date(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

fn specificity(operation: &OperationEntry) -> Specificity {
    let asked = operation.query_literals.len() + operation.required_query.len() + operation.required_headers.len();
    let literals = operation.path.split('/').filter(|s| !s.is_empty() && !s.starts_with('{')).count();
    (asked, literals, !operation.path.contains("+}"), !operation.deprecated)
}

fn has_headers(head: &Head<'_>, operation: &OperationEntry) -> bool {
    operation.required_headers.iter().all(|name| head.headers.contains_key(*name))
}

/// Matches a path against a template and reads its labels. A greedy label keeps slashes; empty segments count.
fn match_path(template: &'static str, path: &str) -> Option<Labels> {
    let mut labels = Vec::new();
    let mut rest = path.strip_prefix('/')?;
    let mut segments = template.strip_prefix('/')?.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if let Some(name) = segment.strip_prefix('{').and_then(|s| s.strip_suffix("+}")) {
            let tail: usize = segments.map(|s| s.len() + 1).sum();
            let value = if tail == 0 { rest } else { greedy(template, rest)? };
            (!value.is_empty()).then_some(())?;
            labels.push((name, percent_decode(value)?));
            return Some(labels);
        }
        let (value, after) = match rest.split_once('/') {
            Some((value, after)) if !last => (value, after),
            None => (rest, ""),
            // A trailing slash after the last segment changes nothing.
            Some((value, "")) => (value, ""),
            Some(_) => return None,
        };
        let missing = !last && !rest.contains('/');
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(_) if value.is_empty() => return None,
            Some(name) => labels.push((name, percent_decode(value)?)),
            None if segment != value => return None,
            None => {}
        }
        if missing {
            return None;
        }
        rest = after;
    }
    Some(labels)
}

/// The part of `rest` that a greedy label takes before the literal tail of its template.
fn greedy<'a>(template: &str, rest: &'a str) -> Option<&'a str> {
    let tail = template.split_once("+}").map(|(_, tail)| tail)?;
    rest.strip_suffix(tail)
}

/// Percent-decodes UTF-8; none when an escape is broken or the bytes are no text.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (pair, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The keys of a query string, with their values as they stand.
struct Query<'a>(Vec<(&'a str, Option<&'a str>)>);

impl<'a> Query<'a> {
    fn read(query: &'a str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').map_or((pair, None), |(key, value)| (key, Some(value)))).collect())
    }

    fn satisfies(&self, operation: &OperationEntry) -> bool {
        let has = |name: &str| self.0.iter().any(|(key, _)| *key == name);
        let literal = |(name, value): &(&str, Option<&str>)| match value {
            None => has(name),
            Some(value) => self.0.iter().any(|(key, given)| key == name && *given == Some(*value)),
        };
        operation.query_literals.iter().all(literal) && operation.required_query.iter().all(|name| has(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        type Expected = Option<&'static [(&'static str, &'static str)]>;
        let cases: [(&str, &str, Expected); 10] = [
            ("/", "/", Some(&[])),
            ("/{Bucket}", "/b", Some(&[("Bucket", "b")])),
            ("/{Bucket}", "/b/", Some(&[("Bucket", "b")])),
            ("/{Bucket}", "/", None),
            ("/{Bucket}/{Key+}", "/b/a//c%20d/", Some(&[("Bucket", "b"), ("Key", "a//c d/")])),
            ("/{Bucket}/{Key+}", "/b/", None),
            ("/2015-03-31/functions/{Name}/code", "/2015-03-31/functions/f/code", Some(&[("Name", "f")])),
            ("/2015-03-31/functions/{Name}/code", "/2015-03-31/functions/f", None),
            ("/tags/{arn+}", "/tags/arn:aws:x", Some(&[("arn", "arn:aws:x")])),
            ("/{Key}", "/%zz", None),
        ];
        for (template, path, expected) in cases {
            let labels = match_path(template, path);
            let expected = expected.map(|e| e.iter().map(|(k, v)| (*k, (*v).to_owned())).collect::<Vec<_>>());
            assert_eq!(labels, expected, "{template} {path}");
        }
    }
}
