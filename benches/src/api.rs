//! Calls that prepare a run: few, one after the other, and any error ends the run.

use std::io;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::connection::Connection;
use crate::sign::RequestSigner;

/// A client for setting up.
pub struct Api {
    connection: Connection,
    signer: RequestSigner,
}

impl Api {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr, signer: &RequestSigner) -> io::Result<Self> {
        Ok(Self { connection: Connection::open(address).await?, signer: signer.clone() })
    }

    /// Makes a queue and gives its URL.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn create_queue(&mut self, name: &str, attributes: &Value) -> io::Result<String> {
        let output = self.call("CreateQueue", &json!({"QueueName": name, "Attributes": attributes})).await?;
        let url = output["QueueUrl"].as_str();
        url.map(str::to_owned).ok_or_else(|| io::Error::other("CreateQueue gave no URL"))
    }

    /// Messages that a queue says it holds, waiting or in flight.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn messages(&mut self, queue: &str) -> io::Result<u64> {
        let input = json!({"QueueUrl": queue, "AttributeNames": ["All"]});
        let output = self.call("GetQueueAttributes", &input).await?;
        let count = |name: &str| output["Attributes"][name].as_str().and_then(|text| text.parse::<u64>().ok());
        let waiting = count("ApproximateNumberOfMessages").ok_or_else(|| io::Error::other("no number of messages"))?;
        Ok(waiting + count("ApproximateNumberOfMessagesNotVisible").unwrap_or(0))
    }

    async fn call(&mut self, operation: &str, input: &Value) -> io::Result<Value> {
        let request = self.signer.sqs(operation, input.to_string().as_bytes())?;
        self.ask(operation, &request).await
    }

    /// Calls an operation of DynamoDB.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn dynamodb(&mut self, operation: &str, input: &Value) -> io::Result<Value> {
        let request = self.signer.dynamodb(operation, input.to_string().as_bytes())?;
        self.ask(operation, &request).await
    }

    /// Calls an operation of a service that speaks JSON 1.1.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn json(&mut self, service: &str, prefix: &str, operation: &str, input: &Value) -> io::Result<Value> {
        let request = self.signer.json(service, prefix, operation, input.to_string().as_bytes())?;
        self.ask(operation, &request).await
    }

    /// Calls an operation of a service that speaks the query protocol; the form names it. Gives the answer's text.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn form(&mut self, service: &str, form: &str) -> io::Result<String> {
        let request = self.signer.form(service, form.as_bytes())?;
        self.text(form, &request).await
    }

    /// Sends a request and gives the answer's text; `what` names it in an error.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn text(&mut self, what: &str, request: &[u8]) -> io::Result<String> {
        let reply = self.connection.exchange(request).await?;
        let text = String::from_utf8_lossy(&reply.body()).into_owned();
        match reply.is_success() {
            true => Ok(text),
            false => Err(io::Error::other(format!("{what}: {} {text}", reply.status()))),
        }
    }

    async fn ask(&mut self, operation: &str, request: &[u8]) -> io::Result<Value> {
        let text = self.text(operation, request).await?;
        // Some operations answer nothing at all.
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text).map_err(io::Error::other) }
    }
}
