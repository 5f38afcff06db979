//! The certificate that clients must trust to speak TLS with this cloud.

use gateway::ResponseBody;
use http::Response;

use super::Admin;
use super::answer::text;

impl Admin {
    pub(super) fn ca(&self) -> Response<ResponseBody> {
        text("application/x-pem-file", self.about.ca_certificate.clone())
    }
}
