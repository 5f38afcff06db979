//! Why a request was allowed or refused: every policy read, and the statement that decided.

use gateway::ResponseBody;
use http::{Response, StatusCode};

use super::Admin;
use super::answer::{json, refuse};
use crate::report::Rulings;

/// Refusals shown when no request is named.
const REFUSALS: usize = 20;

impl Admin {
    /// The refusals of late, newest first.
    pub(super) fn refusals(&self) -> Response<ResponseBody> {
        json(&Rulings { rulings: self.authority.docket().refusals(REFUSALS) })
    }

    /// What was decided for one request.
    pub(super) fn why(&self, request: &str) -> Response<ResponseBody> {
        let rulings = self.authority.docket().rulings(request);
        if rulings.is_empty() {
            let why =
                format!("nothing is known of request {request}: it is too long ago, or nothing was decided for it");
            return refuse(StatusCode::NOT_FOUND, why);
        }
        json(&Rulings { rulings })
    }
}
