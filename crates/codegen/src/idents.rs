//! AWS's names as Rust names: `MD5OfMessageBody` → `md5_of_message_body`, `aws:kms` → `AwsKms`.

/// Names of std that generated code uses bare; no type may take them.
const TAKEN_TYPES: [&str; 16] = [
    "Box",
    "Clone",
    "Copy",
    "Default",
    "Err",
    "From",
    "Into",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Some",
    "String",
    "Vec",
];

const KEYWORDS: [&str; 50] = [
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "static",
    "struct",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "macro_rules",
];

/// The words of a name: split at what is no letter or digit, at `aB`, and at `ABc` before the last capital; a plural
/// `s` stays with its acronym (`ARNs`), and `IPv6` is one word.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for index in 0..letters.len() {
            if index > 0 && starts_word(&letters, index) {
                words.push(std::mem::take(&mut word));
            }
            word.push(letters[index]);
        }
        words.push(word);
    }
    words
}

fn starts_word(letters: &[char], index: usize) -> bool {
    let at = |offset: isize| index.checked_add_signed(offset).and_then(|i| letters.get(i)).copied();
    if !letters[index].is_ascii_uppercase() {
        return false;
    }
    if !at(-1).is_some_and(|c| c.is_ascii_uppercase()) {
        return true;
    }
    let next_is_lower = at(1).is_some_and(|c| c.is_ascii_lowercase());
    let plural = at(1) == Some('s') && !at(2).is_some_and(|c| c.is_ascii_lowercase());
    let ip_version = at(-1) == Some('I') && letters[index] == 'P' && at(1) == Some('v');
    next_is_lower && !plural && !ip_version
}

/// A field's or function's name. Keywords become raw identifiers.
pub fn snake(name: &str) -> String {
    let text = words(name).join("_").to_ascii_lowercase();
    match text.as_str() {
        "self" | "super" | "crate" => text + "_",
        word if KEYWORDS.contains(&word) => format!("r#{text}"),
        "" => "value".to_owned(),
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => format!("_{text}"),
        _ => text,
    }
}

/// A type's or variant's name.
pub fn upper_camel(name: &str) -> String {
    let text: String = words(name).iter().map(|word| capital(word)).collect();
    match text.as_str() {
        "" => "Empty".to_owned(),
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => format!("V{text}"),
        _ => text,
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

/// A shape's type name: its own spelling, made legal.
pub(crate) fn type_name(shape: &str) -> String {
    let letters: String = shape.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = letters[..1].to_ascii_uppercase() + &letters[1..];
    let legal = !name.starts_with(|c: char| c.is_ascii_digit());
    if legal && !TAKEN_TYPES.contains(&name.as_str()) { name } else { format!("Shape{name}") }
}

/// A static's name.
pub(crate) fn screaming(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

/// Makes names distinct in their order: the second `tags` becomes `tags_2`.
pub(crate) fn distinct(names: impl Iterator<Item = String>, joint: &str) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let mut candidate = name.clone();
        let mut count = 1;
        while taken.contains(&candidate) {
            count += 1;
            candidate = format!("{}{joint}{count}", name.trim_start_matches("r#"));
        }
        taken.push(candidate);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_as_words() {
        for (name, expected) in [
            ("MD5OfMessageBody", "md5_of_message_body"),
            ("KMSKeyArn", "kms_key_arn"),
            ("dryRun", "dry_run"),
            ("ResourceARNs", "resource_arns"),
            ("ARNsToDelete", "arns_to_delete"),
            ("IPv6Addresses", "ipv6_addresses"),
            ("S3Bucket", "s3_bucket"),
            ("Ipv4Prefix", "ipv4_prefix"),
            ("x-amz-date", "x_amz_date"),
            ("Type", "r#type"),
            ("self", "self_"),
            ("SSES3", "sses3"),
            ("DBInstanceId", "db_instance_id"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }

    #[test]
    fn variants_are_camel() {
        for (value, expected) in [
            ("aws:kms", "AwsKms"),
            ("GLACIER_IR", "GlacierIr"),
            ("InService", "InService"),
            ("t2.micro", "T2Micro"),
            ("1.0", "V10"),
            ("", "Empty"),
            ("FIFO", "Fifo"),
        ] {
            assert_eq!(upper_camel(value), expected, "{value}");
        }
    }

    #[test]
    fn repeated_names_are_counted() {
        let names = ["r#type", "r#type", "a", "a"].map(str::to_owned);
        assert_eq!(distinct(names.into_iter(), "_"), ["r#type", "type_2", "a", "a_2"]);
    }
}
