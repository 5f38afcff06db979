//! The way from a sandbox to this cloud: what listens inside is answered by the gateway outside, byte for byte.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Where a cloud answers, out of `http://host:port`.
pub(super) fn address(endpoint: &str) -> Option<(String, u16)> {
    let uri: http::Uri = endpoint.parse().ok()?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    Some((uri.host()?.trim_matches(['[', ']']).to_owned(), port))
}

/// Carries connections until it is dropped.
pub(super) async fn serve(listener: TcpListener, to: (String, u16)) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((mut inside, _)) = listener.accept().await {
        let to = to.clone();
        connections.spawn(async move {
            if let Ok(mut outside) = TcpStream::connect((to.0.as_str(), to.1)).await {
                // Either side may end at any moment.
                let _ = copy_bidirectional(&mut inside, &mut outside).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_names_an_address() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:4566", Some(("127.0.0.1", 4_566))),
            ("https://localhost/", Some(("localhost", 443))),
            ("http://[::1]:1", Some(("::1", 1))),
            ("nonsense space", None),
        ] {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(address(endpoint), expected, "{endpoint}");
        }
    }
}
