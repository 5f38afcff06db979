//! Passwords of users.

use api_iam::{
    ChangePassword, ChangePasswordInput, ChangePasswordOutput, CreateLoginProfile, CreateLoginProfileInput,
    CreateLoginProfileOutput, DeleteLoginProfile, DeleteLoginProfileInput, DeleteLoginProfileOutput, GetLoginProfile,
    GetLoginProfileInput, GetLoginProfileOutput, LoginProfile, UpdateLoginProfile, UpdateLoginProfileInput,
    UpdateLoginProfileOutput,
};
use service_kit::{Ctx, Outcome, Principal};

use crate::engine::flaw::Flaw;
use crate::engine::refusal::Refusal;
use crate::error::validation;
use crate::ops::edge::{engine, home, last_segment, user_or_self};
use crate::store::EntityRecord;
use crate::store::credential::LoginRecord;

fn shown(user: &EntityRecord, login: &LoginRecord) -> LoginProfile {
    LoginProfile {
        user_name: user.name.clone(),
        create_date: login.created,
        password_reset_required: Some(login.reset),
    }
}

/// Gives a user a password.
pub(crate) async fn create_login_profile(ctx: &Ctx, input: CreateLoginProfileInput) -> Outcome<CreateLoginProfile> {
    let name = user_or_self(ctx, input.user_name.as_deref())?;
    let password = input.password.ok_or_else(|| {
        validation(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
        )
    })?;
    let reset = input.password_reset_required.unwrap_or(false);
    let (user, login) = engine(ctx).create_login(home(ctx), &name, password, reset).await?;
    Ok(CreateLoginProfileOutput { login_profile: shown(&user, &login) })
}

/// Tells of a user's password that it is there.
pub(crate) async fn get_login_profile(ctx: &Ctx, input: GetLoginProfileInput) -> Outcome<GetLoginProfile> {
    let name = user_or_self(ctx, input.user_name.as_deref())?;
    let (user, login) = engine(ctx).login(home(ctx), &name).await?;
    Ok(GetLoginProfileOutput { login_profile: shown(&user, &login) })
}

/// Gives a user another password, or has the user set one.
pub(crate) async fn update_login_profile(ctx: &Ctx, input: UpdateLoginProfileInput) -> Outcome<UpdateLoginProfile> {
    let (password, reset) = (input.password, input.password_reset_required);
    engine(ctx).update_login(home(ctx), &input.user_name, password, reset).await?;
    Ok(UpdateLoginProfileOutput {})
}

/// Takes a user's password away.
pub(crate) async fn delete_login_profile(ctx: &Ctx, input: DeleteLoginProfileInput) -> Outcome<DeleteLoginProfile> {
    engine(ctx).delete_login(home(ctx), &user_or_self(ctx, input.user_name.as_deref())?).await?;
    Ok(DeleteLoginProfileOutput {})
}

/// Changes the password of the user who calls.
pub(crate) async fn change_password(ctx: &Ctx, input: ChangePasswordInput) -> Outcome<ChangePassword> {
    let Principal::User { arn, .. } = &ctx.caller.principal else {
        return Err(Refusal::from(Flaw::NotAUser).into());
    };
    let name = last_segment(arn);
    engine(ctx).change_password(home(ctx), name, input.old_password, input.new_password).await?;
    Ok(ChangePasswordOutput {})
}
