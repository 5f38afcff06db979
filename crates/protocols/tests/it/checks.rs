//! Validation, and the neutral writers: JSON for in-process calls, CloudTrail's, the log's.

use bytes::Bytes;
use protocols::{audit, coral, json_value, redact, tokens, validate};
use smithy::{Kind, Member, OperationSchema, Schema, Shape};

use crate::demo::{SEND, SendMessage, TEXT};
use crate::dynamic::Dynamic;

static NAME: Schema = Schema::new("Name", Kind::String).min(1.0).max(3.0).pattern("[a-z]+");
static COLOR: Schema = Schema::new("Color", Kind::Enum).values(&["RED", "BLUE"]);
static SECRET: Schema = Schema::new("Secret", Kind::String).max(2.0).sensitive();
static COUNT: Schema = Schema::new("Count", Kind::Integer).min(1.0).max(10.0);
static WEIGHT: Schema = Schema::new("Weight", Kind::Double).min(0.0).max(1.0);
static BYTES: Schema = Schema::new("Bytes", Kind::Blob).max(4.0);
static NAMES: Schema = Schema::new("Names", Kind::List).members(&[Member::new("member", &NAME)]).max(2.0);
static WEIGHTS: Schema =
    Schema::new("Weights", Kind::Map).members(&[Member::new("key", &NAME), Member::new("value", &WEIGHT)]);
static TAG: Schema =
    Schema::new("Tag", Kind::Structure).members(&[Member::new("Key", &NAME).required(), Member::new("Value", &TEXT)]);
static TAGS: Schema = Schema::new("Tags", Kind::List).members(&[Member::new("member", &TAG)]).max(1.0);
static TAG_MAP: Schema =
    Schema::new("TagMap", Kind::Map).members(&[Member::new("key", &TEXT), Member::new("value", &TAG)]);
static CHOICE: Schema = Schema::new("Choice", Kind::Union).members(&[Member::new("A", &TEXT), Member::new("B", &TEXT)]);
static INPUT: Schema = Schema::new("CheckInput", Kind::Structure).members(&[
    Member::new("TableName", &NAME).required(),
    Member::new("Color", &COLOR),
    Member::new("Password", &SECRET),
    Member::new("Limit", &COUNT),
    Member::new("Blob", &BYTES),
    Member::new("Names", &NAMES),
    Member::new("Weights", &WEIGHTS),
    Member::new("Tags", &TAGS),
    Member::new("TagMap", &TAG_MAP),
    Member::new("Choice", &CHOICE),
    Member::new("ClientToken", &NAME).required().idempotency_token(),
]);
static CHECK: OperationSchema = OperationSchema { name: "Check", input: &INPUT, ..SEND_LIKE };
const SEND_LIKE: OperationSchema = OperationSchema {
    name: "",
    service: &crate::demo::SERVICE,
    input: &INPUT,
    output: &INPUT,
    http: smithy::HttpBinding { method: "POST", uri: "/", status: 200 },
    result_wrapper: None,
    errors: &[],
    action: "sqs:Check",
    read_only: true,
    unsigned: false,
    ..OperationSchema::EMPTY
};

/// The texts of all failures of an input given as neutral JSON.
fn failures(json: &str) -> Vec<String> {
    let mut input = Dynamic::new(&INPUT);
    let missing = json_value::read(json.as_bytes(), &mut input).unwrap();
    let issues = validate(&CHECK, &input, missing);
    let told = issues.iter().map(|issue| coral::message(std::slice::from_ref(issue)));
    told.map(|text| text.strip_prefix("1 validation error detected: Value ").unwrap().to_owned()).collect()
}

#[test]
fn each_rule_is_told() {
    const TAIL: &str = "[Member must have length less than or equal to 3, Member must have length greater than or equal \
        to 1, Member must satisfy regular expression pattern: [a-z]+]";
    let table: &[(&str, &[&str])] = &[
        (r#""TableName":"abc""#, &[]),
        (r#""Limit":1"#, &["null at 'tableName' failed to satisfy constraint: Member must not be null"]),
        (
            r#""TableName":"éé""#,
            &[
                "'éé' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
            ],
        ),
        (
            r#""TableName":"""#,
            &[
                "'' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1",
                "'' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
            ],
        ),
        (
            r#""TableName":"a","Color":"GREEN""#,
            &["'GREEN' at 'color' failed to satisfy constraint: Member must satisfy enum value set: [RED, BLUE]"],
        ),
        (
            r#""TableName":"a","Password":"abc""#,
            &["at 'password' failed to satisfy constraint: Member must have length less than or equal to 2"],
        ),
        (
            r#""TableName":"a","Limit":11"#,
            &["'11' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10"],
        ),
        (
            r#""TableName":"a","Blob":"AAECAwQ=""#,
            &[
                "'java.nio.HeapByteBuffer[pos=0 lim=5 cap=5]' at 'blob' failed to satisfy constraint: Member must have length less than or equal to 4",
            ],
        ),
        (
            r#""TableName":"a","Names":["a","b","c"]"#,
            &["'[a, b, c]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 2"],
        ),
        (
            r#""TableName":"a","Weights":{"b":2.0}"#,
            &[
                "'{b=2.0}' at 'weights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]",
            ],
        ),
        (
            r#""TableName":"a","Tags":[{"Key":"k"},{"Value":"v"}]"#,
            &[
                "null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null",
                "'[Tag(key=k, value=null), Tag(key=null, value=v)]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 1",
            ],
        ),
        (
            r#""TableName":"a","TagMap":{"x":{"Key":"long"}}"#,
            &[
                "'long' at 'tagMap.x.member.key' failed to satisfy constraint: Member must have length less than or equal to 3",
            ],
        ),
        (
            r#""TableName":"a","Choice":{"A":"a","B":"b"}"#,
            &["'Choice' at 'choice' failed to satisfy constraint: Member must have exactly one member set"],
        ),
        (r#""TableName":"a","Choice":{"A":"a"}"#, &[]),
    ];
    for (json, want) in table {
        let mut got = failures(&format!("{{{json}}}"));
        let mut want: Vec<_> = want.iter().map(|text| (*text).to_owned()).collect();
        got.sort();
        want.sort();
        assert_eq!(got, want, "{json}");
    }
    let inside = failures(r#"{"TableName":"a","Names":["a","B"]}"#);
    assert_eq!(
        inside,
        [format!("'[a, B]' at 'names' failed to satisfy constraint: Member must satisfy constraint: {TAIL}")]
    );
    let keys = failures(r#"{"TableName":"a","Weights":{"B":0.5}}"#);
    assert_eq!(
        keys,
        [format!("'{{B=0.5}}' at 'weights' failed to satisfy constraint: Map keys must satisfy constraint: {TAIL}")]
    );
}

#[test]
fn what_a_missing_member_was_filled_with_is_not_looked_at() {
    let mut input = SendMessage::default();
    let missing = json_value::read(b"{}", &mut input).unwrap();
    let text = coral::message(&validate(&SEND, &input, missing));
    assert_eq!(
        text,
        "2 validation errors detected: Value null at 'queueUrl' failed to satisfy constraint: Member must not be null; \
         Value null at 'messageBody' failed to satisfy constraint: Member must not be null"
    );
}

fn secret_message() -> SendMessage {
    SendMessage { queue_url: "q".into(), password: Some("hunter2".into()), ..SendMessage::default() }
}

#[test]
fn sensitive_values_are_not_shown() {
    let input = secret_message();
    assert_eq!(redact::for_log(&input), br#"{"QueueUrl":"q","MessageBody":"","Password":"***"}"#);
    let record = audit::for_record(&input);
    assert_eq!(record, br#"{"queueUrl":"q","messageBody":"","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#);
}

#[test]
fn neutral_json_reads_what_it_writes() {
    let mut back = SendMessage::default();
    json_value::read(&json_value::write(&secret_message()), &mut back).unwrap();
    assert_eq!(back, secret_message());
    let mut camel = SendMessage::default();
    json_value::read(br#"{"queueUrl":"q","messageBody":"","Password":"hunter2"}"#, &mut camel).unwrap();
    assert_eq!(camel, secret_message());
    let mut dated = SendMessage::default();
    json_value::read(br#"{"Created":"2023-11-14T22:13:20Z"}"#, &mut dated).unwrap();
    assert_eq!(dated.created.map(|t| t.secs()), Some(1_700_000_000));
}

#[test]
fn numbers_in_documents_come_out_as_they_went_in() {
    static FREE: Schema = Schema::new("Free", Kind::Document);
    static HOLDER: Schema = Schema::new("Holder", Kind::Structure).members(&[Member::new("Free", &FREE)]);
    let mut holder = Dynamic::new(&HOLDER);
    let text = br#"{"Free":[1.6555952806154323e22,-2.222222222222222e46,18446744073709551615,0.1]}"#;
    json_value::read(text, &mut holder).unwrap();
    let mut back = Dynamic::new(&HOLDER);
    json_value::read(&json_value::write(&holder), &mut back).unwrap();
    assert_eq!(back, holder);
}

#[test]
fn tokens_are_made_up_only_when_absent() {
    let mut input = Dynamic::new(&INPUT);
    tokens::fill(&mut input, &mut || "made".to_owned());
    tokens::fill(&mut input, &mut || "twice".to_owned());
    let written = json_value::write(&input);
    assert_eq!(Bytes::from(written), r#"{"ClientToken":"made"}"#);
    assert_eq!(input.schema().name, "CheckInput");
}
