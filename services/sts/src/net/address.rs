//! Addresses that may be reached at all: HTTPS anywhere, plain HTTP on this machine.

use std::net::IpAddr;

/// Where a document lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) secure: bool,
    /// Name or address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) path: String,
    /// Host and port as written.
    pub(crate) authority: String,
}

impl Address {
    /// Reads an address; none when it is not one that may be reached.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let uri: http::Uri = url.parse().ok().filter(|_| !url.contains('#'))?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() || (!secure && !is_loopback(&host)) {
            return None;
        }
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Some(Self { secure, host, port, path, authority: authority.as_str().to_owned() })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, reachable) in [
            ("https://example.com", true),
            ("https://example.com:8443/a?b=c", true),
            ("http://localhost:1/a", true),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
            ("https://me@example.com", false),
            ("http://localhost@example.com", false),
            ("https://example.com/#x", false),
            ("file:///etc/passwd", false),
            ("ftp://localhost", false),
            ("localhost", false),
            ("", false),
        ] {
            assert_eq!(Address::parse(url).is_some(), reachable, "{url}");
        }
    }
}
