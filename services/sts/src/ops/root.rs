//! Root of a member account, for one privileged task.

use api_sts::{AssumeRoot, AssumeRootInput, AssumeRootOutput};
use names::{AccountId, Arn, Tags};
use service_kit::{Access, Ctx, Error, Outcome, Principal, Session};

use super::issue;
use crate::calls;
use crate::engine::lifetime;
use crate::error::{denied, invalid};
use crate::limits;

/// Managed policies of the tasks, below `arn:aws:iam::aws:policy/root-task/`.
const TASKS: [&str; 5] = [
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
];

/// The root of the member account; [`super::TrustPolicies`] tells whom it trusts.
pub(crate) fn access(ctx: &Ctx, input: &AssumeRootInput) -> Result<Access, Error> {
    if matches!(ctx.caller.principal, Principal::Root) {
        return Err(denied("Root users may not call AssumeRoot."));
    }
    let target = target(&input.target_principal)?;
    let task = task(input)?;
    Ok(Access::to(Arn::global(ctx.partition(), "iam", target, "root")).with("sts:TaskPolicyArn", task))
}

/// Gives credentials of the member account's root, bounded by the task's policy.
pub(crate) async fn assume_root(ctx: &Ctx, input: AssumeRootInput) -> Outcome<AssumeRoot> {
    let account = target(&input.target_principal)?;
    let seconds = input.duration_seconds.map_or(limits::ROOT_TASK, i64::from);
    let source_identity = ctx.caller.session.as_ref().and_then(|session| session.source_identity.clone());
    let session = Session {
        account,
        principal: Principal::Root,
        issuer: account.to_string(),
        issued: ctx.now(),
        expires: lifetime::end(ctx.now(), seconds.min(limits::ROOT_TASK)),
        policies: Vec::new(),
        policy_arns: vec![task(&input)?.to_owned()],
        tags: Tags::new(),
        transitive_tags: Vec::new(),
        source_identity: source_identity.clone(),
        mfa: None,
        chained: false,
        context: Default::default(),
    };
    Ok(AssumeRootOutput { credentials: Some(issue::credentials(ctx, &session)), source_identity })
}

/// Whether a caller's account may act as the root of another: it manages the organization of both, or IAM's part of it,
/// and root sessions are switched on.
pub(super) async fn may(ctx: &Ctx, member: AccountId) -> Result<bool, Error> {
    let (own, theirs) = (calls::membership(ctx, ctx.account()).await?, calls::membership(ctx, member).await?);
    let (Some(own), Some(theirs)) = (own, theirs) else { return Ok(false) };
    if own.organization != theirs.organization || member == own.management {
        return Ok(false);
    }
    let speaks = ctx.account() == own.management || calls::is_delegate(ctx, own.management, ctx.account()).await?;
    Ok(speaks && calls::has_root_sessions(ctx, own.management).await?)
}

/// An account id, or the ARN of its root.
fn target(written: &str) -> Result<AccountId, Error> {
    let of_arn =
        || written.parse::<Arn>().ok().filter(|arn| arn.service == "iam" && arn.resource == "root")?.account_id();
    let account = written.parse().ok().or_else(of_arn);
    account.ok_or_else(|| invalid(format!("{written} is invalid")))
}

fn task(input: &AssumeRootInput) -> Result<&str, Error> {
    let arn = input.task_policy_arn.arn.as_deref().unwrap_or_default();
    let name = arn.split_once(":iam::aws:policy/root-task/").map(|(_, name)| name);
    if name.is_some_and(|name| TASKS.contains(&name)) { Ok(arn) } else { Err(invalid(format!("{arn} is invalid"))) }
}
