//! Paths into an event, as `InputPath`, `InputPathsMap` and `PartitionKeyPath` write them: `$.detail.items[0].name`.
//! Source: EventBridge user guide, "Input transformation": "only supports a subset": dots, brackets, `*`.

use serde_json::Value;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    All,
}

/// A path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

impl Path {
    /// Reads a path. None for what is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, behind) = match rest.strip_prefix('.') {
                Some(named) => {
                    let end = named.find(['.', '[']).unwrap_or(named.len());
                    (Self::name(&named[..end])?, &named[end..])
                }
                None => {
                    let (inside, behind) = rest.strip_prefix('[')?.split_once(']')?;
                    (Self::bracketed(inside)?, behind)
                }
            };
            steps.push(step);
            rest = behind;
        }
        Some(Self(steps))
    }

    fn name(text: &str) -> Option<Step> {
        match text {
            "" => None,
            "*" => Some(Step::All),
            name => Some(Step::Name(name.to_owned())),
        }
    }

    fn bracketed(text: &str) -> Option<Step> {
        if text == "*" {
            return Some(Step::All);
        }
        let quoted = ['\'', '"'].into_iter().find_map(|q| text.strip_prefix(q)?.strip_suffix(q));
        match quoted {
            Some(name) => Some(Step::Name(name.to_owned())),
            None => text.parse().ok().map(Step::Index),
        }
    }

    /// What it leads to; none when it leads nowhere. Behind a `*` there may be many: they are a list.
    pub(crate) fn find(&self, value: &Value) -> Option<Value> {
        find(&self.0, value)
    }
}

fn find(steps: &[Step], value: &Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value.clone()) };
    match step {
        Step::Name(name) => find(rest, value.get(name)?),
        Step::Index(index) => find(rest, value.get(index)?),
        Step::All => {
            let below: Vec<&Value> = match value {
                Value::Array(items) => items.iter().collect(),
                Value::Object(members) => members.values().collect(),
                _ => return None,
            };
            Some(below.into_iter().filter_map(|value| find(rest, value)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds() {
        let event = json!({"detail-type": "t", "detail": {"list": [{"id": 1}, {"id": 2}], "a.b": true}});
        for (path, expected) in [
            ("$", Some(event.clone())),
            ("$.detail-type", Some(json!("t"))),
            ("$.detail.list[1].id", Some(json!(2))),
            ("$.detail.list[*].id", Some(json!([1, 2]))),
            ("$['detail']['a.b']", Some(json!(true))),
            ("$.detail.none", None),
            ("$.detail.list[7]", None),
        ] {
            assert_eq!(Path::parse(path).expect(path).find(&event), expected, "{path}");
        }
        for path in ["", "detail", "$detail", "$.", "$..a", "$.a[", "$.a[x]"] {
            assert_eq!(Path::parse(path), None, "{path}");
        }
    }
}
