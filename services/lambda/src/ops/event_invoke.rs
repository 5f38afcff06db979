//! What becomes of asynchronous invocations: retries, age, destinations.

use api_lambda as api;
use service_kit::{Ctx, Error, Outcome};
use store::Span;

use super::address::{engine, named, page};
use crate::engine::Refusal;
use crate::engine::home::{Named, version_number};
use crate::error::{invalid, missing, told};
use crate::store::{ASYNC, AsyncRecord};

/// Sets all of it.
pub(crate) async fn put_function_event_invoke_config(
    ctx: &Ctx,
    input: api::PutFunctionEventInvokeConfigInput,
) -> Outcome<api::PutFunctionEventInvokeConfig> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let asked = Asked(input.maximum_retry_attempts, input.maximum_event_age_in_seconds, input.destination_config);
    let record = over(AsyncRecord::default(), &asked, ctx)?;
    check(ctx, &named, &asked).await?;
    keep(ctx, &named, &record).await?;
    Ok(shown(&named, &record))
}

/// Changes what is named of it.
pub(crate) async fn update_function_event_invoke_config(
    ctx: &Ctx,
    input: api::UpdateFunctionEventInvokeConfigInput,
) -> Outcome<api::UpdateFunctionEventInvokeConfig> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let asked = Asked(input.maximum_retry_attempts, input.maximum_event_age_in_seconds, input.destination_config);
    check(ctx, &named, &asked).await?;
    let record = over(read(ctx, &named).await?, &asked, ctx)?;
    keep(ctx, &named, &record).await?;
    Ok(shown(&named, &record))
}

/// Shows it.
pub(crate) async fn get_function_event_invoke_config(
    ctx: &Ctx,
    input: api::GetFunctionEventInvokeConfigInput,
) -> Outcome<api::GetFunctionEventInvokeConfig> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    Ok(shown(&named, &read(ctx, &named).await?))
}

/// Takes it back.
pub(crate) async fn delete_function_event_invoke_config(
    ctx: &Ctx,
    input: api::DeleteFunctionEventInvokeConfigInput,
) -> Outcome<api::DeleteFunctionEventInvokeConfig> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    read(ctx, &named).await?;
    let (scope, key) = (&named.home.scope(), &(named.name.as_str(), named.qualifier()));
    ctx.store()
        .transact(|tx| async move {
            ASYNC.delete(&tx, scope, key);
            Ok::<_, Error>(())
        })
        .await?;
    Ok(api::DeleteFunctionEventInvokeConfigOutput {})
}

/// Lists those of a function.
pub(crate) async fn list_function_event_invoke_configs(
    ctx: &Ctx,
    input: api::ListFunctionEventInvokeConfigsInput,
) -> Outcome<api::ListFunctionEventInvokeConfigs> {
    let named = named(ctx, &input.function_name, None)?;
    if engine(ctx).function(&named.home, &named.name).await?.is_none() {
        return Err(missing("The function doesn't exist."));
    }
    let of = Span::prefix::<(String,)>(&(named.name.as_str(),));
    let all = ASYNC.scan_all(&ctx.store().read().await?, &named.home.scope(), &of).await?;
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, &named.name, all, window, |((_, qualifier), _)| qualifier.clone())?;
    let configs = items
        .into_iter()
        .map(|((_, qualifier), record)| shown(&Named { qualifier: Some(qualifier), ..named.clone() }, &record));
    Ok(api::ListFunctionEventInvokeConfigsOutput {
        function_event_invoke_configs: Some(configs.collect()),
        next_marker,
    })
}

/// Retries, age, destinations.
struct Asked(Option<i32>, Option<i32>, Option<api::DestinationConfig>);

fn over(mut record: AsyncRecord, asked: &Asked, ctx: &Ctx) -> Result<AsyncRecord, Error> {
    let Asked(retries, age, destinations) = asked;
    if retries.is_none() && age.is_none() && destinations.is_none() {
        return Err(invalid("You must specify at least one of error handling or destination setting."));
    }
    record.retries = retries.and_then(|count| u32::try_from(count).ok()).or(record.retries);
    record.age = age.and_then(|seconds| u32::try_from(seconds).ok()).or(record.age);
    if let Some(config) = destinations {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(success) = &config.on_success {
            record.on_success = some(&success.destination);
        }
        if let Some(failure) = &config.on_failure {
            record.on_failure = some(&failure.destination);
        }
        record.destinations = true;
    }
    record.modified = ctx.now();
    Ok(record)
}

async fn check(ctx: &Ctx, named: &Named, asked: &Asked) -> Result<(), Error> {
    engine(ctx).find(named).await.map_err(|refusal| match refusal {
        Refusal::NoFunction | Refusal::NoAlias => missing("The function doesn't exist."),
        other => told(named, other),
    })?;
    let Some(config) = &asked.2 else { return Ok(()) };
    let success = config.on_success.as_ref().and_then(|one| one.destination.as_deref());
    let failure = config.on_failure.as_ref().and_then(|one| one.destination.as_deref());
    for arn in [success, failure].into_iter().flatten().filter(|arn| !arn.is_empty()) {
        match arn.split(':').nth(2) {
            Some("lambda") => check_function(ctx, named, arn).await?,
            Some("sqs" | "sns" | "events" | "s3") => {}
            _ => return Err(unknown(success, failure)),
        }
    }
    Ok(())
}

fn unknown(success: Option<&str>, failure: Option<&str>) -> Error {
    let part = |name: &str, arn: Option<&str>| {
        arn.map_or_else(|| "null".to_owned(), |arn| format!("{name}(destination={arn})"))
    };
    invalid(format!(
        "The provided destination config DestinationConfig(onSuccess={}, onFailure={}) is invalid.",
        part("OnSuccess", success),
        part("OnFailure", failure)
    ))
}

async fn check_function(ctx: &Ctx, named: &Named, arn: &str) -> Result<(), Error> {
    let other = Named::read(arn, &named.home);
    let Some(other) = other else { return Err(invalid(format!("The destination ARN {arn} is invalid."))) };
    if (&other.home, &other.name) == (&named.home, &named.name) {
        return Err(invalid("You can't specify the function as a destination for itself."));
    }
    match engine(ctx).find(&other).await {
        Ok(_) => Ok(()),
        Err(Refusal::Store(error)) => Err(error.into()),
        Err(_) => Err(invalid(format!("The destination ARN {arn} is invalid."))),
    }
}

async fn read(ctx: &Ctx, named: &Named) -> Result<AsyncRecord, Error> {
    let key = (named.name.as_str(), named.qualifier());
    let there = ASYNC.get(&ctx.store().read().await?, &named.home.scope(), &key).await?;
    there.ok_or_else(|| missing(format!("The function {} doesn't have an EventInvokeConfig", named.full_arn())))
}

async fn keep(ctx: &Ctx, named: &Named, record: &AsyncRecord) -> Result<(), Error> {
    let (scope, key) = (&named.home.scope(), &(named.name.as_str(), named.qualifier()));
    ctx.store().transact(|tx| async move { Ok::<_, Error>(ASYNC.put(&tx, scope, key, record)?) }).await
}

fn shown(named: &Named, record: &AsyncRecord) -> api::FunctionEventInvokeConfig {
    let number = |count: Option<u32>| count.and_then(|count| i32::try_from(count).ok());
    // A version by its number, an alias by its name, the rest as `$LATEST`.
    debug_assert!(version_number(named.qualifier()).is_some() || named.qualifier.is_some());
    api::FunctionEventInvokeConfig {
        last_modified: Some(record.modified),
        function_arn: Some(named.full_arn()),
        maximum_retry_attempts: number(record.retries),
        maximum_event_age_in_seconds: number(record.age),
        destination_config: Some(api::DestinationConfig {
            on_success: Some(api::OnSuccess { destination: record.on_success.clone() }),
            on_failure: Some(api::OnFailure { destination: record.on_failure.clone() }),
        }),
    }
}
