//! What AWS was recorded to refuse, a line each: dynalite's and Alternator's tests, which were run against AWS, and messages
//! in bug reports.

use super::*;
use crate::engine::number::Number;
use crate::engine::value::Value;

fn value(kind: &str) -> Value {
    let text = || "a".to_owned();
    match kind {
        "S" => Value::S(text()),
        "N" => Value::N(Number::whole(1)),
        "B" => Value::B("a".into()),
        "SS" => Value::Ss([text()].into()),
        "NS" => Value::Ns([Number::whole(1)].into()),
        "BS" => Value::Bs(["a".into()].into()),
        "BOOL" => Value::Bool(true),
        "NULL" => Value::Null,
        "L" => Value::L(Vec::new()),
        _ => Value::M(Item::new()),
    }
}

fn compiler(names: &[(&str, &str)], values: &[(&str, Value)]) -> Compiler {
    let names = names.iter().map(|(name, of)| ((*name).to_owned(), (*of).to_owned())).collect::<BTreeMap<_, _>>();
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Item>();
    Compiler::new(Some(names).filter(|names| !names.is_empty()), Some(values).filter(|values| !values.is_empty()))
}

fn condition(text: &str, values: &[(&str, Value)]) -> Result<(), String> {
    let told = compiler(&[], values).condition("FilterExpression", text).map(|_| ());
    told.map_err(|error| error.trim_start_matches("Invalid FilterExpression: ").to_owned())
}

fn update(text: &str, names: &[(&str, &str)], values: &[(&str, Value)]) -> Result<(), String> {
    let told = compiler(names, values).update(text).map(|_| ());
    told.map_err(|error| error.trim_start_matches("Invalid UpdateExpression: ").to_owned())
}

#[test]
fn conditions_that_cannot_be_read() {
    for text in [
        "things are not gonna be ok",
        "a > 4",
        "attribute_exists(Pictures-RearView)",
        "attribute_exists(\"Pictures.RearView\")",
        "attribute_exists(Pictures..RearView)",
        "attribute_exists(Pi#ctures.RearView)",
        "attribute_exists(asdf[a])",
        "a in b, c",
        "a > between",
        "a in b",
        "a in (b,c,)",
        "(a)between(b.(c.d))and(c)",
        "(a)between(b.c.d)and((c)",
        "#$.b > a",
        "a > :things.stuff",
        "b[:a] > a",
        "b[#_] > a",
        "ü > a",
        "(a)between(b.c[4.5].#d)and(:a)",
        "size(a).b > a",
        "(size(a)).b > a",
        "size(a)[0] > a",
        "(size(a))[0] > a",
        "(a = b) = c",
        "a",
        "(a)",
        "(a) and b = c",
        "a[-1] = b",
        "a[] = b",
        "_a = b",
        "1a = b",
    ] {
        let error = condition(text, &[]).expect_err(text);
        assert!(error.starts_with("Syntax error; token: "), "{text}: {error}");
    }
}

#[test]
fn what_stands_near() {
    for (text, token, near) in [
        ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        ("ADD hits : incr", ":", "hits : incr"),
        ("SET a = b, updated = c, #", "#", ", #"),
        ("SET _123 = :v", "_", "SET _123"),
        ("SET path = VALUE 1", "1", "VALUE 1"),
        ("SET a =", "<EOF>", "="),
    ] {
        let wanted = format!("Syntax error; token: \"{token}\", near: \"{near}\"");
        assert_eq!(update(text, &[], &[(":v", value("N"))]), Err(wanted), "{text}");
    }
    let error = compiler(&[], &[]).projection("!!! INVALID !!!").expect_err("no projection");
    assert_eq!(error, "Invalid ProjectionExpression: Syntax error; token: \"!\", near: \"!!\"");
    let error = condition("id = :hashId a", &[(":hashId", value("S"))]);
    assert_eq!(error, Err("Syntax error; token: \"a\", near: \":hashId a\"".to_owned()));
}

#[test]
fn conditions_refused_by_kind_of_mistake() {
    let names = "An expression attribute name used in the document path is not defined; attribute name: ";
    let values = "An expression attribute value used in expression is not defined; attribute value: ";
    let misused = "The function is not allowed to be used this way in an expression; function: ";
    let unknown = "Invalid function name; function: ";
    let reserved = "Attribute name is a reserved keyword; reserved keyword: ";
    let parens = "The expression has redundant parentheses;";
    for (text, error, what) in [
        ("a=a and a > ((views))", parens, ""),
        ("(a)between(((b.c)).d)and(c)", parens, ""),
        ("a > whatever((:things), ((a)))", parens, ""),
        ("a=a AND ((a=a AND a=a)) AND a=a", parens, ""),
        ("a=a OR ((a=a OR a=a)) OR a=a", parens, ""),
        ("a=a AND ((a=a AND (a=a AND a=a)))", parens, ""),
        ("a=a OR ((a=a OR (a=a OR a=a)))", parens, ""),
        ("a=a and whatever((:things)) > a", unknown, "whatever"),
        ("attRIbute_exIsts((views), #a)", unknown, "attRIbute_exIsts"),
        ("a=a and attribute_exists((views), (#a)) > b", misused, "attribute_exists"),
        ("attribute_not_exists(things) > b", misused, "attribute_not_exists"),
        ("attribute_type(things, :a) > b", misused, "attribute_type"),
        ("begins_with(things, a) > b", misused, "begins_with"),
        ("contains(:things, c) > b", misused, "contains"),
        ("size(contains(a, b)) > a", misused, "contains"),
        ("size(things)", misused, "size"),
        ("a between b and attribute_exists(things)", misused, "attribute_exists"),
        ("a in (b, attribute_exists(things))", misused, "attribute_exists"),
        ("attribute_exists(views, #a)", reserved, "views"),
        (":a < abOrT", reserved, "abOrT"),
        ("attribute_exists(#Pictures.RearView, :a) and a=a", names, "#Pictures"),
        ("begins_with(Pictures.#RearView)", names, "#RearView"),
        ("(#P between :lo and :hi) and (#PC in (:cat1, :cat2))", names, "#P"),
        ("#4g > a", names, "#4g"),
        ("#_ > a", names, "#_"),
        ("(a)between(b.c[45].#d)and(:a)", names, "#d"),
        ("begins_with(:hello, #a, #b)", values, ":hello"),
        (":a < :b", values, ":a"),
        (":_ > a", values, ":_"),
        ("a[99999999999999] = b", "List index is not within the allowable range; index: [99999999999999]", ""),
    ] {
        assert_eq!(condition(text, &[]), Err(format!("{error}{what}")), "{text}");
    }
}

#[test]
fn functions_refused_by_their_operands() {
    for (text, name, count) in [
        ("attribute_exists(things, a) and a=a", "attribute_exists", 2),
        ("attribute_not_exists(things, b)", "attribute_not_exists", 2),
        ("attribute_type(things)", "attribute_type", 1),
        ("begins_with(things)", "begins_with", 1),
        ("begins_with(things, size(a), b)", "begins_with", 3),
        ("contains(things)", "contains", 1),
        ("size(things, a) > b", "size", 2),
    ] {
        let wanted = format!(
            "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {count}"
        );
        assert_eq!(condition(text, &[]), Err(wanted), "{text}");
    }
    for (text, name, kinds) in [
        ("attribute_type(a, size(a)) and a=a and a=:a", "attribute_type", "N"),
        ("attribute_type(a, :a)", "attribute_type", "N B BOOL NULL L M SS NS BS"),
        ("begins_with(a, size(a)) and a=:a", "begins_with", "N"),
        ("begins_with(a, :a)", "begins_with", "N BOOL NULL L M SS NS BS"),
        ("begins_with(:a, a)", "begins_with", "N BOOL NULL L M SS NS BS"),
        ("size(size(a)) > :a", "size", "N"),
        ("attribute_not_exists(size(:a))", "size", "N"),
        ("size(:a) > a", "size", "N BOOL NULL"),
        ("a < :a", "<", "BOOL NULL L M SS NS BS"),
    ] {
        for kind in kinds.split(' ') {
            let wanted = format!(
                "Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}"
            );
            assert_eq!(condition(text, &[(":a", value(kind))]), Err(wanted), "{text} {kind}");
        }
    }
}

#[test]
fn functions_in_parentheses_are_conditions() {
    for text in [
        "(attribute_exists(a))",
        "(attribute_exists(a) AND b = :a)",
        "NOT (contains(a, :a)) OR (begins_with(b, :a) AND (size(a)) > size(b))",
        "(attribute_exists(a)) AND (attribute_not_exists(b))",
        "(a.b).c = :a",
        "(a)[1] IN ((b), (:a))",
    ] {
        assert_eq!(condition(text, &[(":a", value("S"))]), Ok(()), "{text}");
    }
}

#[test]
fn key_conditions_refused() {
    let operator = "Invalid operator used in KeyConditionExpression: ";
    let first = |name: &str| {
        format!(
            "Invalid condition in KeyConditionExpression: {name} operator must have the key attribute as its first operand"
        )
    };
    let nested_operation = "KeyConditionExpressions cannot contain nested operations";
    let many = "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition";
    let nested = "KeyConditionExpressions cannot have conditions on nested attributes";
    let none = "Invalid condition in KeyConditionExpression: No key attribute specified";
    let twice = "KeyConditionExpressions must only contain one condition per key";
    for (text, wanted) in [
        ("a > b and size(b) > c or a > c", format!("{operator}OR")),
        ("a in (b, size(c), d)", format!("{operator}IN")),
        ("attribute_exists(a)", format!("{operator}attribute_exists")),
        ("attribute_not_exists(a)", format!("{operator}attribute_not_exists")),
        ("contains(a.d, b)", format!("{operator}contains")),
        ("not a > b", format!("{operator}NOT")),
        ("a <> b", format!("{operator}<>")),
        ("attribute_type(a, :type)", format!("{operator}attribute_type")),
        (":a between size(b) and size(a) and b > :b", first("BETWEEN")),
        ("begins_with(:a, b) and a > :b", first("begins_with")),
        ("size(b) > a AND a.b > b AND b > c", nested_operation.to_owned()),
        ("a > size(b.d)", nested_operation.to_owned()),
        ("a between size(b) and size(a)", nested_operation.to_owned()),
        ("b > a.b", many.to_owned()),
        ("b between c[1] and d", many.to_owned()),
        ("a between b and size(a)", many.to_owned()),
        ("begins_with(a, b)", many.to_owned()),
        ("b.d > a AND c.d > e.f", nested.to_owned()),
        ("a.d > c", nested.to_owned()),
        ("b[0] > a", nested.to_owned()),
        (":b > :a AND a < :b", none.to_owned()),
        ("b > :a AND b < :a and c = :a and d = :a", twice.to_owned()),
        ("(a > :a and b > :a) and (b > :a and c > :a)", twice.to_owned()),
    ] {
        let values = [(":a", value("S")), (":b", Value::S("b".to_owned())), (":type", Value::S("S".to_owned()))];
        let told = compiler(&[], &values).key_condition(text).map(|_| ());
        assert_eq!(told, Err(wanted), "{text}");
    }
}

#[test]
fn updates_that_cannot_be_read() {
    for text in [
        "whatever",
        "set a",
        "add a",
        "delete a",
        "set a=set",
        "remove a = b",
        "add a = b",
        "delete a = b",
        "delete a b",
        "delete a if_not_exist(b)",
        "add abort b",
        "add a if_not_exist(b)",
        "remove a b",
        "set a b",
        "set :a = b",
        "add :a b",
        "delete :a b",
        "remove :a",
        "set a = b / c",
        "set a = b * c",
        "set a[1] = \"eight\"",
        "set a[1] = 1",
        "SET a = if_not_exist(a, 100)",
        "SET if_not_exist(a, b) = a",
        "set (a = (b + c))",
        "set a = (b.c).d + e",
        "set a = (b.c)[0] + e",
        "set a = b + c + d",
        "set a = list_append(b + c, d)",
        "SET hi-there = :v",
        "SET a[:v] = :v",
        "SET a = :v,",
    ] {
        let error = update(text, &[], &[(":v", value("N"))]).expect_err(text);
        assert!(error.starts_with("Syntax error; token: "), "{text}: {error}");
    }
}

#[test]
fn updates_refused_by_kind_of_mistake() {
    let names = "An expression attribute name used in the document path is not defined; attribute name: ";
    let values = "An expression attribute value used in expression is not defined; attribute value: ";
    let path = "Operator or function requires a document path; operator or function: ";
    let section = |name: &str| format!("The \"{name}\" section can only be used once in an update expression;");
    let clash = |how: &str, one: &str, two: &str| {
        format!(
            "Two document paths {how} with each other; must remove or rewrite one of these paths; path one: {one}, path two: \
             {two}"
        )
    };
    let count = |name: &str| {
        format!(
            "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: 1"
        )
    };
    for (text, wanted) in [
        (" set #c = :c set abOrt = true ", "Attribute name is a reserved keyword; reserved keyword: abOrt".to_owned()),
        (" remove Absolute ", "Attribute name is a reserved keyword; reserved keyword: Absolute".to_owned()),
        ("set #c = if_not_exist(:c) set c = d", "Invalid function name; function: if_not_exist".to_owned()),
        ("set a = #c set c = :d", section("SET")),
        ("remove #d set a = b remove e", section("REMOVE")),
        ("add #d :e set a = b add e :f", section("ADD")),
        ("delete #d :e set a = b delete #e :f", section("DELETE")),
        ("SET #c = if_not_exists(:c)", format!("{names}#c")),
        ("SET #a = if_not_exists(:c)", format!("{values}:c")),
        ("set d[1] = a, d.b = a, c[1].a = a, #a = if_not_exists(a)", clash("conflict", "[d, [1]]", "[d, b]")),
        ("set d[1] = a, d.b = a, c[1].a = a, c = if_not_exists(a)", clash("overlap", "[c, [1], a]", "[c]")),
        ("set a[3].#d = b, a[3] = b", clash("overlap", "[a, [3], [3]]", "[a, [3]]")),
        ("set a[3].#d = b, a.#d[3] = if_not_exists(b)", clash("conflict", "[a, [3], [3]]", "[a, [3], [3]]")),
        ("SET a = :s REMOVE a", clash("overlap", "[a]", "[a]")),
        ("set a = if_not_exists(c)", count("if_not_exists")),
        ("set a = list_append(c)", count("list_append")),
        ("set a = if_not_exists(:s, c)", format!("{path}if_not_exists")),
        ("set a = if_not_exists(if_not_exists(a, b), c)", format!("{path}if_not_exists")),
    ] {
        let names = [("#a", "a"), ("#b", "b"), ("#d", "[3]")];
        assert_eq!(update(text, &names, &[(":s", value("S"))]), Err(wanted), "{text}");
    }
}

#[test]
fn updates_refused_by_type() {
    let words = [
        ("S", "STRING"),
        ("N", "NUMBER"),
        ("B", "BINARY"),
        ("NULL", "NULL"),
        ("BOOL", "BOOLEAN"),
        ("M", "MAP"),
        ("L", "LIST"),
    ];
    for (kind, word) in words {
        for (name, text) in
            [("ADD", "set b = list_append(:a, a), c = if_not_exists(a) add a.b :a"), ("DELETE", "delete a.b :a")]
        {
            if (name, kind) == ("ADD", "N") {
                continue;
            }
            let wanted =
                format!("Incorrect operand type for operator or function; operator: {name}, operand type: {word}");
            assert_eq!(update(text, &[], &[(":a", value(kind))]), Err(wanted), "{text} {kind}");
        }
    }
    for (text, name, kinds) in [
        ("set a = list_append(:a, a)", "list_append", "S N B BOOL NULL SS NS BS M"),
        ("set a = list_append(a, :a)", "list_append", "S N B BOOL NULL SS NS BS M"),
        ("set a = a + :a", "+", "S B BOOL NULL SS NS BS M L"),
        ("set a = :a - a", "-", "S B BOOL NULL SS NS BS M L"),
    ] {
        for kind in kinds.split(' ') {
            let wanted = format!(
                "Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}"
            );
            assert_eq!(update(text, &[], &[(":a", value(kind))]), Err(wanted), "{text} {kind}");
        }
    }
}

#[test]
fn updates_refused_by_the_item() {
    let text = |text: &str| Value::S(text.to_owned());
    let inner = Item::from([("a".to_owned(), Value::Ss(["1".to_owned()].into()))]);
    let item = Item::from([
        ("a".to_owned(), text("a")),
        ("b".to_owned(), Value::M(inner)),
        ("c".to_owned(), value("N")),
        ("d".to_owned(), Value::Ns([Number::whole(1)].into())),
        ("e".to_owned(), Value::L(vec![text("a")])),
    ]);
    let kind = "An operand in the update expression has an incorrect data type";
    let missing = "The provided expression refers to an attribute that does not exist in the item";
    let path = "The document path provided in the update expression is invalid for update";
    let overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    let number = |text: &str| Value::N(text.parse().expect("number"));
    for (update, given, wanted) in [
        ("delete d :a", value("SS"), kind),
        ("delete b :a", value("NS"), kind),
        ("delete b.a :a", value("NS"), kind),
        ("delete c :a", value("NS"), kind),
        ("add b :a", value("NS"), kind),
        ("add d :a", value("N"), kind),
        ("set f = a + :a", value("N"), kind),
        ("set f = b - :a", value("N"), kind),
        ("set f = list_append(d, if_not_exists(f, :a))", value("L"), kind),
        ("set f = z, g = :a", value("L"), missing),
        ("set f = list_append(e, z), g = :a", value("L"), missing),
        ("set a.a = :a", value("S"), path),
        ("set a[1] = :a", value("S"), path),
        ("set y.a = :a", value("S"), path),
        ("set b[1] = :a", value("S"), path),
        ("set e.x = :a", value("S"), path),
        ("remove a.x set g = :a", value("S"), path),
        ("remove y[1] set g = :a", value("S"), path),
        ("remove b[1] set g = :a", value("S"), path),
        ("delete a.x :a", value("SS"), path),
        ("delete y[1] :a", value("SS"), path),
        ("add y.x :a", value("SS"), path),
        ("add e.x :a", value("SS"), path),
        ("set f = :a + :a", number("9e125"), overflow),
        ("set f = :a + c", number("1e50"), overflow),
    ] {
        let applied = compiler(&[], &[(":a", given)]).update(update).and_then(|update| update.apply(&mut item.clone()));
        assert_eq!(applied, Err(wanted.to_owned()), "{update}");
    }
}

#[test]
fn projections_refused() {
    let told = |text: &str| compiler(&[("#a", "a")], &[]).projection(text).map(|_| ());
    let deep = format!("a{}", ".b".repeat(32));
    for (text, wanted) in [
        ("a, abort", "Attribute name is a reserved keyword; reserved keyword: abort".to_owned()),
        ("#b", "An expression attribute name used in the document path is not defined; attribute name: #b".to_owned()),
        (
            "a[1], #a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, [1]], path \
             two: [a]"
                .to_owned(),
        ),
        (
            "a.b, a[1]",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path \
             two: [a, [1]]"
                .to_owned(),
        ),
        (&deep, "The document path has too many nesting levels; nesting levels: 33".to_owned()),
    ] {
        assert_eq!(told(text), Err(format!("Invalid ProjectionExpression: {wanted}")), "{text}");
    }
    assert_eq!(told(&deep[..deep.len() - 2]), Ok(()));
    let long = "x".repeat(4_097);
    assert_eq!(told(&long[1..]), Ok(()));
    let wanted =
        "Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097";
    assert_eq!(told(&long), Err(wanted.to_owned()));
}

#[test]
fn many_operators_and_operands() {
    let chain = |count: usize| vec!["a<b"; count].join(" or ");
    assert_eq!(condition(&chain(150), &[]), Ok(()));
    let wanted = "The expression contains too many operators; operator count: 301";
    assert_eq!(condition(&chain(152), &[]), Err(wanted.to_owned()));
    let nested = |depth: usize| format!("a<b {}{}", "or (a<b ".repeat(depth), ")".repeat(depth));
    assert_eq!(condition(&nested(149), &[]), Ok(()));
    assert_eq!(condition(&nested(160), &[]), Err(wanted.to_owned()));
    let among = |count: usize| format!("a IN ({})", vec![":a"; count].join(","));
    assert_eq!(condition(&among(100), &[(":a", value("S"))]), Ok(()));
    let wanted = "The IN operator is provided with too many operands; number of operands: 101";
    assert_eq!(condition(&among(101), &[(":a", value("S"))]), Err(wanted.to_owned()));
}

#[test]
fn nothing_equals_nothing() {
    for (text, holds) in [("x = y", false), ("x <> y", true), ("x <= y", false), ("x BETWEEN y AND z", false)] {
        let condition = compiler(&[], &[]).condition("FilterExpression", text).expect(text);
        assert_eq!(condition.holds(&Item::new()), holds, "{text}");
    }
}
