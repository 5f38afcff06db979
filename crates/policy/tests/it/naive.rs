//! A second evaluator: slow, without any compiled form, written from AWS's documentation and not from the crate.
//!
//! It walks the JSON of each document for each question, matches by plain recursion, and states the outcome as one
//! formula over what all policies say.

use std::collections::BTreeMap;

use policy::{Who, WhoKind};
use serde_json::Value;

/// Facts of a request: lower-case key to values.
pub(crate) type Facts = BTreeMap<String, Vec<String>>;

/// One question.
pub(crate) struct Asked<'a> {
    pub(crate) who: Who<'a>,
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) facts: &'a Facts,
}

/// All documents, as JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) resource: Option<Value>,
    pub(crate) required: bool,
    pub(crate) owner: Option<String>,
    pub(crate) scp: Vec<Vec<Value>>,
    pub(crate) rcp: Vec<Vec<Value>>,
    pub(crate) endpoint: Option<Value>,
}

/// `allowed`, `explicitDeny`, or `implicitDeny` with the noun of the sort that is missing.
pub(crate) fn decide(documents: &Documents, asked: &Asked<'_>) -> (&'static str, &'static str) {
    let linked = matches!(asked.who.kind, WhoKind::RoleSession { role_arn } if role_arn.contains("/aws-service-role/"));
    let none = Vec::new();
    let scp = if linked || asked.who.account.is_none() { &none } else { &documents.scp };
    let rcp = if linked { &none } else { &documents.rcp };
    let session = documents.session.clone();
    let flat = |levels: &[Vec<Value>]| levels.iter().flatten().cloned().collect::<Vec<_>>();
    let every: Vec<Value> = [
        flat(scp),
        flat(rcp),
        documents.identity.clone(),
        session.clone().unwrap_or_default(),
        documents.endpoint.iter().chain(&documents.resource).chain(&documents.boundary).cloned().collect(),
    ]
    .concat();
    if every.iter().any(|document| !fitting(document, "Deny", asked).is_empty()) {
        return ("explicitDeny", "");
    }
    let allows = |document: &Value| !fitting(document, "Allow", asked).is_empty();
    let levels = |levels: &[Vec<Value>]| levels.iter().all(|level| level.iter().any(allows));
    let gate = |open: bool, noun: &'static str| if open { None } else { Some(("implicitDeny", noun)) };
    let organization = gate(levels(rcp), "resource control policy").or(gate(levels(scp), "service control policy"));
    let outside = organization.or(gate(documents.endpoint.as_ref().is_none_or(allows), "VPC endpoint policy"));
    if let Some(closed) = outside {
        return closed;
    }
    let grants: Vec<&str> = documents.resource.as_ref().map(|r| fitting(r, "Allow", asked)).unwrap_or_default();
    let root = matches!(asked.who.kind, WhoKind::Root)
        || matches!(asked.who.kind, WhoKind::FederatedUser { parent_arn } if parent_arn.ends_with(":root"));
    let identity = gate(root || documents.identity.iter().any(allows), "identity-based policy");
    let boundary = gate(documents.boundary.as_ref().is_none_or(allows), "permissions boundary");
    let session = gate(session.as_ref().is_none_or(|session| session.iter().any(allows)), "session policy");
    let resource = gate(!grants.is_empty(), "resource-based policy");
    let own = asked.who.account.map(|account| account.to_string());
    let same = documents.owner.is_none() || documents.owner == own;
    let is_root = matches!(asked.who.kind, WhoKind::Root);
    let closed = match own {
        None => resource,
        Some(_) if !same => resource.or(identity).or(boundary).or(session),
        Some(_) if grants.contains(&"itself") && !is_root => None,
        Some(_) if grants.contains(&"behind") => boundary.or(session),
        Some(_) if documents.required => resource.or(identity).or(boundary).or(session),
        Some(_) => identity.or(boundary).or(session),
    };
    closed.unwrap_or(("allowed", ""))
}

/// How each statement of this effect that fits names the caller.
fn fitting(document: &Value, effect: &str, asked: &Asked<'_>) -> Vec<&'static str> {
    let variables = document["Version"] == "2012-10-17";
    let mut found = Vec::new();
    for statement in list(&document["Statement"]) {
        let names = |element: &str| list(&statement[element]).into_iter().filter_map(Value::as_str).collect::<Vec<_>>();
        let fits_action = |pattern: &&str| {
            let lower = |text: &str| text.to_ascii_lowercase();
            glob(&literal(&lower(pattern), true), &chars(&lower(asked.action)))
        };
        let fits_resource = |pattern: &&str| {
            *pattern == "*"
                || expand(pattern, variables, asked.facts).is_some_and(|p| arn_glob(&p, &chars(asked.resource)))
        };
        let action = match statement.get("Action") {
            Some(_) => names("Action").iter().any(fits_action),
            None => !names("NotAction").iter().any(fits_action),
        };
        let resource = match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(_), _) => names("Resource").iter().any(fits_resource),
            (_, Some(_)) => !names("NotResource").iter().any(fits_resource),
            _ => true,
        };
        let conditions = statement["Condition"].as_object().into_iter().flatten();
        let holds = conditions.into_iter().all(|(operator, keys)| {
            keys.as_object().unwrap().iter().all(|(key, want)| holds(operator, key, want, variables, asked.facts))
        });
        if statement["Effect"] == effect && action && resource && holds {
            found.extend(principal(statement, &asked.who));
        }
    }
    found
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

// --- principals

fn principal(statement: &Value, who: &Who<'_>) -> Option<&'static str> {
    if let Some(element) = statement.get("NotPrincipal") {
        return if spared(element, who) { None } else { Some("itself") };
    }
    let Some(element) = statement.get("Principal") else { return Some("itself") };
    let grants: Vec<_> = pairs(element).into_iter().filter_map(|(sort, name)| named(&sort, &name, who)).collect();
    ["itself", "behind", "account"].into_iter().find(|grant| grants.contains(grant))
}

fn pairs(element: &Value) -> Vec<(String, String)> {
    if element == "*" {
        return vec![("all".to_owned(), "*".to_owned())];
    }
    let sorts = element.as_object().unwrap();
    let names = sorts.iter().flat_map(|(sort, names)| list(names).into_iter().map(move |name| (sort, name)));
    names.map(|(sort, name)| (sort.clone(), name.as_str().unwrap().to_owned())).collect()
}

fn named(sort: &str, name: &str, who: &Who<'_>) -> Option<&'static str> {
    let foreign = match who.kind {
        WhoKind::WebIdentity { provider } | WhoKind::Saml { provider } => Some(provider),
        _ => None,
    };
    let account = who.account.map(|account| account.to_string()).unwrap_or_default();
    match (sort, who.kind) {
        ("all", _) => Some("itself"),
        ("AWS", _) if name == "*" => foreign.is_none().then_some("itself"),
        ("AWS", _) if account.is_empty() => None,
        ("AWS", kind) if name == account || name == format!("arn:aws:iam::{account}:root") => {
            Some(if kind == WhoKind::Root { "itself" } else { "account" })
        }
        ("AWS", _) if name == who.arn => Some("itself"),
        ("AWS", WhoKind::RoleSession { role_arn }) => (name == role_arn || name == who.unique_id).then_some("behind"),
        ("AWS", WhoKind::FederatedUser { parent_arn }) => (name == parent_arn).then_some("behind"),
        ("AWS", WhoKind::User) => (name == who.unique_id).then_some("itself"),
        ("Service", WhoKind::Service { name: service, .. }) => (name == service || name == "*").then_some("itself"),
        ("Federated", _) => foreign.filter(|provider| name == *provider || name == "*").map(|_| "itself"),
        _ => None,
    }
}

fn spared(element: &Value, who: &Who<'_>) -> bool {
    let grants: Vec<_> =
        pairs(element).into_iter().map(|(sort, name)| (named(&sort, &name, who), sort, name)).collect();
    let has = |wanted: &str| grants.iter().any(|(grant, ..)| *grant == Some(wanted));
    let everyone = grants.iter().any(|(_, sort, _)| sort == "all");
    let every_aws = grants.iter().any(|(_, sort, name)| sort == "AWS" && name == "*");
    match who.kind {
        _ if everyone => true,
        _ if who.account.is_none() => has("itself"),
        WhoKind::Root => has("itself"),
        WhoKind::RoleSession { .. } => (has("account") || every_aws) && has("behind") && has("itself"),
        _ => (has("account") || every_aws) && has("itself"),
    }
}

// --- texts

/// A character of a pattern: itself, or a wildcard.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sign {
    Char(char),
    One,
    Any,
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn literal(text: &str, wildcards: bool) -> Vec<Sign> {
    let sign = |c| match c {
        '*' if wildcards => Sign::Any,
        '?' if wildcards => Sign::One,
        c => Sign::Char(c),
    };
    text.chars().map(sign).collect()
}

fn expand(text: &str, variables: bool, facts: &Facts) -> Option<Vec<Sign>> {
    expand_with(text, true, variables, facts)
}

fn expand_with(text: &str, wildcards: bool, variables: bool, facts: &Facts) -> Option<Vec<Sign>> {
    let Some((before, rest)) = text.split_once("${").filter(|_| variables) else {
        return Some(literal(text, wildcards));
    };
    let (inner, after) = rest.split_once('}').unwrap();
    let value = match inner {
        "*" | "?" | "$" => inner.to_owned(),
        _ => {
            let (key, default) = inner.split_once(", '").map_or((inner, None), |(k, d)| (k, d.strip_suffix('\'')));
            match facts.get(&key.to_lowercase()).map(Vec::as_slice) {
                None | Some([]) => default?.to_owned(),
                Some([one]) => one.clone(),
                Some(_) => return None,
            }
        }
    };
    let mut signs = literal(before, wildcards);
    signs.extend(literal(&value, false));
    signs.extend(expand_with(after, wildcards, variables, facts)?);
    Some(signs)
}

fn glob(pattern: &[Sign], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([Sign::Any, rest @ ..], _) => glob(rest, text) || (!text.is_empty() && glob(pattern, &text[1..])),
        ([Sign::One, rest @ ..], [_, text @ ..]) => glob(rest, text),
        ([Sign::Char(wanted), rest @ ..], [c, text @ ..]) => wanted == c && glob(rest, text),
        _ => false,
    }
}

/// The pattern of a resource. The generator writes colons only outside variables' values, so the parts can be counted
/// in the expanded pattern.
fn arn_glob(pattern: &[Sign], text: &[char]) -> bool {
    let colon = Sign::Char(':');
    let mut pattern = pattern.to_vec();
    while pattern.iter().filter(|sign| **sign == colon).count() < 5 && pattern.last() != Some(&Sign::Any) {
        pattern.extend([colon, Sign::Any]);
    }
    arn_rest(&pattern, 0, text)
}

fn arn_rest(pattern: &[Sign], part: usize, text: &[char]) -> bool {
    let colon = Sign::Char(':');
    let stays = part < 5;
    match (pattern, text) {
        ([], []) => true,
        ([Sign::Any, rest @ ..], _) => {
            let runs_on = !stays || rest.first().is_none_or(|next| *next == colon);
            arn_rest(rest, part, text)
                || text.split_first().is_some_and(|(c, text)| (runs_on || *c != ':') && arn_rest(pattern, part, text))
        }
        ([Sign::One, rest @ ..], [c, text @ ..]) => (!stays || *c != ':') && arn_rest(rest, part, text),
        ([Sign::Char(wanted), rest @ ..], [c, text @ ..]) => {
            wanted == c && arn_rest(rest, part + usize::from(*wanted == ':'), text)
        }
        _ => false,
    }
}

// --- conditions

fn holds(operator: &str, key: &str, want: &Value, variables: bool, facts: &Facts) -> bool {
    let have = facts.get(&key.to_lowercase()).filter(|values| !values.is_empty());
    let wants: Vec<String> = list(want).into_iter().map(text_of).collect();
    let (set, name) = operator.split_once(':').map_or(("", operator), |(set, name)| (set, name));
    let if_exists = name.ends_with("IfExists");
    let name = name.trim_end_matches("IfExists");
    if name == "Null" {
        return wants.iter().any(|want| want.eq_ignore_ascii_case(if have.is_none() { "true" } else { "false" }));
    }
    let negated = name.contains("Not");
    let plain = name.replace("Not", "");
    let Some(have) = have else {
        return if_exists || set == "ForAllValues" || (set.is_empty() && negated);
    };
    let one = |value: &String| wants.iter().any(|want| fits(&plain, want, value, variables, facts));
    match set {
        "ForAllValues" => !have.iter().any(|value| one(value) == negated),
        "ForAnyValue" => have.iter().any(|value| one(value) != negated),
        _ if negated => !have.iter().any(one),
        _ => have.iter().any(one),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fits(operator: &str, want: &str, have: &str, variables: bool, facts: &Facts) -> bool {
    let expanded = |wildcards| expand_with(want, wildcards, variables, facts);
    let order = |a: f64, b: f64| match operator.trim_start_matches("Numeric").trim_start_matches("Date") {
        "Equals" => a == b,
        "LessThan" => a < b,
        "LessThanEquals" => a <= b,
        "GreaterThan" => a > b,
        "GreaterThanEquals" => a >= b,
        other => panic!("{other}"),
    };
    match operator {
        "StringEquals" => expanded(false).is_some_and(|want| glob(&want, &chars(have))),
        "StringLike" => expanded(true).is_some_and(|want| glob(&want, &chars(have))),
        "StringEqualsIgnoreCase" => {
            let lower = |sign: Sign| match sign {
                Sign::Char(c) => Sign::Char(c.to_ascii_lowercase()),
                sign => sign,
            };
            expanded(false).is_some_and(|want| {
                let want: Vec<_> = want.into_iter().map(lower).collect();
                glob(&want, &chars(&have.to_ascii_lowercase()))
            })
        }
        "ArnEquals" | "ArnLike" => expanded(true).is_some_and(|want| six_parts(&want, have)),
        "Bool" => ["true", "false"].contains(&have) && want == have,
        // The generator's base64 has no padding.
        "BinaryEquals" => {
            want == have && have.len().is_multiple_of(4) && have.chars().all(|c| c.is_ascii_alphanumeric())
        }
        "IpAddress" => address(want, have).unwrap_or(false),
        _ if operator.starts_with("Numeric") => {
            matches!((want.parse(), have.parse()), (Ok(want), Ok(have)) if order(have, want))
        }
        _ => matches!((seconds(want), seconds(have)), (Some(want), Some(have)) if order(have, want)),
    }
}

fn six_parts(want: &[Sign], have: &str) -> bool {
    let mut wants: Vec<Vec<Sign>> = Vec::new();
    for part in want.splitn(6, |sign| *sign == Sign::Char(':')) {
        wants.push(part.to_vec());
    }
    wants.resize(6, vec![Sign::Any]);
    let haves: Vec<_> = have.splitn(6, ':').collect();
    haves.len() == 6 && wants.iter().zip(haves).all(|(want, have)| glob(want, &chars(have)))
}

/// The generator writes instants as epoch seconds or with time and `Z`.
fn seconds(text: &str) -> Option<f64> {
    text.parse().ok().or_else(|| names::Timestamp::parse_iso8601(text).ok().map(names::Timestamp::as_secs_f64))
}

/// Bits as text: the block's are the beginning of the address's.
fn address(block: &str, have: &str) -> Option<bool> {
    let bits = |text: &str| {
        let address: std::net::IpAddr = text.parse().ok()?;
        Some(match address {
            std::net::IpAddr::V4(a) => format!("4{:032b}", u32::from(a)),
            std::net::IpAddr::V6(a) => format!("6{:0128b}", u128::from(a)),
        })
    };
    let (network, length) = block.split_once('/').unwrap_or((block, "999"));
    let network = bits(network)?;
    let length = length.parse::<usize>().ok()?.min(network.len() - 1);
    Some(bits(have)?.starts_with(&network[..=length]))
}
