//! JSON as SNS writes it: its spaces and line breaks are part of what subscribers see.

/// An object, a member a line.
pub(crate) struct Object {
    text: String,
    indent: &'static str,
}

impl Object {
    /// The outermost object.
    pub(crate) fn new() -> Self {
        Self { text: "{".to_owned(), indent: "  " }
    }

    /// An object inside another.
    pub(crate) fn inner() -> Self {
        Self { text: "{".to_owned(), indent: "    " }
    }

    /// Adds a member whose value is JSON already.
    pub(crate) fn raw(&mut self, name: &str, value: &str) {
        let separator = if self.text.len() > 1 { "," } else { "" };
        self.text.push_str(&format!("{separator}\n{}{} : {value}", self.indent, quoted(name)));
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &quoted(value));
    }

    /// The whole.
    pub(crate) fn end(mut self) -> String {
        self.text.push('\n');
        self.text.push_str(&self.indent[2..]);
        self.text.push('}');
        self.text
    }
}

/// A text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_sns_writes_it() {
        let mut inner = Object::inner();
        inner.raw("a", r#"{"Type":"String","Value":"b"}"#);
        let mut object = Object::new();
        object.text("Type", "Notification");
        object.raw("MessageAttributes", &inner.end());
        let expected = "{\n  \"Type\" : \"Notification\",\n  \"MessageAttributes\" : {\n    \"a\" : \
                        {\"Type\":\"String\",\"Value\":\"b\"}\n  }\n}";
        assert_eq!(object.end(), expected);
    }
}
