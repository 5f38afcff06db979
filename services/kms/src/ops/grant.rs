//! Grants.

use std::collections::BTreeSet;

use api_kms::{
    CreateGrant, CreateGrantInput, CreateGrantOutput, GrantConstraints, GrantListEntry, GrantOperation, ListGrants,
    ListGrantsInput, ListGrantsOutput, ListRetirableGrants, ListRetirableGrantsInput, ListRetirableGrantsOutput,
    RetireGrant, RetireGrantInput, RetireGrantOutput, RevokeGrant, RevokeGrantInput, RevokeGrantOutput, errors,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, here, touch_at, touch_shared, with_context};
use super::paging::Wanted;
use crate::engine::Key;
use crate::engine::grants;
use crate::engine::home::Home;
use crate::engine::policies::{GRANT_CONSTRAINT, GRANT_ID, whole};
use crate::engine::spec::{Family, Usage};
use crate::error::{dry_run, invalid, told};
use crate::limits;
use crate::store::GrantRecord;

/// Grants.
pub(crate) async fn create_grant(ctx: &Ctx, input: CreateGrantInput) -> Outcome<CreateGrant> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    let grant = grant(ctx, &key, &input)?;
    key.usable().map_err(told)?;
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    let id = engine(ctx).grant(&home, &grant).await.map_err(told)?;
    Ok(CreateGrantOutput { grant_token: Some(engine(ctx).grant_token(&home, &id)), grant_id: Some(id) })
}

/// Lists the grants of a key.
pub(crate) async fn list_grants(ctx: &Ctx, input: ListGrantsInput) -> Outcome<ListGrants> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).key(&home).await.map_err(told)?;
    let wanted = Wanted::new(ctx, &home.id, limits::FEW_SHOWN, input.limit, input.marker.as_deref())?;
    let which = grants::Wanted { id: input.grant_id, grantee: input.grantee_principal };
    let found = engine(ctx).grants(&home, &which, wanted.after.as_deref(), wanted.count()).await;
    let page = wanted.page(found.map_err(told)?, |(id, _)| id.clone());
    let grants = page.items.into_iter().map(|(id, grant)| entry(&home, id, grant)).collect();
    Ok(ListGrantsOutput { grants: Some(grants), next_marker: page.next_marker, truncated: Some(page.truncated) })
}

/// Lists the grants of the account and region that somebody may retire.
pub(crate) async fn list_retirable_grants(ctx: &Ctx, input: ListRetirableGrantsInput) -> Outcome<ListRetirableGrants> {
    let principal = &input.retiring_principal;
    check_principal(principal)?;
    let wanted = Wanted::new(ctx, principal, limits::FEW_SHOWN, input.limit, input.marker.as_deref())?;
    let after = wanted.after.as_deref().and_then(|after| after.split_once(' '));
    let place = here(ctx);
    let found = engine(ctx).retirable(&place, principal, after, wanted.count()).await;
    let page = wanted.page(found.map_err(told)?, |(key, id, _)| format!("{key} {id}"));
    let grants = page.items.into_iter().map(|(key, id, grant)| entry(&place.key(&key), id, grant)).collect();
    Ok(ListRetirableGrantsOutput {
        grants: Some(grants),
        next_marker: page.next_marker,
        truncated: Some(page.truncated),
    })
}

/// Ends a grant that one no longer needs.
pub(crate) async fn retire_grant(ctx: &Ctx, input: RetireGrantInput) -> Outcome<RetireGrant> {
    let (home, id) = named(ctx, &input)?;
    end(ctx, &home, &id, input.dry_run).await?;
    Ok(RetireGrantOutput {})
}

/// Ends a grant that somebody is no longer to have.
pub(crate) async fn revoke_grant(ctx: &Ctx, input: RevokeGrantInput) -> Outcome<RevokeGrant> {
    let home = address::home(ctx, &input.key_id)?;
    end(ctx, &home, &input.grant_id, input.dry_run).await?;
    Ok(RevokeGrantOutput {})
}

async fn end(ctx: &Ctx, home: &Home, id: &str, dry: Option<bool>) -> Result<(), Error> {
    engine(ctx).key(home).await.map_err(told)?;
    engine(ctx).grant_of(home, id).await.map_err(told)?;
    if dry == Some(true) {
        return Err(dry_run());
    }
    engine(ctx).revoke(home, id).await.map_err(told)
}

/// What granting touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateGrantInput) -> Result<Access, Error> {
    let mut access = touch_shared(ctx, &input.key_id)?
        .with("kms:GranteePrincipal", &input.grantee_principal)
        .with("kms:GrantIsForAWSResource", (!ctx.request.called_via.is_empty()).to_string());
    if input.grantee_principal.ends_with(".amazonaws.com") {
        access = access.with("kms:GranteeServicePrincipal", &input.grantee_principal);
    }
    if let Some(retiring) = &input.retiring_principal {
        access = access.with("kms:RetiringPrincipal", retiring);
    }
    access = input
        .operations
        .iter()
        .fold(access, |access, operation| access.with("kms:GrantOperations", operation.as_str()));
    Ok(with_constraints(access, input.constraints.as_ref()))
}

fn with_constraints(access: Access, constraints: Option<&GrantConstraints>) -> Access {
    let Some(constraints) = constraints else { return access };
    let (equals, subset) = (&constraints.encryption_context_equals, &constraints.encryption_context_subset);
    let mut access = with_context(access, equals.as_ref().or(subset.as_ref()));
    if let Some(equals) = equals {
        access =
            access.with("kms:GrantConstraintType", "EncryptionContextEquals").with(GRANT_CONSTRAINT, whole(equals));
    }
    if subset.is_some() {
        access = access.with("kms:GrantConstraintType", "EncryptionContextSubset");
    }
    let pairs = equals.iter().chain(subset).flatten();
    pairs.fold(access, |access, (key, value)| access.with(format!("{GRANT_CONSTRAINT}:{key}"), value))
}

/// What retiring touches.
pub(crate) fn access_to_retire(ctx: &Ctx, input: &RetireGrantInput) -> Result<Access, Error> {
    let (home, id) = named(ctx, input)?;
    Ok(touch_at(ctx, &home, None)?.with(GRANT_ID, id))
}

/// The grant that a token, or a key and an id, names.
fn named(ctx: &Ctx, input: &RetireGrantInput) -> Result<(Home, String), Error> {
    match (&input.grant_token, &input.key_id, &input.grant_id) {
        (Some(token), None, None) => {
            let named = engine(ctx).grant_of_token(token).filter(|(home, _)| home.region == ctx.region);
            named.ok_or_else(|| errors::invalid_grant_token_exception("").into())
        }
        (None, Some(key), Some(id)) => Ok((address::home(ctx, key)?, id.clone())),
        _ => Err(invalid("You must specify either a GrantToken, or a KeyId and a GrantId.")),
    }
}

/// Tokens that come with a request must be ours. They add nothing: grants count at once.
pub(crate) fn check_tokens(ctx: &Ctx, tokens: Option<&[String]>) -> Result<(), Error> {
    let ours = |token: &String| engine(ctx).grant_of_token(token).is_some();
    if tokens.into_iter().flatten().all(ours) {
        return Ok(());
    }
    Err(errors::invalid_grant_token_exception("").into())
}

fn grant(ctx: &Ctx, key: &Key, input: &CreateGrantInput) -> Result<GrantRecord, Error> {
    check_principal(&input.grantee_principal)?;
    input.retiring_principal.as_deref().map_or(Ok(()), check_principal)?;
    let operations: BTreeSet<_> = input.operations.iter().map(|operation| operation.as_str().to_owned()).collect();
    if operations.is_empty() {
        return Err(invalid("At least one grant operation is required."));
    }
    if let Some(other) = operations.iter().find(|operation| !has(key, operation)) {
        return Err(invalid(format!(
            "Grant operation {other} is not valid for key usage {} and key spec {}.",
            key.record.usage.name(),
            key.record.spec.name()
        )));
    }
    let constraints = input.constraints.clone().unwrap_or_default();
    let (subset, equals) = (constraints.encryption_context_subset, constraints.encryption_context_equals);
    if (subset.is_some() || equals.is_some()) && key.record.spec.family() != Family::Symmetric {
        return Err(invalid("Encryption context grant constraints are valid for symmetric encryption KMS keys only."));
    }
    Ok(GrantRecord {
        name: input.name.clone(),
        created: ctx.now(),
        grantee: input.grantee_principal.clone(),
        retiring: input.retiring_principal.clone(),
        issuer: Arn::global(ctx.partition(), "iam", ctx.account(), "root").to_string(),
        operations,
        subset,
        equals,
    })
}

/// Whether a key has an operation at all.
fn has(key: &Key, operation: &str) -> bool {
    match operation {
        "CreateGrant" | "DescribeKey" | "RetireGrant" => true,
        "GetPublicKey" => key.record.spec.is_asymmetric(),
        "Encrypt" | "Decrypt" | "ReEncryptFrom" | "ReEncryptTo" => key.record.usage == Usage::EncryptDecrypt,
        "GenerateMac" | "VerifyMac" => key.record.usage == Usage::GenerateVerifyMac,
        "Sign" | "Verify" => key.record.usage == Usage::SignVerify,
        "DeriveSharedSecret" => key.record.usage == Usage::KeyAgreement,
        _ => key.record.spec.family() == Family::Symmetric,
    }
}

/// Whether a text names somebody: an account, a user, a role, a session, or a service.
fn check_principal(text: &str) -> Result<(), Error> {
    let service = text.strip_suffix(".amazonaws.com").is_some_and(|name| !name.is_empty() && !name.contains(':'));
    let known = |arn: &Arn| match arn.service.as_str() {
        "iam" => ["user/", "role/"].iter().any(|kind| arn.resource.starts_with(kind)) || arn.resource == "root",
        "sts" => ["assumed-role/", "federated-user/"].iter().any(|kind| arn.resource.starts_with(kind)),
        _ => false,
    };
    let arn = text.parse::<Arn>().ok().filter(|arn| arn.region.is_empty() && arn.account_id().is_some());
    if service || arn.is_some_and(|arn| known(&arn)) {
        return Ok(());
    }
    Err(errors::invalid_arn_exception(format!("ARN does not refer to a valid principal: {text}")).into())
}

fn entry(home: &Home, id: String, grant: GrantRecord) -> GrantListEntry {
    let constrained = grant.subset.is_some() || grant.equals.is_some();
    let constraints = constrained.then_some(GrantConstraints {
        encryption_context_subset: grant.subset,
        encryption_context_equals: grant.equals,
    });
    GrantListEntry {
        key_id: Some(home.arn()),
        grant_id: Some(id),
        name: Some(grant.name.unwrap_or_default()),
        creation_date: Some(grant.created),
        grantee_principal: Some(grant.grantee),
        retiring_principal: grant.retiring,
        issuing_account: Some(grant.issuer),
        operations: Some(grant.operations.into_iter().map(GrantOperation::from).collect()),
        constraints,
    }
}
