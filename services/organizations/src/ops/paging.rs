//! Pages of at most 20, as Organizations cuts them.

use api_organizations::InvalidInputExceptionReason;
use service_kit::paging::{self, Page};
use service_kit::{Ctx, Error, Fault};

use crate::error::invalid;
use crate::limits;

/// Where a listing goes on, and how much of it is asked for.
pub(super) struct Turn {
    /// The last position shown.
    pub after: Option<String>,
    /// Items on the page.
    pub limit: usize,
    filters: String,
}

impl Turn {
    /// What `token` and `most` ask for of a listing with these filters.
    pub(super) fn of(ctx: &Ctx, filters: &str, token: Option<&str>, most: Option<i32>) -> Result<Self, Error> {
        let after = paging::position(ctx, filters, token).map_err(|error| match error {
            Error::Fault(Fault::InvalidPageToken) => invalid(
                InvalidInputExceptionReason::InvalidNextToken,
                "You specified an invalid value for nextToken. You must get the value from the response to a previous \
                 call to the API.",
            ),
            other => other,
        })?;
        let limit = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(limits::PAGE).clamp(1, limits::PAGE);
        Ok(Self { after, limit, filters: filters.to_owned() })
    }

    /// One more than a page, to know whether there is another.
    pub(super) fn more(&self) -> usize {
        self.limit + 1
    }

    /// The last position shown.
    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// The account last shown.
    pub(super) fn after_account(&self) -> Option<names::AccountId> {
        self.after().and_then(|after| after.parse().ok())
    }

    /// Cuts what was found to a page.
    pub(super) fn cut<T>(&self, ctx: &Ctx, items: Vec<T>, last: impl Fn(&T) -> String) -> Page<T> {
        paging::page(ctx, &self.filters, items, self.limit, last)
    }

    /// Cuts a page out of all that there is.
    pub(super) fn cut_all<T>(&self, ctx: &Ctx, items: Vec<T>) -> Page<T> {
        let done: usize = self.after().and_then(|after| after.parse().ok()).unwrap_or(0);
        let rest: Vec<_> = items.into_iter().skip(done).take(self.more()).collect();
        let shown = done + rest.len().min(self.limit);
        self.cut(ctx, rest, |_| shown.to_string())
    }
}
