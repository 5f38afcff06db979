//! Shards, listed.

use api_kinesis::{ListShards, ListShardsInput, ListShardsOutput, ShardFilter, ShardFilterType, errors};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::{address, shown};
use crate::engine::sequence::{first_at, instant_of};
use crate::engine::stream::{Home, Known};
use crate::error::{invalid, missing, no_such_shard, shard_no};
use crate::limits;
use crate::store::{ShardNo, ShardRecord};

/// Shards shown when nobody says how many. Source: ListShards.
const PAGE: usize = 1_000;

/// Lists shards, those that a filter asks for.
pub(crate) async fn list_shards(ctx: &Ctx, input: ListShardsInput) -> Outcome<ListShards> {
    let listing = listing(ctx, &input)?;
    let stream = address::find(ctx, &listing.home).await?;
    let known = stream.known();
    if listing.created.is_some_and(|created| created.secs() != known.record.created.secs()) {
        return Err(missing(format!(
            "Stream {} under account {} with this creation time not found.",
            listing.home.name, listing.home.account
        )));
    }
    let limit = input.max_results.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let wanted = |no: &ShardNo, shard: &ShardRecord| {
        listing.after.is_none_or(|after| *no > after) && listing.filter.holds(*no, shard, &known, ctx.now())
    };
    let found = known.shards.iter().filter(|(no, shard)| wanted(no, shard)).take(limit + 1).collect();
    let page = paging::page(ctx, "", found, limit, |(no, _)| listing.goes_on(**no, ctx.now()));
    let shards = page.items.into_iter().map(|(no, shard)| shown::shard(&known, *no, shard)).collect();
    Ok(ListShardsOutput { shards: Some(shards), next_token: page.next_token })
}

/// What listing shards touches.
pub(crate) fn access_to_list(ctx: &Ctx, input: &ListShardsInput) -> Result<Access, Error> {
    listing(ctx, input).map(|listing| Access::to(listing.home.arn()))
}

/// The shard that a listing begins after.
pub(crate) fn after(home: &Home, id: Option<&str>) -> Result<Option<ShardNo>, Error> {
    id.map(|id| shard_no(id).ok_or_else(|| no_such_shard(home, id))).transpose()
}

/// A listing of shards: as asked for, or as its token says.
struct Listing {
    home: Home,
    created: Option<Timestamp>,
    filter: Filter,
    after: Option<ShardNo>,
}

/// Which shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    After(ShardNo),
    AtHorizon,
    AtLatest,
    At(Timestamp),
    From(Timestamp),
}

impl Filter {
    fn read(home: &Home, filter: Option<&ShardFilter>) -> Result<Self, Error> {
        let Some(filter) = filter else { return Ok(Self::All) };
        let at = || {
            let text = "Timestamp must be specified for the AT_TIMESTAMP and FROM_TIMESTAMP shard filters.";
            filter.timestamp.ok_or_else(|| invalid(text))
        };
        Ok(match &filter.r#type {
            ShardFilterType::AfterShardId => {
                let text = "ShardId must be specified for the AFTER_SHARD_ID shard filter.";
                let id = filter.shard_id.as_deref().ok_or_else(|| invalid(text))?;
                Self::After(shard_no(id).ok_or_else(|| no_such_shard(home, id))?)
            }
            ShardFilterType::AtTrimHorizon => Self::AtHorizon,
            ShardFilterType::AtLatest => Self::AtLatest,
            ShardFilterType::AtTimestamp => Self::At(at()?),
            ShardFilterType::FromTimestamp => Self::From(at()?),
            ShardFilterType::FromTrimHorizon | ShardFilterType::Unknown(_) => Self::All,
        })
    }

    /// Whether a shard is among them. Source: ShardFilter.
    fn holds(self, no: ShardNo, shard: &ShardRecord, known: &Known, now: Timestamp) -> bool {
        let horizon = known.horizon(now);
        let open_at = |position: u64| shard.opened <= position && shard.closed.is_none_or(|closed| closed > position);
        match self {
            Self::All => shard.closed.is_none_or(|closed| closed > horizon),
            Self::After(after) => no > after,
            Self::AtHorizon => open_at(horizon.max(first_at(known.record.created))),
            Self::AtLatest => shard.closed.is_none(),
            Self::At(at) => open_at(first_at(at.max(known.record.created).max(instant_of(horizon)).min(now))),
            Self::From(at) => shard.closed.is_none_or(|closed| closed > first_at(at).max(horizon)),
        }
    }

    fn write(self) -> String {
        match self {
            Self::All => "a".to_owned(),
            Self::After(no) => format!("s{no}"),
            Self::AtHorizon => "h".to_owned(),
            Self::AtLatest => "l".to_owned(),
            Self::At(at) => format!("t{}", at.micros()),
            Self::From(at) => format!("f{}", at.micros()),
        }
    }

    fn reread(text: &str) -> Option<Self> {
        let at = |text: &str| text.parse().ok().map(Timestamp::from_micros);
        Some(match (text.get(..1)?, text.get(1..)?) {
            ("a", "") => Self::All,
            ("s", no) => Self::After(no.parse().ok()?),
            ("h", "") => Self::AtHorizon,
            ("l", "") => Self::AtLatest,
            ("t", micros) => Self::At(at(micros)?),
            ("f", micros) => Self::From(at(micros)?),
            _ => return None,
        })
    }
}

/// A listing as it was asked for: by its stream, or by its token, never by both.
fn listing(ctx: &Ctx, input: &ListShardsInput) -> Result<Listing, Error> {
    let named = input.stream_name.is_some() || input.stream_arn.is_some();
    match (&input.next_token, named) {
        (Some(_), true) => Err(invalid("NextToken and StreamName cannot be provided together.")),
        (None, false) => Err(invalid("Either NextToken or StreamName should be provided.")),
        (Some(token), false) => again(ctx, token),
        (None, true) => {
            let home = address::home(ctx, input)?;
            let filter = Filter::read(&home, input.shard_filter.as_ref())?;
            let after = after(&home, input.exclusive_start_shard_id.as_deref())?;
            Ok(Listing { created: input.stream_creation_timestamp, filter, after, home })
        }
    }
}

impl Listing {
    /// What a token holds: all that goes on with the listing.
    fn goes_on(&self, after: ShardNo, now: Timestamp) -> String {
        format!("{} {after} {} {}", now.micros(), self.filter.write(), self.home.arn())
    }
}

/// Goes on where a token says.
fn again(ctx: &Ctx, token: &str) -> Result<Listing, Error> {
    let text = paging::position(ctx, "", Some(token))?.unwrap_or_default();
    let parts: Vec<_> = text.split(' ').collect();
    let bad = || invalid("NextToken is invalid.");
    let [made, after, filter, arn] = parts[..] else { return Err(bad()) };
    let made = made.parse().ok().map(Timestamp::from_micros).ok_or_else(bad)?;
    if made.plus(limits::TOKEN_LIFE) < ctx.now() {
        return Err(errors::expired_next_token_exception("NextToken has expired.").into());
    }
    let (home, _) = Home::of_arn(arn).ok_or_else(bad)?;
    let filter = Filter::reread(filter).ok_or_else(bad)?;
    Ok(Listing { home, created: None, filter, after: Some(after.parse().map_err(|_| bad())?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_as_they_are_written() {
        let at = Timestamp::from_micros(1_700_000_000_123_456);
        for filter in
            [Filter::All, Filter::After(7), Filter::AtHorizon, Filter::AtLatest, Filter::At(at), Filter::From(at)]
        {
            assert_eq!(Filter::reread(&filter.write()), Some(filter));
        }
        assert_eq!((Filter::reread(""), Filter::reread("x"), Filter::reread("sx")), (None, None, None));
    }
}
