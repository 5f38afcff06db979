//! Calls to other services: roles that IAM keeps in the accounts of an organization. Where there is no IAM there are no
//! roles, and nothing else is missing.

use api_iam::{
    AttachRolePolicy, AttachRolePolicyInput, CreateRole, CreateRoleInput, CreateServiceLinkedRole,
    CreateServiceLinkedRoleInput, errors,
};
use names::AccountId;
use service_kit::{Caller, Cloud, Error, Fault};
use smithy::Operation;
use std::sync::Arc;

const SERVICE: &str = "organizations.amazonaws.com";

/// The role through which the management account administers a new account.
pub(crate) async fn let_management_in(
    cloud: &Cloud,
    account: AccountId,
    management: AccountId,
    role: &str,
) -> Result<(), Error> {
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{management}:root"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let input = CreateRoleInput {
        role_name: role.to_owned(),
        assume_role_policy_document: trust,
        ..CreateRoleInput::default()
    };
    if !done::<CreateRole>(cloud, account, input).await? {
        return Ok(());
    }
    let input = AttachRolePolicyInput {
        role_name: role.to_owned(),
        policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
    };
    done::<AttachRolePolicy>(cloud, account, input).await.map(|_| ())
}

/// The role of Organizations itself in an account.
pub(crate) async fn link_role(cloud: &Cloud, account: AccountId) -> Result<(), Error> {
    let input = CreateServiceLinkedRoleInput {
        aws_service_name: SERVICE.to_owned(),
        ..CreateServiceLinkedRoleInput::default()
    };
    done::<CreateServiceLinkedRole>(cloud, account, input).await.map(|_| ())
}

/// Does something once: what is there already is done. False where there is no IAM.
async fn done<O: Operation>(cloud: &Cloud, account: AccountId, input: O::Input) -> Result<bool, Error> {
    let caller = Arc::new(Caller::internal("organizations", account));
    match cloud.call::<O>(caller, cloud.default_region().clone(), input).await {
        Ok(_) => Ok(true),
        Err(Error::Modeled(error)) if is_there(error.schema.code) => Ok(true),
        Err(Error::Fault(Fault::NotImplemented { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether an error says that what was to be made is there. A service-linked role has been taken then.
fn is_there(code: &str) -> bool {
    [errors::ENTITY_ALREADY_EXISTS_EXCEPTION.code, errors::INVALID_INPUT_EXCEPTION.code].contains(&code)
}
