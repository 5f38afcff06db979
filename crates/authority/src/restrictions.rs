//! What temporary credentials may not call, whatever policies say.
//!
//! Source: "Compare AWS STS credentials" and the operations' own pages in the STS API reference: credentials of
//! `GetSessionToken` reach IAM only with a second factor, and of STS only `AssumeRole` and `GetCallerIdentity`; those of
//! `GetFederationToken` reach nothing of IAM, and of STS only `GetCallerIdentity`.

use service_kit::{Caller, Principal};

/// Why this caller may never do this; nothing when policies decide.
pub(crate) fn refused(caller: &Caller, action: &str) -> Option<String> {
    let session = caller.session.as_deref()?;
    let (service, name) = action.split_once(':')?;
    let barred = match (&caller.principal, service) {
        (Principal::User { .. } | Principal::Root, "iam") => session.mfa.is_none() && !is_root_task(caller),
        (Principal::User { .. }, "sts") => !matches!(name, "AssumeRole" | "TagSession" | "SetSourceIdentity"),
        (Principal::Federated { .. }, "iam" | "sts") => true,
        _ => false,
    };
    barred.then(|| format!("because no session policy allows the {action} action"))
}

/// A session of `AssumeRoot`: its task policy says what it may do, IAM included.
fn is_root_task(caller: &Caller) -> bool {
    matches!(caller.principal, Principal::Root) && caller.session.as_ref().is_some_and(|session| session.is_scoped())
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::{AccountId, Tags, Timestamp};
    use service_kit::Session;
    use std::sync::Arc;

    fn caller(principal: Principal, mfa: bool) -> Caller {
        let session = Session {
            account: AccountId::DEFAULT,
            principal: principal.clone(),
            issuer: String::new(),
            issued: Timestamp::from_secs(0),
            expires: Timestamp::from_secs(1),
            policies: Vec::new(),
            policy_arns: Vec::new(),
            tags: Tags::new(),
            transitive_tags: Vec::new(),
            source_identity: None,
            mfa: mfa.then_some(Timestamp::from_secs(0)),
            chained: false,
            context: Default::default(),
        };
        Caller { account: AccountId::DEFAULT, principal, access_key: None, session: Some(Arc::new(session)) }
    }

    #[test]
    fn sessions_of_users_reach_iam_with_a_second_factor_only() {
        let user = Principal::User { arn: "arn:aws:iam::000000000000:user/u".into(), id: "AIDAU".into() };
        let federated = Principal::Federated { arn: "f".into(), id: "f".into() };
        for (principal, mfa, action, barred) in [
            (&user, false, "iam:ListUsers", true),
            (&user, true, "iam:ListUsers", false),
            (&user, true, "sts:GetFederationToken", true),
            (&user, false, "sts:AssumeRole", false),
            (&user, false, "sqs:SendMessage", false),
            (&federated, true, "iam:ListUsers", true),
            (&federated, true, "sts:AssumeRole", true),
            (&federated, false, "sqs:SendMessage", false),
        ] {
            assert_eq!(refused(&caller(principal.clone(), mfa), action).is_some(), barred, "{principal:?} {action}");
        }
    }
}
