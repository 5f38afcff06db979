//! Session policies, and the space that they and the session's tags take.

use api_sts::errors;
use names::{Arn, Tags};
use policy::{Kind, Policy};
use service_kit::Error;

use crate::error::{constraint, invalid};
use crate::limits;

/// What bounds a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The inline policy.
    pub(crate) policies: Vec<String>,
    /// Managed ones.
    pub(crate) arns: Vec<String>,
}

impl Scope {
    /// The scope that a call asks for.
    ///
    /// # Errors
    /// When the inline policy is malformed, an ARN is none of a policy, or there is too much of either.
    pub(crate) fn new(inline: Option<String>, arns: Vec<String>) -> Result<Self, Error> {
        if arns.len() > limits::SESSION_POLICY_ARNS {
            let shown = format!("[{}]", arns.join(", "));
            return Err(constraint("policyArns", &shown, "Member must have length less than or equal to 10"));
        }
        if let Some(arn) = arns.iter().find(|arn| !is_policy(arn)) {
            return Err(invalid(format!("ARN {arn} is not valid.")));
        }
        let inline_length = inline.as_ref().map_or(0, |text| text.chars().count());
        if inline_length > limits::SESSION_POLICY {
            let text = inline.unwrap_or_default();
            return Err(constraint("policy", &text, "Member must have length less than or equal to 2048"));
        }
        let length = inline_length + arns.iter().map(String::len).sum::<usize>();
        if length > limits::SESSION_POLICY {
            return Err(too_large(length * 100 / limits::SESSION_POLICY));
        }
        if let Some(text) = &inline {
            Policy::parse(text, Kind::Session)
                .map_err(|malformed| errors::malformed_policy_document_exception(malformed.message))?;
        }
        Ok(Self { policies: inline.into_iter().collect(), arns })
    }

    /// Percents of the space that the scope and tags take once compressed; none when there is nothing.
    ///
    /// # Errors
    /// When they take more than there is.
    pub(crate) fn packed(&self, tags: &Tags) -> Result<Option<i32>, Error> {
        if self.policies.is_empty() && self.arns.is_empty() && tags.is_empty() {
            return Ok(None);
        }
        let percents = packed_size(&self.plain(tags)) * 100 / limits::PACKED;
        if percents > 100 {
            return Err(too_large(percents));
        }
        Ok(i32::try_from(percents.max(1)).ok())
    }

    fn plain(&self, tags: &Tags) -> String {
        let mut plain = String::new();
        let tags = tags.iter().flat_map(|(key, value)| [key, value]);
        for text in self.policies.iter().chain(&self.arns).chain(tags) {
            plain.push_str(text);
            plain.push('\0');
        }
        plain
    }
}

/// The length of a text once compressed.
fn packed_size(text: &str) -> usize {
    miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9).len()
}

fn too_large(percents: usize) -> Error {
    let text = format!("Packed policy consumes {percents}% of allotted space, please use smaller policy.");
    errors::packed_policy_too_large_exception(text).into()
}

fn is_policy(arn: &str) -> bool {
    let arn = arn.parse::<Arn>();
    arn.is_ok_and(|arn| arn.service == "iam" && arn.resource.starts_with("policy/") && !arn.account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#;

    fn code(result: Result<Scope, Error>) -> (&'static str, String) {
        let Err(Error::Modeled(error)) = result else { panic!("{result:?}") };
        (error.schema.query_code, error.message)
    }

    #[test]
    fn scopes() {
        let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned();
        let scope = Scope::new(Some(POLICY.to_owned()), vec![arn.clone(); 10]).unwrap();
        let percents = scope.packed(&Tags::new()).unwrap().unwrap();
        assert!((1..=100).contains(&percents), "{percents}");
        assert_eq!(Scope::default().packed(&Tags::new()).unwrap(), None);
        assert_eq!(code(Scope::new(None, vec![arn; 11])).0, "ValidationError");
        assert_eq!(code(Scope::new(None, vec!["arn:aws:sqs:us-east-1:1:q".to_owned()])).0, "ValidationError");
        assert_eq!(code(Scope::new(Some("{".to_owned()), vec![])).0, "MalformedPolicyDocument");
        assert_eq!(code(Scope::new(Some(" ".repeat(2_049)), vec![])).0, "ValidationError");
    }

    #[test]
    fn too_much_is_told_in_percents() {
        let spaced = format!("{POLICY}{}", " ".repeat(1_900));
        let long = format!("arn:aws:iam::111122223333:policy/{}", "x".repeat(120));
        let (code, message) = code(Scope::new(Some(spaced), vec![long]));
        assert_eq!(code, "PackedPolicyTooLarge");
        assert_eq!(message, "Packed policy consumes 104% of allotted space, please use smaller policy.");
        let random = |seed: u32| {
            (0..200u32)
                .map(move |n| char::from(b'a' + (n.wrapping_mul(seed).wrapping_mul(2_654_435_761) >> 27) as u8 % 26))
        };
        let tags: Tags = (1..51u32).map(|n| (format!("key{n}"), random(n * 7919 + 13).collect::<String>())).collect();
        assert!(Scope::default().packed(&tags).is_err());
    }
}
