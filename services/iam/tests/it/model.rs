//! Random changes to users, groups and policies, against a model that is nothing but sets: after each change every user may
//! do exactly what the model says.

use std::collections::BTreeSet;

use api_iam::*;
use api_sqs::{ListQueues, ListQueuesInput};
use proptest::prelude::*;
use proptest::test_runner::Config;
use service_kit::{Error, Fault};
use testkit::TestCloud;

use crate::cloud::*;

/// What policies allow: policy `n` allows the `n`th of these.
const ACTIONS: [&str; 3] = ["sqs:ListQueues", "iam:ListUsers", "iam:ListRoles"];
const USERS: usize = 2;
const GROUPS: usize = 2;

#[derive(Debug, Clone, Copy)]
enum Change {
    AttachUser(usize, usize),
    DetachUser(usize, usize),
    AttachGroup(usize, usize),
    DetachGroup(usize, usize),
    Join(usize, usize),
    Leave(usize, usize),
    PutInline(usize, usize),
    DropInline(usize, usize),
    Bound(usize, usize),
    Unbound(usize),
    /// The policy's version in force says nothing, or what it said.
    Silence(usize),
    Restore(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let (user, group, policy) = (0..USERS, 0..GROUPS, 0..ACTIONS.len());
    prop_oneof![
        (user.clone(), policy.clone()).prop_map(|(u, p)| Change::AttachUser(u, p)),
        (user.clone(), policy.clone()).prop_map(|(u, p)| Change::DetachUser(u, p)),
        (group.clone(), policy.clone()).prop_map(|(g, p)| Change::AttachGroup(g, p)),
        (group.clone(), policy.clone()).prop_map(|(g, p)| Change::DetachGroup(g, p)),
        (user.clone(), group.clone()).prop_map(|(u, g)| Change::Join(u, g)),
        (user.clone(), group).prop_map(|(u, g)| Change::Leave(u, g)),
        (user.clone(), policy.clone()).prop_map(|(u, p)| Change::PutInline(u, p)),
        (user.clone(), policy.clone()).prop_map(|(u, p)| Change::DropInline(u, p)),
        (user.clone(), policy.clone()).prop_map(|(u, p)| Change::Bound(u, p)),
        user.prop_map(Change::Unbound),
        policy.clone().prop_map(Change::Silence),
        policy.prop_map(Change::Restore),
    ]
}

#[derive(Default)]
struct Model {
    attached: BTreeSet<(usize, usize)>,
    of_groups: BTreeSet<(usize, usize)>,
    members: BTreeSet<(usize, usize)>,
    inline: BTreeSet<(usize, usize)>,
    bounds: [Option<usize>; USERS],
    silent: BTreeSet<usize>,
}

impl Model {
    /// Takes the change in; false when there is nothing to change, and IAM must refuse or do nothing.
    fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::AttachUser(u, p) => self.attached.insert((u, p)),
            Change::DetachUser(u, p) => self.attached.remove(&(u, p)),
            Change::AttachGroup(g, p) => self.of_groups.insert((g, p)),
            Change::DetachGroup(g, p) => self.of_groups.remove(&(g, p)),
            Change::Join(u, g) => self.members.insert((u, g)),
            Change::Leave(u, g) => self.members.remove(&(u, g)),
            Change::PutInline(u, p) => self.inline.insert((u, p)),
            Change::DropInline(u, p) => self.inline.remove(&(u, p)),
            Change::Bound(u, p) => self.bounds[u].replace(p).is_none(),
            Change::Unbound(u) => self.bounds[u].take().is_some(),
            Change::Silence(p) => self.silent.insert(p),
            Change::Restore(p) => self.silent.remove(&p),
        }
    }

    fn allows(&self, user: usize, action: usize) -> bool {
        let speaks = |policy: &usize| !self.silent.contains(policy);
        let by_group = (0..GROUPS).any(|g| self.members.contains(&(user, g)) && self.of_groups.contains(&(g, action)));
        let managed = (self.attached.contains(&(user, action)) || by_group) && speaks(&action);
        let bound = self.bounds[user].is_none_or(|policy| policy == action && speaks(&policy));
        bound && (managed || self.inline.contains(&(user, action)))
    }
}

struct World {
    cloud: TestCloud,
    users: Vec<User>,
    policies: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let cloud = cloud().fresh_account();
        let (mut users, mut policies) = (Vec::new(), Vec::new());
        for number in 0..USERS {
            users.push(user(&cloud, &format!("u{number}")).await);
        }
        for number in 0..GROUPS {
            group(&cloud, &format!("g{number}")).await;
        }
        for (number, action) in ACTIONS.iter().enumerate() {
            let arn = policy(&cloud, &format!("p{number}"), &allow(action, "*")).await;
            let input = CreatePolicyVersionInput {
                policy_arn: arn.clone(),
                policy_document: allow("sns:Publish", "*"),
                set_as_default: None,
            };
            cloud.call::<CreatePolicyVersion>(input).await.unwrap();
            policies.push(arn);
        }
        Self { cloud, users, policies }
    }

    /// Makes a change; whether it was taken.
    async fn make(&self, change: Change) -> bool {
        let (cloud, policy) = (&self.cloud, |p: usize| self.policies[p].clone());
        let (user, group) = (|u: usize| format!("u{u}"), |g: usize| format!("g{g}"));
        let version =
            |p: usize, id: &str| SetDefaultPolicyVersionInput { policy_arn: policy(p), version_id: id.into() };
        match change {
            Change::AttachUser(u, p) => {
                let input = AttachUserPolicyInput { user_name: user(u), policy_arn: policy(p) };
                cloud.call::<AttachUserPolicy>(input).await.is_ok()
            }
            Change::DetachUser(u, p) => {
                let input = DetachUserPolicyInput { user_name: user(u), policy_arn: policy(p) };
                cloud.call::<DetachUserPolicy>(input).await.is_ok()
            }
            Change::AttachGroup(g, p) => {
                let input = AttachGroupPolicyInput { group_name: group(g), policy_arn: policy(p) };
                cloud.call::<AttachGroupPolicy>(input).await.is_ok()
            }
            Change::DetachGroup(g, p) => {
                let input = DetachGroupPolicyInput { group_name: group(g), policy_arn: policy(p) };
                cloud.call::<DetachGroupPolicy>(input).await.is_ok()
            }
            Change::Join(u, g) => {
                let input = AddUserToGroupInput { group_name: group(g), user_name: user(u) };
                cloud.call::<AddUserToGroup>(input).await.is_ok()
            }
            Change::Leave(u, g) => {
                let input = RemoveUserFromGroupInput { group_name: group(g), user_name: user(u) };
                cloud.call::<RemoveUserFromGroup>(input).await.is_ok()
            }
            Change::PutInline(u, p) => {
                put_user_policy(cloud, &user(u), &format!("i{p}"), &allow(ACTIONS[p], "*")).await;
                true
            }
            Change::DropInline(u, p) => {
                let input = DeleteUserPolicyInput { user_name: user(u), policy_name: format!("i{p}") };
                cloud.call::<DeleteUserPolicy>(input).await.is_ok()
            }
            Change::Bound(u, p) => {
                let input = PutUserPermissionsBoundaryInput { user_name: user(u), permissions_boundary: policy(p) };
                cloud.call::<PutUserPermissionsBoundary>(input).await.is_ok()
            }
            Change::Unbound(u) => {
                let input = DeleteUserPermissionsBoundaryInput { user_name: user(u) };
                cloud.call::<DeleteUserPermissionsBoundary>(input).await.is_ok()
            }
            Change::Silence(p) => cloud.call::<SetDefaultPolicyVersion>(version(p, "v2")).await.is_ok(),
            Change::Restore(p) => cloud.call::<SetDefaultPolicyVersion>(version(p, "v1")).await.is_ok(),
        }
    }

    async fn allows(&self, user: usize, action: usize) -> bool {
        let caller = as_user(self.cloud.account(), &self.users[user]);
        let refused = match action {
            0 => self.cloud.call_as::<ListQueues>(caller, ListQueuesInput::default()).await.err(),
            1 => self.cloud.call_as::<ListUsers>(caller, ListUsersInput::default()).await.err(),
            _ => self.cloud.call_as::<ListRoles>(caller, ListRolesInput::default()).await.err(),
        };
        match refused {
            None => true,
            Some(Error::Fault(Fault::AccessDenied { .. })) => false,
            Some(other) => panic!("{other}"),
        }
    }
}

/// Whether a change that changes nothing is an error.
fn is_refused_in_vain(change: Change) -> bool {
    use Change::{DetachGroup, DetachUser, DropInline, Leave, Unbound};
    matches!(change, DetachUser(..) | DetachGroup(..) | Leave(..) | DropInline(..) | Unbound(..))
}

proptest! {
    #![proptest_config(Config { cases: 40, ..Config::default() })]

    #[test]
    fn users_may_do_what_the_sets_say(changes in proptest::collection::vec(change(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (world, mut model) = (World::new().await, Model::default());
            for change in changes {
                let changed = model.apply(change);
                let taken = world.make(change).await;
                assert_eq!(taken, changed || !is_refused_in_vain(change), "{change:?}");
                for user in 0..USERS {
                    for (action, name) in ACTIONS.iter().enumerate() {
                        let expected = model.allows(user, action);
                        assert_eq!(world.allows(user, action).await, expected, "{change:?}: {user} {}", name);
                    }
                }
            }
        });
    }
}
