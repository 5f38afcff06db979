//! Event notifications: who is told of which events about which keys.

use api_s3 as api;

use super::refusal::{Checked, Refusal, well_formed};

/// Most rules. Source: S3 user guide, quotas of event notifications.
const RULES: usize = 100;

/// A rule, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its id: the `configurationId` of records.
    pub(crate) id: String,
    /// The destination.
    pub(crate) arn: String,
    /// What it is told of, as in `s3:ObjectCreated:*`.
    events: Vec<String>,
    prefix: String,
    suffix: String,
}

/// Whether an event is among those that a pattern names: itself, or all of its family.
fn names(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix(":*") {
        Some(family) => event.strip_prefix(family).is_some_and(|rest| rest.starts_with(':')),
        None => pattern == event,
    }
}

impl Rule {
    /// Whether the destination is told of an event (`s3:ObjectCreated:Put`) about a key.
    pub(crate) fn wants(&self, event: &str, key: &str) -> bool {
        self.events.iter().any(|pattern| names(pattern, event))
            && key.len() >= self.prefix.len().max(self.suffix.len())
            && key.starts_with(&self.prefix)
            && key.ends_with(&self.suffix)
    }

    /// Whether some event about some key would be for both.
    fn overlaps(&self, other: &Self) -> bool {
        let events = |a: &Self, b: &Self| {
            a.events.iter().any(|pattern| b.events.iter().any(|event| pattern == event || names(pattern, event)))
        };
        let ends = |a: &str, b: &str, one: fn(&str, &str) -> bool| one(a, b) || one(b, a);
        (events(self, other) || events(other, self))
            && ends(&self.prefix, &other.prefix, |a, b| a.starts_with(b))
            && ends(&self.suffix, &other.suffix, |a, b| a.ends_with(b))
    }
}

/// A destination as a rule of any kind names it.
struct Sent<'a> {
    kind: &'static str,
    service: &'static str,
    id: &'a mut Option<String>,
    arn: &'a str,
    events: &'a [api::Event],
    filter: &'a mut Option<api::NotificationConfigurationFilter>,
}

/// Checks a configuration, gives rules without an id one, and writes filters as AWS writes them back. `fresh` makes ids.
pub(crate) fn check(
    sent: &mut api::NotificationConfiguration,
    mut fresh: impl FnMut() -> String,
) -> Checked<Vec<Rule>> {
    let rules: Vec<_> = all(sent).map(|sent| rule(sent, &mut fresh)).collect::<Checked<_>>()?;
    if rules.len() > RULES {
        return Err(Refusal::argument("The number of event notification configurations exceeds the limit of 100"));
    }
    for (at, rule) in rules.iter().enumerate() {
        if rules[..at].iter().any(|other| other.id == rule.id) {
            return Err(Refusal::argument("Same ID used for multiple configurations. IDs must be unique"));
        }
        if rules[..at].iter().any(|other| other.overlaps(rule)) {
            let text = if rule.suffix.is_empty() && rule.prefix.is_empty() {
                "Configurations overlap. Configurations on the same bucket cannot share a common event type."
            } else {
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are \
                 overlapping for the same event type."
            };
            return Err(Refusal::argument(text));
        }
    }
    Ok(rules)
}

/// The rules of a configuration that was checked.
pub(crate) fn rules(checked: &api::NotificationConfiguration) -> Vec<Rule> {
    let mut copy = checked.clone();
    all(&mut copy).filter_map(|sent| rule(sent, &mut String::new).ok()).collect()
}

fn all(sent: &mut api::NotificationConfiguration) -> impl Iterator<Item = Sent<'_>> {
    let queues = sent.queue_configurations.iter_mut().flatten().map(|one| Sent {
        kind: "Queue",
        service: "sqs",
        id: &mut one.id,
        arn: &one.queue_arn,
        events: &one.events,
        filter: &mut one.filter,
    });
    let topics = sent.topic_configurations.iter_mut().flatten().map(|one| Sent {
        kind: "Topic",
        service: "sns",
        id: &mut one.id,
        arn: &one.topic_arn,
        events: &one.events,
        filter: &mut one.filter,
    });
    let functions = sent.lambda_function_configurations.iter_mut().flatten().map(|one| Sent {
        kind: "CloudFunction",
        service: "lambda",
        id: &mut one.id,
        arn: &one.lambda_function_arn,
        events: &one.events,
        filter: &mut one.filter,
    });
    queues.chain(topics).chain(functions)
}

fn rule(sent: Sent<'_>, fresh: &mut impl FnMut() -> String) -> Checked<Rule> {
    let parsed = sent.arn.parse::<names::Arn>();
    let parsed = parsed.map_err(|_| Refusal::argument("The ARN could not be parsed").about(sent.kind, sent.arn))?;
    if parsed.service != sent.service {
        let text = "The ARN is not well formed";
        return Err(Refusal::argument(text).about(sent.kind, sent.arn));
    }
    if sent.events.is_empty() {
        return Err(Refusal::malformed());
    }
    if let Some(event) = sent.events.iter().find(|event| matches!(event, api::Event::Unknown(_))) {
        return Err(Refusal::argument("The event is not supported for notifications").about("Event", event.as_str()));
    }
    if sent.id.as_ref().is_some_and(|id| id.chars().count() > 255) {
        return Err(Refusal::argument("ID length exceeded allowed limit of 255"));
    }
    let (prefix, suffix) = match sent.filter.as_mut().and_then(|filter| filter.key.as_mut()) {
        Some(filter) => affixes(filter)?,
        None => Default::default(),
    };
    let id = sent.id.get_or_insert_with(fresh).clone();
    let events = sent.events.iter().map(|event| event.as_str().to_owned()).collect();
    Ok(Rule { id, arn: sent.arn.to_owned(), events, prefix, suffix })
}

/// The prefix and suffix of a filter, whose names AWS takes in any case and gives back in one.
fn affixes(filter: &mut api::S3KeyFilter) -> Checked<(String, String)> {
    let (mut prefix, mut suffix) = (None, None);
    for rule in filter.filter_rules.iter_mut().flatten() {
        let name = rule.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default();
        let value = rule.value.clone().ok_or_else(Refusal::malformed)?;
        well_formed(!name.is_empty())?;
        let place = match name.to_ascii_lowercase().as_str() {
            "prefix" => &mut prefix,
            "suffix" => &mut suffix,
            _ => {
                let text = "filter rule name must be either prefix or suffix";
                return Err(Refusal::argument(text).about("FilterRule.Name", name));
            }
        };
        if place.is_some() {
            let text = format!("Cannot specify more than one {} rule in a filter.", name.to_ascii_lowercase());
            return Err(Refusal::argument(text));
        }
        if value.chars().count() > super::bounds::KEY_BYTES {
            return Err(Refusal::argument("Size of filter rule value cannot exceed 1024 bytes in UTF-8"));
        }
        *place = Some(value);
    }
    let named = |name: &str, value: &Option<String>| {
        value.clone().map(|value| api::FilterRule { name: Some(name.into()), value: Some(value) })
    };
    filter.filter_rules = Some(named("Prefix", &prefix).into_iter().chain(named("Suffix", &suffix)).collect());
    Ok((prefix.unwrap_or_default(), suffix.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:q";

    fn queue(id: Option<&str>, events: &[&str], affixes: &[(&str, &str)]) -> api::QueueConfiguration {
        let rules = affixes
            .iter()
            .map(|(name, value)| api::FilterRule { name: Some((*name).into()), value: Some((*value).to_owned()) });
        let key = api::S3KeyFilter { filter_rules: Some(rules.collect()) };
        api::QueueConfiguration {
            id: id.map(str::to_owned),
            queue_arn: QUEUE.to_owned(),
            events: events.iter().map(|event| (*event).into()).collect(),
            filter: (!affixes.is_empty()).then_some(api::NotificationConfigurationFilter { key: Some(key) }),
        }
    }

    fn with(queues: Vec<api::QueueConfiguration>) -> api::NotificationConfiguration {
        api::NotificationConfiguration { queue_configurations: Some(queues), ..Default::default() }
    }

    fn checked(queues: Vec<api::QueueConfiguration>) -> Checked<Vec<Rule>> {
        let mut count = 0;
        check(&mut with(queues), || {
            count += 1;
            format!("fresh-{count}")
        })
    }

    #[test]
    fn a_rule_wants_families_and_affixes() {
        let rules = checked(vec![queue(None, &["s3:ObjectCreated:*"], &[("PREFIX", "in/"), ("suffix", ".txt")])]);
        let rule = &rules.unwrap()[0];
        assert_eq!(rule.id, "fresh-1");
        for (event, key, expected) in [
            ("s3:ObjectCreated:Put", "in/a.txt", true),
            ("s3:ObjectRemoved:Delete", "in/a.txt", false),
            ("s3:ObjectCreatedElse:Put", "in/a.txt", false),
            ("s3:ObjectCreated:Put", "out/a.txt", false),
            ("s3:ObjectCreated:Put", "in/a.png", false),
        ] {
            assert_eq!(rule.wants(event, key), expected, "{event} {key}");
        }
    }

    #[test]
    fn filters_are_given_back_in_one_form() {
        let mut sent = with(vec![queue(None, &["s3:ObjectCreated:*"], &[("suffix", ""), ("PREFIX", "a")])]);
        check(&mut sent, String::new).unwrap();
        let queues = sent.queue_configurations.unwrap();
        let rules = queues[0].filter.as_ref().unwrap().key.as_ref().unwrap().filter_rules.clone().unwrap();
        let told: Vec<_> =
            rules.iter().map(|rule| (rule.name.as_ref().unwrap().as_str(), rule.value.as_deref())).collect();
        assert_eq!(told, [("Prefix", Some("a")), ("Suffix", Some(""))]);
    }

    #[test]
    fn overlapping_rules_are_refused() {
        let put = &["s3:ObjectCreated:Put"][..];
        let all = &["s3:ObjectCreated:*"][..];
        let gone = &["s3:ObjectRemoved:*"][..];
        for (first, second, refused) in [
            (queue(Some("a"), all, &[]), queue(Some("b"), put, &[]), true),
            (queue(Some("a"), all, &[]), queue(Some("b"), gone, &[]), false),
            (queue(Some("a"), all, &[]), queue(Some("a"), gone, &[]), true),
            (queue(Some("a"), all, &[("prefix", "x")]), queue(Some("b"), put, &[("prefix", "y")]), false),
            (queue(Some("a"), all, &[("prefix", "x")]), queue(Some("b"), put, &[("prefix", "xy")]), true),
            (
                queue(Some("a"), all, &[("prefix", "x"), ("suffix", ".a")]),
                queue(Some("b"), put, &[("prefix", "xy"), ("suffix", ".b")]),
                false,
            ),
        ] {
            assert_eq!(checked(vec![first.clone(), second.clone()]).is_err(), refused, "{first:?} {second:?}");
        }
    }

    #[test]
    fn what_aws_refuses() {
        let mut bad = queue(None, &["s3:ObjectCreated:*"], &[]);
        bad.queue_arn = "invalid-queue".to_owned();
        let refusal = checked(vec![bad]).unwrap_err();
        assert_eq!(refusal.message, "The ARN could not be parsed");
        assert_eq!(refusal.extra[0], ("ArgumentName".into(), "Queue".to_owned()));
        let named = checked(vec![queue(None, &["s3:ObjectCreated:*"], &[("INVALID", "x")])]).unwrap_err();
        assert_eq!(named.message, "filter rule name must be either prefix or suffix");
        let mut half = queue(None, &["s3:ObjectCreated:*"], &[("prefix", "x")]);
        half.filter.as_mut().unwrap().key.as_mut().unwrap().filter_rules.as_mut().unwrap()[0].value = None;
        assert_eq!(checked(vec![half]), Err(Refusal::malformed()));
    }
}
