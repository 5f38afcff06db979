//! The text in which most services tell that an input breaks its model: that of AWS's framework, Coral. Recorded
//! answers are the source of every phrase.

use std::fmt::Write as _;

use smithy::{Inside, Issue, Path, PathPart, Violation};

/// Recorded answers never tell more.
const MOST: usize = 10;

/// `2 validation errors detected: Value null at 'queueUrl' failed to satisfy constraint: Member must not be null; …`.
/// The first ten are told.
pub fn message(issues: &[Issue]) -> String {
    let told = &issues[..issues.len().min(MOST)];
    let plural = if told.len() == 1 { "" } else { "s" };
    let details: Vec<_> = told.iter().map(detail).collect();
    format!("{} validation error{plural} detected: {}", told.len(), details.join("; "))
}

fn detail(issue: &Issue) -> String {
    let value = match (&issue.value, &issue.violation) {
        (Some(value), _) => format!("Value '{value}'"),
        (None, Violation::Missing) => "Value null".to_owned(),
        // A sensitive value is not told.
        (None, _) => "Value".to_owned(),
    };
    let fractions = issue.value.as_ref().is_some_and(|value| value.contains('.'));
    format!("{value} at '{}' failed to satisfy constraint: {}", path(&issue.path), rule(&issue.violation, fractions))
}

/// `attributeDefinitions.2.member.attributeType`: members begin in lower case, indices count from 1.
fn path(path: &Path) -> String {
    path.0.iter().map(part).collect::<Vec<_>>().join(".")
}

fn part(part: &PathPart) -> String {
    match part {
        PathPart::Member(name) => {
            let mut rest = name.chars();
            rest.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(rest).collect()
        }
        PathPart::Index(index) => format!("{}.member", index + 1),
        PathPart::Key(key) => format!("{key}.member"),
    }
}

/// `fractions`: numbers are shown as floating-point numbers are.
fn rule(violation: &Violation, fractions: bool) -> String {
    match violation {
        Violation::Missing => "Member must not be null".to_owned(),
        Violation::TooShort(least) => format!("Member must have length greater than or equal to {least}"),
        Violation::TooLong(most) => format!("Member must have length less than or equal to {most}"),
        Violation::TooSmall(least) => {
            format!("Member must have value greater than or equal to {}", number(*least, fractions))
        }
        Violation::TooLarge(most) => {
            format!("Member must have value less than or equal to {}", number(*most, fractions))
        }
        Violation::Pattern(pattern) => format!("Member must satisfy regular expression pattern: {pattern}"),
        Violation::Enum(values) => format!("Member must satisfy enum value set: [{}]", values.join(", ")),
        // No recorded answer has this one; the words are ours.
        Violation::Union | Violation::SeveralMembers => "Member must have exactly one member set".to_owned(),
        Violation::Inside(inside, rules) => {
            let rules: Vec<_> = rules.iter().map(|violation| rule(violation, fractions)).collect();
            format!("{} must satisfy constraint: [{}]", subject(*inside), rules.join(", "))
        }
    }
}

fn subject(inside: Inside) -> &'static str {
    match inside {
        Inside::Elements => "Member",
        Inside::Keys => "Map keys",
        Inside::Values => "Map value",
    }
}

fn number(value: f64, fractions: bool) -> String {
    let mut out = String::new();
    let written = if fractions { write!(out, "{value:?}") } else { write!(out, "{value}") };
    written.expect("writing to a String cannot fail");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(path: Vec<PathPart>, violation: Violation, value: Option<&str>) -> Issue {
        Issue { path: Path(path), violation, value: value.map(str::to_owned) }
    }

    #[test]
    fn says_what_was_recorded() {
        let member = PathPart::Member;
        let table = [
            (
                issue(vec![member("QueueUrl")], Violation::Missing, None),
                "Value null at 'queueUrl' failed to satisfy constraint: Member must not be null",
            ),
            (
                issue(vec![member("MaxResults")], Violation::TooLarge(1000.0), Some("1001")),
                "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
            ),
            (
                issue(vec![member("Plaintext")], Violation::TooLong(4096), None),
                "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
            ),
            (
                issue(
                    vec![member("StateValue")],
                    Violation::Enum(&["INSUFFICIENT_DATA", "ALARM", "OK"]),
                    Some("INVALID"),
                ),
                "Value 'INVALID' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
            ),
            (
                issue(
                    vec![member("messageAttributes"), PathPart::Key("attr1".into()), member("DataType")],
                    Violation::Missing,
                    None,
                ),
                "Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
            ),
            (
                issue(vec![member("Targets"), PathPart::Index(0), member("Id")], Violation::TooLong(64), Some("x")),
                "Value 'x' at 'targets.1.member.id' failed to satisfy constraint: Member must have length less than or equal to 64",
            ),
            (
                issue(
                    vec![member("RoutingConfig"), member("AdditionalVersionWeights")],
                    Violation::Inside(Inside::Values, vec![Violation::TooLarge(1.0), Violation::TooSmall(0.0)]),
                    Some("{2=2.0}"),
                ),
                "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy \
                 constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]",
            ),
        ];
        for (issue, want) in table {
            assert_eq!(message(&[issue]), format!("1 validation error detected: {want}"));
        }
    }

    #[test]
    fn counts_and_stops_at_ten() {
        let many = vec![issue(vec![PathPart::Member("A")], Violation::Missing, None); 12];
        assert!(message(&many).starts_with("10 validation errors detected: Value null at 'a' "));
        assert_eq!(message(&many[..2]).matches("; ").count(), 1);
    }
}
