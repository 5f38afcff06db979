//! The commands' way to a running cloud: one request a connection, over plain HTTP/1.1.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;

use crate::report::Refusal;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// A way to one cloud.
#[derive(Debug, Clone)]
pub struct Client {
    authority: String,
}

/// Why a request was not answered as wished.
#[derive(Debug)]
pub enum ClientError {
    /// Nobody listens there.
    NotRunning(String),
    /// The cloud refused, with its reason.
    Refused(StatusCode, String),
    /// What is no endpoint, or what listens there is something else.
    Failed(String),
}

impl Client {
    /// A client of `endpoint`, as in `http://127.0.0.1:4566`.
    ///
    /// # Errors
    /// When that is no plain HTTP address.
    pub fn new(endpoint: &str) -> Result<Self, ClientError> {
        let wrong =
            || ClientError::Failed(format!("'{endpoint}' is not an endpoint; write it as http://127.0.0.1:4566"));
        let uri: Uri = endpoint.parse().map_err(|_| wrong())?;
        let plain = uri.scheme_str().is_none_or(|scheme| scheme == "http");
        let host = uri.host().filter(|_| plain).ok_or_else(wrong)?;
        Ok(Self { authority: format!("{host}:{}", uri.port_u16().unwrap_or(80)) })
    }

    /// What a path says, as JSON.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        decode(&self.send(Method::GET, path, Bytes::new()).await?)
    }

    /// What a path says, as text.
    pub async fn text(&self, path: &str) -> Result<String, ClientError> {
        let body = self.send(Method::GET, path, Bytes::new()).await?;
        String::from_utf8(body.to_vec()).map_err(|_| ClientError::Failed("the answer is not text".to_owned()))
    }

    /// Asks for a change.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, change: &impl Serialize) -> Result<T, ClientError> {
        let body = serde_json::to_vec(change).map_err(|error| ClientError::Failed(error.to_string()))?;
        decode(&self.send(Method::POST, path, body.into()).await?)
    }

    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, ClientError> {
        let stream = self.connect().await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        let request = Request::builder().method(method).uri(path).header(HOST, &self.authority);
        let request = request.body(Full::new(body)).map_err(failed)?;
        let answered = async {
            let response = sender.send_request(request).await.map_err(failed)?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(failed)?.to_bytes();
            Ok((status, body))
        };
        let (status, body) = tokio::select! {
            answered = answered => answered?,
            ended = connection => return Err(failed(ended.map_or_else(|e| e.to_string(), |()| "it hung up".to_owned()))),
        };
        if status.is_success() { Ok(body) } else { Err(refused(status, &body)) }
    }

    async fn connect(&self) -> Result<TcpStream, ClientError> {
        match tokio::time::timeout(CONNECT, TcpStream::connect(&self.authority)).await {
            Ok(Ok(stream)) => Ok(stream),
            _ => Err(ClientError::NotRunning(self.authority.clone())),
        }
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(body)
        .map_err(|_| ClientError::Failed("what listens there is not this version of nephele".to_owned()))
}

fn refused(status: StatusCode, body: &[u8]) -> ClientError {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => ClientError::Refused(status, refusal.message),
        Err(_) => ClientError::Failed(format!("what listens there is not nephele: it answered {status}")),
    }
}

fn failed(error: impl fmt::Display) -> ClientError {
    ClientError::Failed(format!("the request failed: {error}"))
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning(authority) => {
                write!(f, "no cloud is running at {authority}; start one with: nephele start")
            }
            Self::Refused(_, why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ClientError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_endpoints() {
        for (endpoint, authority) in [
            ("http://127.0.0.1:4566", Some("127.0.0.1:4566")),
            ("http://localhost", Some("localhost:80")),
            ("http://[::1]:4566/", Some("[::1]:4566")),
            ("https://localhost:4566", None),
            ("/path", None),
            ("", None),
        ] {
            assert_eq!(Client::new(endpoint).ok().map(|client| client.authority).as_deref(), authority, "{endpoint}");
        }
    }
}
