//! Data protection policies: what is looked for in messages, and what is done where it is found. Pure.
//!
//! Source: SNS developer guide, "Amazon SNS message data protection". AWS finds with trained models besides; here there are
//! patterns, and identifiers that no pattern finds (names, postal addresses) find nothing.

use fancy_regex::Regex;
use serde_json::Value;

use super::message::{Attribute, AttributeValue, Attributes};

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From a publisher to a topic.
    Inbound,
    /// From a topic to a subscriber.
    Outbound,
}

/// What is found in a message at most, for one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing that matters.
    Clear,
    /// Something that must not pass.
    Denied,
    /// Something that was taken out: the text and the attributes without it.
    Changed(String, Attributes),
}

/// A policy, understood.
#[derive(Debug, Default)]
pub(crate) struct Protection(Vec<Statement>);

#[derive(Debug)]
struct Statement {
    direction: Direction,
    principals: Vec<String>,
    exempt: Vec<String>,
    identifiers: Vec<Identifier>,
    operation: Operation,
}

#[derive(Debug)]
enum Operation {
    Deny,
    /// Letters become this one.
    Mask(char),
    /// What is found is left out.
    Redact,
    Audit,
}

#[derive(Debug)]
struct Identifier {
    pattern: Regex,
    checked: fn(&str) -> bool,
}

impl Protection {
    /// Reads a stored policy, which was checked when it was set.
    pub(crate) fn read(policy: Option<&str>) -> Self {
        policy.and_then(|text| Self::parse(text).ok()).unwrap_or_default()
    }

    /// Reads a policy; the reason when it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let policy: Value = serde_json::from_str(text).map_err(|_| "policy is not valid JSON".to_owned())?;
        let member = |name: &str| policy.get(name).and_then(Value::as_str).ok_or(format!("policy must have a {name}"));
        member("Name")?;
        if member("Version")? != "2021-06-01" {
            return Err("Version must be 2021-06-01".into());
        }
        let custom = custom(&policy)?;
        let statements = policy.get("Statement").and_then(Value::as_array).filter(|all| !all.is_empty());
        let statements = statements.ok_or("policy must have at least one Statement")?;
        statements.iter().map(|one| statement(one, &custom)).collect::<Result<_, _>>().map(Self)
    }

    /// Looks through a message that goes one way, by or to a principal.
    pub(crate) fn look(&self, way: Direction, principal: &str, text: &str, attributes: &Attributes) -> Finding {
        let mut changed: Option<(String, Attributes)> = None;
        for statement in self.0.iter().filter(|one| one.direction == way && one.concerns(principal)) {
            let (text, attributes) = changed.as_ref().map_or((text, attributes), |(text, all)| (text.as_str(), all));
            match statement.operation {
                Operation::Audit => {}
                Operation::Deny if statement.finds(text, attributes) => return Finding::Denied,
                Operation::Deny => {}
                Operation::Mask(_) | Operation::Redact if statement.finds(text, attributes) => {
                    changed = Some((statement.cleaned(text), statement.cleaned_all(attributes)));
                }
                Operation::Mask(_) | Operation::Redact => {}
            }
        }
        changed.map_or(Finding::Clear, |(text, attributes)| Finding::Changed(text, attributes))
    }
}

impl Statement {
    fn concerns(&self, principal: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|one| one == "*" || one == principal);
        listed(&self.principals) && !listed(&self.exempt)
    }

    fn finds(&self, text: &str, attributes: &Attributes) -> bool {
        let values = attributes.values().filter_map(|attribute| match &attribute.value {
            AttributeValue::Text(text) => Some(text.as_str()),
            AttributeValue::Blob(_) => None,
        });
        std::iter::once(text).chain(values).any(|text| self.identifiers.iter().any(|one| one.find(text, 0).is_some()))
    }

    fn cleaned(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for identifier in &self.identifiers {
            let mut from = 0;
            while let Some((start, end)) = identifier.find(&text, from) {
                let put = match self.operation {
                    Operation::Mask(with) => with.to_string().repeat(text[start..end].chars().count()),
                    _ => String::new(),
                };
                text.replace_range(start..end, &put);
                from = start + put.len();
            }
        }
        text
    }

    fn cleaned_all(&self, attributes: &Attributes) -> Attributes {
        let clean = |attribute: &Attribute| match &attribute.value {
            AttributeValue::Text(text) => {
                Attribute { value: AttributeValue::Text(self.cleaned(text)), ..attribute.clone() }
            }
            AttributeValue::Blob(_) => attribute.clone(),
        };
        attributes.iter().map(|(name, attribute)| (name.clone(), clean(attribute))).collect()
    }
}

impl Identifier {
    /// The first place from an offset on where something is found.
    fn find(&self, text: &str, mut from: usize) -> Option<(usize, usize)> {
        loop {
            let found = self.pattern.find_from_pos(text, from).ok()??;
            if found.end() > found.start() && (self.checked)(found.as_str()) {
                return Some((found.start(), found.end()));
            }
            from = found.end().max(found.start() + 1);
            while from < text.len() && !text.is_char_boundary(from) {
                from += 1;
            }
            if from >= text.len() {
                return None;
            }
        }
    }
}

fn statement(one: &Value, custom: &[(String, String)]) -> Result<Statement, String> {
    let direction = match one.get("DataDirection").and_then(Value::as_str) {
        Some("Inbound") => Direction::Inbound,
        Some("Outbound") => Direction::Outbound,
        _ => return Err("DataDirection must be Inbound or Outbound".into()),
    };
    let names = |name: &str| -> Vec<String> {
        let list = one.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let identifiers = names("DataIdentifier");
    if identifiers.is_empty() {
        return Err("Statement must have a DataIdentifier".into());
    }
    let mut known = Vec::new();
    for name in &identifiers {
        let name = name.rsplit('/').next().unwrap_or_default();
        let own =
            custom.iter().find(|(own, _)| own == name).map(|(_, regex)| (regex.as_str(), any as fn(&str) -> bool));
        let managed =
            MANAGED.iter().find(|(managed, ..)| *managed == name).map(|(_, regex, checked)| (*regex, *checked));
        let Some((regex, checked)) = own.or(managed) else { continue };
        let pattern = Regex::new(regex).map_err(|_| format!("{name} is not a valid regular expression"))?;
        known.push(Identifier { pattern, checked });
    }
    let principals = names("Principal");
    if principals.is_empty() {
        return Err("Statement must have a Principal".into());
    }
    let operation = operation(one.get("Operation"))?;
    Ok(Statement { direction, principals, exempt: names("NoPrincipal"), identifiers: known, operation })
}

fn operation(operation: Option<&Value>) -> Result<Operation, String> {
    let none = || "Statement must have an Operation: Audit, Deidentify or Deny".to_owned();
    let operation = operation.and_then(Value::as_object).ok_or_else(none)?;
    if operation.contains_key("Deny") {
        return Ok(Operation::Deny);
    }
    if operation.contains_key("Audit") {
        return Ok(Operation::Audit);
    }
    let deidentify = operation.get("Deidentify").or_else(|| operation.get("De-identify")).ok_or_else(none)?;
    if deidentify.get("RedactConfig").is_some() {
        return Ok(Operation::Redact);
    }
    let mask = deidentify.get("MaskConfig").ok_or("Deidentify must have a MaskConfig or a RedactConfig")?;
    let with = mask.get("MaskWithCharacter").and_then(Value::as_str).and_then(|text| text.chars().next());
    Ok(Operation::Mask(with.unwrap_or('#')))
}

fn custom(policy: &Value) -> Result<Vec<(String, String)>, String> {
    let list = policy.get("Configuration").and_then(|all| all.get("CustomDataIdentifier")).and_then(Value::as_array);
    let member = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
    let one = |one: &Value| {
        let both = member(one, "Name").zip(member(one, "Regex"));
        both.ok_or_else(|| "CustomDataIdentifier must have a Name and a Regex".to_owned())
    };
    list.into_iter().flatten().map(one).collect()
}

fn any(_: &str) -> bool {
    true
}

/// The check digit of card numbers.
fn luhn(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| if i % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// The remainder of bank account numbers, ISO 13616.
fn iban(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let turned = plain[4.min(plain.len())..].iter().chain(&plain[..4.min(plain.len())]);
    let rest = turned.filter_map(|c| c.to_digit(36)).fold(0_u32, |rest, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (rest * shift + digit) % 97
    });
    rest == 1
}

/// A managed identifier: its name, a pattern, and what else must be so.
type Managed = (&'static str, &'static str, fn(&str) -> bool);

/// What AWS's managed identifiers look for, as far as a pattern can tell.
const MANAGED: [Managed; 19] = [
    (
        "AwsSecretKey",
        r"(?<![A-Za-z0-9/+=])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[0-9])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
        any,
    ),
    ("BankAccountNumber-DE", r"\bDE\d{2}(?: ?\d{4}){4} ?\d{2}\b", iban),
    ("BankAccountNumber-ES", r"\bES\d{2}(?: ?\d{4}){5}\b", iban),
    ("BankAccountNumber-FR", r"\bFR\d{2}(?: ?[0-9A-Z]{4}){5} ?[0-9A-Z]{3}\b", iban),
    ("BankAccountNumber-GB", r"\bGB\d{2} ?[A-Z]{4}(?: ?\d{4}){3} ?\d{2}\b", iban),
    ("BankAccountNumber-IT", r"\bIT\d{2} ?[A-Z](?: ?[0-9A-Z]{4}){5} ?[0-9A-Z]{2}\b", iban),
    ("CreditCardExpiration", r"\b(?:0[1-9]|1[0-2])[/-](?:20)?\d{2}\b", any),
    ("CreditCardNumber", r"\b\d(?:[ -]?\d){12,18}\b", luhn),
    ("EmailAddress", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", any),
    ("IpAddress", r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])", any),
    ("LatLong", r"[-+]?(?:[1-8]?\d(?:\.\d{3,})|90\.0+), *[-+]?(?:180\.0+|(?:1[0-7]\d|[1-9]?\d)\.\d{3,})", any),
    ("NationalProviderId-US", r"\b[12]\d{9}\b", any),
    (
        "OpenSshPrivateKey",
        r"-----BEGIN OPENSSH PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END OPENSSH PRIVATE KEY-----",
        any,
    ),
    ("PgpPrivateKey", r"-----BEGIN PGP PRIVATE KEY BLOCK-----[\s\S]+?-----END PGP PRIVATE KEY BLOCK-----", any),
    ("PhoneNumber-GB", r"(?<!\d)(?:\+44 ?|0)(?:\d ?){9}\d(?!\d)", any),
    ("PhoneNumber-US", r"(?<!\d)(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]?[2-9]\d{2}[-. ]?\d{4}(?!\d)", any),
    ("PkcsPrivateKey", r"-----BEGIN (?:RSA )?PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END (?:RSA )?PRIVATE KEY-----", any),
    ("Ssn-US", r"(?<!\d)(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?!\d)", any),
    ("VehicleIdentificationNumber", r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b", any),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(identifier: &str, operation: &Value) -> Protection {
        let statement = json!({
            "DataDirection": "Inbound",
            "Principal": ["*"],
            "DataIdentifier": [format!("arn:aws:dataprotection::aws:data-identifier/{identifier}")],
            "Operation": operation,
        });
        let policy = json!({"Name": "p", "Version": "2021-06-01", "Statement": [statement]});
        Protection::parse(&policy.to_string()).unwrap()
    }

    #[test]
    fn finds_what_it_looks_for() {
        let deny = json!({"Deny": {}});
        for (identifier, text, found) in [
            ("EmailAddress", "write to jane.doe@example.com now", true),
            ("EmailAddress", "jane at example", false),
            ("CreditCardNumber", "card 4111 1111 1111 1111.", true),
            ("CreditCardNumber", "card 4111 1111 1111 1112.", false),
            ("IpAddress", "from 10.1.2.255", true),
            ("IpAddress", "version 10.1.2.256", false),
            ("Ssn-US", "123-45-6789", true),
            ("Ssn-US", "000-45-6789", false),
            ("BankAccountNumber-DE", "DE89 3704 0044 0532 0130 00", true),
            ("BankAccountNumber-DE", "DE88 3704 0044 0532 0130 00", false),
            ("AwsSecretKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1234", false),
            ("AwsSecretKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true),
            ("PhoneNumber-US", "call (425) 555-0100", true),
            ("Name", "Jane Doe", false),
        ] {
            let finding = policy(identifier, &deny).look(Direction::Inbound, "x", text, &Attributes::new());
            assert_eq!(finding == Finding::Denied, found, "{identifier}: {text}");
        }
    }

    #[test]
    fn takes_it_out() {
        let mask = json!({"Deidentify": {"MaskConfig": {"MaskWithCharacter": "*"}}});
        let redact = json!({"Deidentify": {"RedactConfig": {}}});
        for (operation, expected) in [(mask, "to *******, not é"), (redact, "to , not é")] {
            let finding = policy("EmailAddress", &operation).look(
                Direction::Inbound,
                "x",
                "to a@b.com, not é",
                &Attributes::new(),
            );
            assert_eq!(finding, Finding::Changed(expected.into(), Attributes::new()));
        }
        let other = policy("EmailAddress", &json!({"Deny": {}}));
        assert_eq!(other.look(Direction::Outbound, "x", "a@b.com", &Attributes::new()), Finding::Clear);
    }

    #[test]
    fn what_is_no_policy() {
        for bad in ["", "{}", r#"{"Name":"n","Version":"2021-06-01","Statement":[]}"#, r#"{"Name":"n","Version":"1"}"#]
        {
            assert!(Protection::parse(bad).is_err(), "{bad}");
        }
    }
}
