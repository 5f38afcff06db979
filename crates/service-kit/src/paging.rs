//! Listing a page at a time: a sealed token says where the next page starts.

use crate::{Ctx, Error, Fault};

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Continues the listing; none on the last page.
    pub next_token: Option<String>,
}

/// The position a token stands for: whatever the listing needs to go on, most often the last key shown.
pub fn position(ctx: &Ctx, filters: &str, token: Option<&str>) -> Result<Option<String>, Error> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let bytes = ctx.cloud().page_tokens().open(&scope(ctx, filters), token);
    let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Some).ok_or_else(|| Fault::InvalidPageToken.into())
}

/// Cuts `items`, one more than a page when there are more, to `limit`; `last` names the position after the last one shown.
pub fn page<T>(ctx: &Ctx, filters: &str, mut items: Vec<T>, limit: usize, last: impl Fn(&T) -> String) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let position = items.last().filter(|_| more).map(last);
    let next_token = position.map(|p| ctx.cloud().page_tokens().seal(&scope(ctx, filters), p.as_bytes()));
    Page { items, next_token }
}

fn scope(ctx: &Ctx, filters: &str) -> String {
    format!("{}/{}/{}/{filters}", ctx.account(), ctx.region, ctx.operation.action)
}
