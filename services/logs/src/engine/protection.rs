//! Personal data in messages, found and masked with as many stars. Source: CloudWatch Logs user guide, "Help protect sensitive
//! log data with masking".
//!
//! Of AWS's managed identifiers those with a form that a text alone shows are found: mail addresses, card numbers, IP
//! addresses, secret keys of AWS, US social security and telephone numbers. Custom identifiers are regular expressions.

use fancy_regex::Regex;
use serde_json::Value;

/// What names of managed identifiers begin with.
const MANAGED: &str = "arn:aws:dataprotection::aws:data-identifier/";
/// Custom identifiers of a policy. Source: user guide, "Custom data identifiers".
const CUSTOM: usize = 10;

/// What is masked.
#[derive(Debug, Default)]
pub(crate) struct Mask(Vec<Finder>);

#[derive(Debug)]
struct Finder {
    regex: Regex,
    check: Check,
}

/// What must hold of a text beside its form.
type Check = fn(&str) -> bool;

/// Identifiers that AWS manages and this cloud finds: name, form, what else must hold.
const KNOWN: [(&str, &str, Check); 6] = [
    ("EmailAddress", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", always),
    ("CreditCardNumber", r"\b(?:[0-9][ -]?){12,18}[0-9]\b", luhn),
    (
        "IpAddress",
        r"\b[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\b|\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b",
        ip,
    ),
    ("AwsSecretKey", r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", mixed),
    ("Ssn-US", r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", always),
    ("PhoneNumber-US", r"(?<![0-9])(?:\+1[ -]?)?\(?[0-9]{3}\)?[ -][0-9]{3}-[0-9]{4}\b", always),
];

/// A policy that is none, and why.
pub(crate) type Wrong = &'static str;

/// What a policy says.
pub(crate) fn read(document: &str) -> Result<Mask, Wrong> {
    let policy: Value = serde_json::from_str(document).map_err(|_| "The policy document is not valid JSON.")?;
    let statements = policy["Statement"].as_array().ok_or("The policy document has no Statement.")?;
    let masks = statements.iter().any(|one| one["Operation"]["Deidentify"]["MaskConfig"].is_object());
    let audits = statements.iter().any(|one| one["Operation"]["Audit"]["FindingsDestination"].is_object());
    if statements.len() != 2 || !masks || !audits {
        return Err("A data protection policy must have one Audit and one Deidentify statement.");
    }
    let custom = custom(&policy)?;
    let mut mask = Mask::default();
    for statement in statements {
        let identifiers = statement["DataIdentifier"].as_array().ok_or("A statement has no DataIdentifier.")?;
        for identifier in identifiers {
            let name = identifier.as_str().ok_or("A DataIdentifier is no text.")?;
            let finder = match name.strip_prefix(MANAGED) {
                Some("") => return Err("A DataIdentifier has no name."),
                Some(name) => KNOWN.iter().find(|(known, ..)| *known == name).map(|(_, form, check)| (*form, *check)),
                None => {
                    let form = custom.iter().find(|(known, _)| known == name).ok_or("A DataIdentifier is unknown.")?;
                    Some((form.1.as_str(), always as Check))
                }
            };
            let masking = statement["Operation"]["Deidentify"].is_object();
            if let Some((form, check)) = finder.filter(|_| masking) {
                let regex = Regex::new(form).map_err(|_| "A custom data identifier has no valid Regex.")?;
                mask.0.push(Finder { regex, check });
            }
        }
    }
    Ok(mask)
}

fn custom(policy: &Value) -> Result<Vec<(String, String)>, Wrong> {
    let all = policy["Configuration"]["CustomDataIdentifier"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.len() > CUSTOM {
        return Err("A policy has no more than 10 custom data identifiers.");
    }
    let one = |one: &Value| Some((one["Name"].as_str()?.to_owned(), one["Regex"].as_str()?.to_owned()));
    all.iter().map(|entry| one(entry).ok_or("A custom data identifier needs Name and Regex.")).collect()
}

impl Mask {
    /// Both.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether nothing is masked.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text with all that is found masked.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for finder in &self.0 {
            let found: Vec<_> = finder
                .regex
                .find_iter(&masked)
                .flatten()
                .filter(|one| (finder.check)(one.as_str()))
                .map(|one| one.range())
                .collect();
            for range in found.into_iter().rev() {
                let stars = "*".repeat(masked[range.clone()].chars().count());
                masked.replace_range(range, &stars);
            }
        }
        masked
    }
}

fn always(_: &str) -> bool {
    true
}

fn ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

fn mixed(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.bytes().any(|byte| test(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

fn luhn(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |(place, digit): (usize, &u32)| {
        if place % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(identifiers: &[&str]) -> String {
        let audit = json!({"Audit": {"FindingsDestination": {}}});
        let mask = json!({"Deidentify": {"MaskConfig": {}}});
        json!({
            "Version": "2021-06-01",
            "Configuration": {"CustomDataIdentifier": [{"Name": "Employee", "Regex": "E-[0-9]{4}"}]},
            "Statement": [
                {"DataIdentifier": identifiers, "Operation": audit},
                {"DataIdentifier": identifiers, "Operation": mask},
            ],
        })
        .to_string()
    }

    #[test]
    fn each_identifier_finds_its_own() {
        for (identifier, text, expected) in [
            ("EmailAddress", "mail a.b@example.com now", "mail *************** now"),
            ("CreditCardNumber", "4111 1111 1111 1111!", "*******************!"),
            ("CreditCardNumber", "4111 1111 1111 1112!", "4111 1111 1111 1112!"),
            ("IpAddress", "from 10.0.0.255", "from **********"),
            ("IpAddress", "from 10.0.0.256", "from 10.0.0.256"),
            ("AwsSecretKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1", "****************************************"),
            ("Ssn-US", "078-05-1120", "***********"),
            ("Name", "John", "John"),
        ] {
            let mask = read(&policy(&[&format!("{MANAGED}{identifier}")])).unwrap();
            assert_eq!(mask.apply(text), expected, "{identifier}");
        }
        assert_eq!(read(&policy(&["Employee"])).unwrap().apply("E-1234 E-1"), "****** E-1");
    }

    #[test]
    fn policies_that_are_none() {
        for bad in ["", "{}", r#"{"Statement": []}"#, &policy(&["Unknown"]), &policy(&[MANAGED])] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
