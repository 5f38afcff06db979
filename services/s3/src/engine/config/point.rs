//! Access points: names of an account's own by which a bucket is reached, each with a policy and switches of its own.

use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Order, Raw, RawTable, Record, Span, StoreError, Table};

use super::access::PolicyText;
use super::settings::PublicAccess;
use crate::access::aim::Aim;
use crate::engine::Engine;
use crate::store::{BucketNo, SCOPE};

/// How every alias ends.
pub(crate) const ALIAS_END: &str = "-s3alias";

/// Where an access point is: its account, region and name.
pub(crate) type Place = (AccountId, String, String);

/// Access points.
const POINTS: Table<Place, PointRecord> = Table::new("s3", "access-point");
/// Where the point of an alias is.
const ALIASES: Table<String, Home> = Table::new("s3", "access-point-alias");
/// The points of a bucket.
const OF_BUCKET: RawTable<(BucketNo, AccountId, String, String)> = Table::new("s3", "access-point-of");

/// What an access point is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PointRecord {
    /// The bucket it leads to.
    pub(crate) bucket: String,
    /// The bucket's number.
    pub(crate) no: BucketNo,
    /// The bucket's account.
    pub(crate) bucket_account: AccountId,
    /// The name by which it can stand for a bucket.
    pub(crate) alias: String,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// Its switches against public access.
    pub(crate) switches: PublicAccess,
    /// Its policy.
    pub(crate) policy: Option<PolicyText>,
    /// The network it is reached from; none for the internet.
    pub(crate) vpc: Option<String>,
    /// Its tags.
    pub(crate) tags: Tags,
}

/// Where the point of an alias is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Home(Place);

impl Record for PointRecord {
    const VERSION: u8 = 1;
}

impl Record for Home {
    const VERSION: u8 = 1;
}

/// Whether an access point may have this name. Source: S3 user guide, "Rules for naming Amazon S3 access points".
pub(crate) fn is_name(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    (3..=50).contains(&name.len())
        && letters
        && ends(name.as_bytes().first())
        && ends(name.as_bytes().last())
        && !name.starts_with("xn--")
        && !name.ends_with(ALIAS_END)
}

/// The place of a point in its account and region.
pub(crate) fn place(account: AccountId, region: &Region, name: &str) -> Place {
    (account, region.as_str().to_owned(), name.to_owned())
}

impl Engine {
    /// Makes an access point; none when there is one of the name.
    pub(crate) async fn create_point(&self, place: &Place, record: PointRecord) -> Result<bool, StoreError> {
        let record = &record;
        self.store()
            .transact(|tx| async move {
                if POINTS.get(&tx, &SCOPE, place).await?.is_some() {
                    return Ok(false);
                }
                POINTS.put(&tx, &SCOPE, place, record)?;
                ALIASES.put(&tx, &SCOPE, &record.alias.as_str(), &Home(place.clone()))?;
                let (account, region, name) = place;
                OF_BUCKET.put(
                    &tx,
                    &SCOPE,
                    &(record.no, *account, region.as_str(), name.as_str()),
                    &Raw(bytes::Bytes::new()),
                )?;
                Ok(true)
            })
            .await
    }

    /// The access point at a place.
    pub(crate) async fn point(&self, place: &Place) -> Result<Option<PointRecord>, StoreError> {
        let view = self.store().read().await?;
        POINTS.get(&view, &SCOPE, place).await
    }

    /// The access point of an alias, and where it is.
    pub(crate) async fn point_of_alias(&self, alias: &str) -> Result<Option<(Place, PointRecord)>, StoreError> {
        let view = self.store().read().await?;
        let Some(Home(place)) = ALIASES.get(&view, &SCOPE, &alias).await? else { return Ok(None) };
        Ok(POINTS.get(&view, &SCOPE, &place).await?.map(|record| (place, record)))
    }

    /// The bucket that an access point, or its alias, leads to; none when there is no such point.
    pub(crate) async fn bucket_behind(&self, aim: &Aim) -> Result<Option<String>, StoreError> {
        let point = match aim {
            Aim::AccessPoint(arn) => {
                let (Some(account), Some(region)) = (arn.account_id(), arn.region_code()) else { return Ok(None) };
                let name = arn.resource.trim_start_matches("accesspoint/");
                self.point(&place(account, &region, name)).await?
            }
            Aim::Bucket(name) if name.ends_with(ALIAS_END) => {
                self.point_of_alias(name).await?.map(|(_, record)| record)
            }
            Aim::Bucket(name) => return Ok(Some(name.clone())),
        };
        Ok(point.map(|point| point.bucket))
    }

    /// Changes an access point; none when there is none.
    pub(crate) async fn change_point(
        &self,
        place: &Place,
        change: impl Fn(&mut PointRecord) + Sync,
    ) -> Result<Option<PointRecord>, StoreError> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let Some(mut record) = POINTS.get(&tx, &SCOPE, place).await? else { return Ok(None) };
                change(&mut record);
                POINTS.put(&tx, &SCOPE, place, &record)?;
                Ok(Some(record))
            })
            .await
    }

    /// Removes an access point; whether there was one.
    pub(crate) async fn delete_point(&self, place: &Place) -> Result<bool, StoreError> {
        self.store()
            .transact(|tx| async move {
                let Some(record) = POINTS.get(&tx, &SCOPE, place).await? else { return Ok(false) };
                POINTS.delete(&tx, &SCOPE, place);
                ALIASES.delete(&tx, &SCOPE, &record.alias.as_str());
                let (account, region, name) = place;
                OF_BUCKET.delete(&tx, &SCOPE, &(record.no, *account, region.as_str(), name.as_str()));
                Ok(true)
            })
            .await
    }

    /// Access points of an account and region after a name, in order.
    pub(crate) async fn points(
        &self,
        account: AccountId,
        region: &Region,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, PointRecord)>, StoreError> {
        let view = self.store().read().await?;
        let mut span = Span::prefix::<(AccountId, String)>(&(account, region.as_str()));
        if let Some(name) = after {
            span = span.after::<Place>(&(account, region.as_str(), name));
        }
        let rows = POINTS.scan(&view, &SCOPE, &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, _, name), record)| (name, record)).collect())
    }

    /// Whether any access point leads to a bucket.
    pub(crate) async fn has_points(&self, bucket: BucketNo) -> Result<bool, StoreError> {
        let view = self.store().read().await?;
        let span = Span::prefix::<(BucketNo,)>(&(bucket,));
        Ok(!OF_BUCKET.scan(&view, &SCOPE, &span, Order::Ascending, 1).await?.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_to_the_rules() {
        for good in ["abc", "a-b-c", "1-2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["sa", "xn-_test-alias", "xn--a", "a.b.c", "-ab", "ab-", "x-s3alias", "ABC"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
