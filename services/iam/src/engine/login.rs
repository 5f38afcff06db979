//! Passwords of users: given, changed, taken away, within what the account asks.
//!
//! Deriving what is kept of a password is slow on purpose, so it is done beside the threads that answer requests, and
//! outside of transactions.

use store::Reader;

use super::entity::{Kind, find as find_entity};
use super::flaw::{Flaw, Thing, exists, missing};
use super::home::Home;
use super::password::{Passwords, Rules};
use super::refusal::Refusal;
use super::{Engine, owned};
use crate::store::credential::{LOGINS, LoginRecord, PASSWORD_POLICIES, PasswordPolicyRecord};
use crate::store::{EntityRecord, Sort};

impl PasswordPolicyRecord {
    /// What it asks of a password.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            length: self.length as usize,
            symbols: self.symbols,
            numbers: self.numbers,
            uppercase: self.uppercase,
            lowercase: self.lowercase,
            kinds: 0,
        }
    }
}

/// The password of a user.
pub(crate) async fn find(reader: &impl Reader, home: Home, user: &EntityRecord) -> Result<LoginRecord, Refusal> {
    let found = LOGINS.get(reader, &home.scope(), &user.id).await?;
    found.ok_or_else(|| missing(Thing::Login, &user.name))
}

/// Derives beside the threads that answer requests.
async fn aside<T: Send + 'static>(derive: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(derive).await;
    done.map_err(|error| store::StoreError::unavailable(error.to_string()).into())
}

impl Engine {
    /// What the account asks of passwords; none when nothing was set.
    pub(crate) async fn password_policy(&self, home: Home) -> Result<Option<PasswordPolicyRecord>, Refusal> {
        Ok(PASSWORD_POLICIES.get(&self.view().await?, &home.scope(), &0).await?)
    }

    /// Sets what the account asks of passwords.
    pub(crate) async fn set_password_policy(&self, home: Home, policy: PasswordPolicyRecord) -> Result<(), Refusal> {
        let policy = &policy;
        self.change(home.account, |tx| async move { Ok(PASSWORD_POLICIES.put(&tx, &home.scope(), &0, policy)?) }).await
    }

    /// Removes what the account asks of passwords; whether there was anything.
    pub(crate) async fn delete_password_policy(&self, home: Home) -> Result<bool, Refusal> {
        self.change(home.account, |tx| async move {
            let there = PASSWORD_POLICIES.get(&tx, &home.scope(), &0).await?.is_some();
            PASSWORD_POLICIES.delete(&tx, &home.scope(), &0);
            Ok(there)
        })
        .await
    }

    /// A user and its password.
    pub(crate) async fn login(&self, home: Home, user: &str) -> Result<(EntityRecord, LoginRecord), Refusal> {
        let view = self.view().await?;
        let user = find_entity(&view, home, Kind::User, user).await?;
        let login = find(&view, home, &user).await?;
        Ok((user, login))
    }

    /// Gives a user a password.
    pub(crate) async fn create_login(
        &self,
        home: Home,
        user: &str,
        password: String,
        reset: bool,
    ) -> Result<(EntityRecord, LoginRecord), Refusal> {
        let user = self.entity(home, Kind::User, user).await?;
        if LOGINS.get(&self.view().await?, &home.scope(), &user.id).await?.is_some() {
            return Err(exists(Thing::Login, &user.name));
        }
        self.check_password(home, &password).await?;
        let (salt, now) = (self.random().bytes(), self.now());
        let passwords = aside(move || Passwords::first(&password, salt)).await?;
        let (user, login) = (&user, &LoginRecord { created: now, changed: now, reset, passwords });
        self.change(home.account, |tx| async move {
            if LOGINS.get(&tx, &home.scope(), &user.id).await?.is_some() {
                return Err(exists(Thing::Login, &user.name));
            }
            owned::give(&tx, home, &user.id, Sort::LoginProfile, "").await?;
            Ok(LOGINS.put(&tx, &home.scope(), &user.id, login)?)
        })
        .await?;
        Ok((user.clone(), login.clone()))
    }

    /// Gives a user another password, or changes whether it must set one.
    pub(crate) async fn update_login(
        &self,
        home: Home,
        user: &str,
        password: Option<String>,
        reset: Option<bool>,
    ) -> Result<(), Refusal> {
        let (user, before) = self.login(home, user).await?;
        let mut after = before.clone();
        if let Some(password) = password {
            let barred = self.check_password(home, &password).await?;
            after = self.replaced(after, password, barred).await?;
        }
        after.reset = reset.unwrap_or(after.reset);
        self.replace_login(home, &user, &before, &after).await
    }

    /// Changes a user's password on the user's own request.
    pub(crate) async fn change_password(
        &self,
        home: Home,
        user: &str,
        old: String,
        new: String,
    ) -> Result<(), Refusal> {
        let (user, before) = self.login(home, user).await?;
        let passwords = before.passwords.clone();
        if !aside(move || passwords.is_current(&old)).await? {
            return Err(Flaw::OldPassword.into());
        }
        let barred = self.check_password(home, &new).await?;
        let after = LoginRecord { reset: false, ..self.replaced(before.clone(), new, barred).await? };
        self.replace_login(home, &user, &before, &after).await
    }

    /// Takes a user's password away.
    pub(crate) async fn delete_login(&self, home: Home, user: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let user = find_entity(&tx, home, Kind::User, user).await?;
            find(&tx, home, &user).await?;
            LOGINS.delete(&tx, &home.scope(), &user.id);
            owned::take(&tx, home, &user.id, Sort::LoginProfile, "");
            Ok(())
        })
        .await
    }

    /// Refuses a password that is not as the account asks; how many former ones are barred.
    async fn check_password(&self, home: Home, password: &str) -> Result<usize, Refusal> {
        let policy = self.password_policy(home).await?;
        let rules = policy.as_ref().map_or(Rules::DEFAULT, PasswordPolicyRecord::rules);
        if !rules.allow(password) {
            return Err(Flaw::Password.into());
        }
        Ok(policy.and_then(|policy| policy.barred).unwrap_or(0) as usize)
    }

    async fn replaced(&self, login: LoginRecord, password: String, barred: usize) -> Result<LoginRecord, Refusal> {
        let before = login.passwords.clone();
        let passwords = aside(move || before.changed(&password, barred)).await?.ok_or(Flaw::Password)?;
        Ok(LoginRecord { passwords, changed: self.now(), ..login })
    }

    /// Writes what was derived from one state over that very state.
    async fn replace_login(
        &self,
        home: Home,
        user: &EntityRecord,
        before: &LoginRecord,
        after: &LoginRecord,
    ) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            if find(&tx, home, user).await? != *before {
                return Err(Flaw::Concurrent.into());
            }
            Ok(LOGINS.put(&tx, &home.scope(), &user.id, after)?)
        })
        .await
    }
}
