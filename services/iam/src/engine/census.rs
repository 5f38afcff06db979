//! Everyone in an account with their credentials: what the credential report says.

use names::Timestamp;
use store::{Reader, Span};

use super::Engine;
use super::access_key;
use super::entity::Kind;
use super::home::Home;
use super::owned;
use super::password::expires;
use super::refusal::Refusal;
use super::report::{Key, Line, Password, Report};
use super::signing_certificate;
use crate::store::credential::{LOGINS, PASSWORD_POLICIES};
use crate::store::report::REPORTS;
use crate::store::{ENTITIES, EntityRecord, KEY_USES, Sort};

impl Engine {
    /// The report, when one was made.
    pub(crate) async fn credential_report(&self, home: Home) -> Result<Option<Report>, Refusal> {
        Ok(REPORTS.get(&self.view().await?, &home.scope(), &0).await?)
    }

    /// Makes the report.
    pub(crate) async fn report_credentials(&self, home: Home) -> Result<(), Refusal> {
        self.flush_usage().await?;
        let born = self.born(home).await?;
        let (view, now) = (self.view().await?, self.now());
        let mut lines = vec![root(&view, home, born).await?];
        let days = PASSWORD_POLICIES.get(&view, &home.scope(), &0).await?.and_then(|policy| policy.max_age);
        for (_, user) in ENTITIES.scan_all(&view, &home.scope(), &Span::prefix(&(Kind::User as u8,))).await? {
            lines.push(line(&view, home, &user, days).await?);
        }
        let report = &Report::of(&lines, now);
        self.store().transact(|tx| async move { Ok::<_, Refusal>(REPORTS.put(&tx, &home.scope(), &0, report)?) }).await
    }
}

async fn root(reader: &impl Reader, home: Home, born: Timestamp) -> Result<Line, Refusal> {
    let (owner, user, arn) = (home.account.to_string(), "<root_account>".to_owned(), home.arn("root"));
    credentials(reader, home, &owner, Line::new(user, arn, born, Password::Root)).await
}

async fn line(reader: &impl Reader, home: Home, user: &EntityRecord, days: Option<u32>) -> Result<Line, Refusal> {
    let password = match LOGINS.get(reader, &home.scope(), &user.id).await? {
        None => Password::None,
        Some(login) => Password::Set { used: None, changed: login.changed, due: expires(login.changed, days) },
    };
    let line = Line::new(user.name.clone(), home.entity(user), user.created, password);
    credentials(reader, home, &user.id, line).await
}

/// What an owner has beside a password.
async fn credentials(reader: &impl Reader, home: Home, owner: &str, line: Line) -> Result<Line, Refusal> {
    let mut keys = access_key::of_owner(reader, home, owner).await?;
    keys.sort_by_key(|(_, record)| record.created);
    let mut shown = Vec::new();
    for (id, record) in keys {
        let used = KEY_USES.get(reader, &home.scope(), &id).await?;
        let used = used.map(|used| (used.at, used.region, used.service));
        shown.push(Key { active: record.active, since: record.created, used });
    }
    let certificates = signing_certificate::of_owner(reader, home, owner).await?;
    let mfa = !owned::ids(reader, home, owner, Sort::Mfa).await?.is_empty();
    let certificates = certificates.into_iter().map(|(_, record)| (record.active, record.uploaded)).collect();
    Ok(Line { mfa, keys: shown, certificates, ..line })
}
