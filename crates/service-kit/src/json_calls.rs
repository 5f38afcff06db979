//! Calls of operations known only by name, their parameters as JSON: what schedules, state machines and stacks make.

use std::sync::Arc;

use http::{HeaderMap, Method, Uri};
use names::Region;
use protocols::{Body, RequestParts};
use serde_json::Value;
use smithy::ProtocolKind;

use crate::{Caller, Cloud, Error, Fault, Sender};

/// The codec whose names are the model's own, whatever protocol the service speaks.
const PLAIN: ProtocolKind = ProtocolKind::Json11;

impl Sender {
    /// Calls `operation` of the service with this id in the sender's name, with the members of its input by their names in
    /// the model; answers those of its output.
    ///
    /// # Errors
    /// [`Fault::NotImplemented`] for what is not here, and whatever the operation answers.
    pub async fn call_json(
        &self,
        region: &Region,
        service: &str,
        operation: &str,
        once: &[u128],
        input: &Value,
    ) -> Result<Value, Error> {
        let mut request = self.cloud.inner_request();
        request.source_arn.clone_from(&self.source_arn);
        request.once = once.into();
        self.cloud.json(self.caller.clone(), region.clone(), (service, operation), request, input).await
    }
}

impl Cloud {
    async fn json(
        &self,
        caller: Arc<Caller>,
        region: Region,
        (service, operation): (&str, &str),
        request: crate::RequestInfo,
        input: &Value,
    ) -> Result<Value, Error> {
        let missing = || Fault::NotImplemented { service: service.to_owned(), operation: operation.to_owned() };
        let found = self.find(service, operation).ok_or_else(missing)?;
        let (schema, codec) = (found.schema(), protocols::protocol(PLAIN));
        let (method, uri, headers) = (Method::POST, Uri::from_static("/"), HeaderMap::new());
        let body = serde_json::to_vec(input).map_err(|error| Fault::internal(error.to_string()))?.into();
        let parts = RequestParts { method: &method, uri: &uri, headers: &headers, labels: &[], body: &body };
        let mut typed = found.new_input();
        let missing = codec.decode(schema, &parts, typed.as_mut());
        let missing = missing.map_err(|malformed| Fault::Malformed { reason: malformed.0 })?;
        protocols::tokens::fill(typed.as_mut(), &mut || self.runtime().random.uuid());
        let mut issues = protocols::validate(schema, typed.as_ref(), missing);
        issues.retain(|issue| found.dialect().holds_to(issue));
        if !issues.is_empty() {
            return Err(Fault::Validation(issues).into());
        }
        let id = request.id.to_string();
        let mut output = self.dispatch(found, caller, region, Arc::new(request), typed).await?;
        match codec.encode(schema, &id, output.as_mut()).body {
            Body::Full(bytes) if bytes.is_empty() => Ok(Value::Null),
            Body::Full(bytes) => serde_json::from_slice(&bytes).map_err(|e| Fault::internal(e.to_string()).into()),
            // A stream has no JSON form.
            Body::Stream(_) => Ok(Value::Null),
        }
    }
}
