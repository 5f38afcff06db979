//! `requestParameters` and `responseElements`: a value as CloudTrail writes it. Names begin in lower case, secrets are not
//! shown, and what is larger than AWS's limit is replaced by a note of its size.

use bytes::Bytes;
use names::Timestamp;
use smithy::{Document, Member, Shape, WriteValue, Writer};

use super::omitted::{self, HIDDEN, Shown};
use crate::limits::ELEMENTS_BYTES;

/// ARNs taken note of on the way.
const ARNS: usize = 10;

/// A written value.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    /// A JSON object; none for a value without members.
    pub(crate) json: Option<String>,
    /// ARNs that its members hold.
    pub(crate) arns: Vec<String>,
}

/// Writes a value of a service. `field` names it where its size is noted.
pub(crate) fn elements(shape: &dyn Shape, service: &str, field: &str) -> Elements {
    let mut text =
        Text { out: Vec::with_capacity(256), size: 0, service, arns: Vec::new(), keyed: false, comma: false };
    text.object(|text| shape.write_members(text));
    let json = match text.size {
        2 => None,
        size if size <= ELEMENTS_BYTES => Some(String::from_utf8(text.out).expect("JSON is UTF-8")),
        size => Some(format!(r#"{{"omitted":true,"originalSize":{size},"reason":"{field} too large"}}"#)),
    };
    Elements { json, arns: text.arns }
}

/// JSON being written. Beyond the limit it is only measured.
struct Text<'a> {
    out: Vec<u8>,
    size: usize,
    service: &'a str,
    arns: Vec<String>,
    /// The next value is a member of a structure: its name comes first.
    keyed: bool,
    /// The next value is not the first of its structure, list or map.
    comma: bool,
}

impl Text<'_> {
    fn put(&mut self, text: &str) {
        self.size += text.len();
        if self.size <= ELEMENTS_BYTES {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    fn quoted(&mut self, text: &str) {
        if self.size + text.len() > ELEMENTS_BYTES {
            self.size += text.len() + 2;
            return;
        }
        let before = self.out.len();
        serde_json::to_writer(&mut self.out, text).expect("text can be written to memory");
        self.size += self.out.len() - before;
    }

    fn separate(&mut self) {
        if std::mem::replace(&mut self.comma, true) {
            self.put(",");
        }
    }

    fn name(&mut self, member: &'static Member) {
        let (first, rest) = member.name.split_at(member.name.len().min(1));
        self.put("\"");
        self.put(&first.to_ascii_lowercase());
        self.put(rest);
        self.put("\":");
    }

    /// What comes before each value. False when the value itself is not shown.
    fn begin(&mut self, member: &'static Member) -> bool {
        match omitted::shown(self.service, member) {
            Shown::Not => false,
            shown => {
                self.separate();
                if self.keyed {
                    self.name(member);
                }
                if shown == Shown::Hidden {
                    self.quoted(HIDDEN);
                }
                shown == Shown::Plainly
            }
        }
    }

    fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.put("{");
        let outer = std::mem::replace(&mut self.keyed, true);
        self.comma = false;
        members(self);
        self.put("}");
        (self.keyed, self.comma) = (outer, true);
    }
}

impl Writer for Text<'_> {
    fn boolean(&mut self, member: &'static Member, value: bool) {
        if self.begin(member) {
            self.put(if value { "true" } else { "false" });
        }
    }

    fn integer(&mut self, member: &'static Member, value: i32) {
        self.long(member, value.into());
    }

    fn long(&mut self, member: &'static Member, value: i64) {
        if self.begin(member) {
            self.put(&value.to_string());
        }
    }

    fn double(&mut self, member: &'static Member, value: f64) {
        if self.begin(member) {
            // JSON has no word for what is not a number.
            self.put(&serde_json::Value::from(value).to_string());
        }
    }

    fn string(&mut self, member: &'static Member, value: &str) {
        if !self.begin(member) {
            return;
        }
        if value.starts_with("arn:") && self.arns.len() < ARNS {
            self.arns.push(value.to_owned());
        }
        self.quoted(value);
    }

    fn blob(&mut self, _member: &'static Member, _value: &Bytes) {}

    fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
        if self.begin(member) {
            self.quoted(&written(value));
        }
    }

    fn document(&mut self, member: &'static Member, value: &Document) {
        if self.begin(member) {
            self.put(&value.to_string());
        }
    }

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        if self.begin(member) {
            self.object(|text| shape.write_members(text));
        }
    }

    fn list(&mut self, member: &'static Member, _: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        if !self.begin(member) {
            return;
        }
        self.put("[");
        let outer = std::mem::replace(&mut self.keyed, false);
        self.comma = false;
        elements.for_each(|element| element.write(&member.target.members[0], self));
        self.put("]");
        (self.keyed, self.comma) = (outer, true);
    }

    fn map(&mut self, member: &'static Member, _: usize, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        if !self.begin(member) {
            return;
        }
        self.put("{");
        let outer = std::mem::replace(&mut self.keyed, false);
        self.comma = false;
        let (key_of, value_of) = (&member.target.members[0], &member.target.members[1]);
        for (index, (key, value)) in entries.enumerate() {
            // A value of bytes is not shown, nor then is its key.
            if value_of.target.kind == smithy::Kind::Blob {
                continue;
            }
            if index > 0 {
                self.put(",");
            }
            self.quoted(if key_of.target.sensitive { HIDDEN } else { key });
            self.put(":");
            self.comma = false;
            value.write(value_of, self);
        }
        self.put("}");
        (self.keyed, self.comma) = (outer, true);
    }
}

/// An instant as records show it: `Jan 1, 2026, 12:00:00 AM`.
fn written(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.iso8601();
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<usize>().ok());
    let parts = (number(0, 4), number(5, 7), number(8, 10), number(11, 13));
    let (Some(year), Some(month @ 1..=12), Some(day), Some(hour)) = parts else { return text };
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{} {day}, {year}, {hour}:{} {half}", MONTHS[month - 1], &text[14..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_as_records_show_them() {
        for (seconds, expected) in [
            (1_767_225_600, "Jan 1, 2026, 12:00:00 AM"),
            (1_767_269_106, "Jan 1, 2026, 12:05:06 PM"),
            (1_709_251_199, "Feb 29, 2024, 11:59:59 PM"),
        ] {
            assert_eq!(written(Timestamp::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn a_value_without_members_is_none() {
        let empty = api_sqs::ListQueuesInput::default();
        assert_eq!(elements(&empty, "sqs", "requestParameters").json, None);
    }

    #[test]
    fn names_begin_in_lower_case_and_bodies_are_hidden() {
        let input = api_sqs::SendMessageInput {
            queue_url: "http://q/\"1\"".into(),
            message_body: "secret".into(),
            delay_seconds: Some(3),
            ..Default::default()
        };
        let json = elements(&input, "sqs", "requestParameters").json.unwrap();
        let expected =
            r#"{"queueUrl":"http://q/\"1\"","messageBody":"HIDDEN_DUE_TO_SECURITY_REASONS","delaySeconds":3}"#;
        assert_eq!(json, expected);
    }

    #[test]
    fn what_is_too_large_leaves_its_size() {
        let attributes = Some([("Policy".to_owned(), "x".repeat(ELEMENTS_BYTES))].into());
        let input = api_sqs::CreateQueueInput { queue_name: "q".into(), attributes, ..Default::default() };
        let json = elements(&input, "sqs", "requestParameters").json.unwrap();
        let note: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(note["omitted"], true);
        assert!(note["originalSize"].as_u64().unwrap() > ELEMENTS_BYTES as u64);
        assert_eq!(note["reason"], "requestParameters too large");
    }
}
