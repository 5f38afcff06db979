//! Contributor insights: which tables and indexes have their keys counted, and the names of the rules that would show it.

use api_dynamodb::{
    ContributorInsightsAction, ContributorInsightsMode, ContributorInsightsStatus, ContributorInsightsSummary,
    DescribeContributorInsights, DescribeContributorInsightsInput, DescribeContributorInsightsOutput,
    ListContributorInsights, ListContributorInsightsInput, ListContributorInsightsOutput, UpdateContributorInsights,
    UpdateContributorInsightsInput, UpdateContributorInsightsOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address;
use crate::Dynamo;
use crate::engine::table::Table;
use crate::error::not_found;
use crate::limits;
use crate::store::InsightsSetting;

/// Shown at once ("ListContributorInsights": `MaxResults` up to 100).
const SHOWN: usize = 100;

/// Tells whether keys are counted.
pub(crate) async fn describe_contributor_insights(
    ctx: &Ctx,
    input: DescribeContributorInsightsInput,
) -> Outcome<DescribeContributorInsights> {
    let table = address::table(ctx, &input.table_name).await?;
    check_index(&table, input.index_name.as_deref())?;
    let setting = setting(&table, input.index_name.as_deref());
    let on = setting.as_ref().filter(|setting| setting.on);
    Ok(DescribeContributorInsightsOutput {
        table_name: Some(table.home.name.clone()),
        contributor_insights_rule_list: on.map(|setting| rules(&table, setting)),
        contributor_insights_status: Some(if on.is_some() {
            ContributorInsightsStatus::Enabled
        } else {
            ContributorInsightsStatus::Disabled
        }),
        last_update_date_time: setting.as_ref().map(|setting| setting.changed),
        contributor_insights_mode: on.map(mode),
        index_name: input.index_name,
        failure_exception: None,
    })
}

/// Lets keys be counted, or no longer.
pub(crate) async fn update_contributor_insights(
    ctx: &Ctx,
    input: UpdateContributorInsightsInput,
) -> Outcome<UpdateContributorInsights> {
    let table = address::table(ctx, &input.table_name).await?;
    let (index, now) = (input.index_name, ctx.now());
    check_index(&table, index.as_deref())?;
    let on = input.contributor_insights_action == ContributorInsightsAction::Enable;
    let throttled_only = input.contributor_insights_mode == Some(ContributorInsightsMode::ThrottledKeys);
    let changed = InsightsSetting { index: index.clone(), on, throttled_only, changed: now };
    ctx.state::<Dynamo>()
        .engine()
        .change(&table, |record| {
            record.insights.retain(|known| known.index != changed.index);
            record.insights.push(changed.clone());
            Ok(())
        })
        .await?;
    Ok(UpdateContributorInsightsOutput {
        table_name: Some(table.home.name.clone()),
        index_name: index,
        contributor_insights_status: Some(if on {
            ContributorInsightsStatus::Enabling
        } else {
            ContributorInsightsStatus::Disabling
        }),
        contributor_insights_mode: on.then(|| mode(&changed)),
    })
}

/// Lists tables and indexes whose keys are or were counted.
pub(crate) async fn list_contributor_insights(
    ctx: &Ctx,
    input: ListContributorInsightsInput,
) -> Outcome<ListContributorInsights> {
    let engine = ctx.state::<Dynamo>().engine();
    let asked = input.max_results.and_then(|most| usize::try_from(most).ok()).filter(|most| (1..=SHOWN).contains(most));
    let limit = asked.unwrap_or(SHOWN);
    let filter = input.table_name.as_deref().unwrap_or_default();
    let after = paging::position(ctx, filter, input.next_token.as_deref())?;
    let mut found = Vec::new();
    if filter.is_empty() {
        let (home, mut last) = (address::own(ctx, ""), None::<String>);
        loop {
            let names = engine.list(&home, last.as_deref(), limits::TABLES_SHOWN).await?;
            let Some(newest) = names.last().cloned() else { break };
            for name in names {
                if let Some(table) = engine.lookup(&home.sibling(&name)).await? {
                    found.extend(summaries(&table));
                }
            }
            last = Some(newest);
        }
    } else {
        found.extend(summaries(&*address::table(ctx, filter).await?));
    }
    found.retain(|summary| after.as_ref().is_none_or(|after| place(summary) > *after));
    found.sort_by_key(place);
    found.truncate(limit + 1);
    let page = paging::page(ctx, filter, found, limit, place);
    Ok(ListContributorInsightsOutput { contributor_insights_summaries: Some(page.items), next_token: page.next_token })
}

/// What a call on the insights of a table or an index touches.
pub(crate) fn access(ctx: &Ctx, table: &str, index: Option<&str>) -> Result<Access, Error> {
    let access = address::access(ctx, table)?;
    let arn = address::home(ctx, table)?.arn();
    Ok(match index {
        Some(index) => access.and_to(address::index_arn(&arn, index)),
        None => access,
    })
}

fn summaries(table: &Table) -> Vec<ContributorInsightsSummary> {
    let shown = |setting: &InsightsSetting| ContributorInsightsSummary {
        table_name: Some(table.home.name.clone()),
        index_name: setting.index.clone(),
        contributor_insights_status: Some(if setting.on {
            ContributorInsightsStatus::Enabled
        } else {
            ContributorInsightsStatus::Disabled
        }),
        contributor_insights_mode: setting.on.then(|| mode(setting)),
    };
    table.state().record.insights.iter().map(shown).collect()
}

fn place(summary: &ContributorInsightsSummary) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{}/{}", part(&summary.table_name), part(&summary.index_name))
}

fn mode(setting: &InsightsSetting) -> ContributorInsightsMode {
    if setting.throttled_only {
        ContributorInsightsMode::ThrottledKeys
    } else {
        ContributorInsightsMode::AccessedAndThrottledKeys
    }
}

/// Names of the rules ("CloudWatch contributor insights for DynamoDB: how it works"): of partition keys, and of whole keys
/// where there is a sort key; of those accessed and of those throttled.
fn rules(table: &Table, setting: &InsightsSetting) -> Vec<String> {
    let state = table.state_kept();
    let index = setting.index.as_deref().and_then(|name| state.schema.index(name));
    let sorted = index.unwrap_or(state.schema.primary()).range.is_some();
    let resource = match &setting.index {
        Some(index) => format!("{}-{index}", table.home.name),
        None => table.home.name.clone(),
    };
    let kinds = [("PKC", true, false), ("SKC", true, true), ("PKT", false, false), ("SKT", false, true)];
    let wanted = kinds
        .into_iter()
        .filter(|(_, accessed, of_sort_key)| (sorted || !of_sort_key) && !(setting.throttled_only && *accessed));
    let made = setting.changed.micros() / 1_000;
    wanted.map(|(kind, ..)| format!("DynamoDBContributorInsights-{kind}-{resource}-{made}")).collect()
}

fn setting(table: &Table, index: Option<&str>) -> Option<InsightsSetting> {
    table.state().record.insights.iter().find(|setting| setting.index.as_deref() == index).cloned()
}

/// Global indexes alone have insights of their own.
fn check_index(table: &Table, index: Option<&str>) -> Result<(), Error> {
    let Some(index) = index else { return Ok(()) };
    if table.state().record.global.iter().any(|known| known.name == index) {
        return Ok(());
    }
    Err(not_found(format!("Requested resource not found: Table: {} not found, Index: {index}", table.home.name)))
}
