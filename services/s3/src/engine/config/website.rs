//! Website hosting: which page stands for an address, and where visitors are sent instead.

use api_s3 as api;

use super::refusal::{Checked, Refusal, well_formed};

/// Most routing rules. Source: S3 user guide, "Configuring a webpage redirect", advanced redirects.
const RULES: usize = 50;

/// What to do for a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Show the object of this key.
    Show(String),
    /// Send the visitor elsewhere.
    Redirect {
        /// HTTP status.
        status: u16,
        /// `Location`.
        location: String,
    },
    /// Show the error, with the object of this key as its page where one was named.
    Error(Option<String>),
}

/// How the visitor reached the site: what a redirect keeps where a rule names nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit<'a> {
    /// `http` or `https`.
    pub(crate) scheme: &'a str,
    /// `Host`.
    pub(crate) host: &'a str,
    /// The key asked for: the path without its first slash, decoded.
    pub(crate) key: &'a str,
}

/// Checks a configuration.
pub(crate) fn check(site: &api::WebsiteConfiguration) -> Checked {
    if let Some(all) = &site.redirect_all_requests_to {
        if site.index_document.is_some() || site.error_document.is_some() || site.routing_rules.is_some() {
            let text = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
            return Err(Refusal::argument(text).about("RedirectAllRequestsTo", "not null"));
        }
        return check_protocol(all.protocol.as_ref());
    }
    let Some(index) = &site.index_document else {
        let text = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
        return Err(Refusal::argument(text).about("IndexDocument", "null"));
    };
    if index.suffix.is_empty() || index.suffix.contains('/') {
        let text = "The IndexDocument Suffix is not well formed";
        return Err(Refusal::argument(text).about("IndexDocument", index.suffix.clone()));
    }
    well_formed(site.error_document.as_ref().is_none_or(|page| !page.key.is_empty()))?;
    let Some(rules) = &site.routing_rules else { return Ok(()) };
    well_formed(!rules.is_empty())?;
    if rules.len() > RULES {
        let text = format!(
            "{} routing rules provided, the number of routing rules in a website configuration is limited to {RULES}.",
            rules.len()
        );
        return Err(Refusal::request(text));
    }
    rules.iter().try_for_each(check_rule)
}

fn check_rule(rule: &api::RoutingRule) -> Checked {
    let to = &rule.redirect;
    if to.replace_key_prefix_with.is_some() && to.replace_key_with.is_some() {
        return Err(Refusal::request("You can only define ReplaceKeyPrefix or ReplaceKey but not both."));
    }
    if let Some(when) = &rule.condition
        && when.http_error_code_returned_equals.is_none()
        && when.key_prefix_equals.is_none()
    {
        return Err(Refusal::request(
            "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't \
             be present.",
        ));
    }
    if let Some(code) = &to.http_redirect_code
        && !matches!(code.parse(), Ok(301..=399_u16))
    {
        return Err(Refusal::request(format!(
            "The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."
        )));
    }
    let told = rule.condition.as_ref().and_then(|when| when.http_error_code_returned_equals.as_ref());
    if let Some(code) = told
        && !matches!(code.parse(), Ok(400..=599_u16))
    {
        return Err(Refusal::request(format!(
            "The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX."
        )));
    }
    check_protocol(to.protocol.as_ref())?;
    let names_something = to.host_name.is_some() || to.protocol.is_some() || to.http_redirect_code.is_some();
    well_formed(names_something || to.replace_key_with.is_some() || to.replace_key_prefix_with.is_some())
}

fn check_protocol(protocol: Option<&api::Protocol>) -> Checked {
    if let Some(api::Protocol::Unknown(_)) = protocol {
        return Err(Refusal::request(
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected \
             automatically.",
        ));
    }
    Ok(())
}

/// The first step: before the object has been looked for.
pub(crate) fn arrive(site: &api::WebsiteConfiguration, visit: Visit<'_>) -> Step {
    if let Some(all) = &site.redirect_all_requests_to {
        let scheme = all.protocol.as_ref().map_or(visit.scheme, api::Protocol::as_str);
        let location = format!("{scheme}://{}/{}", all.host_name, encoded(visit.key));
        return Step::Redirect { status: 301, location };
    }
    if let Some(rule) = rules(site).find(|rule| matches(rule, visit.key, None)) {
        return redirect(rule, visit);
    }
    Step::Show(page(site, visit.key))
}

/// The step after `status` (403, 404) came of looking for the object. `has_index` tells whether a folder of that name has
/// an index page.
pub(crate) fn fail(site: &api::WebsiteConfiguration, visit: Visit<'_>, status: u16, has_index: bool) -> Step {
    if has_index && !visit.key.is_empty() && !visit.key.ends_with('/') {
        return Step::Redirect { status: 302, location: format!("/{}/", encoded(visit.key)) };
    }
    if let Some(rule) = rules(site).find(|rule| matches(rule, visit.key, Some(status))) {
        return redirect(rule, visit);
    }
    Step::Error(site.error_document.as_ref().map(|page| page.key.clone()))
}

/// The index page of the folder that a key may stand for.
pub(crate) fn index_of(site: &api::WebsiteConfiguration, key: &str) -> Option<String> {
    let index = site.index_document.as_ref()?;
    Some(format!("{key}/{}", index.suffix))
}

fn page(site: &api::WebsiteConfiguration, key: &str) -> String {
    match &site.index_document {
        Some(index) if key.is_empty() || key.ends_with('/') => format!("{key}{}", index.suffix),
        _ => key.to_owned(),
    }
}

fn rules(site: &api::WebsiteConfiguration) -> impl Iterator<Item = &api::RoutingRule> {
    site.routing_rules.iter().flatten()
}

/// Rules that name an error are looked at once there is one, the others before.
fn matches(rule: &api::RoutingRule, key: &str, status: Option<u16>) -> bool {
    let Some(when) = &rule.condition else { return status.is_none() };
    let code = when.http_error_code_returned_equals.as_ref().and_then(|code| code.parse().ok());
    let prefix = when.key_prefix_equals.as_deref().unwrap_or_default();
    code == status && key.starts_with(prefix)
}

fn redirect(rule: &api::RoutingRule, visit: Visit<'_>) -> Step {
    let to = &rule.redirect;
    let prefix = rule.condition.as_ref().and_then(|when| when.key_prefix_equals.as_deref()).unwrap_or_default();
    let key = match (&to.replace_key_with, &to.replace_key_prefix_with) {
        (Some(key), _) => key.clone(),
        (None, Some(new)) => format!("{new}{}", visit.key.strip_prefix(prefix).unwrap_or(visit.key)),
        (None, None) => visit.key.to_owned(),
    };
    let scheme = to.protocol.as_ref().map_or(visit.scheme, api::Protocol::as_str);
    let host = to.host_name.as_deref().unwrap_or(visit.host);
    let status = to.http_redirect_code.as_ref().and_then(|code| code.parse().ok()).unwrap_or(301);
    Step::Redirect { status, location: format!("{scheme}://{host}/{}", encoded(&key)) }
}

/// A key as an address writes it.
fn encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/!$&'()*+,;=:@?#".contains(&byte);
    key.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(rules: Vec<api::RoutingRule>) -> api::WebsiteConfiguration {
        api::WebsiteConfiguration {
            index_document: Some(api::IndexDocument { suffix: "index.html".to_owned() }),
            error_document: Some(api::ErrorDocument { key: "error.html".to_owned() }),
            routing_rules: (!rules.is_empty()).then_some(rules),
            redirect_all_requests_to: None,
        }
    }

    fn visit(key: &str) -> Visit<'_> {
        Visit { scheme: "http", host: "b.s3-website.localhost", key }
    }

    fn rule(prefix: Option<&str>, code: Option<&str>, redirect: api::Redirect) -> api::RoutingRule {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let condition =
            api::Condition { key_prefix_equals: owned(prefix), http_error_code_returned_equals: owned(code) };
        let some = prefix.is_some() || code.is_some();
        api::RoutingRule { condition: some.then_some(condition), redirect }
    }

    #[test]
    fn folders_show_their_index() {
        for (key, shown) in [("", "index.html"), ("docs/", "docs/index.html"), ("a.png", "a.png")] {
            assert_eq!(arrive(&site(vec![]), visit(key)), Step::Show(shown.to_owned()));
        }
        let to_folder = Step::Redirect { status: 302, location: "/docs/".to_owned() };
        assert_eq!(fail(&site(vec![]), visit("docs"), 404, true), to_folder);
        assert_eq!(fail(&site(vec![]), visit("x"), 404, false), Step::Error(Some("error.html".to_owned())));
    }

    #[test]
    fn rules_redirect_before_and_after_an_error() {
        let moved = api::Redirect { replace_key_prefix_with: Some("documents/".to_owned()), ..Default::default() };
        let lost = api::Redirect {
            host_name: Some("elsewhere".to_owned()),
            replace_key_prefix_with: Some("report-404/".to_owned()),
            http_redirect_code: Some("307".to_owned()),
            ..Default::default()
        };
        let site = site(vec![rule(Some("docs/"), None, moved), rule(Some("images/"), Some("404"), lost)]);
        assert_eq!(check(&site), Ok(()));
        let location = "http://b.s3-website.localhost/documents/a%20b".to_owned();
        assert_eq!(arrive(&site, visit("docs/a b")), Step::Redirect { status: 301, location });
        assert_eq!(arrive(&site, visit("images/1")), Step::Show("images/1".to_owned()));
        let location = "http://elsewhere/report-404/images/1".to_owned();
        let told = fail(&site, visit("images/1"), 404, false);
        assert_eq!(
            told,
            Step::Redirect { status: 307, location: location.replace("report-404/images/", "report-404/") }
        );
    }

    #[test]
    fn everything_can_be_sent_elsewhere() {
        let all = api::RedirectAllRequestsTo { host_name: "other".to_owned(), protocol: Some(api::Protocol::Https) };
        let site = api::WebsiteConfiguration { redirect_all_requests_to: Some(all), ..Default::default() };
        let location = "https://other/a".to_owned();
        assert_eq!(arrive(&site, visit("a")), Step::Redirect { status: 301, location });
    }

    #[test]
    fn what_aws_refuses() {
        let conf = |change: fn(&mut api::WebsiteConfiguration)| {
            let mut conf = site(vec![]);
            change(&mut conf);
            conf
        };
        for (conf, code, text) in [
            (
                conf(|c| c.index_document = Some(api::IndexDocument { suffix: "/index.html".to_owned() })),
                "InvalidArgument",
                "The IndexDocument Suffix is not well formed",
            ),
            (
                conf(|c| c.index_document = None),
                "InvalidArgument",
                "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            ),
            (
                conf(|c| c.redirect_all_requests_to = Some(Default::default())),
                "InvalidArgument",
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
            ),
            (
                conf(|c| c.error_document = Some(Default::default())),
                "MalformedXML",
                super::super::refusal::NOT_WELL_FORMED,
            ),
        ] {
            let refusal = check(&conf).unwrap_err();
            assert_eq!((refusal.code, refusal.message.as_ref()), (code, text));
        }
    }
}
