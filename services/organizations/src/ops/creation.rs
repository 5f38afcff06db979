//! Accounts that are asked for.

use api_organizations::{
    CreateAccount, CreateAccountInput, CreateAccountOutput, CreateAccountState, CreateGovCloudAccount,
    CreateGovCloudAccountInput, CreateGovCloudAccountOutput, DescribeCreateAccountStatus,
    DescribeCreateAccountStatusInput, DescribeCreateAccountStatusOutput, InvalidInputExceptionReason,
    ListCreateAccountStatus, ListCreateAccountStatusInput, ListCreateAccountStatusOutput, Tag,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::paging::Turn;
use super::{gate, shown, tags};
use crate::Organizations;
use crate::engine::creation::Wish;
use crate::error::invalid;
use crate::store::Contact;

/// The role that lets the management account in, when none is named.
const ROLE: &str = "OrganizationAccountAccessRole";

/// Asks for an account.
pub(crate) async fn create_account(ctx: &Ctx, input: CreateAccountInput) -> Outcome<CreateAccount> {
    let contact = Contact { name: input.account_name, email: input.email };
    let status = create(ctx, contact, input.role_name.as_deref(), input.tags, false).await?;
    Ok(CreateAccountOutput { create_account_status: Some(status) })
}

/// Asks for an account with a twin in GovCloud.
pub(crate) async fn create_gov_cloud_account(
    ctx: &Ctx,
    input: CreateGovCloudAccountInput,
) -> Outcome<CreateGovCloudAccount> {
    let contact = Contact { name: input.account_name, email: input.email };
    let status = create(ctx, contact, input.role_name.as_deref(), input.tags, true).await?;
    Ok(CreateGovCloudAccountOutput { create_account_status: Some(status) })
}

/// Shows how a request for an account stands.
pub(crate) async fn describe_create_account_status(
    ctx: &Ctx,
    input: DescribeCreateAccountStatusInput,
) -> Outcome<DescribeCreateAccountStatus> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    let id = input.create_account_request_id;
    let record = ctx.state::<Organizations>().engine().creation(&seat, &id).await?;
    Ok(DescribeCreateAccountStatusOutput { create_account_status: Some(shown::creation(id, record)) })
}

/// Lists requests for accounts, of certain states when they are named.
pub(crate) async fn list_create_account_status(
    ctx: &Ctx,
    input: ListCreateAccountStatusInput,
) -> Outcome<ListCreateAccountStatus> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    let states = input.states.unwrap_or_default();
    let filters: Vec<_> = states.iter().map(CreateAccountState::as_str).collect();
    let turn = Turn::of(ctx, &filters.join(" "), input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let wanted = |made| states.is_empty() || states.contains(&shown::made(made));
    let found =
        engine.creations(&seat, turn.after(), turn.more(), |record| wanted(record.ended.map(|(made, _)| made))).await?;
    let page = turn.cut(ctx, found, |(id, _)| id.clone());
    let statuses = page.items.into_iter().map(|(id, record)| shown::creation(id, record)).collect();
    Ok(ListCreateAccountStatusOutput { create_account_statuses: Some(statuses), next_token: page.next_token })
}

/// What asking for an account touches.
pub(crate) fn access_to_create(_ctx: &Ctx, input: &CreateAccountInput) -> Result<Access, Error> {
    Ok(tags::tagging(Access::any(), input.tags.as_ref()))
}

/// What asking for an account with a twin touches.
pub(crate) fn access_to_create_gov_cloud(_ctx: &Ctx, input: &CreateGovCloudAccountInput) -> Result<Access, Error> {
    Ok(tags::tagging(Access::any(), input.tags.as_ref()))
}

async fn create(
    ctx: &Ctx,
    contact: Contact,
    role: Option<&str>,
    tags: Option<Vec<Tag>>,
    gov_cloud: bool,
) -> Result<api_organizations::CreateAccountStatus, Error> {
    let seat = gate::manager(ctx).await?;
    let role = role.unwrap_or(ROLE);
    if role.starts_with("AWSServiceRoleFor") {
        let text = "You provided a role name that isn't valid. A role name can't begin with the reserved prefix \
                    AWSServiceRoleFor.";
        return Err(invalid(InvalidInputExceptionReason::InvalidRoleName, text));
    }
    let wish = Wish { contact, role, gov_cloud, tags: tags::read(tags)? };
    let (id, record) = ctx.state::<Organizations>().engine().create_account(&seat, &wish).await?;
    Ok(shown::creation(id, record))
}
