//! The smallest policy that allows what a principal did.

use std::time::Duration;

use authority::least_privilege;
use gateway::ResponseBody;
use http::{Response, StatusCode};
use names::Arn;

use super::Admin;
use super::answer::{json, refuse};

/// How far back to look when nothing is said: as far as audit records go.
const DAYS: u64 = 90;

impl Admin {
    /// `principal=ARN&days=N`.
    pub(super) async fn least_privilege(&self, query: &str) -> Response<ResponseBody> {
        let (principal, days) = match read(query) {
            Ok(read) => read,
            Err(why) => return refuse(StatusCode::BAD_REQUEST, why),
        };
        let Some(account) = principal.parse::<Arn>().ok().and_then(|arn| arn.account_id()) else {
            return refuse(StatusCode::BAD_REQUEST, format!("{principal} is no ARN of a user or role"));
        };
        let Some(deeds) = self.cloud.deeds() else {
            return refuse(StatusCode::NOT_FOUND, "cloudtrail, which remembers what was done, does not run");
        };
        let since = self.cloud.runtime().clock.now().minus(Duration::from_secs(days.saturating_mul(86_400)));
        match deeds.of(&self.cloud, account, &principal, since).await {
            Ok(deeds) => json(&least_privilege(&deeds)),
            Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }
}

fn read(query: &str) -> Result<(String, u64), String> {
    let (mut principal, mut days) = (String::new(), DAYS);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "principal" => principal = value.replace("%3A", ":").replace("%2F", "/"),
            "days" => days = value.parse().map_err(|_| "days is a whole number".to_owned())?,
            _ => return Err(format!("no parameter {name}; there are principal and days")),
        }
    }
    if principal.is_empty() { Err("name a principal: principal=ARN".to_owned()) } else { Ok((principal, days)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_parameters() {
        let arn = "arn:aws:iam::000000000000:role/r";
        assert_eq!(read(&format!("principal={arn}")), Ok((arn.to_owned(), DAYS)));
        assert_eq!(read("principal=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fr&days=7"), Ok((arn.to_owned(), 7)));
        for wrong in ["", "days=7", "principal=x&days=y", "principal=x&since=1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
