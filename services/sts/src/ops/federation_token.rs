//! Sessions of federated users: names that a user's own program vouches for.

use api_sts::{FederatedUser, GetFederationToken, GetFederationTokenInput, GetFederationTokenOutput};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome, Principal, Session};

use super::{issue, session_token};

/// The federated user, with the tags of its session.
pub(crate) fn access(ctx: &Ctx, input: &GetFederationTokenInput) -> Result<Access, Error> {
    session_token::long_term(ctx, "GetFederationToken")?;
    let tags = issue::tags(ctx, input.tags.as_ref(), None)?;
    let told = tags.told(Access::to(federated(ctx, &input.name)));
    let tagging = (!tags.is_empty()).then(|| told.clone().as_action("sts:TagSession"));
    Ok(tagging.into_iter().fold(told, Access::and))
}

/// Gives credentials of a federated user: what the caller's policies and those of the session both allow.
pub(crate) async fn get_federation_token(ctx: &Ctx, input: GetFederationTokenInput) -> Outcome<GetFederationToken> {
    let tags = issue::tags(ctx, input.tags.as_ref(), None)?;
    let scope = issue::scope(ctx, input.policy, input.policy_arns).await?;
    let packed = scope.packed(&tags.given)?;
    let arn = federated(ctx, &input.name).to_string();
    let id = format!("{}:{}", ctx.account(), input.name);
    let principal = Principal::Federated { arn: arn.clone(), id: id.clone() };
    let session = session_token::session(ctx, input.duration_seconds.map(i64::from), principal);
    let session = Session { policies: scope.policies, policy_arns: scope.arns, tags: tags.all(), ..session };
    Ok(GetFederationTokenOutput {
        credentials: Some(issue::credentials(ctx, &session)),
        federated_user: Some(FederatedUser { federated_user_id: id, arn }),
        // Recorded from AWS: 0 when there is nothing to pack, where AssumeRole leaves it out.
        packed_policy_size: Some(packed.unwrap_or(0)),
    })
}

fn federated(ctx: &Ctx, name: &str) -> Arn {
    Arn::global(ctx.partition(), "sts", ctx.account(), format!("federated-user/{name}"))
}
