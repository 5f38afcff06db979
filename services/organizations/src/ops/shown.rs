//! The domain's things as the API shows them.

use api_organizations as api;
use names::Timestamp;

use crate::engine::account::{Member, Standing};
use crate::engine::attachment::Target;
use crate::engine::handshake::State;
use crate::engine::id::{Arns, Place};
use crate::engine::policy::Shown;
use crate::engine::seat::Seat;
use crate::engine::transfer::{Side, Transfer};
use crate::store::{Action, Contact, CreationRecord, HandshakeRecord, Made, Participant, Party};

/// An organization.
pub(super) fn organization(seat: &Seat, master: Contact) -> api::Organization {
    let control = api::PolicyTypeSummary {
        r#type: Some(api::PolicyType::ServiceControlPolicy),
        status: Some(api::PolicyTypeStatus::Enabled),
    };
    let all = seat.organization.all_features;
    let features =
        if all { api::OrganizationFeatureSet::All } else { api::OrganizationFeatureSet::ConsolidatedBilling };
    api::Organization {
        id: Some(seat.organization.id.clone()),
        arn: Some(seat.arns().organization()),
        feature_set: Some(features),
        master_account_arn: Some(seat.arns().account(seat.management)),
        master_account_id: Some(seat.management.to_string()),
        master_account_email: Some(master.email),
        available_policy_types: Some(all.then_some(control).into_iter().collect()),
    }
}

/// The root.
pub(super) fn root(seat: &Seat) -> api::Root {
    let enabled = |kind: &crate::engine::kind::Kind| api::PolicyTypeSummary {
        r#type: Some(kind.name().to_owned().into()),
        status: Some(api::PolicyTypeStatus::Enabled),
    };
    api::Root {
        id: Some(seat.organization.root.clone()),
        arn: Some(seat.arns().root(&seat.organization.root)),
        name: Some("Root".to_owned()),
        policy_types: Some(seat.organization.enabled.iter().map(enabled).collect()),
    }
}

/// A unit.
pub(super) fn unit(seat: &Seat, id: &str, name: &str, path: String) -> api::OrganizationalUnit {
    api::OrganizationalUnit {
        id: Some(id.to_owned()),
        arn: Some(seat.arns().unit(id)),
        name: Some(name.to_owned()),
        path: Some(path),
    }
}

/// An account.
pub(super) fn account(seat: &Seat, member: Member, now: Timestamp) -> api::Account {
    let (status, state) = standing(&member, now);
    api::Account {
        id: Some(member.id.to_string()),
        arn: Some(seat.arns().account(member.id)),
        joined_method: Some(joined(&member)),
        joined_timestamp: Some(member.record.joined),
        email: Some(member.contact.email),
        name: Some(member.contact.name),
        status: Some(status),
        state: Some(state),
        paths: Some(vec![member.path]),
    }
}

/// A delegated administrator.
pub(super) fn delegate(seat: &Seat, member: Member, since: Timestamp, now: Timestamp) -> api::DelegatedAdministrator {
    let (status, state) = standing(&member, now);
    api::DelegatedAdministrator {
        id: Some(member.id.to_string()),
        arn: Some(seat.arns().account(member.id)),
        joined_method: Some(joined(&member)),
        joined_timestamp: Some(member.record.joined),
        email: Some(member.contact.email),
        name: Some(member.contact.name),
        status: Some(status),
        state: Some(state),
        delegation_enabled_date: Some(since),
    }
}

fn standing(member: &Member, now: Timestamp) -> (api::AccountStatus, api::AccountState) {
    match member.record.standing(now) {
        Standing::Active => (api::AccountStatus::Active, api::AccountState::Active),
        Standing::Closing => (api::AccountStatus::PendingClosure, api::AccountState::PendingClosure),
        Standing::Suspended => (api::AccountStatus::Suspended, api::AccountState::Suspended),
    }
}

fn joined(member: &Member) -> api::AccountJoinedMethod {
    if member.record.made_here { api::AccountJoinedMethod::Created } else { api::AccountJoinedMethod::Invited }
}

/// An account being made.
pub(super) fn creation(id: String, record: CreationRecord) -> api::CreateAccountStatus {
    let succeeded = matches!(record.ended, Some((Made::Succeeded, _)));
    let failure = match record.ended {
        Some((Made::EmailTaken, _)) => Some(api::CreateAccountFailureReason::EmailAlreadyExists),
        Some((Made::BadEmail, _)) => Some(api::CreateAccountFailureReason::InvalidEmail),
        Some((Made::Succeeded, _)) | None => None,
    };
    api::CreateAccountStatus {
        id: Some(id),
        account_name: Some(record.name),
        state: Some(made(record.ended.map(|(made, _)| made))),
        requested_timestamp: Some(record.requested),
        completed_timestamp: record.ended.map(|(_, at)| at),
        account_id: succeeded.then(|| record.account.to_string()),
        gov_cloud_account_id: record.gov_cloud.filter(|_| succeeded).map(|account| account.to_string()),
        failure_reason: failure,
    }
}

/// How the making of an account stands.
pub(super) fn made(made: Option<Made>) -> api::CreateAccountState {
    match made {
        None => api::CreateAccountState::InProgress,
        Some(Made::Succeeded) => api::CreateAccountState::Succeeded,
        Some(Made::EmailTaken | Made::BadEmail) => api::CreateAccountState::Failed,
    }
}

/// A policy without its document.
pub(super) fn summary(seat: &Seat, shown: &Shown) -> api::PolicySummary {
    api::PolicySummary {
        id: Some(shown.id.clone()),
        arn: Some(seat.arns().policy(shown.record.kind, &shown.id)),
        name: Some(shown.record.name.clone()),
        description: Some(shown.record.description.clone()),
        r#type: Some(shown.record.kind.name().to_owned().into()),
        aws_managed: Some(shown.aws_managed),
    }
}

/// A policy.
pub(super) fn policy(seat: &Seat, shown: Shown) -> api::Policy {
    api::Policy { policy_summary: Some(summary(seat, &shown)), content: Some(shown.record.content) }
}

/// What a policy is on.
pub(super) fn target(target: Target) -> api::PolicyTargetSummary {
    let sort = match Place::of(&target.id) {
        Some(Place::Account(_)) => api::TargetType::Account,
        Some(Place::Unit(_)) => api::TargetType::OrganizationalUnit,
        _ => api::TargetType::Root,
    };
    api::PolicyTargetSummary {
        target_id: Some(target.id),
        arn: Some(target.arn),
        name: Some(target.name),
        r#type: Some(sort),
    }
}

/// A handshake.
pub(super) fn handshake(id: &str, record: &HandshakeRecord, now: Timestamp) -> api::Handshake {
    let arns = Arns { management: record.management, organization: &record.organization };
    api::Handshake {
        id: Some(id.to_owned()),
        arn: Some(arns.handshake(record.action.in_arn(), id)),
        parties: Some(parties(record)),
        state: Some(match record.state(now) {
            State::Requested => api::HandshakeState::Requested,
            State::Open => api::HandshakeState::Open,
            State::Accepted => api::HandshakeState::Accepted,
            State::Declined => api::HandshakeState::Declined,
            State::Canceled => api::HandshakeState::Canceled,
            State::Expired => api::HandshakeState::Expired,
        }),
        requested_timestamp: Some(record.requested),
        expiration_timestamp: Some(record.expires),
        action: Some(match record.action {
            Action::Invite => api::ActionType::Invite,
            Action::EnableAllFeatures => api::ActionType::EnableAllFeatures,
            Action::ApproveAllFeatures => api::ActionType::ApproveAllFeatures,
            Action::TransferResponsibility => api::ActionType::TransferResponsibility,
        }),
        resources: Some(resources(record)),
    }
}

/// The organization goes by its id without `o-` among the parties, as AWS's recorded answers have it.
fn parties(record: &HandshakeRecord) -> Vec<api::HandshakeParty> {
    let organization = api::HandshakeParty {
        id: record.organization.trim_start_matches("o-").to_owned(),
        r#type: api::HandshakePartyType::Organization,
    };
    let other = match &record.party {
        Party::Account(account) => Some((account.to_string(), api::HandshakePartyType::Account)),
        Party::Email(email) => Some((email.clone(), api::HandshakePartyType::Email)),
        Party::Organization => None,
    };
    let other = other.map(|(id, r#type)| api::HandshakeParty { id, r#type });
    std::iter::once(organization).chain(other).collect()
}

fn resources(record: &HandshakeRecord) -> Vec<api::HandshakeResource> {
    use api::HandshakeResourceType as Sort;
    let mut resources = Vec::new();
    if let Some(parent) = &record.parent {
        resources.push(resource(Sort::ParentHandshake, parent.trim_start_matches("h-")));
    }
    if let (Action::TransferResponsibility, Some((transfer, start))) = (record.action, &record.transfer) {
        resources.push(resource(Sort::ManagementAccount, &record.management.to_string()));
        resources.push(resource(Sort::ManagementEmail, &record.sender.email));
        resources.push(resource(Sort::ManagementName, &record.sender.name));
        resources.push(resource(Sort::ResponsibilityTransfer, transfer));
        resources.push(resource(Sort::TransferStartTimestamp, &start.iso8601()));
        resources.push(resource(Sort::TransferType, "BILLING"));
    } else {
        resources.push(organization_resource(record));
    }
    match &record.party {
        Party::Account(account) => resources.push(resource(Sort::Account, &account.to_string())),
        Party::Email(email) => resources.push(resource(Sort::Email, email)),
        Party::Organization => {}
    }
    resources.extend(record.notes.as_deref().map(|notes| resource(Sort::Notes, notes)));
    resources
}

/// The organization, with its sender and features where someone is to join it.
fn organization_resource(record: &HandshakeRecord) -> api::HandshakeResource {
    use api::HandshakeResourceType as Sort;
    let features = if record.all_features { "ALL" } else { "CONSOLIDATED_BILLING" };
    let details = vec![
        resource(Sort::MasterEmail, &record.sender.email),
        resource(Sort::MasterName, &record.sender.name),
        resource(Sort::OrganizationFeatureSet, features),
    ];
    let resources = (record.action == Action::Invite).then_some(details);
    api::HandshakeResource { resources, ..resource(Sort::Organization, &record.organization) }
}

fn resource(sort: api::HandshakeResourceType, value: &str) -> api::HandshakeResource {
    api::HandshakeResource { value: Some(value.to_owned()), r#type: Some(sort), resources: None }
}

/// A transfer, as the side that asks sees it.
pub(super) fn transfer(seat: &Seat, transfer: Transfer) -> api::ResponsibilityTransfer {
    use api::ResponsibilityTransferStatus as Status;
    let status = match transfer.state {
        _ if transfer.record.withdrawn => Status::Withdrawn,
        State::Requested | State::Open => Status::Requested,
        State::Accepted => Status::Accepted,
        State::Declined => Status::Declined,
        State::Canceled => Status::Canceled,
        State::Expired => Status::Expired,
    };
    let direction = match transfer.side {
        Side::Inbound => "inbound",
        Side::Outbound => "outbound",
    };
    let live = matches!(transfer.state, State::Open | State::Requested);
    api::ResponsibilityTransfer {
        arn: Some(seat.arns().transfer(direction, &transfer.id)),
        name: Some(transfer.record.name),
        id: Some(transfer.id),
        r#type: Some(api::ResponsibilityTransferType::Billing),
        status: Some(status),
        source: transfer.record.source.map(participant),
        target: Some(participant(transfer.record.target)),
        start_timestamp: Some(transfer.record.start),
        end_timestamp: transfer.record.end,
        active_handshake_id: live.then_some(transfer.record.handshake),
    }
}

fn participant(participant: Participant) -> api::TransferParticipant {
    api::TransferParticipant {
        management_account_id: Some(participant.account.to_string()),
        management_account_email: Some(participant.email),
    }
}
