//! Any text as what names things: ARN, region, account, instant, page token. What is read is written and read again.
#![no_main]

mod seeds;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use names::{AccountId, Arn, PageTokenKey, Region, Timestamp};

const SEEDS: [&[u8]; 7] = [
    b"arn:aws:sqs:us-east-1:123456789012:orders.fifo",
    b"arn:aws:s3:::bucket/a:b/c",
    b"2026-11-23T06:52:23.120Z",
    b"0001-01-01T00:00:00-23:59",
    b"Mon, 23 Nov 2026 06:52:23.5 GMT",
    b"20261123T065223Z",
    b"us-gov-west-1",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    page_token(bytes);
    if let Ok(number) = bytes.try_into().map(i64::from_le_bytes) {
        instant(Timestamp::from_secs_f64(f64::from_bits(number as u64)));
        Timestamp::from_micros(number).iso8601();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(arn) = text.parse::<Arn>() {
        assert_eq!(arn.to_string(), text);
        (arn.account_id(), arn.region_code());
    }
    if let Some(region) = Region::parse(text) {
        assert_eq!(region.as_str(), text);
    }
    if let Ok(account) = text.parse::<AccountId>() {
        assert_eq!(account.to_string(), text);
    }
    instant(Timestamp::parse_iso8601(text));
    instant(Timestamp::parse_http_date(text));
    instant(Timestamp::parse_basic(text));
});

/// An instant that was read lies in the years that can be written, and each form says the same.
fn instant<E>(read: Result<Timestamp, E>) {
    let Ok(instant) = read else { return };
    let earliest = Timestamp::from_secs(-62_135_596_800);
    assert!((earliest..=Timestamp::MAX).contains(&instant), "{} is out of range", instant.micros());
    let iso = Timestamp::parse_iso8601(&instant.iso8601()).expect("ISO 8601");
    assert_eq!(iso.millis(), instant.millis());
    let http = Timestamp::parse_http_date(&instant.http_date()).expect("HTTP date");
    let basic = Timestamp::parse_basic(&instant.basic()).expect("basic form");
    assert_eq!((http.secs(), basic.secs()), (instant.secs(), instant.secs()));
}

/// A token opens for its own listing; anything else does not.
fn page_token(bytes: &[u8]) {
    let key = PageTokenKey::new(&[7; 32]);
    assert!(key.open("scope", &String::from_utf8_lossy(bytes)).is_err());
    assert_eq!(key.open("scope", &key.seal("scope", bytes)).as_deref(), Ok(bytes));
}
