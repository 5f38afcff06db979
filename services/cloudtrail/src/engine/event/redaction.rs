//! The property that no secret is in a record: random values for every operation of several services, each secret one marked.

use bytes::Bytes;
use proptest::prelude::*;
use runtime::Random;
use smithy::{Kind, Member, OperationSchema, ReadResult, Reader, Schema, Shape, Timestamp, WriteValue, Writer};

use super::elements::elements;

/// In every value that must not be shown.
const MARK: &str = "s3cr3t";
/// What everyone knows to be a secret, whether or not a model says so.
const SECRETS: [&str; 8] = [
    "SecretAccessKey",
    "Password",
    "OldPassword",
    "NewPassword",
    "PrivateKey",
    "Base32StringSeed",
    "MessageBody",
    "WebIdentityToken",
];
/// Deepest nesting; schemas may be recursive.
const DEPTH: usize = 6;

/// A value of any schema.
struct Anything<'a> {
    schema: &'static Schema,
    random: &'a Random,
    depth: usize,
    secret: bool,
}

impl<'a> Anything<'a> {
    fn of(&self, schema: &'static Schema, name: &str) -> Anything<'a> {
        let secret = self.secret || schema.sensitive || SECRETS.contains(&name);
        Anything { schema, random: self.random, depth: self.depth + 1, secret }
    }

    fn text(&self) -> String {
        let plain = self.random.alphanumeric(self.random.below(12) as usize);
        if self.secret { format!("{plain}{MARK}") } else { plain }
    }
}

impl Shape for Anything<'_> {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn read_member(&mut self, _: usize, _: &mut dyn Reader) -> ReadResult<()> {
        Ok(())
    }

    fn write_members(&self, writer: &mut dyn Writer) {
        for member in self.schema.members {
            if self.depth > DEPTH || self.random.below(8) == 0 {
                writer.absent(member);
            } else {
                self.of(member.target, member.name).write(member, writer);
            }
        }
    }
}

impl WriteValue for Anything<'_> {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        match self.schema.kind {
            Kind::Boolean => writer.boolean(member, self.random.below(2) == 0),
            Kind::Integer => writer.integer(member, 1),
            Kind::Long => writer.long(member, 2),
            Kind::Float | Kind::Double => writer.double(member, 0.5),
            Kind::String | Kind::Enum => writer.string(member, &self.text()),
            Kind::Blob => writer.blob(member, &Bytes::from(self.text())),
            Kind::Timestamp => writer.timestamp(member, Timestamp::from_secs(3)),
            Kind::Document => writer.document(member, &self.text().into()),
            Kind::Structure | Kind::Union => writer.structure(member, self),
            Kind::List => self.write_list(member, writer),
            Kind::Map => self.write_map(member, writer),
            Kind::ByteStream | Kind::EventStream => {}
        }
    }
}

impl Anything<'_> {
    fn count(&self) -> usize {
        if self.depth > DEPTH { 0 } else { self.random.below(4) as usize }
    }

    fn write_list(&self, member: &'static Member, writer: &mut dyn Writer) {
        let element = &self.schema.members[0];
        let values: Vec<_> = (0..self.count()).map(|_| self.of(element.target, "")).collect();
        writer.list(member, values.len(), &mut values.iter().map(|value| value as &dyn WriteValue));
    }

    fn write_map(&self, member: &'static Member, writer: &mut dyn Writer) {
        let (key, value) = (self.of(self.schema.members[0].target, ""), &self.schema.members[1]);
        let values: Vec<_> = (0..self.count()).map(|_| (key.text(), self.of(value.target, ""))).collect();
        let mut entries = values.iter().map(|(key, value)| (key.as_str(), value as &dyn WriteValue));
        writer.map(member, values.len(), &mut entries);
    }
}

fn record(operation: &OperationSchema, schema: &'static Schema, random: &Random) -> String {
    let value = Anything { schema, random, depth: 0, secret: false };
    elements(&value, operation.service.id, "requestParameters").json.unwrap_or_else(|| "{}".to_owned())
}

fn operations() -> impl Iterator<Item = &'static &'static OperationSchema> {
    let iam = api_iam::OPERATIONS.iter().chain(api_kms::OPERATIONS);
    iam.chain(api_sqs::OPERATIONS).chain(api_sts::OPERATIONS).chain(api_cloudtrail::OPERATIONS)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_secret_is_in_a_record(seed in any::<u64>()) {
        let random = Random::seeded(seed);
        for operation in operations() {
            for schema in [operation.input, operation.output] {
                let json = record(operation, schema, &random);
                prop_assert!(!json.contains(MARK), "{} {json}", operation.name);
                let parsed = serde_json::from_str::<serde_json::Value>(&json);
                prop_assert!(parsed.is_ok(), "{} {json}", operation.name);
            }
        }
    }
}

#[test]
fn the_walk_meets_secrets() {
    // Else the property would hold of nothing.
    let random = Random::seeded(1);
    let debug = |schema| {
        String::from_utf8(protocols::json_value::write(&Anything { schema, random: &random, depth: 0, secret: false }))
    };
    let shown: Vec<_> =
        operations().filter(|one| debug(one.input).unwrap().contains(MARK)).map(|one| one.name).collect();
    for name in ["ChangePassword", "CreateLoginProfile", "SendMessage", "AssumeRoleWithWebIdentity"] {
        assert!(shown.contains(&name), "{name} is not among {shown:?}");
    }
}
