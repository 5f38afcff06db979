//! From checked elements to matchers.

use super::draft::{Draft, Part, Texts};
use super::position::Span;
use crate::actions::Actions;
use crate::condition::Condition;
use crate::kind::Kind;
use crate::malformed::Malformed;
use crate::pattern::{Pattern, Syntax};
use crate::policy::{Effect, Patterns, Policy, Statement, Version};
use crate::principal::{Entry, Principals};

pub(crate) fn policy(draft: &Draft, kind: Kind, spans: &[Span]) -> Result<Policy, Malformed> {
    let version = draft.version.unwrap_or(Version::V2008);
    let spans = spans.iter().copied().chain(std::iter::repeat(Span::default()));
    let statements = draft.statements.iter().zip(spans).map(|(part, span)| statement(part, span, version));
    Ok(Policy { kind, version, id: draft.id.clone(), statements: statements.collect::<Result<_, _>>()? })
}

fn statement(part: &Part, span: Span, version: Version) -> Result<Statement, Malformed> {
    let variables = version == Version::V2012;
    let resource = |text: &str| match text {
        "*" => Pattern::new("*", Syntax { wildcards: true, variables: false }),
        arn => Pattern::resource(arn, Syntax { wildcards: true, variables }),
    };
    let conditions = part
        .conditions
        .iter()
        .map(|line| Condition::new(&line.written, line.operator, &line.key, &line.values, variables));
    Ok(Statement {
        sid: part.sid.clone(),
        effect: if part.effect.as_deref() == Some("Deny") { Effect::Deny } else { Effect::Allow },
        span,
        principals: principals(part)?,
        actions: part.action.as_ref().map(actions).ok_or_else(Malformed::syntax)?,
        resources: part.resource.as_ref().map(|texts| patterns(texts, resource)),
        conditions: conditions.collect(),
    })
}

fn actions(texts: &Texts) -> Actions {
    Actions::new(texts.negated, &texts.texts)
}

fn patterns(texts: &Texts, compile: impl Fn(&str) -> Pattern) -> Patterns {
    Patterns { negated: texts.negated, patterns: texts.texts.iter().map(|text| compile(text)).collect() }
}

fn principals(part: &Part) -> Result<Option<Principals>, Malformed> {
    let Some(element) = &part.principal else { return Ok(None) };
    let entries = match &element.bare {
        Some(_) => vec![Entry::Everyone],
        None => element.named.iter().map(|(sort, name)| principal(sort, name)).collect::<Result<_, _>>()?,
    };
    Ok(Some(Principals { negated: element.negated, entries }))
}

/// One principal of a sort. Wildcards stand only for everyone, never for a part of a name.
pub(crate) fn principal(sort: &str, name: &str) -> Result<Entry, Malformed> {
    let entry = match sort {
        "AWS" => aws(name),
        "Service" if name == "*" => Some(Entry::EveryService),
        "Service" => is_host(name).then(|| Entry::Service(name.into())),
        "Federated" if name == "*" => Some(Entry::EveryFederated),
        "Federated" => (!name.is_empty() && !name.contains(['*', '?'])).then(|| Entry::Federated(name.into())),
        "CanonicalUser" => is_word(name).then(|| Entry::Canonical(name.into())),
        _ => return Err(Malformed::new("Invalid principal in policy")),
    };
    let shown = if sort == "CanonicalUser" { "CANONICAL_USER".to_owned() } else { sort.to_ascii_uppercase() };
    entry.ok_or_else(|| Malformed::new(format!("Invalid principal in policy: \"{shown}\":\"{name}\"")))
}

fn aws(name: &str) -> Option<Entry> {
    if name == "*" {
        return Some(Entry::EveryAws);
    }
    if let Ok(account) = name.parse() {
        return Some(Entry::Account(account));
    }
    if !name.contains(':') {
        // Unique ids have at least 16 characters (API_User of IAM).
        let is_id = name.len() >= 16 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        return is_id.then(|| Entry::Id(name.into()));
    }
    let arn: names::Arn = name.parse().ok()?;
    let account = arn.account.parse().ok()?;
    match (arn.service.as_str(), arn.resource.as_str()) {
        ("iam", "root") => Some(Entry::Account(account)),
        ("iam" | "sts", resource) if is_identity(resource) && arn.region.is_empty() => Some(Entry::Arn(name.into())),
        _ => None,
    }
}

fn is_identity(resource: &str) -> bool {
    const SORTS: [&str; 4] = ["user/", "role/", "assumed-role/", "federated-user/"];
    let named = SORTS.iter().any(|sort| resource.strip_prefix(sort).is_some_and(|name| !name.is_empty()));
    named && !resource.contains(['*', '?'])
}

/// `sqs.amazonaws.com`.
fn is_host(name: &str) -> bool {
    name.contains('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric())
}
