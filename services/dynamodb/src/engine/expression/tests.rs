//! Expressions: AWS's refusals a line each (texts from dynalite, whose tests were run against AWS), and what expressions do.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::engine::number::Number;
use crate::engine::value::Value;

fn n(number: i64) -> Value {
    Value::N(Number::whole(number))
}

fn s(text: &str) -> Value {
    Value::S(text.to_owned())
}

fn list(values: &[Value]) -> Value {
    Value::L(values.to_vec())
}

fn item() -> Item {
    let inner = [("x".to_owned(), n(1)), ("l".to_owned(), list(&[n(1), n(2), n(3)]))].into();
    [("a", s("text")), ("b", n(5)), ("m", Value::M(inner)), ("l", list(&[s("p"), s("q"), s("r")]))]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

fn compiler() -> Compiler {
    let names = [("#a", "a"), ("#status", "status")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let set = Value::Ss(["y".to_owned()].into());
    let values = [
        (":s", s("text")),
        (":five", n(5)),
        (":nine", n(9)),
        (":list", list(&[n(7)])),
        (":bool", Value::Bool(true)),
        (":type", s("S")),
        (":set", set),
        (":map", Value::M(Item::new())),
    ];
    Compiler::new(Some(names.into()), Some(values.map(|(k, v)| (k.to_owned(), v)).into()))
}

#[test]
fn conditions_hold_or_do_not() {
    for (text, holds) in [
        ("a = :s", true),
        ("#a <> :s", false),
        ("nothing <> :s", true),
        ("nothing = :s", false),
        ("b < :nine AND b > :five", false),
        ("b <= :five and NOT b >= :nine", true),
        ("b BETWEEN :five AND :nine", true),
        ("b IN (:nine, :five)", true),
        ("attribute_exists(m.x) AND attribute_not_exists(m.y)", true),
        ("attribute_type(a, :type)", true),
        ("begins_with(a, :s) OR contains(a, :s)", true),
        ("size(l) < :five", true),
        ("size(a) < :five", true),
        ("(a = :s OR b = :nine) AND b = :five", true),
        ("a = :s OR b = :nine AND b = :nine", true),
        ("(a) = (:s)", true),
        ("NOT NOT a = :s", true),
        ("m.l[1] < :five", true),
        ("m.l[7] = :five", false),
        ("a < :five", false),
    ] {
        let condition = compiler().condition("ConditionExpression", text);
        assert_eq!(condition.map(|condition| condition.holds(&item())), Ok(holds), "{text}");
    }
}

#[test]
fn conditions_that_are_none() {
    for (text, error) in [
        ("", "The expression can not be empty;"),
        ("a = ", "Syntax error; token: \"<EOF>\", near: \"=\""),
        ("a = :s AND", "Syntax error; token: \"<EOF>\", near: \"AND\""),
        ("a : :s", "Syntax error; token: \":\", near: \"a : :s\""),
        ("((a = :s))", "The expression has redundant parentheses;"),
        ("whatever(a)", "Invalid function name; function: whatever"),
        ("size(a)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            "attribute_exists(a) = :s",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        ("status = :s", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("#b = :s", "An expression attribute name used in the document path is not defined; attribute name: #b"),
        ("a = :t", "An expression attribute value used in expression is not defined; attribute value: :t"),
        (
            "attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of \
             operands: 2",
        ),
        (
            "a = a",
            "The first operand must be distinct from the remaining operands for this operator or function; operator: =, \
             first operand: [a]",
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "begins_with(a, :five)",
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
        ),
        (
            "attribute_type(a, b)",
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: \
             {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
        ),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: text, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "size(:five) > :nine",
            "Incorrect operand type for operator or function; operator or function: size, operand type: N",
        ),
        (
            "a BETWEEN :nine AND :five",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: \
             AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:5}",
        ),
        (
            "a BETWEEN :s AND :five",
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: \
             AttributeValue: {S:text}, upper bound operand: AttributeValue: {N:5}",
        ),
        ("a < :bool", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
    ] {
        let error = format!("Invalid FilterExpression: {error}");
        assert_eq!(compiler().condition("FilterExpression", text), Err(error), "{text}");
    }
}

#[test]
fn bounds_of_expressions() {
    let long = format!("a = :s{}", " ".repeat(4_096));
    let error = compiler().condition("FilterExpression", &long).unwrap_err();
    assert!(error.contains("Expression size has exceeded the maximum allowed size; expression size: 4102"), "{error}");
    let many = vec!["b=:s"; 200].join(" OR ");
    let error = compiler().condition("FilterExpression", &many).unwrap_err();
    assert!(error.contains("too many operators"), "{error}");
    for deep in ["(".repeat(4_000), "NOT ".repeat(1_000), format!("{}a=:s", "(".repeat(500))] {
        assert!(compiler().condition("FilterExpression", &deep).is_err());
    }
}

fn updated(text: &str) -> Result<Item, String> {
    let update = compiler().update(text)?;
    let mut item = item();
    update.apply(&mut item)?;
    Ok(item)
}

#[test]
fn updates_change_items() {
    type Look = fn(&Item) -> Option<&Value>;
    let at = |name: &str, item: &Item| item.get(name).cloned();
    assert_eq!(at("a", &updated("SET a = :five").unwrap()), Some(n(5)));
    assert_eq!(at("c", &updated("SET c = b + :five").unwrap()), Some(n(10)));
    assert_eq!(at("c", &updated("SET c = (b) - :nine").unwrap()), Some(n(-4)));
    assert_eq!(at("b", &updated("SET b = if_not_exists(b, :nine)").unwrap()), Some(n(5)));
    assert_eq!(at("c", &updated("SET c = if_not_exists(c, :nine) + :five").unwrap()), Some(n(14)));
    assert_eq!(
        at("l", &updated("SET l = list_append(:list, l)").unwrap()),
        Some(list(&[n(7), s("p"), s("q"), s("r")]))
    );
    assert_eq!(
        at("l", &updated("SET l[9] = :nine, l[8] = :five").unwrap()),
        Some(list(&[s("p"), s("q"), s("r"), n(5), n(9)]))
    );
    assert_eq!(at("l", &updated("REMOVE l[0], l[2]").unwrap()), Some(list(&[s("q")])));
    assert_eq!(at("l", &updated("REMOVE l[0] SET l[1] = :nine").unwrap()), Some(list(&[n(9), s("r")])));
    assert_eq!(at("b", &updated("ADD b :nine REMOVE a").unwrap()), Some(n(14)));
    assert_eq!(at("a", &updated("SET b = a, a = b").unwrap()), Some(n(5)), "values are those from before");
    assert_eq!(at("z", &updated("ADD z :set").unwrap()), Some(Value::Ss(["y".to_owned()].into())));
    assert_eq!(at("z", &updated("DELETE z :set").unwrap()), None);
    let nested: Look = |item| match item.get("m") {
        Some(Value::M(inner)) => inner.get("fresh"),
        _ => None,
    };
    assert_eq!(nested(&updated("SET m.fresh = :five").unwrap()), Some(&n(5)));
}

#[test]
fn updates_that_are_none() {
    for (text, error) in [
        ("", "Invalid UpdateExpression: The expression can not be empty;"),
        ("SET", "Invalid UpdateExpression: Syntax error; token: \"<EOF>\", near: \"SET\""),
        ("PUT a = :s", "Invalid UpdateExpression: Syntax error; token: \"PUT\", near: \"PUT a\""),
        (
            "SET a = :s SET b = :s",
            "Invalid UpdateExpression: The \"SET\" section can only be used once in an update expression;",
        ),
        (
            "SET a = :s REMOVE a",
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these \
             paths; path one: [a], path two: [a]",
        ),
        (
            "SET m.x = :s, m[0] = :s",
            "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these \
             paths; path one: [m, x], path two: [m, [0]]",
        ),
        (
            "ADD a :s",
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
        ),
        (
            "SET a = b + :s",
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand \
             type: S",
        ),
        (
            "SET a = list_append(b, :s)",
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: list_append, \
             operand type: S",
        ),
        (
            "SET a = if_not_exists(:s, b)",
            "Invalid UpdateExpression: Operator or function requires a document path; operator or function: if_not_exists",
        ),
        ("SET a = nothing", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET a = a + :five", "An operand in the update expression has an incorrect data type"),
        ("ADD a :five", "An operand in the update expression has an incorrect data type"),
        ("SET nothing.x = :five", "The document path provided in the update expression is invalid for update"),
        ("REMOVE a[0]", "The document path provided in the update expression is invalid for update"),
    ] {
        assert_eq!(updated(text), Err(error.to_owned()), "{text}");
    }
}

#[test]
fn projections_cut_items() {
    let cut = |text: &str| compiler().projection(text).map(|paths| paths.cut(&item()));
    let all = cut("a, m.l[2], m.l[0], l[7], nothing").unwrap();
    let inner: Item = [("l".to_owned(), list(&[n(1), n(3)]))].into();
    assert_eq!(all, [("a".to_owned(), s("text")), ("m".to_owned(), Value::M(inner))].into());
    assert_eq!(
        cut("a, #a"),
        Err("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these \
             paths; path one: [a], path two: [a]"
            .to_owned())
    );
}

#[test]
fn placeholders_must_be_used() {
    let mut compiler = compiler();
    compiler.condition("ConditionExpression", "#a = :s").unwrap();
    let error = compiler.finish().unwrap_err();
    assert_eq!(error, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#status}");
    let none = Compiler::check::<Value>(Some(&BTreeMap::new()), None).unwrap_err();
    assert_eq!(none, "ExpressionAttributeNames must not be empty");
    let bad = Compiler::check(None, Some(&BTreeMap::from([("s".to_owned(), n(1))]))).unwrap_err();
    assert_eq!(bad, "ExpressionAttributeValues contains invalid key: Syntax error; key: \"s\"");
}

proptest! {
    #[test]
    fn never_panics(text in "([a-c#:()\\[\\],.<>=+ -]|AND |OR |NOT |IN |BETWEEN |SET |size\\(|[0-9]|:s|#a){0,40}|.{0,40}") {
        if let Ok(condition) = compiler().condition("FilterExpression", &text) {
            let _ = condition.holds(&item());
        }
        let _ = updated(&text);
        let _ = compiler().projection(&text);
        let _ = compiler().key_condition(&text);
    }
}
