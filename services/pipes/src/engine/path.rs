//! Paths into an event: `$.body.items[0].name`. Source: user guide, "Amazon EventBridge Pipes input transformation": dots,
//! dashes, underscores, letters and digits, indices, `*`.

use serde_json::Value;

/// What a path leads to; none when it leads nowhere or is none. Behind a `*` there may be many: they are a list.
pub(crate) fn find(path: &str, event: &Value) -> Option<Value> {
    let steps = path.strip_prefix('$')?;
    if steps.is_empty() {
        return Some(event.clone());
    }
    let names = steps.strip_prefix('.')?;
    if names.split('.').any(str::is_empty) {
        return None;
    }
    let steps: Vec<&str> = names.split('.').flat_map(|name| name.split_inclusive('[')).collect();
    follow(&steps, event)
}

/// Whether a text is a path, which stands for what it leads to.
pub(crate) fn is_path(text: &str) -> bool {
    text == "$" || text.starts_with("$.")
}

/// Steps are names, with the opening bracket of an index behind them, and insides of brackets.
fn follow(steps: &[&str], value: &Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value.clone()) };
    match step.trim_end_matches('[') {
        "" => None,
        inside if inside.ends_with(']') => match inside.trim_end_matches(']') {
            "*" => Some(value.as_array()?.iter().filter_map(|item| follow(rest, item)).collect()),
            index => follow(rest, value.get(index.parse::<usize>().ok()?)?),
        },
        "*" => Some(value.as_object()?.values().filter_map(|member| follow(rest, member)).collect()),
        name => follow(rest, value.get(name)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds() {
        let event = json!({"body": {"list": [{"id": 1}, {"id": 2}], "a-b_c/d": true, "deep": [[7]]}});
        for (path, expected) in [
            ("$", Some(event.clone())),
            ("$.body.list[1].id", Some(json!(2))),
            ("$.body.list[*].id", Some(json!([1, 2]))),
            ("$.body.deep[0][0]", Some(json!(7))),
            ("$.body.a-b_c/d", Some(json!(true))),
            ("$.body.none", None),
            ("$.body.list[7]", None),
            ("$body", None),
            ("body", None),
            ("$.", None),
        ] {
            assert_eq!(find(path, &event), expected, "{path}");
        }
    }
}
