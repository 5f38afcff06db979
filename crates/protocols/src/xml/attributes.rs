//! Finds the members of a structure that are attributes of its element: those must be written before its children.

use smithy::{Member, Shape, TimestampFormat, WriteValue, Writer};

use super::escape::push_attribute;
use crate::text;

/// Writes only members marked as attributes.
pub(crate) struct AttributeWriter<'a>(pub(crate) &'a mut String);

impl AttributeWriter<'_> {
    fn text(&mut self, member: &Member, value: &str) {
        if member.xml_attribute {
            self.0.push(' ');
            self.0.push_str(member.xml_name);
            self.0.push_str("=\"");
            push_attribute(self.0, value);
            self.0.push('"');
        }
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(TimestampFormat::Iso8601)
    }
}

impl Writer for AttributeWriter<'_> {
    text::write_scalars!();

    fn structure(&mut self, _: &'static Member, _: &dyn Shape) {}
    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}
