//! Sessions of users and root themselves, mostly to prove a second factor once.

use api_sts::{GetSessionToken, GetSessionTokenInput, GetSessionTokenOutput};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome, Principal, Session};

use super::issue;
use super::mfa::SecondFactor;
use crate::engine::lifetime;
use crate::error::denied;

/// No policy decides it: it authenticates. Whoever has a session already cannot have another.
pub(crate) fn access(ctx: &Ctx, input: &GetSessionTokenInput) -> Result<Access, Error> {
    long_term(ctx, "GetSessionToken")?;
    SecondFactor::of(input.serial_number.as_deref(), input.token_code.as_deref())?;
    Ok(Access::free())
}

/// Refuses everyone but users and root with keys that last.
pub(super) fn long_term(ctx: &Ctx, operation: &str) -> Result<(), Error> {
    let lasting = matches!(ctx.caller.principal, Principal::Root | Principal::User { .. });
    if ctx.caller.session.is_some() || !lasting {
        return Err(denied(format!("Cannot call {operation} with session credentials")));
    }
    Ok(())
}

/// Gives credentials that may do what the caller may.
pub(crate) async fn get_session_token(ctx: &Ctx, input: GetSessionTokenInput) -> Outcome<GetSessionToken> {
    let factor = SecondFactor::of(input.serial_number.as_deref(), input.token_code.as_deref())?;
    if let Some(factor) = &factor {
        factor.check(ctx).await?;
    }
    let session = session(ctx, input.duration_seconds.map(i64::from), ctx.caller.principal.clone());
    let session = Session { mfa: factor.map(|_| ctx.now()), ..session };
    Ok(GetSessionTokenOutput { credentials: Some(issue::credentials(ctx, &session)) })
}

/// A session in the caller's account, bounded by nothing yet.
pub(super) fn session(ctx: &Ctx, seconds: Option<i64>, principal: Principal) -> Session {
    let (issuer, root) = match &ctx.caller.principal {
        Principal::User { id, .. } => (id.clone(), false),
        _ => (ctx.account().to_string(), true),
    };
    Session {
        account: ctx.account(),
        principal,
        issuer,
        issued: ctx.now(),
        expires: lifetime::of_user(ctx.now(), seconds, root),
        policies: Vec::new(),
        policy_arns: Vec::new(),
        tags: Tags::new(),
        transitive_tags: Vec::new(),
        source_identity: None,
        mfa: None,
        chained: false,
        context: Default::default(),
    }
}
