//! What a configuration was refused for, as S3's error with its elements.

use api_s3::{ErrorFacts, errors};
use service_kit::{Error, Fault};
use smithy::ApiError;

use crate::engine::config::refusal::Refusal;
use crate::error;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let Some(modelled) = modelled(refusal.code, refusal.message.clone().into_owned()) else {
            return Fault::internal(format!("{refusal:?} has no error")).into();
        };
        if refusal.extra.is_empty() {
            return modelled.into();
        }
        let mut facts = ErrorFacts::default();
        for (name, value) in refusal.extra {
            if let Some(fact) = fact(&mut facts, &name) {
                *fact = Some(value);
            }
        }
        error::with(modelled, facts)
    }
}

fn modelled(code: &str, message: String) -> Option<ApiError> {
    let make: fn(String) -> ApiError = match code {
        "AccessDenied" => errors::access_denied,
        "BadRequest" => errors::bad_request,
        "IdMismatch" => errors::id_mismatch,
        "IllegalVersioningConfigurationException" => errors::illegal_versioning_configuration_exception,
        "InvalidArgument" => errors::invalid_argument,
        "InvalidBucketState" => errors::invalid_bucket_state,
        "InvalidConfigurationId" => errors::invalid_configuration_id,
        "InvalidRequest" => errors::invalid_request,
        "InvalidS3DestinationBucket" => errors::invalid_s3_destination_bucket,
        "InvalidTag" => errors::invalid_tag,
        "MalformedACLError" => errors::malformed_acl_error,
        "MalformedPolicy" => errors::malformed_policy,
        "MalformedXML" => errors::malformed_xml,
        "MethodNotAllowed" => errors::method_not_allowed,
        "MissingSecurityHeader" => errors::missing_security_header,
        "NoSuchConfiguration" => errors::no_such_configuration,
        "TooManyConfigurations" => errors::too_many_configurations,
        "UnexpectedContent" => errors::unexpected_content,
        _ => return None,
    };
    Some(make(message))
}

fn fact<'f>(facts: &'f mut ErrorFacts, name: &str) -> Option<&'f mut Option<String>> {
    Some(match name {
        "ArgumentName" => &mut facts.argument_name,
        "ArgumentValue" => &mut facts.argument_value,
        "MissingHeaderName" => &mut facts.missing_header_name,
        "TagKey" => &mut facts.tag_key,
        "TagValue" => &mut facts.tag_value,
        _ => return None,
    })
}
