//! What was handed to mail, phones and apps: kept to be read by whoever plays their part on this machine.

use names::{AccountId, Region};
use store::{Order, Span, StoreError, Writer};

use super::Engine;
use crate::store::{SPOOL, Spooled, scope};

/// What something in the spool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Mail.
    Mail,
    /// Text messages.
    Sms,
    /// Pushes to apps.
    Push,
}

impl Kind {
    /// Its name in keys and paths.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }

    /// The kind of a name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Mail, Self::Sms, Self::Push].into_iter().find(|kind| kind.name() == name)
    }
}

impl Engine {
    /// Writes something into the spool of an account. `number` makes a repetition fall on the same place.
    pub(crate) fn spool(
        &self,
        writer: &impl Writer,
        (account, region): (AccountId, &Region),
        kind: Kind,
        (at, number): (names::Timestamp, u64),
        spooled: &Spooled,
    ) -> Result<(), StoreError> {
        SPOOL.put(writer, &scope(account, region), &(kind.name(), at, number), spooled)
    }

    /// What is in the spools of all accounts, the newest last, at most so many of each account.
    pub(crate) async fn spooled(
        &self,
        kind: Kind,
        limit: usize,
    ) -> Result<Vec<(store::Scope, names::Timestamp, Spooled)>, StoreError> {
        let view = self.store().read().await?;
        let mut all = Vec::new();
        for scope in store::Scope::all(&view).await? {
            let span = Span::prefix::<(String,)>(&(kind.name(),));
            let rows = SPOOL.scan(&view, &scope, &span, Order::Descending, limit).await?;
            all.extend(rows.into_iter().rev().map(|((_, at, _), one)| (scope.clone(), at, one)));
        }
        all.sort_by_key(|(_, at, _)| *at);
        Ok(all)
    }
}
