//! Values on the pipe: JSON in the model's names, with `{"$blob": base64}`, `{"$time": microseconds}` and
//! `{"$float": "NaN"}` for what JSON does not have. Strict where protocols are lenient, so that nothing hides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};
use smithy::{Bytes, Document, Issue, Malformed, Member, ReadResult, Reader, Shape, Timestamp, WriteValue, Writer};

/// A shape as JSON.
pub(crate) fn to_json(shape: &dyn Shape) -> Json {
    let mut members = Object(Map::new());
    shape.write_members(&mut members);
    Json::Object(members.0)
}

/// Fills a shape from JSON.
pub(crate) fn from_json(json: &Json, shape: &mut dyn Shape) -> ReadResult<()> {
    let members = json.as_object().ok_or_else(|| wrong(json, "an object"))?;
    let schema = shape.schema();
    for (name, value) in members {
        let index = schema.position(name).ok_or_else(|| Malformed(format!("{} has no {name}", schema.name)))?;
        shape.read_member(index, &mut From(value))?;
    }
    Ok(())
}

fn wrong(json: &Json, wanted: &str) -> Malformed {
    Malformed(format!("{json} is not {wanted}"))
}

struct From<'a>(&'a Json);

impl From<'_> {
    fn tagged(&self, tag: &str) -> ReadResult<&Json> {
        self.0.get(tag).ok_or_else(|| wrong(self.0, tag))
    }
}

impl Reader for From<'_> {
    fn boolean(&mut self, _: &'static Member) -> ReadResult<bool> {
        self.0.as_bool().ok_or_else(|| wrong(self.0, "a boolean"))
    }
    fn integer(&mut self, _: &'static Member) -> ReadResult<i32> {
        self.0.as_i64().and_then(|v| i32::try_from(v).ok()).ok_or_else(|| wrong(self.0, "an integer"))
    }
    fn long(&mut self, _: &'static Member) -> ReadResult<i64> {
        self.0.as_i64().ok_or_else(|| wrong(self.0, "a long"))
    }
    fn double(&mut self, _: &'static Member) -> ReadResult<f64> {
        let special = || self.0.get("$float").and_then(Json::as_str).and_then(|text| text.parse().ok());
        self.0.as_f64().or_else(special).ok_or_else(|| wrong(self.0, "a double"))
    }
    fn string(&mut self, _: &'static Member) -> ReadResult<String> {
        self.0.as_str().map(str::to_owned).ok_or_else(|| wrong(self.0, "text"))
    }
    fn blob(&mut self, _: &'static Member) -> ReadResult<Bytes> {
        let text = self.tagged("$blob")?.as_str().unwrap_or_default();
        STANDARD.decode(text).map(Bytes::from).map_err(|e| Malformed(e.to_string()))
    }
    fn timestamp(&mut self, _: &'static Member) -> ReadResult<Timestamp> {
        let micros = self.tagged("$time")?;
        micros.as_i64().map(Timestamp::from_micros).ok_or_else(|| wrong(micros, "microseconds"))
    }
    fn document(&mut self, _: &'static Member) -> ReadResult<Document> {
        Ok(self.0.clone())
    }
    fn structure(&mut self, _: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        from_json(self.0, shape)
    }
    fn list(
        &mut self,
        _: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let elements = self.0.as_array().ok_or_else(|| wrong(self.0, "a list"))?;
        elements.iter().try_for_each(|json| element(&mut From(json)))
    }
    fn map(
        &mut self,
        _: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let entries = self.0.as_object().ok_or_else(|| wrong(self.0, "a map"))?;
        entries.iter().try_for_each(|(key, json)| entry(key.clone(), &mut From(json)))
    }
    fn issue(&mut self, _: Issue) {}
}

/// The members of a structure as they are written.
struct Object(Map<String, Json>);

impl Object {
    fn put(&mut self, member: &'static Member, value: Json) {
        self.0.insert(member.name.to_owned(), value);
    }
}

/// A single value: of an object with one member, that member.
fn one(value: &dyn WriteValue, member: &'static Member) -> Json {
    let mut object = Object(Map::new());
    value.write(member, &mut object);
    object.0.remove(member.name).unwrap_or_default()
}

impl Writer for Object {
    fn boolean(&mut self, member: &'static Member, value: bool) {
        self.put(member, value.into());
    }
    fn integer(&mut self, member: &'static Member, value: i32) {
        self.put(member, value.into());
    }
    fn long(&mut self, member: &'static Member, value: i64) {
        self.put(member, value.into());
    }
    fn double(&mut self, member: &'static Member, value: f64) {
        let special = || json!({ "$float": value.to_string() });
        self.put(member, if value.is_finite() { value.into() } else { special() });
    }
    fn string(&mut self, member: &'static Member, value: &str) {
        self.put(member, value.into());
    }
    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.put(member, json!({ "$blob": STANDARD.encode(value) }));
    }
    fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
        self.put(member, json!({ "$time": value.micros() }));
    }
    fn document(&mut self, member: &'static Member, value: &Document) {
        self.put(member, value.clone());
    }
    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        self.put(member, to_json(shape));
    }
    fn list(&mut self, member: &'static Member, _: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        let element = &member.target.members[0];
        self.put(member, elements.map(|value| one(value, element)).collect());
    }
    fn map(&mut self, member: &'static Member, _: usize, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        let content = &member.target.members[1];
        let entries: Map<_, _> = entries.map(|(key, value)| (key.to_owned(), one(value, content))).collect();
        self.put(member, entries.into());
    }
}
