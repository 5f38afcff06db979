//! Names and addresses of accounts. An account that was not made by an organization was never asked for its own, so it has
//! ones that are told by its number.

use names::AccountId;
use store::{Reader, Scope, StoreError, Tx};

use crate::store::{AccountRef, CONTACTS, Contact, EMAILS};

/// The name and address of an account.
pub(crate) async fn of(reader: &impl Reader, account: AccountId) -> Result<Contact, StoreError> {
    Ok(CONTACTS.get(reader, &Scope::Global, &account).await?.unwrap_or_else(|| usual(account)))
}

/// The account with an address, if one has it.
pub(crate) async fn owner(reader: &impl Reader, email: &str) -> Result<Option<AccountId>, StoreError> {
    let email = email.to_lowercase();
    let noted = EMAILS.get(reader, &Scope::Global, &email).await?;
    Ok(noted.map(|AccountRef(account)| account).or_else(|| of_usual(&email)))
}

/// Notes the name and address of a new account.
pub(super) fn note(tx: &Tx, account: AccountId, contact: &Contact) -> Result<(), StoreError> {
    CONTACTS.put(tx, &Scope::Global, &account, contact)?;
    EMAILS.put(tx, &Scope::Global, &contact.email.to_lowercase(), &AccountRef(account))
}

/// Whether an address is one that AWS takes for an account. Source: API reference, `CreateAccount`, `Email`.
pub(crate) fn is_address(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else { return false };
    let refused = |c: char| c.is_whitespace() || "\"'()<>[]:;,\\|%&".contains(c);
    let ends = |c: char| c == '-' || c == '.';
    email.is_ascii()
        && !local.is_empty()
        && !local.starts_with('.')
        && !local.contains(refused)
        && domain.contains('.')
        && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && !domain.starts_with(ends)
        && !domain.ends_with(ends)
}

fn usual(account: AccountId) -> Contact {
    Contact { name: account.to_string(), email: format!("root@{account}.example.com") }
}

fn of_usual(email: &str) -> Option<AccountId> {
    email.strip_prefix("root@")?.strip_suffix(".example.com")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (email, good) in [
            ("susan@example.com", true),
            ("a+b@mail.example.co", true),
            (".a@example.com", false),
            ("a b@example.com", false),
            ("a@b@example.com", false),
            ("a@example", false),
            ("a@-example.com", false),
            ("a@example.com.", false),
            ("a(b)@example.com", false),
            ("ä@example.com", false),
            ("example.com", false),
        ] {
            assert_eq!(is_address(email), good, "{email}");
        }
    }

    #[test]
    fn a_usual_address_leads_back() {
        let account: AccountId = "000000000042".parse().unwrap();
        assert_eq!(of_usual(&usual(account).email), Some(account));
        assert_eq!(of_usual("root@42.example.com"), None);
        assert_eq!(of_usual("bill@example.com"), None);
    }
}
