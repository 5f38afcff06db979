//! AWS's words. Engine refusals become modelled errors here, and faults of the road get IAM's own texts.
//!
//! Texts are AWS's as recorded by others (LocalStack's and moto's recordings, issue reports); the few that nobody recorded
//! are listed in the README.

mod flaw;

use api_iam::errors;
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{Issue, PathPart, ProtocolKind, Violation};

use crate::engine::refusal::{Hold, Noun, Refusal};

/// An input that AWS's own code refuses, and not the model.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_input_exception(message).into()
}

/// A `ValidationError` that the model does not know.
pub(crate) fn validation(message: impl Into<String>) -> Error {
    Fault::Invalid { message: message.into() }.into()
}

/// Something that is not there.
pub(crate) fn missing(noun: Noun, name: &str) -> Error {
    Refusal::Missing(noun, name.to_owned()).into()
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Missing(noun, name) => errors::no_such_entity_exception(missing_text(noun, &name)).into(),
            Refusal::Exists(noun, name) => errors::entity_already_exists_exception(exists_text(noun, &name)).into(),
            Refusal::InUse(hold) => errors::delete_conflict_exception(hold_text(hold)).into(),
            Refusal::Quota(name, most) => limit(format!("Cannot exceed quota for {name}: {most}")),
            Refusal::InlineTooLong(noun, name, most) => {
                limit(format!("Maximum policy size of {most} bytes exceeded for {} {name}", word(noun)))
            }
            Refusal::Versions => limit(
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing \
                 version.",
            ),
            Refusal::Malformed(text) => errors::malformed_policy_document_exception(text).into(),
            Refusal::NotAttachable(arn) => {
                errors::no_such_entity_exception(format!("Policy {arn} does not exist or is not attachable.")).into()
            }
            Refusal::NoVersion(arn, version) => errors::no_such_entity_exception(format!(
                "Policy {arn} version {version} does not exist or is not attachable."
            ))
            .into(),
            Refusal::Protected(role) => errors::unmodifiable_entity_exception(format!(
                "Cannot perform the operation on the protected role '{role}' - this role is only modifiable by AWS"
            ))
            .into(),
            Refusal::TooManyTags => limit("The number of tags has reached the maximum limit."),
            Refusal::BadBoundary(arn) => {
                validation(format!("Value ({arn}) for parameter PermissionsBoundary is invalid."))
            }
            Refusal::Flaw(flaw) => flaw::told(flaw),
            Refusal::Store(error) => error.into(),
        }
    }
}

fn limit(message: impl Into<String>) -> Error {
    errors::limit_exceeded_exception(message).into()
}

fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Group => "group",
        Noun::Role => "role",
        _ => "user",
    }
}

fn missing_text(noun: Noun, name: &str) -> String {
    match noun {
        Noun::User => format!("The user with name {name} cannot be found."),
        Noun::Group => format!("The group with name {name} cannot be found."),
        Noun::Role => format!("The role with name {name} cannot be found."),
        Noun::Policy => format!("Policy {name} was not found."),
        Noun::UserPolicy => format!("The user policy with name {name} cannot be found."),
        Noun::GroupPolicy => format!("The group policy with name {name} cannot be found."),
        Noun::RolePolicy => format!("The role policy with name {name} cannot be found."),
        Noun::UserBoundary => format!("User {name} does not have a permissions boundary."),
        Noun::RoleBoundary => format!("Role {name} does not have a permissions boundary."),
        Noun::InstanceProfile => format!("Instance Profile {name} cannot be found."),
        Noun::AccessKey => format!("The Access Key with id {name} cannot be found."),
        Noun::Alias => format!("The account alias {name} cannot be found."),
    }
}

fn exists_text(noun: Noun, name: &str) -> String {
    match noun {
        Noun::User => format!("User with name {name} already exists."),
        Noun::Group => format!("Group with name {name} already exists."),
        Noun::Role => format!("Role with name {name} already exists."),
        Noun::InstanceProfile => format!("Instance Profile {name} already exists."),
        Noun::Alias => format!("The account alias {name} already exists."),
        _ => format!("A policy called {name} already exists. Duplicate names are not allowed."),
    }
}

fn hold_text(hold: Hold) -> &'static str {
    match hold {
        Hold::AttachedPolicies => "Cannot delete entity, must detach all policies first.",
        Hold::InlinePolicies => "Cannot delete entity, must delete policies first.",
        Hold::Members => "Cannot delete entity, must remove users from group first.",
        Hold::Profiles => "Cannot delete entity, must remove roles from instance profile first.",
        Hold::AccessKeys => "Cannot delete entity, must delete access keys first.",
        Hold::LoginProfile => "Cannot delete entity, must delete login profile first.",
        Hold::Mfa => "Cannot delete entity, must delete MFA device first.",
        Hold::SigningCertificates => "Cannot delete entity, must delete signing certificates first.",
        Hold::Referenced => "Cannot delete entity, must remove referenced objects first.",
        Hold::Attached => "Cannot delete a policy attached to entities.",
        Hold::Versions => {
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The \
             default version is deleted with the policy."
        }
        Hold::DefaultVersion => "Cannot delete the default version of a policy.",
    }
}

/// IAM's words for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            // IAM stopped to tell values in 2024, and never told the values an enum has.
            Fault::Validation(issues) => {
                if let Some(text) = issues.first().and_then(own_words) {
                    return Rendered::sender("ValidationError", 400, text);
                }
                let told: Vec<Issue> = issues.iter().map(without_value).collect();
                let rendered = dialect::usual(&Fault::Validation(told), protocol);
                Rendered {
                    message: rendered.message.map(|text| text.replace(" value set: []", " value set")),
                    ..rendered
                }
            }
            Fault::InvalidPageToken => Rendered::sender("ValidationError", 400, "Invalid Marker."),
            _ => dialect::usual(fault, protocol),
        }
    }
}

/// Names and paths are checked by IAM itself, in words of its own.
fn own_words(issue: &Issue) -> Option<String> {
    let (Violation::Pattern(pattern), Some(PathPart::Member(member))) = (&issue.violation, issue.path.0.last()) else {
        return None;
    };
    let member = member[..1].to_lowercase() + &member[1..];
    match *pattern {
        NAME => Some(format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the \
             following: +=,.@_-"
        )),
        PATH => Some(format!(
            "The specified value for {member} is invalid. It must begin and end with / and contain only alphanumeric \
             characters and/or / characters."
        )),
        _ => None,
    }
}

/// The model's pattern of names.
const NAME: &str = r"[\w+=,.@-]+";
/// The model's pattern of paths.
const PATH: &str = r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)";

fn without_value(issue: &Issue) -> Issue {
    let violation = match &issue.violation {
        Violation::Enum(_) => Violation::Enum(&[]),
        other => other.clone(),
    };
    Issue { value: None, violation, path: issue.path.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smithy::Path;

    /// Recorded: LocalStack's `test_user_match_id_mismatch`, `test_invalid_update_parameters`.
    #[test]
    fn values_are_not_told() {
        for (member, violation, expected) in [
            ("UserId", Violation::Pattern("[\\w]+"), "Member must satisfy regular expression pattern: [\\w]+"),
            ("Status", Violation::Enum(&["Active", "Inactive"]), "Member must satisfy enum value set"),
        ] {
            let path = Path(vec![PathPart::Member(member)]);
            let issue = Issue { path, violation, value: Some("x".to_owned()) };
            let told = Words.render(&Fault::Validation(vec![issue]), ProtocolKind::Query);
            let member = member[..1].to_lowercase() + &member[1..];
            let text =
                format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: {expected}");
            assert_eq!((&*told.query_code, told.message), ("ValidationError", Some(text)));
        }
    }
}
