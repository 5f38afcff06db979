//! Who may change the cloud through its own endpoints, which ask for no key: this machine's programs and pages.
//!
//! A page on the web can send a POST to localhost, and a name it controls can be made to point to 127.0.0.1. So three
//! things are looked at: the origin a browser names, the host the client believes to talk to, and the peer's address.

use std::net::IpAddr;

use bytes::Bytes;
use gateway::{Origins, Peer};
use http::Request;
use http::header::{HOST, ORIGIN};

/// The rules.
pub(super) struct Gate {
    /// Origins that browsers may call from.
    pub(super) origins: Origins,
    /// Hosts under which other machines may change the cloud.
    pub(super) hosts: Vec<String>,
}

impl Gate {
    /// Why a request may not change anything, when it may not.
    pub(super) fn check(&self, request: &Request<Bytes>) -> Result<(), &'static str> {
        if request.headers().contains_key(ORIGIN) && self.origins.allowed(request.headers()).is_none() {
            return Err("pages of this origin may not change the cloud; name it in cors_origins");
        }
        let host = bare_host(request);
        if self.hosts.iter().any(|named| named.eq_ignore_ascii_case(&host)) {
            return Ok(());
        }
        if !is_local(&host) {
            return Err("the cloud is not changed under this host name; name it in admin_hosts");
        }
        match request.extensions().get::<Peer>() {
            Some(peer) if peer.address.ip().to_canonical().is_loopback() => Ok(()),
            _ => Err("the cloud is changed from its own machine only; name the host in admin_hosts"),
        }
    }
}

/// The host without port and brackets.
fn bare_host(request: &Request<Bytes>) -> String {
    let header = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let host = header.or(request.uri().authority().map(|a| a.as_str())).unwrap_or_default();
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.to_owned();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase()
}

fn is_local(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    host == "localhost" || host.ends_with(".localhost") || address.is_some_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(hosts: &[&str], origin: Option<&str>, host: &str, peer: &str) -> bool {
        let gate = Gate {
            origins: Origins { also: vec!["https://app.example.com".to_owned()] },
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        };
        let mut request = Request::post("/_nephele/reset").header(HOST, host);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        let mut request = request.body(Bytes::new()).unwrap();
        request.extensions_mut().insert(Peer { address: peer.parse().unwrap(), secure: false });
        gate.check(&request).is_ok()
    }

    #[test]
    fn this_machine_may_and_strangers_may_not() {
        for (origin, host, peer, may) in [
            (None, "localhost:4566", "127.0.0.1:9", true),
            (None, "127.0.0.1:4566", "127.0.0.1:9", true),
            (None, "[::1]:4566", "[::1]:9", true),
            (None, "127.0.0.1:4566", "[::ffff:127.0.0.1]:9", true),
            (None, "sqs.eu-west-1.localhost:4566", "127.0.0.1:9", true),
            (Some("http://localhost:3000"), "localhost:4566", "127.0.0.1:9", true),
            (Some("https://app.example.com"), "localhost:4566", "127.0.0.1:9", true),
            (Some("https://evil.example.com"), "localhost:4566", "127.0.0.1:9", false),
            (Some("null"), "localhost:4566", "127.0.0.1:9", false),
            (None, "rebound.example.com:4566", "127.0.0.1:9", false),
            (None, "localhost.example.com", "127.0.0.1:9", false),
            (None, "", "127.0.0.1:9", false),
            (None, "localhost:4566", "10.0.0.2:9", false),
            (None, "10.0.0.1:4566", "10.0.0.2:9", false),
        ] {
            assert_eq!(ask(&[], origin, host, peer), may, "{origin:?} {host} {peer}");
        }
    }

    #[test]
    fn a_named_host_opens_the_gate_to_other_machines_and_not_to_other_origins() {
        assert!(ask(&["cloud.lan"], None, "Cloud.lan:4566", "10.0.0.2:9"));
        assert!(ask(&["10.0.0.1"], None, "10.0.0.1:4566", "10.0.0.2:9"));
        assert!(!ask(&["cloud.lan"], Some("https://evil.example.com"), "cloud.lan", "10.0.0.2:9"));
        assert!(!ask(&["cloud.lan"], None, "localhost:4566", "10.0.0.2:9"));
    }
}
