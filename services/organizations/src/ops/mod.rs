//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod access;
mod account;
mod attachment;
mod creation;
mod delegate;
mod effective;
mod gate;
mod handshake;
mod organization;
mod paging;
mod policy;
mod resource_policy;
mod root;
mod shown;
mod tags;
mod transfer;
mod trusted;
mod unit;

pub(crate) use access::Shown;
use api_organizations as api;
use futures_util::future::{Either, Ready, ready};
use service_kit::{Access, Ctx, Error, Handler, Operations, Outcome};
use smithy::Operation;

use crate::error;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Table::default()
        .on::<api::AcceptHandshake>(handshake::access_to_accept, handshake::accept_handshake)
        .on::<api::AttachPolicy>(attachment::access_to_attach, attachment::attach_policy)
        .on::<api::CancelHandshake>(handshake::access_to_cancel, handshake::cancel_handshake)
        .on::<api::CloseAccount>(account::access_to_close, account::close_account)
        .on::<api::CreateAccount>(creation::access_to_create, creation::create_account)
        .on::<api::CreateGovCloudAccount>(creation::access_to_create_gov_cloud, creation::create_gov_cloud_account)
        .on::<api::CreateOrganization>(organization::access_to_create, organization::create_organization)
        .on::<api::CreateOrganizationalUnit>(unit::access_to_create, unit::create_organizational_unit)
        .on::<api::CreatePolicy>(policy::access_to_create, policy::create_policy)
        .on::<api::DeclineHandshake>(handshake::access_to_decline, handshake::decline_handshake)
        .on::<api::DeleteOrganization>(any, organization::delete_organization)
        .on::<api::DeleteOrganizationalUnit>(unit::access_to_delete, unit::delete_organizational_unit)
        .on::<api::DeletePolicy>(policy::access_to_delete, policy::delete_policy)
        .on::<api::DeleteResourcePolicy>(any, resource_policy::delete_resource_policy)
        .on::<api::DeregisterDelegatedAdministrator>(
            delegate::access_to_deregister,
            delegate::deregister_delegated_administrator,
        )
        .on::<api::DescribeAccount>(account::access_to_describe, account::describe_account)
        .on::<api::DescribeCreateAccountStatus>(any, creation::describe_create_account_status)
        .on::<api::DescribeEffectivePolicy>(effective::access_to_describe, effective::describe_effective_policy)
        .on::<api::DescribeHandshake>(handshake::access_to_describe, handshake::describe_handshake)
        .on::<api::DescribeOrganization>(any, organization::describe_organization)
        .on::<api::DescribeOrganizationalUnit>(unit::access_to_describe, unit::describe_organizational_unit)
        .on::<api::DescribePolicy>(policy::access_to_describe, policy::describe_policy)
        .on::<api::DescribeResourcePolicy>(any, resource_policy::describe_resource_policy)
        .on::<api::DescribeResponsibilityTransfer>(
            transfer::access_to_describe,
            transfer::describe_responsibility_transfer,
        )
        .on::<api::DetachPolicy>(attachment::access_to_detach, attachment::detach_policy)
        .on::<api::DisableAWSServiceAccess>(trusted::access_to_disable, trusted::disable_aws_service_access)
        .on::<api::DisablePolicyType>(root::access_to_disable, root::disable_policy_type)
        .on::<api::EnableAWSServiceAccess>(trusted::access_to_enable, trusted::enable_aws_service_access)
        .on::<api::EnableAllFeatures>(any, organization::enable_all_features)
        .on::<api::EnablePolicyType>(root::access_to_enable, root::enable_policy_type)
        .on::<api::InviteAccountToOrganization>(handshake::access_to_invite, handshake::invite_account_to_organization)
        .on::<api::InviteOrganizationToTransferResponsibility>(
            transfer::access_to_invite,
            transfer::invite_organization_to_transfer_responsibility,
        )
        .on::<api::LeaveOrganization>(any, account::leave_organization)
        .on::<api::ListAWSServiceAccessForOrganization>(any, trusted::list_aws_service_access_for_organization)
        .on::<api::ListAccounts>(any, account::list_accounts)
        .on::<api::ListAccountsForParent>(account::access_to_list_for_parent, account::list_accounts_for_parent)
        .on::<api::ListAccountsWithInvalidEffectivePolicy>(
            effective::access_to_list_accounts,
            effective::list_accounts_with_invalid_effective_policy,
        )
        .on::<api::ListChildren>(root::access_to_list_children, root::list_children)
        .on::<api::ListCreateAccountStatus>(any, creation::list_create_account_status)
        .on::<api::ListDelegatedAdministrators>(delegate::access_to_list, delegate::list_delegated_administrators)
        .on::<api::ListDelegatedServicesForAccount>(
            delegate::access_to_list_services,
            delegate::list_delegated_services_for_account,
        )
        .on::<api::ListEffectivePolicyValidationErrors>(
            effective::access_to_list_errors,
            effective::list_effective_policy_validation_errors,
        )
        .on::<api::ListHandshakesForAccount>(any, handshake::list_handshakes_for_account)
        .on::<api::ListHandshakesForOrganization>(any, handshake::list_handshakes_for_organization)
        .on::<api::ListInboundResponsibilityTransfers>(
            transfer::access_to_list_inbound,
            transfer::list_inbound_responsibility_transfers,
        )
        .on::<api::ListOrganizationalUnitsForParent>(
            unit::access_to_list_for_parent,
            unit::list_organizational_units_for_parent,
        )
        .on::<api::ListOutboundResponsibilityTransfers>(
            transfer::access_to_list_outbound,
            transfer::list_outbound_responsibility_transfers,
        )
        .on::<api::ListParents>(root::access_to_list_parents, root::list_parents)
        .on::<api::ListPolicies>(policy::access_to_list, policy::list_policies)
        .on::<api::ListPoliciesForTarget>(attachment::access_to_list_policies, attachment::list_policies_for_target)
        .on::<api::ListRoots>(any, root::list_roots)
        .on::<api::ListTagsForResource>(tags::access_to_list, tags::list_tags_for_resource)
        .on::<api::ListTargetsForPolicy>(attachment::access_to_list_targets, attachment::list_targets_for_policy)
        .on::<api::MoveAccount>(account::access_to_move, account::move_account)
        .on::<api::PutResourcePolicy>(resource_policy::access_to_put, resource_policy::put_resource_policy)
        .on::<api::RegisterDelegatedAdministrator>(
            delegate::access_to_register,
            delegate::register_delegated_administrator,
        )
        .on::<api::RemoveAccountFromOrganization>(account::access_to_remove, account::remove_account_from_organization)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::TerminateResponsibilityTransfer>(
            transfer::access_to_terminate,
            transfer::terminate_responsibility_transfer,
        )
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateOrganizationalUnit>(unit::access_to_update, unit::update_organizational_unit)
        .on::<api::UpdatePolicy>(policy::access_to_update, policy::update_policy)
        .on::<api::UpdateResponsibilityTransfer>(transfer::access_to_update, transfer::update_responsibility_transfer)
        .0
}

/// What touches no resource that can be named.
fn any<I>(_ctx: &Ctx, _input: &I) -> Result<Access, Error> {
    Ok(Access::any())
}

/// The table, with the model's rules checked before each handler: what breaks one is answered with an error of the service
/// that names the reason, in process as on the wire.
#[derive(Default)]
struct Table(Operations);

impl Table {
    fn on<O: Operation>(
        self,
        access: impl Fn(&Ctx, &O::Input) -> Result<Access, Error> + Send + Sync + 'static,
        handler: impl for<'a> Handler<'a, O> + 'static,
    ) -> Self {
        Self(self.0.on::<O>(access, Checked(handler)))
    }
}

/// A handler behind the model's rules.
struct Checked<H>(H);

impl<'a, O: Operation, H: Handler<'a, O>> Handler<'a, O> for Checked<H> {
    type Future = Either<Ready<Outcome<O>>, H::Future>;

    fn run(&self, ctx: &'a Ctx, input: O::Input) -> Self::Future {
        match protocols::validate(O::SCHEMA, &input, Vec::new()).first() {
            Some(issue) => Either::Left(ready(Err(error::broken(issue)))),
            None => Either::Right(self.0.run(ctx, input)),
        }
    }
}
