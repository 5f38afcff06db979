//! Root of a member account, for one task.

use std::time::Duration;

use api_sts::{AssumeRoot, AssumeRootInput, AssumeRootOutput, PolicyDescriptorType};
use names::AccountId;
use service_kit::{Caller, Error, Principal};
use testkit::TestCloud;

use crate::cloud::{holder, refusal, session};
use crate::double::{self, Double};

const TASK: &str = "arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy";

struct Scene {
    cloud: TestCloud,
    double: Double,
    member: AccountId,
}

/// A management account with root sessions switched on, and a member. Nobody has policies in the double, so the caller is the
/// part of the cloud that is bound by none, or a user that is.
fn scene() -> Scene {
    let (cloud, double) = double::cloud();
    let (management, member) = (cloud.account(), cloud.fresh_account().account());
    double.member(management, management, Vec::new());
    double.member(member, management, Vec::new());
    double.tell(|known| known.root_sessions = true);
    Scene { cloud, double, member }
}

impl Scene {
    async fn ask(
        &self,
        caller: Caller,
        target: &str,
        task: &str,
        seconds: Option<i32>,
    ) -> Result<AssumeRootOutput, Error> {
        let input = AssumeRootInput {
            target_principal: target.to_owned(),
            task_policy_arn: PolicyDescriptorType { arn: Some(task.to_owned()) },
            duration_seconds: seconds,
        };
        self.cloud.call_as::<AssumeRoot>(caller, input).await
    }

    fn admin(&self) -> Caller {
        Caller::internal("test", self.cloud.account())
    }

    fn user(&self) -> Caller {
        let arn = format!("arn:aws:iam::{}:user/u", self.cloud.account());
        let principal = Principal::User { arn, id: "AIDAU".to_owned() };
        Caller { account: self.cloud.account(), principal, access_key: None, session: None }
    }
}

#[tokio::test]
async fn assume_root_of_a_member_for_a_task() {
    let scene = scene();
    for target in [scene.member.to_string(), format!("arn:aws:iam::{}:root", scene.member)] {
        let answer = scene.ask(scene.admin(), &target, TASK, None).await.unwrap();
        let credentials = answer.credentials.unwrap();
        assert_eq!(credentials.expiration.since(scene.cloud.runtime().clock.now()), Duration::from_secs(900));
        let held = holder(&scene.cloud, &credentials);
        assert_eq!((held.account, &held.principal), (scene.member, &Principal::Root));
        assert_eq!(session(&held).policy_arns, [TASK]);
    }
}

#[tokio::test]
async fn what_cannot_be_asked() {
    let scene = scene();
    let member = scene.member.to_string();
    let root = refusal(scene.ask(Caller::root(scene.cloud.account(), None), &member, TASK, None).await);
    assert_eq!(root, ("AccessDenied".to_owned(), "Root users may not call AssumeRoot.".to_owned()));
    let other = "arn:aws:iam::aws:policy/AdministratorAccess";
    assert_eq!(refusal(scene.ask(scene.admin(), &member, other, None).await).0, "ValidationError");
    assert_eq!(refusal(scene.ask(scene.admin(), "somebody-else", TASK, None).await).0, "ValidationError");
    // A user needs a permission, whatever the organization says.
    let (code, reason) = refusal(scene.ask(scene.user(), &member, TASK, None).await);
    assert_eq!(
        (code.as_str(), reason.as_str()),
        ("AccessDenied", "because no identity-based policy allows the sts:AssumeRoot action")
    );
    // Without root sessions, or outside the organization, nothing trusts the caller.
    scene.double.tell(|known| known.root_sessions = false);
    assert_eq!(refusal(scene.ask(scene.user(), &member, TASK, None).await).0, "AccessDenied");
}
