//! How long a document is, as quotas count it.

/// The number of characters that count towards IAM's size quotas: white space between JSON's tokens is free, white
/// space inside strings is not. Source: IAM User Guide, "IAM and AWS STS quotas".
pub fn significant_length(text: &str) -> usize {
    let mut length = 0;
    let mut inside = false;
    let mut escaped = false;
    for c in text.chars() {
        if inside || !c.is_ascii_whitespace() {
            length += 1;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::significant_length;

    #[test]
    fn counts_what_is_not_layout() {
        for (text, length) in
            [("", 0), ("{ }", 2), ("{\n\t\"a b\" : \"c\"\r\n}", 11), (r#"{"a\" b": " "}"#, 13), ("\"é ü\"", 5)]
        {
            assert_eq!(significant_length(text), length, "{text}");
        }
    }
}
