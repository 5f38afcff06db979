//! Cross-origin rules: which pages of other origins may use a bucket from a browser.

use api_s3::CORSRule;

use super::refusal::{Checked, Refusal, well_formed};

/// Most rules a bucket can have. Source: S3 user guide, "Elements of a CORS configuration".
const RULES: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
/// On what the answer depends, for caches on its way.
const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// What a browser asks, in advance or with the request itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    /// `Origin`.
    pub(crate) origin: &'a str,
    /// The method of the request, or `Access-Control-Request-Method` when asked in advance.
    pub(crate) method: &'a str,
    /// `Access-Control-Request-Headers`.
    pub(crate) headers: Option<&'a str>,
}

/// Headers of an answer.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// Checks a configuration.
pub(crate) fn check(rules: &[CORSRule]) -> Checked {
    well_formed((1..=RULES).contains(&rules.len()))?;
    rules.iter().try_for_each(check_rule)
}

fn check_rule(rule: &CORSRule) -> Checked {
    well_formed(!rule.allowed_methods.is_empty() && !rule.allowed_origins.is_empty())?;
    if let Some(other) = rule.allowed_methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
        let text = format!("Found unsupported HTTP method in CORS config. Unsupported method is {other}");
        return Err(Refusal::request(text));
    }
    let wild = |text: &&String| text.matches('*').count() > 1;
    if let Some(origin) = rule.allowed_origins.iter().find(wild) {
        return Err(Refusal::request(format!("AllowedOrigin \"{origin}\" can not have more than one wildcard.")));
    }
    if let Some(header) = rule.allowed_headers.iter().flatten().find(wild) {
        return Err(Refusal::request(format!("AllowedHeader \"{header}\" can not have more than one wildcard.")));
    }
    if let Some(header) = rule.expose_headers.iter().flatten().find(|header| header.contains('*')) {
        return Err(Refusal::request(format!(
            "ExposeHeader \"{header}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
        )));
    }
    if rule.id.as_ref().is_some_and(|id| id.chars().count() > 255) {
        return Err(Refusal::argument("ID length should not exceed allowed limit of 255"));
    }
    Ok(())
}

/// The headers that let the page have the answer, by the first rule that speaks of it.
pub(crate) fn answer(rules: &[CORSRule], asked: Asked<'_>) -> Option<Headers> {
    let (rule, origin) = rules.iter().find_map(|rule| Some((rule, speaks_of(rule, asked)?)))?;
    let everyone = origin == "*";
    let mut headers = vec![("Access-Control-Allow-Origin", if everyone { "*" } else { asked.origin }.to_owned())];
    if let Some(asked) = asked.headers {
        let names: Vec<_> = names(asked).map(|name| name.to_ascii_lowercase()).collect();
        headers.push(("Access-Control-Allow-Headers", names.join(", ")));
    }
    headers.push(("Access-Control-Allow-Methods", rule.allowed_methods.join(", ")));
    if let Some(exposed) = rule.expose_headers.as_ref().filter(|exposed| !exposed.is_empty()) {
        headers.push(("Access-Control-Expose-Headers", exposed.join(", ")));
    }
    if let Some(seconds) = rule.max_age_seconds {
        headers.push(("Access-Control-Max-Age", seconds.to_string()));
    }
    if !everyone {
        headers.push(("Access-Control-Allow-Credentials", "true".to_owned()));
    }
    headers.push(("Vary", VARY.to_owned()));
    Some(headers)
}

/// The pattern of the origin, when method, origin and headers are all the rule's.
fn speaks_of<'r>(rule: &'r CORSRule, asked: Asked<'_>) -> Option<&'r str> {
    if !rule.allowed_methods.iter().any(|method| method == asked.method) {
        return None;
    }
    let origin = rule.allowed_origins.iter().find(|pattern| fits(pattern, asked.origin))?;
    let allowed = |name: &str| {
        let name = name.to_ascii_lowercase();
        rule.allowed_headers.iter().flatten().any(|pattern| fits(&pattern.to_ascii_lowercase(), &name))
    };
    names(asked.headers.unwrap_or_default()).all(allowed).then_some(origin.as_str())
}

fn names(headers: &str) -> impl Iterator<Item = &str> {
    headers.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// A pattern has at most one wildcard.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.len() >= head.len() + tail.len() && text.starts_with(head) && text.ends_with(tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CORSRule {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        CORSRule {
            allowed_origins: texts(origins),
            allowed_methods: texts(methods),
            allowed_headers: Some(texts(headers)),
            ..Default::default()
        }
    }

    fn asked<'a>(origin: &'a str, method: &'a str, headers: Option<&'a str>) -> Asked<'a> {
        Asked { origin, method, headers }
    }

    #[test]
    fn a_rule_speaks_of_origin_method_and_headers() {
        let rules = [rule(&["https://*.example.com"], &["GET", "PUT"], &["x-amz-*"])];
        for (origin, method, headers, expected) in [
            ("https://a.example.com", "GET", None, true),
            ("https://a.example.com", "PUT", Some("X-Amz-Date, x-amz-acl"), true),
            ("https://a.example.com", "PUT", Some("x-amz-acl,content-type"), false),
            ("https://a.example.com", "DELETE", None, false),
            ("https://example.com", "GET", None, false),
            ("http://a.example.com", "GET", None, false),
        ] {
            assert_eq!(answer(&rules, asked(origin, method, headers)).is_some(), expected, "{origin} {method}");
        }
    }

    #[test]
    fn the_answer_is_awss() {
        let named = [CORSRule { max_age_seconds: Some(3000), ..rule(&["https://localhost:4200"], &["GET"], &["*"]) }];
        let headers = answer(&named, asked("https://localhost:4200", "GET", Some("X-Amz-Request-Payer,y"))).unwrap();
        let expected = [
            ("Access-Control-Allow-Origin", "https://localhost:4200"),
            ("Access-Control-Allow-Headers", "x-amz-request-payer, y"),
            ("Access-Control-Allow-Methods", "GET"),
            ("Access-Control-Max-Age", "3000"),
            ("Access-Control-Allow-Credentials", "true"),
            ("Vary", VARY),
        ];
        assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
        let everyone = answer(&[rule(&["*"], &["GET"], &[])], asked("http://x", "GET", None)).unwrap();
        assert!(everyone.contains(&("Access-Control-Allow-Origin", "*".to_owned())));
        assert!(!everyone.iter().any(|(name, _)| *name == "Access-Control-Allow-Credentials"));
    }

    #[test]
    fn rules_that_are_refused() {
        for (rules, code, text) in [
            (vec![], "MalformedXML", super::super::refusal::NOT_WELL_FORMED),
            (
                vec![rule(&["*"], &["MYMETHOD"], &[])],
                "InvalidRequest",
                "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD",
            ),
            (
                vec![rule(&["*.*"], &["GET"], &[])],
                "InvalidRequest",
                "AllowedOrigin \"*.*\" can not have more than one wildcard.",
            ),
        ] {
            let refusal = check(&rules).unwrap_err();
            assert_eq!((refusal.code, refusal.message.as_ref()), (code, text));
        }
        assert_eq!(check(&[rule(&[""], &["GET"], &[])]), Ok(()));
    }
}
