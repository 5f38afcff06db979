//! Statements and what becomes of them. Messages and decompositions are those that others recorded from AWS.

use super::plan::{Plan, target};
use super::{Columns, Returning, Select, Verb, read};
use crate::engine::key::Span;
use crate::engine::number::Number;
use crate::engine::schema::{Index, KeyAttribute, More, Schema};
use crate::engine::value::{Item, Value};
use crate::store::{KeyKind, Projection};

fn s(text: &str) -> Value {
    Value::S(text.to_owned())
}

fn n(number: i64) -> Value {
    Value::N(Number::whole(number))
}

/// A table with a partition key `pk` and a sort key `sk`, both texts.
fn index() -> Index {
    let key = |name: &str| KeyAttribute { name: name.to_owned(), kind: KeyKind::S };
    Index {
        no: 0,
        name: None,
        hash: key("pk"),
        range: Some(key("sk")),
        more: More::default(),
        projection: Projection::All,
        global: false,
        filling: false,
        prefix: bytes::Bytes::new(),
    }
}

fn select(text: &str) -> Select {
    match read(text, &[]).map(|statement| statement.verb) {
        Ok(Verb::Select(select)) => select,
        other => panic!("{text}: {other:?}"),
    }
}

fn item() -> Item {
    let members = ["a", "b"].map(str::to_owned);
    Item::from([
        ("pk".into(), s("p")),
        ("sk".into(), s("1")),
        ("n".into(), n(5)),
        ("ss".into(), Value::Ss(members.into())),
        ("yes".into(), Value::Bool(true)),
        ("empty".into(), Value::Null),
        ("l".into(), Value::L(vec![s("x"), s("y")])),
        ("m".into(), Value::M(Item::from([("k".into(), Value::L(vec![s("c")]))]))),
    ])
}

#[test]
fn statements_say_what_they_do() {
    let statement = read("SELECT m.k[0], pk FROM \"a-table\".\"an-index\" WHERE pk = ?;", &[s("p")]).expect("select");
    assert_eq!((statement.table.as_str(), statement.index.as_deref()), ("a-table", Some("an-index")));
    let Verb::Select(select) = statement.verb else { panic!("no select") };
    assert_eq!(select.columns.attributes(), Some(vec!["m", "pk"]));
    assert_eq!(select.columns.cut(item()), Item::from([("k[0]".into(), s("c")), ("pk".into(), s("p"))]));
    assert_eq!(Columns::All.cut(item()), item());

    let text = "insert into tab value {'pk': ?, 'n': -1.50, 'l': [1, 'it''s', null], 's': <<'a','b'>>, 'b': true}";
    let Ok(Verb::Insert(item)) = read(text, &[s("p")]).map(|statement| statement.verb) else { panic!("no insert") };
    let list = Value::L(vec![n(1), s("it's"), Value::Null]);
    let set = Value::Ss(["a", "b"].map(str::to_owned).into());
    let number = Value::N("-1.5".parse().expect("number"));
    let wanted = [("pk", s("p")), ("n", number), ("l", list), ("s", set), ("b", Value::Bool(true))];
    assert_eq!(item, wanted.map(|(name, value)| (name.to_owned(), value)).into());

    let text = "DELETE FROM tab WHERE pk='p' AND sk='1' RETURNING ALL OLD *";
    let Ok(Verb::Delete { returning, .. }) = read(text, &[]).map(|statement| statement.verb) else {
        panic!("no delete")
    };
    assert_eq!(returning, Some(Returning::AllOld));
}

#[test]
fn clauses_select_items() {
    let cases = [
        ("n = 5", true),
        ("n != 5", false),
        ("n BETWEEN - 2 AND +5 AND n IN [- 1, 5]", true),
        ("n IN (1, 2)", false),
        ("NOT n IN <<1, 2>>", true),
        ("n NOT IN [5]", false),
        ("n > -5", true),
        ("attribute_exists(m.k) AND ATTRIBUTE_NOT_EXISTS (nope)", true),
        ("(attribute_exists(nope) OR NOT attribute_exists(\"m\"))", false),
        ("begins_with(sk, '1') AND contains(ss, 'a') AND size(l) = 2", true),
        ("attribute_type(l, 'L')", true),
        ("nope IS MISSING AND n IS NOT MISSING", true),
        ("empty IS NULL AND n IS NUMERIC AND m IS STRUCT", true),
        ("n IS STRING", false),
        ("ss = <<'b','a'>>", true),
        ("l[1] = 'y' AND \"m\".\"k\"[0] = 'c'", true),
        // Conditions as values, as recorded.
        ("attribute_exists(nope) = false", true),
        ("true = attribute_exists(n)", true),
        ("attribute_exists(n) <> 1", true),
        ("contains(nope, 'z') = false", true),
        ("(n BETWEEN 0 AND 5) = true", true),
        ("(n = 6 OR sk = 'x') = false", true),
        ("attribute_exists(nope) IN [true, false]", true),
        ("attribute_exists(n) = attribute_exists(ss)", true),
        ("attribute_exists(n) = yes", true),
        ("attribute_exists(n) = 1", false),
        ("NOT attribute_exists(n) = true", false),
        ("(attribute_exists(n) = true) = false", false),
        ("attribute_exists(n) = sk", false),
    ];
    for (clause, wanted) in cases {
        let filter = select(&format!("SELECT * FROM tab WHERE {clause}")).filter;
        assert_eq!(filter.map(|filter| filter.holds(&item())), Some(wanted), "{clause}");
    }
}

#[test]
fn updates_change_items() {
    let cases = [
        ("SET n=n-1", "n", Some(n(4))),
        ("SET n = n - - 2", "n", Some(n(7))),
        ("SET l = list_append(l, ['z'])", "l", Some(Value::L(vec![s("x"), s("y"), s("z")]))),
        ("SET q = if_not_exists(q, 3)", "q", Some(n(3))),
        ("SET ss = set_add(ss, <<'c'>>)", "ss", Some(Value::Ss(["a", "b", "c"].map(str::to_owned).into()))),
        ("SET ss = set_delete(ss, <<'a', 'q'>>)", "ss", Some(Value::Ss(["b"].map(str::to_owned).into()))),
        ("SET a=1 SET b=2 REMOVE n", "n", None),
        ("SET a=1, b=2", "b", Some(n(2))),
        ("REMOVE l[0]", "l", Some(Value::L(vec![s("y")]))),
        ("SET m.\"new\" = {'a': [1]}", "pk", Some(s("p"))),
    ];
    for (clauses, attribute, wanted) in cases {
        let text = format!("UPDATE tab {clauses} WHERE pk='p' AND sk='1'");
        let Ok(Verb::Update { update, .. }) = read(&text, &[]).map(|statement| statement.verb) else {
            panic!("{text}: {:?}", read(&text, &[]))
        };
        let mut item = item();
        update.apply(&mut item).expect("applies");
        assert_eq!(item.get(attribute), wanted.as_ref(), "{clauses}");
    }
}

#[test]
fn reads_are_decomposed_by_key() {
    let reads = |clause: &str| {
        let plan = select(&format!("SELECT * FROM tab WHERE {clause}")).plan(&index());
        match plan {
            Ok(Plan::Reads { reads, forward }) => {
                let one = |read: super::plan::PartitionRead| (read.hash, read.span, read.filter.is_some());
                (reads.into_iter().map(one).collect::<Vec<_>>(), forward)
            }
            other => panic!("{clause}: {other:?}"),
        }
    };
    let equal = |text: &str| Span::Equal(s(text));
    let p = || s("p");
    assert_eq!(reads("pk='p'"), (vec![(p(), Span::All, false)], true));
    assert_eq!(reads("'p' = pk AND '5' > sk AND n = 1"), (vec![(p(), Span::Less(s("5")), true)], true));
    let both = vec![(p(), equal("1"), false), (p(), equal("2"), false)];
    assert_eq!(reads("pk='p' AND (sk='2' OR sk='1')"), (both.clone(), true));
    assert_eq!(reads("pk='p' AND sk IN ['1','2'] ORDER BY sk"), (both.clone(), true));
    let turned: Vec<_> = both.into_iter().rev().collect();
    assert_eq!(reads("pk='p' AND sk IN ['1','2'] ORDER BY sk DESC"), (turned, false));
    assert_eq!(reads("pk='p' AND sk='1' AND sk > '0'"), (vec![(p(), equal("1"), true)], true));
    assert_eq!(reads("pk='p' AND sk > '0' AND sk='1'"), (vec![(p(), equal("1"), true)], true));
    assert_eq!(reads("pk='p' AND pk='p'"), (vec![(p(), Span::All, false)], true));
    assert_eq!(reads("pk='p' AND NOT sk='1'"), (vec![(p(), Span::All, true)], true));
    assert_eq!(reads("pk='p' AND (sk < '1' OR sk > '1' OR sk='1')").0.len(), 3);
    let three = reads("pk IN ['b','a','c'] ORDER BY pk DESC").0;
    assert_eq!(three.iter().map(|read| read.0.clone()).collect::<Vec<_>>(), [s("c"), s("b"), s("a")]);
    assert_eq!(reads("begins_with(sk, 'x') AND pk = 'p'").0[0].1, Span::BeginsWith(s("x")));
    for scan in ["n=5", "pk > 'a'", "pk='p' OR sk='1'", "pk > 1", "(pk='y' AND n=1) OR n=2"] {
        let plan = select(&format!("SELECT * FROM tab WHERE {scan}")).plan(&index());
        assert!(matches!(plan, Ok(Plan::Scan(Some(_)))), "{scan}: {plan:?}");
    }
    assert_eq!(select("SELECT * FROM tab").plan(&index()), Ok(Plan::Scan(None)));
}

fn values(count: usize) -> String {
    (0..count).map(|at| format!("'v{at}'")).collect::<Vec<_>>().join(",")
}

#[test]
fn refused_reads() {
    const OVERLAP: &str = "Overlapping conditions with range keys are not supported in where clause";
    const MANY: &str = "Too many decomposed read operations for a given query.";
    let cases = [
        ("pk IN ['r','r']".to_owned(), OVERLAP),
        ("pk='r' OR pk='r'".into(), OVERLAP),
        ("pk='r' AND (sk > '0' OR sk < '5')".into(), OVERLAP),
        ("pk='r' AND (sk='1' OR n='two')".into(), OVERLAP),
        ("(pk='r' AND n='one') OR (pk='r' AND n='two')".into(), OVERLAP),
        ("pk = 1 OR pk = 'r'".into(), "Key attribute's data type should match its data type in table's schema: Key pk"),
        (
            "pk = 'r' AND sk IN ['1', 2]".into(),
            "Key attribute's data type should match its data type in table's schema: Key sk",
        ),
        (format!("pk IN [{}]", values(51)), MANY),
        (format!("pk='r' AND sk IN [{}]", values(51)), MANY),
        (format!("pk IN [{}] AND sk IN ['1','2']", values(26)), MANY),
        (
            "pk.a = 'r'".into(),
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key pk",
        ),
        (
            "n = 1 ORDER BY sk".into(),
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        ("pk = 'r' ORDER BY n".into(), "Variable reference n in ORDER BY clause must be part of the primary key"),
        (
            "pk IN ['a','b'] ORDER BY sk".into(),
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        ),
    ];
    for (clause, wanted) in cases {
        let plan = select(&format!("SELECT * FROM tab WHERE {clause}")).plan(&index());
        assert_eq!(plan, Err(wanted.to_owned()), "{clause}");
    }
    for clause in
        [format!("pk IN [{}] AND n IN [{}]", values(50), values(100)), format!("pk IN [{}] OR n='o'", values(51))]
    {
        assert!(select(&format!("SELECT * FROM tab WHERE {clause}")).plan(&index()).is_ok(), "{clause}");
    }
}

#[test]
fn filters_of_a_global_index_stay_within_what_it_holds() {
    let key = |name: &str| KeyAttribute { name: name.to_owned(), kind: KeyKind::S };
    let held = Projection::Include(vec!["held".to_owned()]);
    let global = Index {
        no: 1,
        name: Some("gsi-inc".into()),
        hash: key("g"),
        range: None,
        projection: held,
        global: true,
        ..index()
    };
    let schema = Schema { indexes: vec![index(), global.clone()] };
    let refused = |clause: &str| {
        let plan = select(&format!("SELECT pk FROM tab.\"gsi-inc\" WHERE {clause}")).plan(&global).expect(clause);
        plan.check_projected(&schema, &global)
            .err()
            .map(|error| error.split_once(": [").map_or(error.clone(), |(_, names)| names.to_owned()))
    };
    for (clause, names) in [
        ("g='y' AND NOT (other='np1' OR held='x')", Some("other]")),
        ("g='y' AND b='1' AND (a='2' OR held='3')", Some("a, b]")),
        ("g='y' AND (zz='1' OR aa='2' OR mm='3')", Some("zz, aa, mm]")),
        ("(g='y' OR g='z') AND zz='1'", Some("zz]")),
        ("(g='b' AND u1='1') OR (g='q' AND u2='1')", Some("u2]")),
        ("(g='q' AND u1='1') OR (g='b' AND u2='1')", Some("u1]")),
        ("g='y' AND (held='a' OR pk='b' OR sk='c')", None),
        ("(g='y' AND held='1') OR (g='z' AND aa='1')", None),
        ("g > 'a' AND zz='1'", None),
    ] {
        assert_eq!(refused(clause).as_deref(), names, "{clause}");
    }
}

#[test]
fn single_items() {
    let select = |clause: &str| select(&format!("SELECT * FROM tab WHERE {clause}"));
    let key = Item::from([("pk".into(), s("p")), ("sk".into(), s("1"))]);
    for clause in ["pk='p' AND sk='1'", "(sk='1') AND pk='p' AND pk='p'", "pk IN ['p'] AND sk IN ['1']"] {
        assert_eq!(select(clause).only_key(&index()), Ok(Some(key.clone())), "{clause}");
    }
    for clause in ["pk='p'", "pk='p' AND sk='1' AND n=1", "pk='p' AND sk='1' AND pk='q'", "pk='p' AND sk>'1'", "n=1"] {
        assert_eq!(select(clause).only_key(&index()), Ok(None), "{clause}");
    }
    let (found, rest) = select("pk='p' AND sk='1' AND n=1").single(&index()).expect("single").expect("one");
    assert_eq!((found, rest.is_some()), (key, true));
}

#[test]
fn writes_are_about_one_item() {
    let of = |clause: &str| match read(&format!("DELETE FROM tab WHERE {clause}"), &[]).map(|read| read.verb) {
        Ok(Verb::Delete { filter, .. }) => {
            target(filter.as_ref(), &index()).map(|(key, rest)| (key.len(), rest.is_some()))
        }
        other => panic!("{clause}: {other:?}"),
    };
    const KEY: &str = "Where clause does not contain a mandatory equality on all key attributes";
    assert_eq!(of("pk='p' AND sk='1'"), Ok((2, false)));
    assert_eq!(of("(pk='p' AND sk='1') AND n='x'"), Ok((2, true)));
    assert_eq!(of("pk='p' AND sk='1' AND pk='p'"), Ok((2, false)));
    for clause in ["pk='p'", "pk IN ['p'] AND sk='1'", "pk='p' OR sk='1'", "pk='p' AND sk>'1'"] {
        assert_eq!(of(clause), Err(KEY.to_owned()), "{clause}");
    }
    let twice = "Multiple conditions on same key pk. Only single item Update/Insert/Delete are supported";
    assert_eq!(of("pk='p' AND sk='1' AND pk='q'"), Err(twice.to_owned()));
    assert_eq!(target(None, &index()), Err(KEY.to_owned()));
}

/// The place of a token in a statement of one line.
fn at(statement: &str, token: &str) -> String {
    let column = statement.find(token).expect("token") + 1;
    format!("at 1:{column}:{}", token.len())
}

#[test]
fn refused_statements() {
    let malformed = |what: &str| format!("Statement wasn't well formed, can't be processed: {what}");
    let wher = |condition: &str| format!("SELECT * FROM \"tab\" WHERE pk = 'p' AND {condition}");
    let update = |set: &str| format!("UPDATE \"tab\" SET {set} WHERE pk = 'p'");
    let count = |name: &str, count: usize| {
        format!(
            "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {count}"
        )
    };
    let kind = |name: &str, kind: &str| {
        format!("Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}")
    };
    let duplicates = |shown: &str| {
        format!("One or more parameter values were invalid: Input collection [{shown}] contains duplicates")
    };
    let deep =
        |open: &str, close: &str, count: usize| update(&format!("d = {}1{}", open.repeat(count), close.repeat(count)));
    let nesting = |under: &str| format!("Nesting Levels have exceeded supported limits under root{under}");
    let mut cases = vec![
        ("SLECT * FROM \"tab\"".to_owned(), malformed("Expected data manipulation")),
        (update("t=1") + " garbage", malformed("Unexpected token after expression")),
        (wher("attribute_exists('ss')"), "Operator or function requires a document path; operator or function: attribute_exists".into()),
        (wher("attribute_exists()"), count("attribute_exists", 0)),
        (wher("attribute_exists(ss, ns)"), count("attribute_exists", 2)),
        (wher("attribute_type(l, 1)"), kind("attribute_type", "N")),
        (wher("attribute_type(l, true)"), kind("attribute_type", "BOOL")),
        (wher("attribute_exists(m.inner)"), malformed("Invalid path dot component")),
        (wher("attribute_exists(n) > false"), kind(">", "BOOL")),
        (wher("n < true"), kind("<", "BOOL")),
        (wher("n >= []"), kind(">=", "L")),
        (wher("n BETWEEN true AND false"), kind("BETWEEN", "BOOL")),
        (wher("n = MISSING"), "MISSING must be compared using IS operator".into()),
        (wher("n"), "The arguments to AND/OR must be Expressions".into()),
        (wher(&format!("n IN [{}]", values(101))), "The IN operator is provided with too many operands; number of operands: 101".into()),
        (wher("s = <<'a','a'>>"), duplicates("a, a") + "."),
        (update("n = set_add(n, <<2, 2.0>>)"), duplicates("2, 2") + "! under root"),
        (update("ss = set_add(ss, <<>>)"), "Empty bags are not supported".into()),
        (update("m.inner = 1"), malformed("Invalid path dot component")),
        (update("n = 'a' + 1"), kind("+", "S")),
        (update("n = n - null"), kind("-", "NULL")),
        (update("n = n + [1]"), kind("+", "L")),
        (wher("n = 1 /* open"), malformed("")),
        ("INSERT INTO tab VALUES {'a':1}".into(), "Unsupported operation: Inserting multiple items in a single statement is not supported, use \"INSERT INTO tableName VALUE item\" instead".into()),
        ("INSERT INTO tab VALUE [1]".into(), "Unsupported format in item expression. Please use struct format {...} to express item values for insert statement.".into()),
        ("DELETE FROM tab WHERE a=1 RETURNING ALL NEW *".into(), "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE statements.".into()),
        ("SELECT *, a FROM tab".into(), "Other attributes should not be present in the projection when '*' is used.".into()),
        ("SELECT a, b.a FROM tab".into(), "Duplicate identifiers in select clause: a".into()),
        ("SELECT * FROM tab.b.c".into(), "A path may contain at most 2 components in the FROM clause".into()),
        ("SELECT * FROM ab".into(), "Table name should be within the length [3, 255] and only contain 'a-z', 'A-Z', '0-9', '-', '_', '.'.".into()),
        ("SELECT * FROM tab, tac".into(), "Only select from a single table or index is supported.".into()),
        ("SELECT * FROM tab LIMIT 5".into(), "Unsupported clause: LIMIT at 1:25:1".into()),
        ("SELECT * FROM tab WHERE a = ?".into(), "Number of parameters in request and statement don't match.".into()),
        (deep("{'a':", "}", 32), nesting(&".a".repeat(32))),
        (deep("[", "]", 32), nesting(&"[0]".repeat(32))),
        (update(&format!("d = {{'a':{}1{}}}", "[".repeat(31), "]".repeat(31))), nesting(&format!(".a{}", "[0]".repeat(31)))),
        (wher(&"(".repeat(1_000)), malformed("Expression is nested too deeply")),
        (wher(&format!("n {}", "= n ".repeat(1_000))), malformed("Expression is nested too deeply")),
        (update(&format!("n = n {}", "+ n ".repeat(1_000))), malformed("Expression is nested too deeply")),
        (wher(&format!("n = 1 {}", "= yes ".repeat(90))), "Unsupported operator in Condition Expression. Operator: =".into()),
    ];
    let mut placed = |statement: String, text: &str, token: &str, near: &str| {
        let before = statement.find(near).expect("near");
        let place = at(&format!("{}{}", " ".repeat(before), &statement[before..]), token);
        cases.push((statement, format!("{text} {place}")));
    };
    placed("SELECT attribute_exists(ss) FROM tab".into(), "Unexpected path component", "attribute_exists", "attr");
    placed(wher("n > -n"), "Unsupported operation: -", "-", "-n");
    placed(wher("EXISTS(ss)"), "Unrecognized function: exists", "EXISTS", "EXISTS");
    placed(wher("set_add(ss, <<'x'>>) = ss"), "Unrecognized function: set_add", "set_add", "set_add");
    placed("SELECT l[-1] FROM tab".into(), "List index is not within the allowable range; index: [-1]", "1", "1");
    placed(
        "SELECT l[2147483648] FROM tab".into(),
        "List index is not within the allowable range; index: [2147483648]",
        "2147483648",
        "2147483648",
    );
    for (function, which) in [("set_add", "ADD"), ("set_delete", "DELETE")] {
        let first = format!("The first argument to SET_{which} must equal the assignment value");
        placed(update(&format!("t = {function}(ss, <<'x'>>)")), &first, function, function);
        let second = format!("The second argument to SET_{which} must be a value with type SET");
        placed(update(&format!("ss = {function}(ss, 'x')")), &second, "ss", "ss, '");
        placed(update(&format!("\"ss\" = {function}(\"ss\", ['x'])")), &second, "\"ss\"", "\"ss\", [");
        placed(
            update(&format!("ss = {function}(ss)")),
            &format!("SET_{which} must have exactly two arguments"),
            function,
            function,
        );
    }
    placed(
        "INSERT INTO tab VALUE {'ss': set_add(<<'a'>>, <<'b'>>)}".into(),
        "Unsupported data type: set_add under key root",
        "set_add",
        "set_add",
    );
    for (statement, wanted) in &cases {
        assert_eq!(read(statement, &[]).map(|_| ()), Err(wanted.clone()), "{statement}");
    }
    let one = [s("v")];
    let nested = update("x = [?]");
    assert_eq!(
        read(&nested, &one).map(|_| ()),
        Err(format!("Unsupported data type: Parameter under key root[0] {}", at(&nested, "?")))
    );
    let nested = "INSERT INTO tab VALUE {'pk':'l','m':{'k':?}}";
    assert_eq!(
        read(nested, &one).map(|_| ()),
        Err(format!("Unsupported data type: Parameter under key root.k {}", at(nested, "?")))
    );
    assert!(read("SELECT l[-0] FROM tab WHERE n IN [?, 2]", &one).is_ok());
    assert!(read(&deep("[", "]", 31), &[]).is_ok());
    assert!(read("EXISTS(SELECT * FROM tab WHERE pk='p' AND n=1)", &[]).is_ok_and(|read| !read.verb.writes()));
}
