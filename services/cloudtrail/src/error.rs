//! AWS's texts, as far as anyone has recorded them; the others are worded like their neighbours.
//!
//! Seen in answers of AWS that people have quoted: `Unknown trail: …`, `Trail … already exists for customer: …`,
//! `User: … already has 5 trails in …`, `Region in ARN is wrong, …`, `Value … for DataResources.Values is invalid.`. Those about
//! a trail's name are moto's.

use api_cloudtrail::errors;
use names::{AccountId, Region};
use service_kit::Error;

use crate::engine::trail::Refusal;

/// A trail that is not there. `name` as the caller wrote it.
pub(crate) fn no_such_trail(name: &str, account: AccountId) -> Error {
    errors::trail_not_found_exception(format!("Unknown trail: {name} for the user: {account}")).into()
}

/// What stands against making a trail.
pub(crate) fn trail_refused(refusal: Refusal, name: &str, account: AccountId, region: &Region) -> Error {
    match refusal {
        Refusal::NoSuch => no_such_trail(name, account),
        Refusal::Exists => {
            errors::trail_already_exists_exception(format!("Trail {name} already exists for customer: {account}"))
                .into()
        }
        Refusal::TooMany => errors::maximum_number_of_trails_exceeded_exception(format!(
            "User: {account} already has 5 trails in {region}."
        ))
        .into(),
        Refusal::Store(error) => error.into(),
    }
}

/// A shadow of a trail is not changed: the trail itself is.
pub(crate) fn wrong_region(name: &str, home: &Region) -> Error {
    errors::invalid_home_region_exception(format!("The trail {name} can be changed only in its home region {home}."))
        .into()
}

/// An ARN of another region.
pub(crate) fn arn_elsewhere(region: &Region) -> Error {
    errors::cloud_trail_arn_invalid_exception(format!(
        "Region in ARN is wrong, you can only access resources in region {region}."
    ))
    .into()
}

/// An ARN that is none of a trail.
pub(crate) fn bad_arn(arn: &str) -> Error {
    errors::cloud_trail_arn_invalid_exception(format!("The ARN {arn} is not valid.")).into()
}

/// An event data store that is not there.
pub(crate) fn no_such_store(name: &str) -> Error {
    errors::event_data_store_not_found_exception(format!("The event data store {name} was not found.")).into()
}

/// A channel that is not there.
pub(crate) fn no_such_channel(name: &str) -> Error {
    errors::channel_not_found_exception(format!("The channel {name} was not found.")).into()
}

/// "Value … for … is invalid."
pub(crate) fn bad_selector(value: &str, field: &str) -> Error {
    bad_selectors(format!("Value {value} for {field} is invalid."))
}

/// Selectors that are wrong in another way.
pub(crate) fn bad_selectors(text: impl Into<String>) -> Error {
    errors::invalid_event_selectors_exception(text).into()
}

/// A parameter that is wrong.
pub(crate) fn bad_parameter(text: impl Into<String>) -> Error {
    errors::invalid_parameter_exception(text).into()
}

/// Parameters that do not go together.
pub(crate) fn bad_combination(text: impl Into<String>) -> Error {
    errors::invalid_parameter_combination_exception(text).into()
}

/// A page token that was not given.
pub(crate) fn bad_token() -> Error {
    errors::invalid_next_token_exception("Invalid NextToken.").into()
}
