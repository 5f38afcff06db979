//! Whose a key is.

use std::time::Duration;

use service_kit::{Credentials, IssuedKey, KeyOwner, PresentedKey};

use crate::world::{World, everything};

const KEY: &str = "AKIAQAAAAAAAEXAMPLE2";

async fn owner(world: &World, access_key: &str, token: Option<&str>) -> String {
    let key = PresentedKey { access_key, token };
    match world.authority.owner(world.cloud.cloud(), key).await {
        KeyOwner::Known { caller, .. } => caller.arn(names::Partition::Aws),
        KeyOwner::Unchecked(_) => "unchecked".to_owned(),
        KeyOwner::Expired => "expired".to_owned(),
        KeyOwner::InvalidToken => "invalid token".to_owned(),
        KeyOwner::Inactive => "inactive".to_owned(),
        KeyOwner::Unknown => "unknown".to_owned(),
    }
}

#[tokio::test]
async fn issued_keys_are_their_users_while_active() {
    let world = World::new();
    let caller = world.known.user("u", &[]);
    let secret = sigv4::Secret::new("secret");
    assert_eq!(owner(&world, KEY, None).await, "unknown");
    world.known.key(KEY, IssuedKey { secret: secret.clone(), active: true, caller: caller.clone() });
    assert_eq!(owner(&world, KEY, None).await, "arn:aws:iam::111122223333:user/u");
    assert_eq!(owner(&world, KEY, Some("token")).await, "invalid token");
    world.known.key(KEY, IssuedKey { secret, active: false, caller });
    assert_eq!(owner(&world, KEY, None).await, "inactive");
}

#[tokio::test]
async fn a_session_lasts_its_time_and_no_longer_than_its_role() {
    let world = World::new();
    let caller = world.known.role_session("r", &[&everything()], &[]);
    let sessions = world.cloud.cloud().sessions();
    let key = sessions.issue(&world.cloud.runtime().random, caller.session.as_ref().unwrap());
    let arn = "arn:aws:sts::111122223333:assumed-role/r/s";
    assert_eq!(owner(&world, &key.access_key, Some(&key.token)).await, arn);
    assert_eq!(owner(&world, &key.access_key, None).await, "invalid token");
    let other = sessions.issue(&world.cloud.runtime().random, caller.session.as_ref().unwrap());
    assert_eq!(owner(&world, &key.access_key, Some(&other.token)).await, "invalid token");
    world.cloud.advance(Duration::from_secs(3_599)).await;
    assert_eq!(owner(&world, &key.access_key, Some(&key.token)).await, arn);
    world.known.forget("AROAR");
    assert_eq!(owner(&world, &key.access_key, Some(&key.token)).await, "unknown");
    world.cloud.advance(Duration::from_secs(1)).await;
    assert_eq!(owner(&world, &key.access_key, Some(&key.token)).await, "expired");
}
