//! Idempotency tokens that a client left out: the server makes them up, before validation.

use smithy::{Bytes, Document, Malformed, Member, ReadResult, Reader, Shape, Timestamp, WriteValue, Writer};

/// Puts what `make` gives into each absent idempotency token of `input` (top level only, as models have them).
pub fn fill(input: &mut dyn Shape, make: &mut dyn FnMut() -> String) {
    let members = input.schema().members;
    if !members.iter().any(|m| m.idempotency_token) {
        return;
    }
    let mut present = Present(Vec::new());
    input.write_members(&mut present);
    for (index, member) in members.iter().enumerate() {
        if member.idempotency_token && !present.0.contains(&member.name) {
            // A token is text; were it not, it would stay absent.
            input.read_member(index, &mut Given(make())).unwrap_or_default();
        }
    }
}

/// The names of the tokens that have a value.
struct Present(Vec<&'static str>);

impl Writer for Present {
    fn string(&mut self, member: &'static Member, value: &str) {
        if member.idempotency_token && !value.is_empty() {
            self.0.push(member.name);
        }
    }
    fn boolean(&mut self, _: &'static Member, _: bool) {}
    fn integer(&mut self, _: &'static Member, _: i32) {}
    fn long(&mut self, _: &'static Member, _: i64) {}
    fn double(&mut self, _: &'static Member, _: f64) {}
    fn blob(&mut self, _: &'static Member, _: &Bytes) {}
    fn timestamp(&mut self, _: &'static Member, _: Timestamp) {}
    fn document(&mut self, _: &'static Member, _: &Document) {}
    fn structure(&mut self, _: &'static Member, _: &dyn Shape) {}
    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}

/// Reads one given text.
struct Given(String);

fn not_text<T>() -> ReadResult<T> {
    Err(Malformed::new("an idempotency token is text"))
}

impl Reader for Given {
    fn string(&mut self, _: &'static Member) -> ReadResult<String> {
        Ok(std::mem::take(&mut self.0))
    }
    fn boolean(&mut self, _: &'static Member) -> ReadResult<bool> {
        not_text()
    }
    fn integer(&mut self, _: &'static Member) -> ReadResult<i32> {
        not_text()
    }
    fn long(&mut self, _: &'static Member) -> ReadResult<i64> {
        not_text()
    }
    fn double(&mut self, _: &'static Member) -> ReadResult<f64> {
        not_text()
    }
    fn blob(&mut self, _: &'static Member) -> ReadResult<Bytes> {
        not_text()
    }
    fn timestamp(&mut self, _: &'static Member) -> ReadResult<Timestamp> {
        not_text()
    }
    fn document(&mut self, _: &'static Member) -> ReadResult<Document> {
        not_text()
    }
    fn structure(&mut self, _: &'static Member, _: &mut dyn Shape) -> ReadResult<()> {
        not_text()
    }
    fn list(&mut self, _: &'static Member, _: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>) -> ReadResult<()> {
        not_text()
    }
    fn map(
        &mut self,
        _: &'static Member,
        _: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        not_text()
    }
    fn issue(&mut self, _: smithy::Issue) {}
}
