//! How many invocations run at once: reservations, and what the account has.

use api_lambda as api;
use service_kit::{Ctx, Outcome};

use super::address::{engine, home, named, unqualified};
use super::function::{find, functions_only};
use crate::engine::home::{LATEST, Named};
use crate::error::{invalid_bare, no_function, told};
use crate::limits;

/// Reserves concurrency for a function.
pub(crate) async fn put_function_concurrency(
    ctx: &Ctx,
    input: api::PutFunctionConcurrencyInput,
) -> Outcome<api::PutFunctionConcurrency> {
    let named = named(ctx, &input.function_name, None)?;
    functions_only(&named)?;
    let (engine, wanted) = (engine(ctx), u32::try_from(input.reserved_concurrent_executions).unwrap_or_default());
    let functions = engine.functions(&named.home).await?;
    if !functions.iter().any(|(name, _)| *name == named.name) {
        return Err(no_function(&Named { qualifier: Some(LATEST.to_owned()), ..named }.arn()));
    }
    let others: u32 = functions.iter().filter(|(name, _)| *name != named.name).filter_map(|(_, f)| f.reserved).sum();
    if limits::CONCURRENCY.saturating_sub(others + wanted) < limits::UNRESERVED {
        return Err(invalid_bare(format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its \
             minimum value of [{}].",
            limits::UNRESERVED
        )));
    }
    let put = engine.amend(&named.home, &named.name, |record| {
        record.reserved = Some(wanted);
        Ok(())
    });
    put.await.map_err(|refusal| told(&named, refusal))?;
    Ok(api::Concurrency { reserved_concurrent_executions: Some(input.reserved_concurrent_executions) })
}

/// Shows a function's reservation.
pub(crate) async fn get_function_concurrency(
    ctx: &Ctx,
    input: api::GetFunctionConcurrencyInput,
) -> Outcome<api::GetFunctionConcurrency> {
    let named = unqualified(ctx, &input.function_name)?;
    let reserved = find(ctx, &named).await?.function.reserved;
    Ok(api::GetFunctionConcurrencyOutput {
        reserved_concurrent_executions: reserved.and_then(|count| i32::try_from(count).ok()),
    })
}

/// Takes a reservation back.
pub(crate) async fn delete_function_concurrency(
    ctx: &Ctx,
    input: api::DeleteFunctionConcurrencyInput,
) -> Outcome<api::DeleteFunctionConcurrency> {
    let named = unqualified(ctx, &input.function_name)?;
    let deleted = engine(ctx).amend(&named.home, &named.name, |record| {
        record.reserved = None;
        Ok(())
    });
    deleted.await.map_err(|refusal| told(&named, refusal))?;
    Ok(api::DeleteFunctionConcurrencyOutput {})
}

/// Shows what the account may have, and has.
pub(crate) async fn get_account_settings(
    ctx: &Ctx,
    _input: api::GetAccountSettingsInput,
) -> Outcome<api::GetAccountSettings> {
    let (engine, home) = (engine(ctx), home(ctx));
    let functions = engine.functions(&home).await?;
    let reserved: u32 = functions.iter().filter_map(|(_, function)| function.reserved).sum();
    let stored = engine.stored(&engine.store().read().await?, &home.scope()).await?;
    let unreserved = limits::CONCURRENCY.saturating_sub(reserved);
    Ok(api::GetAccountSettingsOutput {
        account_limit: Some(api::AccountLimit {
            total_code_size: i64::try_from(limits::CODE_STORAGE).ok(),
            code_size_unzipped: i64::try_from(limits::UNZIPPED).ok(),
            code_size_zipped: i64::try_from(limits::ZIPPED).ok(),
            concurrent_executions: i32::try_from(limits::CONCURRENCY).ok(),
            unreserved_concurrent_executions: i32::try_from(unreserved).ok(),
        }),
        account_usage: Some(api::AccountUsage {
            total_code_size: i64::try_from(stored).ok(),
            function_count: i64::try_from(functions.len()).ok(),
        }),
    })
}

/// Says whether loops through a function are let run.
pub(crate) async fn put_function_recursion_config(
    ctx: &Ctx,
    input: api::PutFunctionRecursionConfigInput,
) -> Outcome<api::PutFunctionRecursionConfig> {
    let named = unqualified(ctx, &input.function_name)?;
    let loops = input.recursive_loop == api::RecursiveLoop::Allow;
    let put = engine(ctx).amend(&named.home, &named.name, |record| {
        record.loops = loops;
        Ok(())
    });
    put.await.map_err(|refusal| told(&named, refusal))?;
    Ok(api::PutFunctionRecursionConfigOutput { recursive_loop: Some(input.recursive_loop) })
}

/// Shows it.
pub(crate) async fn get_function_recursion_config(
    ctx: &Ctx,
    input: api::GetFunctionRecursionConfigInput,
) -> Outcome<api::GetFunctionRecursionConfig> {
    let named = unqualified(ctx, &input.function_name)?;
    let allowed = find(ctx, &named).await?.function.loops;
    let recursive_loop = if allowed { api::RecursiveLoop::Allow } else { api::RecursiveLoop::Terminate };
    Ok(api::GetFunctionRecursionConfigOutput { recursive_loop: Some(recursive_loop) })
}
