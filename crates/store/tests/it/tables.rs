//! Typed tables: spans, scopes, views.

use names::{AccountId, Region};
use runtime::Random;
use serde::{Deserialize, Serialize};
use store::{Batch, Order, Raw, RawTable, Record, Scope, Span, Store, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Message {
    body: String,
}

impl Record for Message {
    const VERSION: u8 = 1;
}

const MESSAGES: Table<(String, u64), Message> = Table::new("sqs", "message");
const BODIES: RawTable<u64> = Table::new("sqs", "body");

fn scope(account: u64, region: &str) -> Scope {
    Scope::Regional(AccountId::from_number(account).unwrap(), Region::parse(region).unwrap())
}

fn message(n: u64) -> Message {
    Message { body: format!("message {n}") }
}

async fn filled() -> Store {
    let store = Store::in_memory(Random::seeded(1));
    let batch = Batch::new();
    for account in [1, 2] {
        for queue in ["a", "a\0b", "ab"] {
            for n in 0..5 {
                MESSAGES.put(&batch, &scope(account, "eu-west-1"), &(queue, n), &message(n)).unwrap();
            }
        }
    }
    MESSAGES.put(&batch, &Scope::Account(AccountId::from_number(2).unwrap()), &("global", 0), &message(0)).unwrap();
    BODIES.put(&batch, &Scope::Global, &7, &Raw("raw".into())).unwrap();
    store.write(batch).await.unwrap();
    store
}

#[tokio::test]
async fn spans_select_by_leading_parts_and_bounds() {
    let store = filled().await;
    let view = store.read().await.unwrap();
    let here = scope(1, "eu-west-1");
    let of = |span: Span, order, limit| {
        let (view, here) = (view.clone(), here.clone());
        async move {
            let rows = MESSAGES.scan(&view, &here, &span, order, limit).await.unwrap();
            rows.into_iter().map(|((queue, n), _)| format!("{queue}{n}")).collect::<Vec<_>>()
        }
    };
    let a = || Span::prefix::<(String,)>(&("a",));
    assert_eq!(of(a(), Order::Ascending, 9).await, ["a0", "a1", "a2", "a3", "a4"]);
    assert_eq!(of(a(), Order::Descending, 2).await, ["a4", "a3"]);
    assert_eq!(of(a().after::<(String, u64)>(&("a", 2)), Order::Ascending, 9).await, ["a3", "a4"]);
    assert_eq!(of(a().from::<(String, u64)>(&("a", 2)), Order::Ascending, 9).await, ["a2", "a3", "a4"]);
    assert_eq!(of(a().until::<(String, u64)>(&("a", 2)), Order::Descending, 9).await, ["a1", "a0"]);
    assert_eq!(of(Span::all(), Order::Ascending, 6).await, ["a0", "a1", "a2", "a3", "a4", "a\0b0"]);
    let after_a = Span::all().after::<(String,)>(&("a",));
    assert_eq!(of(after_a, Order::Ascending, 1).await, ["a\0b0"]);
}

#[tokio::test]
async fn scopes_keep_accounts_apart_and_are_found() {
    let store = filled().await;
    let view = store.read().await.unwrap();
    let account = Scope::Account(AccountId::from_number(2).unwrap());
    let expected = [Scope::Global, scope(1, "eu-west-1"), account, scope(2, "eu-west-1")];
    assert_eq!(Scope::all(&view).await.unwrap(), expected);
    assert_eq!(MESSAGES.scan_everywhere(&view).await.unwrap().len(), 31);
    assert_eq!(BODIES.get(&view, &Scope::Global, &7).await.unwrap(), Some(Raw("raw".into())));
}

#[tokio::test]
async fn an_account_is_one_range() {
    let store = filled().await;
    let account = Scope::account_prefix(AccountId::from_number(2).unwrap());
    assert_eq!(store.delete_range(store::KeyRange::prefix(account)).await.unwrap(), 16);
    let view = store.read().await.unwrap();
    assert_eq!(MESSAGES.scan_everywhere(&view).await.unwrap().len(), 15);
}
