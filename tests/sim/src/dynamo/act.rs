//! One call of a client: what is asked, the request that asks it, and what came of it.

use serde_json::{Value, json};

use super::door::{Request, TABLES};
use crate::wire::Reply;

/// Accounts between which money goes.
pub(crate) const ACCOUNTS: u64 = 4;
/// What each account begins with.
pub(crate) const BALANCE: i64 = 100;

/// An item: its table, by number, and its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub usize, pub String);

/// What is done to one item, which holds a number or is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A consistent read.
    Get,
    /// A put; told is what was there, when it `asks`.
    Put {
        /// What is there afterwards.
        value: i64,
        /// Whether what was there is told.
        asks: bool,
    },
    /// A put where nothing is.
    Create(i64),
    /// A put of the second where the first is.
    Replace(i64, i64),
    /// An addition; told is the sum.
    Add(i64),
    /// A delete; told is what was there, when true.
    Delete(bool),
    /// A delete where this is.
    Remove(i64),
}

/// Appends one number to several lists, in a transaction; or to one, without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The number: no other append has it.
    pub value: i64,
    /// The lists.
    pub to: Vec<Place>,
    /// Lists that must have this length, or nothing is appended; those appended to may be among them.
    pub expects: Vec<(Place, usize)>,
    /// Whether it goes by `TransactWriteItems`.
    pub transaction: bool,
    /// Under which it may be sent again.
    pub token: Option<String>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Something to one item.
    Item(Place, Deed),
    /// Appends to lists.
    Append(Append),
    /// Reads lists at one moment.
    Read(Vec<Place>),
    /// Moves money from one account to another, which must have it.
    Transfer(u64, u64, i64),
    /// Reads all accounts at one moment.
    Balance,
}

/// What a client learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done, and nothing was told.
    Done,
    /// What an item was or is.
    Value(Option<i64>),
    /// Lists, as they were asked for.
    Lists(Vec<Vec<i64>>),
    /// Its condition did not hold.
    Refused,
    /// It did not happen, for a reason that says nothing of items.
    Conflict,
    /// It happened, or it did not.
    Unknown,
    /// Nothing that may be answered.
    Nonsense(String),
}

impl Act {
    /// The request that asks for it.
    pub fn request(&self) -> Request {
        match self {
            Self::Item(place, deed) => deed.request(place),
            Self::Append(append) => append.request(),
            Self::Read(places) if places.len() == 1 => get(&places[0]),
            Self::Read(places) => get_all(places),
            Self::Transfer(from, to, amount) => transfer(*from, *to, *amount),
            Self::Balance => get_all(&(0..ACCOUNTS).map(account).collect::<Vec<_>>()),
        }
    }

    /// What a reply tells.
    pub fn answer(&self, reply: &Reply) -> Answer {
        match reply {
            Reply::Trouble(_) => Answer::Unknown,
            Reply::Refused(code) => refused(code),
            Reply::Output(output) => match self {
                Self::Item(_, deed) => deed.told(output),
                Self::Append(_) | Self::Transfer(..) => Answer::Done,
                Self::Read(places) if places.len() == 1 => Answer::Lists(vec![list(&output["Item"])]),
                Self::Read(_) => Answer::Lists(items(output).map(list).collect()),
                Self::Balance => Answer::Lists(vec![items(output).filter_map(number).collect()]),
            },
        }
    }
}

impl Deed {
    /// What is there afterwards, and what its answer tells.
    pub(crate) fn step(&self, there: Option<i64>) -> (Option<i64>, Answer) {
        let told = |asks: &bool| if *asks { Answer::Value(there) } else { Answer::Done };
        match self {
            Self::Get => (there, Answer::Value(there)),
            Self::Put { value, asks } => (Some(*value), told(asks)),
            Self::Create(value) if there.is_none() => (Some(*value), Answer::Done),
            Self::Replace(old, new) if there == Some(*old) => (Some(*new), Answer::Done),
            Self::Add(by) => (Some(there.unwrap_or(0) + by), Answer::Value(Some(there.unwrap_or(0) + by))),
            Self::Delete(asks) => (None, told(asks)),
            Self::Remove(old) if there == Some(*old) => (None, Answer::Done),
            Self::Create(_) | Self::Replace(..) | Self::Remove(_) => (there, Answer::Refused),
        }
    }

    fn request(&self, place: &Place) -> Request {
        let key = json!({"TableName": TABLES[place.0], "Key": {"k": {"S": place.1}}});
        let put = |value: &i64| json!({"TableName": TABLES[place.0], "Item": {"k": {"S": place.1}, "v": n(*value)}});
        let old = |asks: &bool| json!({"ReturnValues": if *asks { "ALL_OLD" } else { "NONE" }});
        let is = |old: &i64| json!({"ConditionExpression": "v = :old", "ExpressionAttributeValues": {":old": n(*old)}});
        match self {
            Self::Get => get(place),
            Self::Put { value, asks } => Request::new("PutItem", put(value)).with(old(asks)),
            Self::Create(value) => {
                Request::new("PutItem", put(value)).with(json!({"ConditionExpression": "attribute_not_exists(k)"}))
            }
            Self::Replace(old, new) => Request::new("PutItem", put(new)).with(is(old)),
            Self::Add(by) => Request::new("UpdateItem", key).with(json!({
                "UpdateExpression": "ADD v :by", "ExpressionAttributeValues": {":by": n(*by)}, "ReturnValues": "UPDATED_NEW",
            })),
            Self::Delete(asks) => Request::new("DeleteItem", key).with(old(asks)),
            Self::Remove(old) => Request::new("DeleteItem", key).with(is(old)),
        }
    }

    fn told(&self, output: &Value) -> Answer {
        match self {
            Self::Get => Answer::Value(number(&output["Item"])),
            Self::Put { asks: true, .. } | Self::Delete(true) | Self::Add(_) => {
                Answer::Value(number(&output["Attributes"]))
            }
            _ => Answer::Done,
        }
    }
}

impl Append {
    fn request(&self) -> Request {
        let updates: Vec<_> = self.to.iter().map(|place| self.update(place)).collect();
        if !self.transaction {
            return Request::new("UpdateItem", updates[0].clone());
        }
        let others = self.expects.iter().filter(|(place, _)| !self.to.contains(place));
        let checks = others.map(|(place, length)| {
            let (condition, values) = has_length(*length);
            let mut check =
                json!({"TableName": TABLES[place.0], "Key": {"k": {"S": place.1}}, "ConditionExpression": condition});
            if let Some(values) = values {
                check["ExpressionAttributeValues"] = values;
            }
            json!({ "ConditionCheck": check })
        });
        let all: Vec<_> = checks.chain(updates.into_iter().map(|update| json!({ "Update": update }))).collect();
        let request = Request::new("TransactWriteItems", json!({ "TransactItems": all }));
        match &self.token {
            Some(token) => request.with(json!({ "ClientRequestToken": token })),
            None => request,
        }
    }

    fn update(&self, place: &Place) -> Value {
        let mut update = json!({
            "TableName": TABLES[place.0],
            "Key": {"k": {"S": place.1}},
            "UpdateExpression": "SET l = list_append(if_not_exists(l, :none), :new)",
            "ExpressionAttributeValues": {":none": {"L": []}, ":new": {"L": [n(self.value)]}},
        });
        if let Some((_, length)) = self.expects.iter().find(|(other, _)| other == place) {
            let (condition, values) = has_length(*length);
            update["ConditionExpression"] = condition.into();
            if let Some(values) = values {
                update["ExpressionAttributeValues"][":length"] = values[":length"].clone();
            }
        }
        update
    }
}

/// The place of an account: they lie in both tables.
pub(crate) fn account(number: u64) -> Place {
    Place((number % 2) as usize, format!("account-{number}"))
}

fn has_length(length: usize) -> (&'static str, Option<Value>) {
    match length {
        0 => ("attribute_not_exists(l)", None),
        _ => ("size(l) = :length", Some(json!({":length": n(length as i64)}))),
    }
}

fn get(place: &Place) -> Request {
    let input = json!({"TableName": TABLES[place.0], "Key": {"k": {"S": place.1}}, "ConsistentRead": true});
    Request::new("GetItem", input)
}

fn get_all(places: &[Place]) -> Request {
    let one = |place: &Place| json!({"Get": {"TableName": TABLES[place.0], "Key": {"k": {"S": place.1}}}});
    Request::new("TransactGetItems", json!({"TransactItems": places.iter().map(one).collect::<Vec<_>>()}))
}

fn transfer(from: u64, to: u64, amount: i64) -> Request {
    let update = |number: u64, by: i64, condition: &str| {
        let place = account(number);
        json!({
            "TableName": TABLES[place.0], "Key": {"k": {"S": place.1}},
            "UpdateExpression": "ADD m :by", "ConditionExpression": condition,
            "ExpressionAttributeValues": {":by": n(by)},
        })
    };
    let (mut less, more) = (update(from, -amount, "m >= :amount"), update(to, amount, "attribute_exists(m)"));
    less["ExpressionAttributeValues"][":amount"] = n(amount);
    Request::new("TransactWriteItems", json!({"TransactItems": [{"Update": less}, {"Update": more}]}))
}

fn refused(code: &str) -> Answer {
    match code.rsplit('#').next().unwrap_or_default() {
        "ConditionalCheckFailedException" => Answer::Refused,
        // Its condition, or somebody else's transaction: both say that nothing happened.
        "TransactionCanceledException" | "TransactionConflictException" | "ThrottlingException" => Answer::Conflict,
        _ => Answer::Nonsense(code.to_owned()),
    }
}

fn items(output: &Value) -> impl Iterator<Item = &Value> {
    output["Responses"].as_array().into_iter().flatten().map(|response| &response["Item"])
}

/// A number as DynamoDB writes it.
pub(crate) fn n(number: i64) -> Value {
    json!({"N": number.to_string()})
}

/// The number that an item holds.
pub(crate) fn number(item: &Value) -> Option<i64> {
    let held = if item["v"].is_null() { &item["m"] } else { &item["v"] };
    held["N"].as_str().and_then(|text| text.parse().ok())
}

fn list(item: &Value) -> Vec<i64> {
    let held = item["l"]["L"].as_array().into_iter().flatten();
    held.filter_map(|element| element["N"].as_str()?.parse().ok()).collect()
}
