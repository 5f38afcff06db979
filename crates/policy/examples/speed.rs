//! What a decision costs: `cargo run --release -p policy --example speed`.

use std::hint::black_box;
use std::time::Instant;

use names::AccountId;
use policy::{Attached, Context, Kind, Policies, Policy, Request, Values, Who, evaluate, explain};

/// Facts as a gateway has them at hand: nothing is computed or copied ahead.
struct Facts;

impl Context for Facts {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        match key {
            "aws:username" => Some(Values::one("ada")),
            "aws:sourceip" => Some(Values::one("203.0.113.7")),
            "aws:securetransport" => Some(Values::truth(true)),
            "aws:currenttime" => Some(Values::one("2026-06-01T12:00:00Z")),
            _ => None,
        }
    }
}

const ONE: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}"#;

/// As people write them: several services, a variable, and conditions that are looked at for every request.
const TYPICAL: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:PutObject"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]},
    {"Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:GetItem"], "Resource": "arn:aws:dynamodb:*:*:table/${aws:username}"},
    {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:SendMessage"], "Resource": "arn:aws:sqs:*:123456789012:${aws:username}-*",
     "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}, "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}},
    {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#;

fn main() {
    let read = |text: &str| Policy::parse(text, Kind::Identity).expect("a policy");
    let (one, typical) = (read(ONE), read(TYPICAL));
    let attach = |policy| Attached { name: "p", policy };
    let account = AccountId::from_number(123_456_789_012).expect("twelve digits");
    let request = Request {
        principal: Who::user(account, "arn:aws:iam::123456789012:user/ada", "AIDAEXAMPLEEXAMPLE00"),
        action: "sqs:SendMessage",
        resource: "arn:aws:sqs:eu-west-1:123456789012:ada-orders",
        context: &Facts,
    };
    let (single, ten) = ([attach(&one)], [attach(&typical); 10]);
    let full = Policies { identity: &ten, boundary: Some(attach(&one)), session: Some(&single), ..Policies::default() };
    let level = [attach(&one)];
    let levels = [&level[..]; 4];
    for (name, policies) in [
        ("one statement", Policies { identity: &single, ..Policies::default() }),
        ("one policy of four statements", Policies { identity: &ten[..1], ..Policies::default() }),
        ("ten policies of four statements", Policies { identity: &ten, ..Policies::default() }),
        ("the same, bounded in six ways", Policies { service_control: &levels, ..full }),
    ] {
        assert!(evaluate(&policies, &request).allowed, "{name}");
        let evaluated = nanoseconds(200_000, || evaluate(black_box(&policies), black_box(&request)).allowed);
        let explained = nanoseconds(5_000, || explain(black_box(&policies), black_box(&request)).allowed);
        println!("{name}: {evaluated} ns, explained {explained} ns");
    }
    println!("parsing four statements: {} ns", nanoseconds(5_000, || black_box(read(black_box(TYPICAL)))));
}

fn nanoseconds<T>(times: u32, mut work: impl FnMut() -> T) -> u128 {
    let start = Instant::now();
    for _ in 0..times {
        black_box(work());
    }
    start.elapsed().as_nanos() / u128::from(times)
}
