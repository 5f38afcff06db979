//! What policies let somebody reach, leaving resources and conditions aside: services, and single actions. Pure.

use api_catalog::{NAMESPACES, Namespace};
use serde_json::Value;

/// What the statements of policies name: those that allow, and those that deny whatever the resource and circumstances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    allowed: Vec<Named>,
    denied: Vec<Named>,
}

/// The actions of a statement, or those it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    all_but: bool,
    patterns: Vec<String>,
}

impl Reach {
    /// Of documents that can be parsed.
    pub(crate) fn of<'a>(documents: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reach = Self::default();
        for document in documents.into_iter().filter_map(|text| serde_json::from_str::<Value>(text).ok()) {
            for statement in each(&document["Statement"]) {
                match statement["Effect"].as_str() {
                    Some("Allow") => reach.allowed.extend(named(statement)),
                    Some("Deny") if is_unconditional(statement) => reach.denied.extend(named(statement)),
                    _ => {}
                }
            }
        }
        reach
    }

    /// Whether it reaches an action, as in `sqs:SendMessage`.
    pub(crate) fn action(&self, action: &str) -> bool {
        self.allowed.iter().any(|named| named.names(action)) && !self.denied.iter().any(|named| named.names(action))
    }

    /// Whether it reaches any action of a service.
    pub(crate) fn service(&self, namespace: &Namespace) -> bool {
        let prefix = format!("{}:", namespace.prefix);
        let whole = |named: &Named| named.names_all(&prefix);
        if self.denied.iter().any(whole) || !self.allowed.iter().any(|named| named.may_name(&prefix)) {
            return false;
        }
        let bounded = self.denied.iter().any(|named| named.may_name(&prefix));
        if !bounded && self.allowed.iter().any(whole) {
            return true;
        }
        namespace.actions().any(|action| self.action(&format!("{prefix}{}", action.name)))
    }

    /// Prefixes of all services it reaches, sorted.
    pub(crate) fn services(&self) -> Vec<&'static str> {
        let reached = NAMESPACES.iter().filter(|namespace| self.service(namespace));
        let mut prefixes: Vec<_> = reached.map(|namespace| namespace.prefix).collect();
        prefixes.sort_unstable();
        prefixes
    }
}

impl Named {
    fn names(&self, action: &str) -> bool {
        self.patterns.iter().any(|pattern| fits(pattern, action)) != self.all_but
    }

    /// Whether it names all actions of a prefix, for sure.
    fn names_all(&self, prefix: &str) -> bool {
        let mut about = self.patterns.iter().filter(|pattern| is_about(pattern, prefix));
        match self.all_but {
            true => about.next().is_none(),
            false => about.any(|pattern| pattern == "*" || pattern[prefix.len()..] == *"*"),
        }
    }

    /// Whether it may name an action of a prefix.
    fn may_name(&self, prefix: &str) -> bool {
        self.all_but || self.patterns.iter().any(|pattern| is_about(pattern, prefix))
    }
}

/// Whether a statement holds for every resource, whatever the circumstances.
fn is_unconditional(statement: &Value) -> bool {
    let everywhere = each(&statement["Resource"]).any(|resource| resource.as_str() == Some("*"));
    everywhere && statement["Condition"].as_object().is_none_or(serde_json::Map::is_empty)
}

fn is_about(pattern: &str, prefix: &str) -> bool {
    pattern == "*" || pattern.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn named(statement: &Value) -> Option<Named> {
    let (all_but, actions) = match (&statement["Action"], &statement["NotAction"]) {
        (Value::Null, actions) => (true, actions),
        (actions, _) => (false, actions),
    };
    let patterns: Vec<_> = each(actions).filter_map(Value::as_str).map(str::to_owned).collect();
    (!patterns.is_empty()).then_some(Named { all_but, patterns })
}

/// A list, or the one value that stands for a list of one.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.as_slice().iter(),
        Value::Null => [].iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// Whether a text fits a pattern of `*` and `?`, whatever their case. Steps back to the last `*` only: linear in practice,
/// the product of the lengths at worst.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || c.eq_ignore_ascii_case(&text[t]) => (p, t) = (p + 1, t + 1),
            _ => match &mut star {
                Some((at, from)) => {
                    *from += 1;
                    (p, t) = (*at + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(statement: &str) -> Reach {
        Reach::of([format!(r#"{{"Statement":{statement}}}"#).as_str()])
    }

    #[test]
    fn services_and_actions() {
        let all = NAMESPACES.len();
        for (statement, count, some, none) in [
            (r#"{"Effect":"Allow","Action":"*"}"#, all, "sqs:SendMessage", ""),
            (r#"[{"Effect":"Allow","Action":["sqs:Send*","IAM:getuser"]}]"#, 2, "SQS:sendmessage", "sqs:DeleteQueue"),
            (r#"{"Effect":"Allow","Action":"sqs:NoSuchThing*"}"#, 0, "", "sqs:SendMessage"),
            (r#"{"Effect":"Deny","Action":"*"}"#, 0, "", "sqs:SendMessage"),
            (
                r#"[{"Effect":"Allow","Action":"*"},{"Effect":"Deny","Action":["sqs:*","iam:Get*"],"Resource":"*"},
                   {"Effect":"Deny","Action":"*","Resource":"arn:aws:x"},
                   {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a":"b"}}}]"#,
                all - 1,
                "iam:ListUsers",
                "iam:GetUser",
            ),
            (r#"{"Effect":"Allow","NotAction":["iam:*","sqs:*"]}"#, all - 2, "sns:Publish", "iam:GetUser"),
            (r#"{"Effect":"Allow","NotAction":"iam:Get*"}"#, all, "iam:ListUsers", "iam:GetUser"),
            (r#"{"Effect":"Allow","NotAction":"*"}"#, 0, "", "iam:GetUser"),
        ] {
            let reach = reach(statement);
            assert_eq!(reach.services().len(), count, "{statement}");
            assert_eq!(reach.action(some), !some.is_empty(), "{statement}");
            assert!(none.is_empty() || !reach.action(none), "{statement}");
        }
        assert_eq!(Reach::of(["", "{}", "[1]"]), Reach::default());
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("A*", "abc", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!fits(&"*a".repeat(50), &"a".repeat(40)));
    }
}
