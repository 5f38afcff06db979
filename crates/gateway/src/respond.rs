//! Answers and errors in the protocol of the request.

use http::{HeaderValue, Response};
use protocols::{Body, Encoded, ErrorReply, Protocol};
use service_kit::{Dialect, Error, Output, Rendered};
use smithy::{ApiError, ErrorSchema, OperationSchema, Party, ProtocolKind, ServiceSchema};

use crate::body::{ResponseBody, full, stream};

/// Stands for the service when a request names none.
pub(crate) static NO_SERVICE: ServiceSchema = ServiceSchema::EMPTY;

/// How to answer one request.
#[derive(Clone, Copy)]
pub(crate) struct Reply<'a> {
    pub(crate) protocol: ProtocolKind,
    pub(crate) service: &'static ServiceSchema,
    pub(crate) dialect: &'a dyn Dialect,
    /// What the model says the operation may answer.
    pub(crate) errors: &'static [&'static ErrorSchema],
    pub(crate) request_id: &'a str,
}

/// An answer, and the code of the error when it is one.
pub(crate) struct Answer {
    pub(crate) response: Response<ResponseBody>,
    pub(crate) error: String,
}

impl Reply<'_> {
    fn codec(&self) -> &'static dyn Protocol {
        protocols::protocol(self.protocol)
    }

    /// A handler's output.
    pub(crate) fn output(&self, operation: &'static OperationSchema, output: &mut dyn Output) -> Answer {
        let encoded = self.codec().encode(operation, self.request_id, output);
        Answer { response: response(encoded), error: String::new() }
    }

    /// A failure.
    pub(crate) fn error(&self, error: &Error) -> Answer {
        match error {
            Error::Modeled(error) => self.modeled(error),
            Error::Fault(fault) => {
                if let Some(text) = fault.internal_text() {
                    tracing::error!(
                        request = self.request_id,
                        service = self.service.id,
                        text,
                        "a request failed inside"
                    );
                }
                self.rendered(&self.dialect.render(fault, self.protocol))
            }
        }
    }

    fn modeled(&self, error: &ApiError) -> Answer {
        let schema = error.schema;
        // Some exceptions are the framework's and not the service's; their code says so.
        let (namespace, code) = schema.code.split_once('#').unwrap_or((self.service.namespace, schema.code));
        self.write(&ErrorReply {
            code,
            namespace,
            query_code: schema.query_code,
            status: schema.status,
            query_status: schema.query_status,
            party: schema.party,
            message: Some(error.message.as_str()).filter(|message| !message.is_empty()),
            shape: Some(schema.shape),
            members: error.details.as_deref(),
            extra: &[],
        })
    }

    fn rendered(&self, rendered: &Rendered) -> Answer {
        self.write(&ErrorReply {
            code: &rendered.code,
            namespace: &rendered.namespace,
            query_code: &rendered.query_code,
            status: rendered.status,
            query_status: rendered.query_status,
            party: rendered.party,
            message: rendered.message.as_deref(),
            shape: self.errors.iter().find(|schema| schema.code == rendered.code).map(|schema| schema.shape),
            members: None,
            extra: &rendered.extra,
        })
    }

    fn write(&self, error: &ErrorReply<'_>) -> Answer {
        let encoded = self.codec().encode_error(self.service, self.request_id, error);
        let mut response = response(encoded);
        if error.party == Party::Receiver && error.status == 503 {
            response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        Answer { response, error: error.code.to_owned() }
    }
}

fn response(encoded: Encoded) -> Response<ResponseBody> {
    let body = match encoded.body {
        Body::Full(bytes) => full(bytes),
        Body::Stream(bytes) => stream(bytes),
    };
    let mut response = Response::new(body);
    *response.status_mut() = encoded.status;
    *response.headers_mut() = encoded.headers;
    response
}
