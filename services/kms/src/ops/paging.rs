//! Listing a page at a time, in KMS's words: limits with a default and a maximum, markers, and whether there is more.

use service_kit::{Ctx, Error, paging};

/// Where a listing stands, and how much of it is wanted.
pub(crate) struct Wanted<'a> {
    ctx: &'a Ctx,
    filters: String,
    limit: usize,
    /// The last one shown before.
    pub after: Option<String>,
}

/// A page.
pub(crate) struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the next one begins.
    pub next_marker: Option<String>,
    /// Whether there is a next one.
    pub truncated: bool,
}

impl<'a> Wanted<'a> {
    /// What a request asks for. A limit above the most that is shown counts as that.
    pub(crate) fn new(
        ctx: &'a Ctx,
        filters: impl Into<String>,
        (usual, most): (usize, usize),
        limit: Option<i32>,
        marker: Option<&str>,
    ) -> Result<Self, Error> {
        let filters = filters.into();
        let after = paging::position(ctx, &filters, marker)?;
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usual).min(most);
        Ok(Self { ctx, filters, limit, after })
    }

    /// How many items to look up: one more than are shown.
    pub(crate) fn count(&self) -> usize {
        self.limit + 1
    }

    /// The page of items looked up.
    pub(crate) fn page<T>(&self, items: Vec<T>, name: impl Fn(&T) -> String) -> Page<T> {
        let page = paging::page(self.ctx, &self.filters, items, self.limit, name);
        Page { items: page.items, truncated: page.next_token.is_some(), next_marker: page.next_token }
    }

    /// The page of items that lie all in memory, sorted by name.
    pub(crate) fn cut<T>(&self, items: impl IntoIterator<Item = T>, name: impl Fn(&T) -> String) -> Page<T> {
        let later = |item: &T| self.after.as_ref().is_none_or(|after| name(item) > *after);
        self.page(items.into_iter().filter(later).take(self.count()).collect(), &name)
    }
}
