//! AWS's words. What the engine refused becomes a modelled error here, with AWS's reason where the error has one.
//!
//! Texts are AWS's as others saw them (issue reports, moto); those that nobody reported are the API reference's own. The
//! README says which are which.

use api_organizations::{
    ConstraintViolationException, ConstraintViolationExceptionReason as Violated,
    HandshakeConstraintViolationException, HandshakeConstraintViolationExceptionReason as Unagreed,
    InvalidInputException, InvalidInputExceptionReason as Invalid, errors,
};
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{ApiError, Issue, ProtocolKind, Violation};

use crate::engine::refusal::{Quota, Refusal, Thing, Twin};

/// An input that is not valid.
pub(crate) fn invalid(reason: Invalid, message: impl Into<String>) -> Error {
    let details = InvalidInputException { message: Some(message.into()), reason: Some(reason) };
    Error::Modeled(details.into())
}

/// A value that an enumeration does not have.
pub(crate) fn invalid_enum() -> Error {
    invalid(Invalid::InvalidEnum, "You specified an invalid value.")
}

/// A rule of the model that an input breaks.
pub(crate) fn broken(issue: &Issue) -> Error {
    let empty = issue.value.as_deref().is_some_and(str::is_empty);
    let (reason, message) = match &issue.violation {
        _ if empty => (Invalid::InputRequired, REQUIRED),
        Violation::Missing => (Invalid::InputRequired, REQUIRED),
        Violation::TooShort(_) => {
            (Invalid::MinLengthExceeded, "You provided a string parameter that is shorter than allowed.")
        }
        Violation::TooLong(_) => {
            (Invalid::MaxLengthExceeded, "You provided a string parameter that is longer than allowed.")
        }
        Violation::TooSmall(_) => {
            (Invalid::MinValueExceeded, "You provided a numeric parameter that has a smaller value than allowed.")
        }
        Violation::TooLarge(_) => {
            (Invalid::MaxValueExceeded, "You provided a numeric parameter that has a larger value than allowed.")
        }
        Violation::Pattern(_) => {
            (Invalid::InvalidPattern, "You provided a value that does not match the required pattern.")
        }
        Violation::Inside(..) => {
            (Invalid::InvalidListMember, "You provided a list to a parameter that contains at least one invalid value.")
        }
        Violation::Enum(_) | Violation::Union | Violation::SeveralMembers => {
            (Invalid::InvalidEnum, "You specified an invalid value.")
        }
    };
    invalid(reason, message)
}

const REQUIRED: &str = "You must include a value for all required parameters.";

fn violated(reason: Violated, message: &str) -> ApiError {
    ConstraintViolationException { message: Some(message.to_owned()), reason: Some(reason) }.into()
}

fn unagreed(reason: Unagreed, message: &str) -> ApiError {
    HandshakeConstraintViolationException { message: Some(message.to_owned()), reason: Some(reason) }.into()
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => error.into(),
            Refusal::No(thing) => missing(thing).into(),
            Refusal::Duplicate(twin) => duplicate(twin).into(),
            Refusal::Quota(quota) => exceeded(quota).into(),
            Refusal::Immutable => invalid(
                Invalid::ImmutablePolicy,
                "You specified a policy that is managed by AWS and can't be modified.",
            ),
            Refusal::NotDetachable => {
                invalid(Invalid::NonDetachablePolicy, "You can't detach this AWS Managed Policy.")
            }
            Refusal::NotSupported => {
                invalid(Invalid::TargetNotSupported, "You can't perform the specified operation on that target entity.")
            }
            Refusal::BadEnd { early: true } => invalid(
                Invalid::EndDateTooEarly,
                "You provided an invalid end date. It is too early for the transfer to end.",
            ),
            Refusal::BadEnd { early: false } => invalid(
                Invalid::EndDateNotEndOfMonth,
                "You provided an invalid end date. The end date must be the end of the last day of the month \
                 (23.59.59.999).",
            ),
            other => told(other).into(),
        }
    }
}

fn missing(thing: Thing) -> ApiError {
    match thing {
        Thing::Account => errors::account_not_found_exception("You specified an account that doesn't exist."),
        Thing::Child => errors::child_not_found_exception("You specified a child that doesn't exist."),
        Thing::Creation => errors::create_account_status_not_found_exception(
            "You specified a create account request that doesn't exist.",
        ),
        Thing::Destination => {
            errors::destination_parent_not_found_exception("You specified a destination parent that doesn't exist.")
        }
        Thing::EffectivePolicy => errors::effective_policy_not_found_exception(
            "The effective policy for the specified policy type and target doesn't exist.",
        ),
        Thing::Handshake => errors::handshake_not_found_exception("You specified a handshake that doesn't exist."),
        Thing::Parent => errors::parent_not_found_exception("You specified parent that doesn't exist."),
        Thing::Policy => errors::policy_not_found_exception("You specified a policy that doesn't exist."),
        Thing::ResourcePolicy => {
            errors::resource_policy_not_found_exception("No resource policy found for the organization.")
        }
        Thing::Root => errors::root_not_found_exception("You specified a root that doesn't exist."),
        Thing::Source => errors::source_parent_not_found_exception("You specified a source parent that doesn't exist."),
        Thing::Target => errors::target_not_found_exception("You specified a target that doesn't exist."),
        Thing::Transfer => errors::responsibility_transfer_not_found_exception(
            "You specified a responsibility transfer that doesn't exist.",
        ),
        Thing::Unit => {
            errors::organizational_unit_not_found_exception("You specified an organizational unit that doesn't exist.")
        }
    }
}

fn duplicate(twin: Twin) -> ApiError {
    match twin {
        Twin::Attachment => errors::duplicate_policy_attachment_exception(
            "The selected policy is already attached to the specified target.",
        ),
        Twin::Handshake => {
            errors::duplicate_handshake_exception("A handshake with the same action and target already exists.")
        }
        Twin::Policy => errors::duplicate_policy_exception("A policy with the same name already exists."),
        Twin::Unit => errors::duplicate_organizational_unit_exception("An OU with the same name already exists."),
    }
}

fn exceeded(quota: Quota) -> ApiError {
    let (reason, message) = match quota {
        Quota::Accounts => {
            (Violated::AccountNumberLimitExceeded, "You have exceeded the allowed number of AWS accounts.")
        }
        Quota::Invitees => {
            let message = "You have exceeded the allowed number of AWS accounts";
            return unagreed(Unagreed::AccountNumberLimitExceeded, message);
        }
        Quota::Units => (Violated::OuNumberLimitExceeded, "You have exceeded the maximum number of OUs."),
        Quota::Depth => (Violated::OuDepthLimitExceeded, "You have exceeded the maximum nesting level for OUs."),
        Quota::Policies => (Violated::PolicyNumberLimitExceeded, "You have exceeded the maximum number of policies."),
        Quota::Document => (Violated::PolicyContentLimitExceeded, "You have exceeded the maximum policy size."),
        Quota::Attachments => (
            Violated::MaxPolicyTypeAttachmentLimitExceeded,
            "You have attached the maximum number of policies to the specified target.",
        ),
        Quota::Tags => {
            (Violated::MaxTagLimitExceeded, "You have exceeded the number of tags allowed on this resource.")
        }
        Quota::Closures => {
            (Violated::CloseAccountQuotaExceeded, "You have exceeded close account quota for the past 30 days.")
        }
    };
    violated(reason, message)
}

fn told(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::NotInUse => {
            errors::aws_organizations_not_in_use_exception("Your account is not a member of an organization.")
        }
        Refusal::NotPermitted => errors::access_denied_exception("You don't have permissions to access this resource."),
        Refusal::AlreadyIn => {
            errors::already_in_organization_exception("The AWS account is already a member of an organization.")
        }
        Refusal::NotEmpty => errors::organization_not_empty_exception(
            "To delete an organization you must first remove all member accounts (except the master).",
        ),
        Refusal::TransferActive => violated(
            Violated::ActiveResponsibilityTransferProcess,
            "You cannot delete organization due to an ongoing responsibility transfer process.",
        ),
        Refusal::BillingOnly => violated(
            Violated::OrganizationNotInAllFeaturesMode,
            "This operation requires an organization to be in all features mode.",
        ),
        Refusal::UnitNotEmpty => errors::organizational_unit_not_empty_exception(
            "You must first remove all accounts and child OUs from the OU that you want to delete.",
        ),
        Refusal::AlreadyThere => {
            errors::duplicate_account_exception("That account is already present in the specified destination.")
        }
        Refusal::PolicyInUse => errors::policy_in_use_exception(
            "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts \
             before performing this operation.",
        ),
        Refusal::NotAttached => errors::policy_not_attached_exception(
            "The policy isn't attached to the specified target in the specified root.",
        ),
        Refusal::LastPolicy => violated(
            Violated::MinPolicyTypeAttachmentLimitExceeded,
            "You cannot remove the last policy attached to the specified target. You must have at least one attached \
             at all times.",
        ),
        Refusal::KindOff => {
            errors::policy_type_not_enabled_exception("This operation can be performed only for enabled policy types.")
        }
        Refusal::KindOn => {
            errors::policy_type_already_enabled_exception("The specified policy type is already enabled.")
        }
        Refusal::KindUnavailable => errors::policy_type_not_available_for_organization_exception(
            "You can't use the specified policy type with the feature set currently enabled for this organization.",
        ),
        Refusal::Malformed => errors::malformed_policy_document_exception(
            "The provided policy document does not meet the requirements of the specified policy type.",
        ),
        other => about_accounts(other),
    }
}

fn about_accounts(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::ManagementStays => errors::master_cannot_leave_organization_exception(
            "You can't remove a management account from an organization.",
        ),
        Refusal::ManagementCloses => violated(
            Violated::CannotCloseManagementAccount,
            "You attempted to close the management account. To close the management account for the organization, you \
             must first either remove or close all member accounts in the organization.",
        ),
        Refusal::ManagementDelegates => violated(
            Violated::CannotRegisterMasterAsDelegatedAdministrator,
            "You cannot register master account/yourself as delegated administrator for your organization.",
        ),
        Refusal::Closed => errors::account_already_closed_exception("The provided account is already closed."),
        Refusal::ClosedDelegates => violated(
            Violated::CannotRegisterSuspendedAccountAsDelegatedAdministrator,
            "You cannot register a suspended account as a delegated administrator.",
        ),
        Refusal::TooYoung => {
            violated(Violated::WaitPeriodActive, "This operation requires a wait period. Try again later.")
        }
        Refusal::Administers => violated(
            Violated::CannotRemoveDelegatedAdministratorFromOrg,
            "You attempted to remove an account that is registered as a delegated administrator for a service \
             integrated with your organization. To complete this operation, you must first deregister this account as \
             a delegated administrator.",
        ),
        Refusal::AlreadyAdministers => errors::account_already_registered_exception(
            "The provided account is already a delegated administrator for your organization.",
        ),
        Refusal::DoesNotAdminister => errors::account_not_registered_exception(
            "The provided account is not a registered delegated administrator for your organization.",
        ),
        Refusal::NotTrusted => violated(
            Violated::ServiceAccessNotEnabled,
            "You attempted to register a delegated administrator before you enabled service access. Call the \
             EnableAWSServiceAccess API first.",
        ),
        Refusal::KindNeedsService => violated(
            Violated::PolicyTypeEnabledForThisService,
            "You attempted to disable service access before you disabled the policy type. To complete this operation, \
             you must first disable the policy type.",
        ),
        other => about_handshakes(other),
    }
}

fn about_handshakes(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::HandshakeEnded { same: true } => {
            errors::handshake_already_in_state_exception("The specified handshake is already in the requested state.")
        }
        Refusal::InviteeIsMember => unagreed(
            Unagreed::AlreadyInAnOrganization,
            "The handshake request is invalid because the invited account is already a member of an organization.",
        ),
        Refusal::Migrating => unagreed(
            Unagreed::InviteDisabledDuringEnableAllFeatures,
            "You can't issue new invitations to join an organization while it's in the process of enabling all \
             features.",
        ),
        Refusal::MigratingAlready => unagreed(
            Unagreed::OrganizationIsAlreadyPendingAllFeaturesMigration,
            "The handshake request is invalid because the organization has already started the process to enable all \
             features.",
        ),
        Refusal::HasAllFeatures => unagreed(
            Unagreed::OrganizationAlreadyHasAllFeatures,
            "The handshake request is invalid because the organization has already enabled all features.",
        ),
        Refusal::ToItself => unagreed(
            Unagreed::SourceAndTargetCannotMatch,
            "An account can't accept a transfer invitation if it is both the sender and recipient of the invitation.",
        ),
        Refusal::TransferExists => unagreed(
            Unagreed::ResponsibilityTransferAlreadyExists,
            "You cannot perform this operation with the current transfer.",
        ),
        Refusal::TransferEnded => errors::responsibility_transfer_already_in_status_exception(
            "The responsibility transfer is already in the status that you specified.",
        ),
        Refusal::TransferNotBegun => errors::invalid_responsibility_transfer_transition_exception(
            "The responsibility transfer can't transition to the requested state because it's not in a valid state for \
             this operation.",
        ),
        // What is left: a handshake that ended otherwise, or waits for others.
        _ => errors::invalid_handshake_transition_exception(
            "You can't perform the operation on the handshake in its current state.",
        ),
    }
}

/// Organizations' words for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    /// The operations check the model themselves: the service's error has a reason that no fault can carry.
    fn holds_to(&self, issue: &Issue) -> bool {
        issue.violation == Violation::Missing
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::Validation(_) => Rendered::sender("InvalidInputException", 400, REQUIRED),
            Fault::Invalid { message } => Rendered::sender("InvalidInputException", 400, message.clone()),
            Fault::Throttled { message } => Rendered::sender("TooManyRequestsException", 400, message.clone()),
            _ => dialect::usual(fault, protocol),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(refusal: Refusal) -> &'static str {
        match Error::from(refusal) {
            Error::Modeled(error) => error.schema.code,
            Error::Fault(fault) => panic!("{fault:?}"),
        }
    }

    #[test]
    fn refusals_have_their_codes() {
        for (refusal, expected) in [
            (Refusal::NotInUse, "AWSOrganizationsNotInUseException"),
            (Refusal::NotPermitted, "AccessDeniedException"),
            (Refusal::LastPolicy, "ConstraintViolationException"),
            (Refusal::Malformed, "MalformedPolicyDocumentException"),
            (Refusal::Immutable, "InvalidInputException"),
            (Refusal::HandshakeEnded { same: true }, "HandshakeAlreadyInStateException"),
            (Refusal::HandshakeEnded { same: false }, "InvalidHandshakeTransitionException"),
            (Refusal::HandshakeNotReady, "InvalidHandshakeTransitionException"),
            (Refusal::Quota(Quota::Invitees), "HandshakeConstraintViolationException"),
            (Refusal::No(Thing::Unit), "OrganizationalUnitNotFoundException"),
            (Refusal::Duplicate(Twin::Attachment), "DuplicatePolicyAttachmentException"),
        ] {
            assert_eq!(code(refusal), expected);
        }
    }

    #[test]
    fn reasons_are_told() {
        let Error::Modeled(error) = Error::from(Refusal::LastPolicy) else { panic!("modelled") };
        assert!(error.details.is_some());
    }
}
