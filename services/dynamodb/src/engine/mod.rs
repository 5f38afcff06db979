//! Tables in their own words: no API types, no HTTP, no ambient time.
//!
//! What the rest of the engine asks of its pure core (`value`, `number`, `expression`, `partiql`):
//!
//! - `value::Value` (S, N, B, Ss, Ns, Bs, M, L, Null, Bool), `value::Item` = `BTreeMap<String, Value>`, `value::item_size(&Item) -> usize`,
//!   `value::encode_item(&Item, &mut Vec<u8>)`, `value::decode_item(&[u8]) -> Option<Item>`;
//! - `number::Number`: parses (error with AWS's text), displays, orders; `encode_key(&self, &mut Vec<u8>)` sorts as numbers do and
//!   no encoding is the beginning of another; `decode_key(&mut &[u8]) -> Option<Number>`;
//! - expressions compile to values that are `Send + Sync + Clone` and can be cached; a condition is evaluated on `&Item`; a key
//!   condition tells the hash value and the range of sort values for a given pair of key names; an update applies to an `Item` and
//!   tells the paths it changed; a projection cuts an `Item`. Errors carry AWS's whole text;
//! - each tells the top-level attributes it touches (for `dynamodb:Attributes` and for the rules on key attributes).
