//! The account as a whole: its alias, and how much of what there is.

use api_iam::{
    CreateAccountAlias, CreateAccountAliasInput, CreateAccountAliasOutput, DeleteAccountAlias, DeleteAccountAliasInput,
    DeleteAccountAliasOutput, GetAccountSummary, GetAccountSummaryInput, GetAccountSummaryOutput, ListAccountAliases,
    ListAccountAliasesInput, ListAccountAliasesOutput,
};
use service_kit::{Ctx, Outcome};

use super::edge::{Asked, engine, home};

/// Gives the account an alias, in place of one it has.
pub(crate) async fn create_account_alias(ctx: &Ctx, input: CreateAccountAliasInput) -> Outcome<CreateAccountAlias> {
    engine(ctx).set_alias(home(ctx), &input.account_alias).await?;
    Ok(CreateAccountAliasOutput {})
}

/// Takes the alias from the account.
pub(crate) async fn delete_account_alias(ctx: &Ctx, input: DeleteAccountAliasInput) -> Outcome<DeleteAccountAlias> {
    engine(ctx).delete_alias(home(ctx), &input.account_alias).await?;
    Ok(DeleteAccountAliasOutput {})
}

/// Lists the account's aliases: one, or none.
pub(crate) async fn list_account_aliases(ctx: &Ctx, input: ListAccountAliasesInput) -> Outcome<ListAccountAliases> {
    let asked = Asked::new(ctx, "", input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, engine(ctx).aliases(home(ctx)).await?, Clone::clone);
    Ok(ListAccountAliasesOutput { account_aliases: page.items, is_truncated: page.is_truncated, marker: page.marker })
}

/// Counts and quotas of the account.
pub(crate) async fn get_account_summary(ctx: &Ctx, _input: GetAccountSummaryInput) -> Outcome<GetAccountSummary> {
    let numbers = engine(ctx).summary(home(ctx)).await?;
    let number = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    let entries = numbers.into_iter().map(|(name, count)| (name.to_owned(), number(count)));
    Ok(GetAccountSummaryOutput { summary_map: Some(entries.collect()) })
}
