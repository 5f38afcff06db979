//! Whose account an access key is of.

use api_sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetAccessKeyInfoOutput};
use names::{AccountId, key_id};
use service_kit::{Ctx, Outcome};

use crate::error::invalid;

/// Tells the account in a key's id, whether the key is there or not.
pub(crate) async fn get_access_key_info(_ctx: &Ctx, input: GetAccessKeyInfoInput) -> Outcome<GetAccessKeyInfo> {
    let id = input.access_key_id;
    let account = account_of(&id).ok_or_else(|| invalid(format!("Access key id {id} is not valid")))?;
    Ok(GetAccessKeyInfoOutput { account: Some(account.to_string()) })
}

fn account_of(id: &str) -> Option<AccountId> {
    let issued = ["AKIA", "ASIA"].iter().any(|prefix| id.starts_with(prefix));
    if issued { key_id::account_of(id) } else { None }
}
