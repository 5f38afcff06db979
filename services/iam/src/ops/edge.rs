//! What all operations share at the edge: whose account, tags in and out, documents as IAM writes them, pages.

use api_iam::Tag;
use names::Tags;
use service_kit::{Ctx, Error, Principal, paging};

use crate::Iam;
use crate::engine::Engine;
use crate::engine::home::Home;
use crate::engine::tags::same;
use crate::error::{invalid, validation};
use crate::limits;

/// The engine behind a call.
pub(crate) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Iam>().engine()
}

/// The account called.
pub(crate) fn home(ctx: &Ctx) -> Home {
    Home::of(ctx.cloud(), ctx.account())
}

/// A path, `/` when none is given.
pub(crate) fn path(given: Option<String>) -> String {
    given.unwrap_or_else(|| "/".to_owned())
}

/// The name of the user a call is about: the one named, or whoever calls.
pub(crate) fn user_or_self(ctx: &Ctx, named: Option<&str>) -> Result<String, Error> {
    match (named, &ctx.caller.principal) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, Principal::User { arn, .. }) => Ok(last_segment(arn).to_owned()),
        (None, _) => Err(validation("Must specify userName when calling with non-User credentials")),
    }
}

/// What follows the last slash.
pub(crate) fn last_segment(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Tags that a call sets. Keys that differ by case alone are one key given twice.
pub(crate) fn tags_in(given: Option<&[Tag]>) -> Result<Tags, Error> {
    let mut tags = Tags::new();
    for tag in given.unwrap_or_default() {
        if tags.keys().any(|key| same(key, &tag.key)) {
            return Err(invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
        if tag.key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            return Err(invalid("Tag keys beginning with aws: are reserved for system use."));
        }
        tags.insert(tag.key.clone(), tag.value.clone());
    }
    Ok(tags)
}

/// Tags as a resource shows them; nothing when it has none.
pub(crate) fn tags_out(tags: &Tags) -> Option<Vec<Tag>> {
    (!tags.is_empty()).then(|| tag_list(tags))
}

/// Tags as a listing shows them.
pub(crate) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// A document as IAM answers it: percent-encoded (RFC 3986).
pub(crate) fn encoded(document: &str) -> String {
    let mut out = String::with_capacity(document.len() * 2);
    for byte in document.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Where a page begins and how long it may be.
pub(crate) struct Asked {
    filters: String,
    /// After this key.
    pub after: Option<String>,
    /// At most so many.
    limit: usize,
}

/// A page.
pub(crate) struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Whether there is more.
    pub is_truncated: Option<bool>,
    /// What continues it.
    pub marker: Option<String>,
}

impl Asked {
    /// What a call asks for. `filters` are those that a marker is good for alone.
    pub(crate) fn new(ctx: &Ctx, filters: &str, marker: Option<&str>, most: Option<i32>) -> Result<Self, Error> {
        let limit = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(limits::PAGE);
        Ok(Self { filters: filters.to_owned(), after: paging::position(ctx, filters, marker)?, limit })
    }

    /// How many rows tell whether there are more.
    pub(crate) fn wanted(&self) -> usize {
        self.limit + 1
    }

    /// The page of items that were read from its beginning on.
    pub(crate) fn page<T>(&self, ctx: &Ctx, items: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let page = paging::page(ctx, &self.filters, items, self.limit, key);
        Page { is_truncated: Some(page.next_token.is_some()), items: page.items, marker: page.next_token }
    }

    /// The page of a list that was read as a whole and is sorted by its keys.
    pub(crate) fn cut<T>(&self, ctx: &Ctx, items: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let rest = items.into_iter().filter(|item| self.after.as_ref().is_none_or(|after| key(item) > *after));
        self.page(ctx, rest.collect(), key)
    }

    /// The page of tags.
    pub(crate) fn tags(&self, ctx: &Ctx, tags: &Tags) -> Page<Tag> {
        self.cut(ctx, tag_list(tags), |tag| tag.key.clone())
    }
}
