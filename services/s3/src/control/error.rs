//! S3 Control's words, with the elements it adds.

use api_s3control::{self as api, errors};
use service_kit::{Error, Fault};
use smithy::{ApiError, Shape};

use crate::engine::config::refusal::Refusal;

fn with(error: ApiError, facts: impl Shape + 'static) -> Error {
    ApiError { details: Some(Box::new(facts)), ..error }.into()
}

/// An access point that is not there.
pub(super) fn no_such_point(name: &str) -> Error {
    let facts = api::NoSuchAccessPoint { access_point_name: Some(name.to_owned()) };
    with(errors::no_such_access_point("The specified accesspoint does not exist"), facts)
}

/// A policy that is not there.
pub(super) fn no_such_policy(name: &str) -> Error {
    let facts = api::NoSuchAccessPointPolicy { access_point_name: Some(name.to_owned()) };
    with(errors::no_such_access_point_policy("The specified accesspoint policy does not exist"), facts)
}

/// A name that no access point can have.
pub(super) fn invalid_uri(name: &str) -> Error {
    let facts = api::InvalidURI { uri: Some(format!("accesspoint/{name}")) };
    with(errors::invalid_uri("Couldn't parse the specified URI."), facts)
}

/// Switches that are not there.
pub(super) fn no_switches(account: names::AccountId) -> Error {
    let facts = api::NoSuchPublicAccessBlockConfiguration { account_id: Some(account.to_string()), message: None };
    let text = "The public access block configuration was not found";
    with(errors::no_such_public_access_block_configuration(text), facts)
}

/// A request that makes no sense.
pub(super) fn invalid_request(message: &str) -> Error {
    errors::invalid_request(message).into()
}

/// A job that is not there.
pub(super) fn no_such_job() -> Error {
    errors::no_such_job_exception("The specified job does not exist").into()
}

/// Not allowed.
pub(super) fn access_denied() -> Error {
    errors::access_denied("Access Denied").into()
}

/// What a document was refused for.
pub(super) fn refused(refusal: Refusal) -> Error {
    let message = refusal.message.clone().into_owned();
    match refusal.code {
        "InvalidRequest" => errors::invalid_request(message).into(),
        "MalformedPolicy" => errors::malformed_policy(message).into(),
        "InvalidTag" => {
            let tag_key = refusal.extra.into_iter().find(|(name, _)| name == "TagKey").map(|(_, key)| key);
            with(errors::invalid_tag(message), api::InvalidTag { tag_key })
        }
        "BadRequest" => errors::too_many_tags(message).into(),
        _ => Fault::internal(format!("{refusal:?} has no error here")).into(),
    }
}
