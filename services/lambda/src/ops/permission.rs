//! Who else may use a function.

use api_lambda as api;
use names::AccountId;
use serde_json::{Map, Value, json};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{access, engine, named};
use super::function::{find, find_qualified};
use crate::engine::Refusal;
use crate::engine::home::{LATEST, Named};
use crate::engine::policy::{Bearer, FUNCTION, document};
use crate::error::{conflict, invalid, missing, stale, told};

/// What carries the policy.
fn bearer(named: &Named) -> Bearer<'_> {
    let qualifier = named.qualifier.as_deref().unwrap_or_default();
    Bearer { home: &named.home, kind: FUNCTION, name: &named.name, qualifier }
}

/// Allows somebody to use a function.
pub(crate) async fn add_permission(ctx: &Ctx, input: api::AddPermissionInput) -> Outcome<api::AddPermission> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    if named.qualifier.as_deref() == Some(LATEST) {
        return Err(invalid("We currently do not support adding policies for $LATEST."));
    }
    match named.qualifier.as_deref().is_some_and(|qualifier| qualifier.contains('$')) {
        true => find(ctx, &named).await?,
        false => find_qualified(ctx, &named).await?,
    };
    let statement = statement(ctx, &named, &input)?;
    let added =
        engine(ctx).add_statement(&bearer(&named), &input.statement_id, &statement, input.revision_id.as_deref()).await;
    added.map_err(|refusal| match refusal {
        Refusal::Taken => conflict(format!(
            "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing \
             statement.",
            input.statement_id
        )),
        Refusal::Stale => stale("GetPolicy"),
        other => told(&named, other),
    })?;
    Ok(api::AddPermissionOutput { statement: Some(statement.to_string()) })
}

/// What allowing touches.
pub(crate) fn access_to_add(ctx: &Ctx, input: &api::AddPermissionInput) -> Result<Access, Error> {
    let access = access(ctx, &input.function_name, input.qualifier.as_deref())?;
    let access = access.with("lambda:Principal", &input.principal);
    Ok(match &input.function_url_auth_type {
        Some(kind) => access.with("lambda:FunctionUrlAuthType", kind.as_str()),
        None => access,
    })
}

fn statement(ctx: &Ctx, named: &Named, input: &api::AddPermissionInput) -> Result<Value, Error> {
    let mut equals = Map::new();
    let mut put = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            equals.insert(key.to_owned(), value.into());
        }
    };
    put("AWS:SourceAccount", input.source_account.as_deref());
    put("lambda:EventSourceToken", input.event_source_token.as_deref());
    put("lambda:FunctionUrlAuthType", input.function_url_auth_type.as_ref().map(api::FunctionUrlAuthType::as_str));
    put("aws:PrincipalOrgID", input.principal_org_id.as_deref());
    let mut condition = Map::new();
    if !equals.is_empty() {
        condition.insert("StringEquals".to_owned(), equals.into());
    }
    if let Some(arn) = &input.source_arn {
        condition.insert("ArnLike".to_owned(), json!({"AWS:SourceArn": arn}));
    }
    if let Some(via) = input.invoked_via_function_url {
        condition.insert("Bool".to_owned(), json!({"lambda:InvokedViaFunctionUrl": via.to_string()}));
    }
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal(ctx, &input.principal)?,
        "Action": input.action,
        "Resource": named.arn(),
    });
    if !condition.is_empty() {
        statement["Condition"] = condition.into();
    }
    Ok(statement)
}

/// Everybody, a service, an account, or a principal by its ARN.
pub(super) fn principal(ctx: &Ctx, text: &str) -> Result<Value, Error> {
    let partition = ctx.partition().as_str();
    match text {
        "*" => Ok(json!("*")),
        account if account.parse::<AccountId>().is_ok() => {
            Ok(json!({"AWS": format!("arn:{partition}:iam::{account}:root")}))
        }
        arn if arn.starts_with("arn:") && arn.parse::<names::Arn>().is_ok() => Ok(json!({"AWS": arn})),
        service if service.ends_with(".amazonaws.com") || service.ends_with(".amazon.com") => {
            Ok(json!({"Service": service}))
        }
        _ => Err(invalid("The provided principal was invalid. Please check the principal and try again.")),
    }
}

/// Takes a permission back.
pub(crate) async fn remove_permission(ctx: &Ctx, input: api::RemovePermissionInput) -> Outcome<api::RemovePermission> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let engine = engine(ctx);
    if engine.function(&named.home, &named.name).await?.is_none() {
        return Err(missing(format!("No policy found for: {}", named.arn())));
    }
    if engine.policy(&bearer(&named)).await?.is_none() {
        return Err(missing("No policy is associated with the given resource."));
    }
    let removed = engine.remove_statement(&bearer(&named), &input.statement_id, input.revision_id.as_deref()).await;
    removed.map_err(|refusal| match refusal {
        Refusal::Nothing => missing(format!("Statement {} is not found in resource policy.", input.statement_id)),
        Refusal::Stale => stale("GetPolicy"),
        other => told(&named, other),
    })?;
    Ok(api::RemovePermissionOutput {})
}

/// Shows who else may use a function.
pub(crate) async fn get_policy(ctx: &Ctx, input: api::GetPolicyInput) -> Outcome<api::GetPolicy> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let policy = engine(ctx).policy(&bearer(&named)).await?;
    let policy = policy.ok_or_else(|| missing("The resource you requested does not exist."))?;
    Ok(api::GetPolicyOutput { policy: Some(document(&policy)), revision_id: Some(policy.revision) })
}
