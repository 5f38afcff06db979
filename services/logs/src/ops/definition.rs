//! Saved queries.

use api_logs::{
    DeleteQueryDefinition, DeleteQueryDefinitionInput, DeleteQueryDefinitionOutput, DescribeQueryDefinitions,
    DescribeQueryDefinitionsInput, DescribeQueryDefinitionsOutput, PutQueryDefinition, PutQueryDefinitionInput,
    PutQueryDefinitionOutput, QueryDefinition, QueryLanguage, QueryParameter,
};
use service_kit::{Ctx, Error, Outcome, paging};
use store::Span;

use super::address::{self, engine, own};
use crate::error::{missing, too_many};
use crate::store::{DEFINITIONS, DefinitionRecord};

/// Saved queries of an account in a region. Source: quotas.
const MOST: usize = 1_000;

/// Saves a query, or changes one.
pub(crate) async fn put_query_definition(ctx: &Ctx, input: PutQueryDefinitionInput) -> Outcome<PutQueryDefinition> {
    let changes = input.query_definition_id.is_some();
    let id = input.query_definition_id.unwrap_or_else(|| ctx.random().uuid());
    let parameters = input.parameters.unwrap_or_default().into_iter();
    let put = &DefinitionRecord {
        name: input.name,
        query: input.query_string,
        groups: input.log_group_names.unwrap_or_default(),
        modified: ctx.now(),
        parameters: parameters.map(|one| (one.name, one.default_value, one.description)).collect(),
        language: input.query_language.map(|language| language.as_str().to_owned()),
    };
    let (scope, key) = (own(ctx).scope(), id.as_str());
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = DEFINITIONS.scan_all(&tx, scope, &Span::all()).await?;
                match there.iter().any(|(known, _)| known == key) {
                    false if changes => return Err(missing("The specified query definition does not exist.")),
                    false if there.len() >= MOST => return Err(too_many()),
                    _ => {}
                }
                Ok::<_, Error>(DEFINITIONS.put(&tx, scope, &key, put)?)
            }
        })
        .await?;
    Ok(PutQueryDefinitionOutput { query_definition_id: Some(id) })
}

/// Saved queries by the beginning of their names.
pub(crate) async fn describe_query_definitions(
    ctx: &Ctx,
    input: DescribeQueryDefinitionsInput,
) -> Outcome<DescribeQueryDefinitions> {
    let prefix = input.query_definition_name_prefix.unwrap_or_default();
    let after = paging::position(ctx, &prefix, input.next_token.as_deref())?;
    let limit = address::page_size(input.max_results, 1_000);
    let view = engine(ctx).store().read().await?;
    let mut found = DEFINITIONS.scan_all(&view, &own(ctx).scope(), &Span::all()).await?;
    let place = |(id, record): &(String, DefinitionRecord)| format!("{}/{id}", record.name);
    found.retain(|one| one.1.name.starts_with(&prefix) && after.as_ref().is_none_or(|after| place(one) > *after));
    found.sort_by_key(place);
    found.truncate(limit + 1);
    let page = paging::page(ctx, &prefix, found, limit, place);
    let query_definitions = page.items.into_iter().map(|(id, record)| shown(id, record)).collect();
    Ok(DescribeQueryDefinitionsOutput { query_definitions: Some(query_definitions), next_token: page.next_token })
}

/// Removes a saved query.
pub(crate) async fn delete_query_definition(
    ctx: &Ctx,
    input: DeleteQueryDefinitionInput,
) -> Outcome<DeleteQueryDefinition> {
    let (scope, key) = (own(ctx).scope(), input.query_definition_id.as_str());
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = DEFINITIONS.get(&tx, scope, &key).await?;
                there.ok_or_else(|| missing("The specified query definition does not exist."))?;
                DEFINITIONS.delete(&tx, scope, &key);
                Ok::<_, Error>(())
            }
        })
        .await?;
    Ok(DeleteQueryDefinitionOutput { success: Some(true) })
}

fn shown(id: String, record: DefinitionRecord) -> QueryDefinition {
    let parameter = |(name, default_value, description)| QueryParameter { name, default_value, description };
    QueryDefinition {
        query_language: Some(record.language.as_deref().map_or(QueryLanguage::Cwli, QueryLanguage::from)),
        query_definition_id: Some(id),
        name: Some(record.name),
        query_string: Some(record.query),
        last_modified: Some(record.modified.millis()),
        log_group_names: Some(record.groups),
        parameters: Some(record.parameters.into_iter().map(parameter).collect()).filter(|all: &Vec<_>| !all.is_empty()),
    }
}
