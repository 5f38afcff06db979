//! AWS's words.

use api_application_autoscaling::errors;
use service_kit::Error;

use crate::store::Place;

/// `ValidationException` with AWS's text.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::validation_exception(message).into()
}

/// There is no target where one is to be scaled.
pub(crate) fn not_registered(place: &Place) -> Error {
    errors::object_not_found_exception(format!("No scalable target registered for {}", described(place))).into()
}

/// There is no such target.
pub(crate) fn no_target(place: &Place) -> Error {
    errors::object_not_found_exception(format!("No scalable target found for {}", described(place))).into()
}

/// There is no such policy.
pub(crate) fn no_policy(place: &Place, name: &str) -> Error {
    let text = format!("No scaling policy found for {}, policy name: {name}", described(place));
    errors::object_not_found_exception(text).into()
}

/// There is no such action.
pub(crate) fn no_action(place: &Place, name: &str) -> Error {
    let text = format!("No scheduled action found for {}, scheduled action name: {name}", described(place));
    errors::object_not_found_exception(text).into()
}

/// There is nothing of this ARN.
pub(crate) fn no_resource(arn: &str) -> Error {
    errors::resource_not_found_exception(format!("The specified resource doesn't exist: {arn}")).into()
}

/// More of something than there may be.
pub(crate) fn too_many(text: &str) -> Error {
    errors::limit_exceeded_exception(text).into()
}

fn described(place: &Place) -> String {
    let Place { namespace, resource, dimension } = place;
    format!("service namespace: {namespace}, resource ID: {resource}, scalable dimension: {dimension}")
}

/// What cannot be scaled.
pub(crate) const UNSUPPORTED: &str = "Unsupported service namespace, resource type or scalable dimension";
