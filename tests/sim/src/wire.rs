//! Signed JSON calls on a connection that is kept: just enough HTTP for the answers of this cloud, and no more.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Uri};
use runtime::Clock;
use serde_json::Value;
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, Secret, Style};

/// Longer than any call takes; a cloud that hangs is an error and not a test that never ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to a cloud on this machine.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
    clock: Clock,
    secret: Secret,
}

/// What became of a call that was answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The output.
    Output(Value),
    /// The code of a refusal that says that nothing happened.
    Refused(String),
    /// The cloud tells of trouble of its own: the call happened or it did not.
    Trouble(String),
}

impl Reply {
    /// What an answer in JSON says by its status.
    pub(crate) fn of(status: u16, output: Value) -> Self {
        let code = || output["__type"].as_str().unwrap_or_default().to_owned();
        match status {
            200 => Self::Output(output),
            500.. => Self::Trouble(code()),
            _ => Self::Refused(code()),
        }
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (host, secret) = (format!("127.0.0.1:{port}"), Secret::new("test"));
        Ok(Self { stream: BufReader::new(stream), host, clock: Clock::real(), secret })
    }

    /// Calls an operation of SQS as the default account's root.
    ///
    /// # Errors
    /// When no whole answer comes: the call happened or it did not.
    pub fn sqs(&mut self, operation: &str, input: &Value) -> io::Result<Reply> {
        self.call("sqs", &format!("AmazonSQS.{operation}"), input)
    }

    /// Calls an operation in JSON 1.0 as the default account's root; `service` is what the signature names.
    ///
    /// # Errors
    /// When no whole answer comes: the call happened or it did not.
    pub fn call(&mut self, service: &str, target: &str, input: &Value) -> io::Result<Reply> {
        let body = input.to_string();
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert("x-amz-target", HeaderValue::from_str(target).expect("operations have plain names"));
        let signer = Signer {
            access_key: "test",
            secret: &self.secret,
            session_token: None,
            region: "us-east-1",
            service,
            style: Style::General,
            algorithm: Algorithm::HmacSha256,
        };
        let (at, signed) = (self.clock.real_now(), SignBody::Bytes(body.as_bytes()));
        let done = signer.sign(&Method::POST, &Uri::from_static("/"), &mut headers, &self.host, signed, at);
        done.expect("plain names can stand in a header");
        let (status, answer) = self.exchange("POST", "/", &headers, body.as_bytes())?;
        Ok(Reply::of(status, serde_json::from_slice(&answer).map_err(io::Error::other)?))
    }

    /// Asks one of the cloud's own endpoints.
    ///
    /// # Errors
    /// When no whole answer comes, or a refusal.
    pub fn own(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Value> {
        let (status, answer) = self.exchange(method, path, &HeaderMap::new(), body.to_string().as_bytes())?;
        if status != 200 {
            return Err(io::Error::other(format!("{path}: {status} {}", String::from_utf8_lossy(&answer))));
        }
        serde_json::from_slice(&answer).map_err(io::Error::other)
    }

    fn exchange(&mut self, method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n", self.host, body.len());
        for (name, value) in headers {
            let value = value.to_str().map_err(io::Error::other)?;
            request.extend([name.as_str(), ": ", value, "\r\n"]);
        }
        request.push_str("\r\n");
        self.stream.get_mut().write_all(&[request.as_bytes(), body].concat())?;
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status line"))?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok((status, answer))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}
