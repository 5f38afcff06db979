//! User names and passwords, or API keys, for single services.

use api_iam::{
    CreateServiceSpecificCredential, CreateServiceSpecificCredentialInput, CreateServiceSpecificCredentialOutput,
    DeleteServiceSpecificCredential, DeleteServiceSpecificCredentialInput, DeleteServiceSpecificCredentialOutput,
    ListServiceSpecificCredentials, ListServiceSpecificCredentialsInput, ListServiceSpecificCredentialsOutput,
    ResetServiceSpecificCredential, ResetServiceSpecificCredentialInput, ResetServiceSpecificCredentialOutput,
    ServiceSpecificCredential, ServiceSpecificCredentialMetadata, StatusType, UpdateServiceSpecificCredential,
    UpdateServiceSpecificCredentialInput, UpdateServiceSpecificCredentialOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::owner::{status, user_or_caller};
use crate::engine::entity::Kind;
use crate::engine::service_credential::{FreshCredential, check_service, is_api_key};
use crate::error::invalid;
use crate::ops::access::{self, now};
use crate::ops::edge::{Asked, engine, home};
use crate::store::credential::{SERVICE_CREDENTIALS, ServiceCredentialRecord};

/// Makes a credential. Its secret is told here.
pub(crate) async fn create_service_specific_credential(
    ctx: &Ctx,
    input: CreateServiceSpecificCredentialInput,
) -> Outcome<CreateServiceSpecificCredential> {
    let user = engine(ctx).entity(home(ctx), Kind::User, &input.user_name).await?;
    check_service(&input.service_name)?;
    let days = input.credential_age_days.and_then(|days| u32::try_from(days).ok());
    if days.is_some() && !is_api_key(&input.service_name) {
        let text = format!("CredentialAgeDays is not supported for {}", input.service_name);
        return Err(invalid(text));
    }
    let fresh = engine(ctx).create_service_credential(home(ctx), &user, &input.service_name, days).await?;
    Ok(CreateServiceSpecificCredentialOutput { service_specific_credential: Some(told(&user.name, fresh)) })
}

/// Replaces a credential's secret, and tells the new one.
pub(crate) async fn reset_service_specific_credential(
    ctx: &Ctx,
    input: ResetServiceSpecificCredentialInput,
) -> Outcome<ResetServiceSpecificCredential> {
    let owner = user_or_caller(ctx, input.user_name.as_deref()).await?;
    let id = &input.service_specific_credential_id;
    let fresh = engine(ctx).reset_service_credential(home(ctx), &owner.id, id).await?;
    Ok(ResetServiceSpecificCredentialOutput { service_specific_credential: Some(told(&owner.name, fresh)) })
}

/// Lists the credentials of a user, or of all users.
pub(crate) async fn list_service_specific_credentials(
    ctx: &Ctx,
    input: ListServiceSpecificCredentialsInput,
) -> Outcome<ListServiceSpecificCredentials> {
    let all = input.all_users == Some(true) && input.user_name.is_none();
    let (filter, found) = if all {
        ("*".to_owned(), engine(ctx).all_service_credentials(home(ctx)).await?)
    } else {
        let owner = user_or_caller(ctx, input.user_name.as_deref()).await?;
        let own = engine(ctx).service_credentials(home(ctx), &owner.id).await?;
        let named = own.into_iter().map(|(id, record)| (id, record, owner.name.clone())).collect();
        (owner.id, named)
    };
    if let Some(service) = &input.service_name {
        check_service(service)?;
    }
    let fits =
        |record: &ServiceCredentialRecord| input.service_name.as_ref().is_none_or(|name| record.service == *name);
    let found: Vec<_> = found.into_iter().filter(|(_, record, _)| fits(record)).collect();
    let asked = Asked::new(ctx, &filter, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, found, |(id, _, _)| id.clone());
    let listed = page.items.into_iter().map(|(id, record, user)| metadata(ctx, &user, id, record)).collect();
    let (marker, is_truncated) = (page.marker, page.is_truncated);
    Ok(ListServiceSpecificCredentialsOutput {
        service_specific_credentials: Some(listed),
        marker,
        // Recorded answers of a whole list say nothing of it.
        is_truncated: is_truncated.filter(|more| *more),
    })
}

/// Switches a credential on or off.
pub(crate) async fn update_service_specific_credential(
    ctx: &Ctx,
    input: UpdateServiceSpecificCredentialInput,
) -> Outcome<UpdateServiceSpecificCredential> {
    let owner = user_or_caller(ctx, input.user_name.as_deref()).await?;
    let (id, active) = (&input.service_specific_credential_id, input.status == StatusType::Active);
    engine(ctx).switch_service_credential(home(ctx), &owner.id, id, active).await?;
    Ok(UpdateServiceSpecificCredentialOutput {})
}

/// Deletes a credential.
pub(crate) async fn delete_service_specific_credential(
    ctx: &Ctx,
    input: DeleteServiceSpecificCredentialInput,
) -> Outcome<DeleteServiceSpecificCredential> {
    let owner = user_or_caller(ctx, input.user_name.as_deref()).await?;
    let id = &input.service_specific_credential_id;
    engine(ctx).delete_service_credential(home(ctx), &owner.id, id).await?;
    Ok(DeleteServiceSpecificCredentialOutput {})
}

/// What making a credential touches: its user, for a service.
pub(crate) fn access_by_service(ctx: &Ctx, input: &CreateServiceSpecificCredentialInput) -> Result<Access, Error> {
    let access = access::user(ctx, &input.user_name)?;
    let access = access.with("iam:ServiceSpecificCredentialServiceName", &input.service_name);
    Ok(match input.credential_age_days {
        Some(days) => access.with("iam:ServiceSpecificCredentialAgeDays", days.to_string()),
        None => access,
    })
}

/// What a call about a credential touches: its user, for the credential's service.
pub(crate) fn access_by_id(ctx: &Ctx, user: Option<&str>, id: &str) -> Result<Access, Error> {
    let access = access::user_or_caller(ctx, user)?;
    let (engine, home) = (engine(ctx), home(ctx));
    let read = async move { SERVICE_CREDENTIALS.get(&engine.view().await?, &home.scope(), &id).await };
    Ok(match now(read)? {
        Some(record) => access.with("iam:ServiceSpecificCredentialServiceName", record.service),
        None => access,
    })
}

/// What listing touches: a user, or all.
pub(crate) fn access_to_list(ctx: &Ctx, input: &ListServiceSpecificCredentialsInput) -> Result<Access, Error> {
    match &input.user_name {
        None if input.all_users == Some(true) => Ok(Access::to(home(ctx).arn_of("user", "/", "*"))),
        named => access::user_or_caller(ctx, named.as_deref()),
    }
}

fn told(user: &str, fresh: FreshCredential) -> ServiceSpecificCredential {
    let FreshCredential { id, record, secret } = fresh;
    let api_key = is_api_key(&record.service);
    let (login, secret) = (Some(record.login), Some(secret));
    let either = |value: Option<String>, wanted: bool| value.filter(|_| wanted);
    ServiceSpecificCredential {
        create_date: record.created,
        expiration_date: record.expires,
        service_name: record.service,
        service_user_name: either(login.clone(), !api_key),
        service_password: either(secret.clone(), !api_key),
        service_credential_alias: either(login, api_key),
        service_credential_secret: either(secret, api_key),
        service_specific_credential_id: id,
        user_name: user.to_owned(),
        status: status(record.active),
    }
}

fn metadata(ctx: &Ctx, user: &str, id: String, record: ServiceCredentialRecord) -> ServiceSpecificCredentialMetadata {
    let api_key = is_api_key(&record.service);
    let shown = if record.has_expired(ctx.now()) { StatusType::Expired } else { status(record.active) };
    let login = Some(record.login);
    ServiceSpecificCredentialMetadata {
        user_name: user.to_owned(),
        status: shown,
        service_user_name: login.clone().filter(|_| !api_key),
        service_credential_alias: login.filter(|_| api_key),
        create_date: record.created,
        expiration_date: record.expires,
        service_specific_credential_id: id,
        service_name: record.service,
    }
}
