//! Names that stacks give to what is in them, and the tags they pass on.

use runtime::Random;
use serde_json::{Value, json};
use service_kit::PropertySource;

/// Characters of what is drawn at the end of a physical name, as AWS draws it.
const DRAWN: usize = 12;

/// `stack-LogicalId-RANDOM`, of at most so many characters: the names before what is drawn are cut, the longer one first.
pub(crate) fn physical(stack: &str, resource: &str, random: &Random, most: usize) -> String {
    let letters: String = random.alphanumeric(DRAWN).chars().map(|letter| letter.to_ascii_uppercase()).collect();
    let room = most.saturating_sub(DRAWN + 2);
    let (mut stack, mut resource) = (stack, resource);
    if stack.len() + resource.len() > room {
        let half = room / 2;
        let for_stack = if resource.len() < half { room - resource.len() } else { half };
        stack = &stack[..stack.len().min(for_stack)];
        resource = &resource[..resource.len().min(room - stack.len())];
    }
    format!("{stack}-{resource}-{letters}")
}

/// Adds a stack's tags to the properties of a resource, which may have some of its own: those go before.
pub(crate) fn tag<'a>(properties: &mut PropertySource, tags: impl Iterator<Item = (&'a String, &'a String)>) {
    let tags: Vec<_> = tags.collect();
    if tags.is_empty() {
        return;
    }
    match properties.entry("Tags").or_insert_with(|| json!([])) {
        Value::Array(list) => {
            for (key, value) in tags {
                if !list.iter().any(|tag| tag["Key"] == **key) {
                    list.push(json!({"Key": key, "Value": value}));
                }
            }
        }
        Value::Object(map) => {
            for (key, value) in tags {
                map.entry(key.clone()).or_insert_with(|| value.as_str().into());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit() {
        let random = Random::seeded(1);
        let name = physical("my-stack", "Queue", &random, 80);
        assert!(name.starts_with("my-stack-Queue-") && name.len() == 27, "{name}");
        for most in [20, 32, 40, 64] {
            let name = physical(&"s".repeat(60), &"L".repeat(60), &random, most);
            assert!(name.len() <= most && name.contains("-L"), "{name}");
        }
    }

    #[test]
    fn own_tags_go_before() {
        let mut properties = json!({"Tags": [{"Key": "a", "Value": "own"}]}).as_object().cloned().unwrap();
        let tags = [("a".to_owned(), "stack".to_owned()), ("b".to_owned(), "2".to_owned())];
        tag(&mut properties, tags.iter().map(|(key, value)| (key, value)));
        assert_eq!(properties["Tags"], json!([{"Key": "a", "Value": "own"}, {"Key": "b", "Value": "2"}]));
    }
}
