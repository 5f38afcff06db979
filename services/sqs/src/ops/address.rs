//! Which queue a request means. Of a queue's URL only account and name count, and the region where its host names one: a
//! cloud is reached under many names.

use names::Region;
use service_kit::{Access, Ctx, Error};

use crate::Sqs;
use crate::engine::queue::{Home, Queue};
use crate::error::{missing, no_such_queue, told};
use std::sync::Arc;

/// The place a queue's URL, path or bare name means.
pub(crate) fn of_url(ctx: &Ctx, url: &str) -> Result<Home, Error> {
    if url.is_empty() {
        return Err(missing("QueueUrl"));
    }
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => ("", url),
    };
    let mut parts = path.trim_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default().to_owned();
    let account = parts.next().map_or(Ok(ctx.account()), |account| account.parse().map_err(|_| no_such_queue(ctx)))?;
    Ok(Home { account, region: region(host).unwrap_or_else(|| ctx.region.clone()), name })
}

/// The parameter that the path of a query request stands for: clients post to the queue's URL.
pub(crate) fn queue_of_path(path: &str) -> Option<(&'static str, String)> {
    (path.len() > 1).then(|| ("QueueUrl", path.to_owned()))
}

/// `sqs.<region>.…`, `<region>.queue.…`; `queue.amazonaws.com` is the oldest form, of us-east-1.
fn region(host: &str) -> Option<Region> {
    let mut labels = host.split('.');
    match (labels.next()?, labels.next()?) {
        ("sqs", region) if labels.next().is_some() => Region::parse(region).filter(|r| r.as_str().contains('-')),
        ("queue", "amazonaws") => Region::parse("us-east-1"),
        (region, "queue") => Region::parse(region),
        _ => None,
    }
}

/// The URL we answer for a queue.
pub(crate) fn url(ctx: &Ctx, home: &Home) -> String {
    format!("{}/{}/{}", ctx.request.base_url, home.account, home.name)
}

/// What a request to a queue touches.
pub(crate) fn access(ctx: &Ctx, queue_url: &str) -> Result<Access, Error> {
    Ok(access_to(&of_url(ctx, queue_url)?))
}

/// The same, for a batch, which is decided as its single operation.
pub(crate) fn access_as(ctx: &Ctx, queue_url: &str, action: &'static str) -> Result<Access, Error> {
    access(ctx, queue_url).map(|access| access.as_action(action))
}

/// What a request to the queue at a place touches.
pub(crate) fn access_to(home: &Home) -> Access {
    Access::to(home.arn())
}

/// The queue a URL means.
pub(crate) async fn queue(ctx: &Ctx, url: &str) -> Result<Arc<Queue>, Error> {
    let home = of_url(ctx, url)?;
    ctx.state::<Sqs>().engine().find(&home).await.map_err(|refusal| told(ctx, refusal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_name_a_region() {
        for (host, expected) in [
            ("sqs.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("sqs.eu-west-1.localhost:4566", Some("eu-west-1")),
            ("eu-west-1.queue.amazonaws.com", Some("eu-west-1")),
            ("queue.amazonaws.com", Some("us-east-1")),
            ("localhost:4566", None),
            ("127.0.0.1:4566", None),
            ("sqs.example.com", None),
            ("", None),
        ] {
            assert_eq!(region(host).map(String::from).as_deref(), expected, "{host}");
        }
    }
}
