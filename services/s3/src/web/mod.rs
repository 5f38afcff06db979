//! Buckets on the plain web: what pages of other origins may, websites, and files that browsers' forms post. Requests here
//! name no operation; what they lead to is called as everything is, so policies and access lists decide.
//!
//! | file | noun |
//! |---|---|
//! | `pages.rs` | pages of other origins, by a bucket's cross-origin rules |
//! | `site.rs` | visits to a bucket's website |
//! | `form.rs` | a form with a file, put as an object |
//! | `form_policy.rs` | what the policy of a form allows. Pure |

mod form;
mod form_policy;
mod pages;
mod site;

use std::sync::Arc;

use service_kit::{Error, Service};

use crate::engine::Engine;

/// The plain web in front of the buckets.
pub(crate) struct Edge(Engine);

/// Puts it there.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    let edge = Arc::new(Edge(engine.clone()));
    service.web(edge.clone()).cross_origin(edge.clone()).form_uploads(edge)
}

/// An error as a visitor is told it.
struct Told {
    status: u16,
    code: String,
    message: String,
}

impl Told {
    /// In S3's words.
    fn of(cloud: &service_kit::Cloud, error: &Error) -> Self {
        match error {
            Error::Modeled(error) => {
                let (status, code) = (error.schema.status, error.schema.query_code.to_owned());
                Self { status, code, message: error.message.clone() }
            }
            Error::Fault(fault) => {
                let words = cloud.service(api_s3::SERVICE.id).map(Service::words);
                let rendered = match words {
                    Some(words) => words.render(fault, smithy::ProtocolKind::RestXml),
                    None => service_kit::dialect::usual(fault, smithy::ProtocolKind::RestXml),
                };
                let message = rendered.message.unwrap_or_default();
                Self { status: rendered.status, code: rendered.query_code.into_owned(), message }
            }
        }
    }
}

/// Text within XML or HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
