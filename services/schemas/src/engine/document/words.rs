//! Names made of other names. Pure.

/// The words of a name in one, each with a capital: `Order placed` is `OrderPlaced`. What is no letter or digit of ASCII
/// divides words and is left out; empty when nothing is left.
pub(crate) fn title(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(String::new(), |mut title, word| {
        let (first, rest) = word.split_at(1);
        title.push_str(&first.to_ascii_uppercase());
        title.push_str(rest);
        title
    })
}

/// The name of the schema of events from a source with a detail type. A slash of a partner's source is a dash there.
/// Source: API reference and recorded names, as `users@UserCreated` of `userCreated`.
pub(crate) fn schema_name(source: &str, detail_type: &str, longest: usize) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let source: String = source.chars().map(allowed).collect();
    let detail = Some(title(detail_type)).filter(|title| !title.is_empty());
    let mut name = format!("{source}@{}", detail.as_deref().unwrap_or("Event"));
    name.truncate(longest);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_names() {
        for (name, expected) in [
            ("userCreated", "UserCreated"),
            ("EC2 Instance State-change Notification", "EC2InstanceStateChangeNotification"),
            ("AWS API Call via CloudTrail", "AWSAPICallViaCloudTrail"),
            ("  ", ""),
            ("日本", ""),
        ] {
            assert_eq!(title(name), expected);
        }
        assert_eq!(schema_name("users", "userCreated", 385), "users@UserCreated");
        assert_eq!(schema_name("aws.partner/x.y/1", "a b", 385), "aws.partner-x.y-1@AB");
        assert_eq!(schema_name("ü", "日本", 385), "-@Event");
        assert_eq!(schema_name("abcdef", "x", 4), "abcd");
    }
}
