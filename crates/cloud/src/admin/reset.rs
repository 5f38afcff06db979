//! A service, or all, as if never used.

use gateway::ResponseBody;
use http::{Response, StatusCode};

use super::Admin;
use super::answer::{json, refuse};
use crate::config::nearest;
use crate::report::ResetReport;
use crate::reset::reset;

impl Admin {
    pub(super) async fn reset(&self, service: Option<&str>) -> Response<ResponseBody> {
        if let Some(absent) = service.filter(|id| self.cloud.service(id).is_none()) {
            return refuse(StatusCode::NOT_FOUND, self.no_such_service(absent));
        }
        match reset(&self.cloud, service).await {
            Ok(deleted) => json(&ResetReport { deleted }),
            Err(error) => refuse(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        }
    }

    fn no_such_service(&self, id: &str) -> String {
        let near = nearest(id, self.cloud.services().map(|service| service.api().id));
        format!("no service {id} is running{}", near.map_or(String::new(), |near| format!("; did you mean {near}?")))
    }
}
