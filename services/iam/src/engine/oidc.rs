//! Addresses, audiences and thumbprints of OpenID Connect providers.

/// An address as IAM keeps and shows it: without the scheme.
///
/// Source: `CreateOpenIDConnectProvider`: it begins with `https://`, may have a path, and has neither query nor port.
pub(crate) fn issuer(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let labels = host.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    let path = rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#\\\"<>^`{|}@".contains(&b));
    (labels && path).then(|| rest.to_owned())
}

/// A thumbprint: SHA-1 of a certificate in hexadecimal, kept in lower case.
pub(crate) fn thumbprint(text: &str) -> Option<String> {
    let hexadecimal = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, issuer_of) in [
            ("https://token.actions.githubusercontent.com", Some("token.actions.githubusercontent.com")),
            ("https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", Some("oidc.eks.eu-west-1.amazonaws.com/id/ABC")),
            ("https://localhost/", Some("localhost/")),
            ("http://example.com", None),
            ("example.com", None),
            ("https://", None),
            ("https:///path", None),
            ("https://example.com:8443", None),
            ("https://example.com?x=y", None),
            ("https://example.com/a#b", None),
            ("https://me@example.com", None),
            ("https://example..com", None),
            ("https://exam ple.com", None),
        ] {
            assert_eq!(issuer(url).as_deref(), issuer_of, "{url}");
        }
    }

    #[test]
    fn thumbprints() {
        assert_eq!(thumbprint(&"Ab".repeat(20)), Some("ab".repeat(20)));
        assert_eq!(thumbprint(&"xy".repeat(20)), None);
        assert_eq!(thumbprint("ab"), None);
    }
}
