//! `AWS::Organizations::Account`. Its identifier is the account's number; deleting it closes the account.

use std::time::Duration;

use api_organizations::{
    CloseAccount, CloseAccountInput, CreateAccount, CreateAccountInput, CreateAccountState, CreateAccountStatus,
    DescribeAccount, DescribeAccountInput, DescribeCreateAccountStatus, DescribeCreateAccountStatusInput, ListAccounts,
    ListAccountsInput, MoveAccount, MoveAccountInput,
};
use names::Tags;
use serde_json::{Value, json};
use service_kit::{Ctx, Error, Fault, PropertySource, ResourceFuture, ResourceType};

use super::unit::parent;
use super::{answer, new_tags, properties, retag, some_text, tags, tags_property, text, unless_gone};

/// How often is looked whether an account is there.
const LOOK: Duration = Duration::from_millis(500);

/// An account.
#[derive(Debug)]
pub(crate) struct Account;

impl ResourceType for Account {
    fn name(&self) -> &'static str {
        "AWS::Organizations::Account"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["AccountName", "Email", "ParentIds", "RoleName", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["AccountName", "Email", "RoleName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["AccountId", "Arn", "JoinedMethod", "JoinedTimestamp", "Paths", "State", "Status"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let input = CreateAccountInput {
                email: text(&properties, "Email"),
                account_name: text(&properties, "AccountName"),
                role_name: some_text(&properties, "RoleName"),
                tags: new_tags(&properties),
                ..CreateAccountInput::default()
            };
            let asked = ctx.call::<CreateAccount>(input).await?.create_account_status.unwrap_or_default();
            let id = made(ctx, asked).await?;
            place(ctx, &id, &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = DescribeAccountInput { account_id: id.to_owned() };
            let shown = unless_gone(ctx.call::<DescribeAccount>(input).await)?;
            let Some(account) = shown.and_then(|shown| shown.account) else { return Ok(None) };
            Ok(Some(properties([
                ("AccountName", account.name.map(Into::into)),
                ("Email", account.email.map(Into::into)),
                ("ParentIds", parent(ctx, id).await?.map(|parent| json!([parent]))),
                ("Tags", tags_property(ctx, id).await?),
                ("AccountId", account.id.map(Into::into)),
                ("Arn", account.arn.map(Into::into)),
                ("JoinedMethod", account.joined_method.map(|method| method.as_str().into())),
                ("JoinedTimestamp", account.joined_timestamp.map(|at| at.iso8601().into())),
                ("Paths", account.paths.map(Into::into)),
                ("State", account.state.map(|state| state.as_str().into())),
                ("Status", account.status.map(|status| status.as_str().into())),
            ])))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            place(ctx, id, &properties).await?;
            retag(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let closed = ctx.call::<CloseAccount>(CloseAccountInput { account_id: id.to_owned() }).await;
            match closed {
                Err(Error::Modeled(error)) if error.schema.code == "AccountAlreadyClosedException" => Ok(()),
                closed => unless_gone(closed).map(|_| ()),
            }
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut ids, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListAccountsInput { next_token, max_results: None };
                let Some(page) = unless_gone(ctx.call::<ListAccounts>(input).await)? else { return Ok(ids) };
                ids.extend(page.accounts.unwrap_or_default().into_iter().filter_map(|account| account.id));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(ids);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        // The ARN holds the organization's id, which is read and not made: see the attribute.
        String::new()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

/// Waits, by the cloud's clock, until an account is there; its number.
async fn made(ctx: &Ctx, asked: CreateAccountStatus) -> Result<String, Error> {
    let create_account_request_id = asked.id.unwrap_or_default();
    loop {
        let input = DescribeCreateAccountStatusInput { create_account_request_id: create_account_request_id.clone() };
        let shown = ctx.call::<DescribeCreateAccountStatus>(input).await?.create_account_status.unwrap_or_default();
        match shown.state {
            Some(CreateAccountState::Succeeded) => return Ok(shown.account_id.unwrap_or_default()),
            Some(CreateAccountState::Failed) => {
                let reason = shown.failure_reason.map(|reason| reason.as_str().to_owned()).unwrap_or_default();
                return Err(Fault::Invalid { message: format!("The account could not be created: {reason}") }.into());
            }
            _ => ctx.clock().sleep_until(ctx.now().plus(LOOK)).await,
        }
    }
}

/// Moves an account to the parent that is wanted, if one is.
async fn place(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let wanted = properties.get("ParentIds").and_then(|parents| parents[0].as_str().map(Value::from));
    let (Some(Value::String(to)), Some(from)) = (wanted, parent(ctx, id).await?) else { return Ok(()) };
    if from != to {
        let input = MoveAccountInput { account_id: id.to_owned(), source_parent_id: from, destination_parent_id: to };
        ctx.call::<MoveAccount>(input).await?;
    }
    Ok(())
}
