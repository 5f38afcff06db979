//! What numbers are held to: AWS's bounds, one text for each number, exact sums, bytes in their order.

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn texts_in_their_one_form() {
    for (given, shown) in [
        ("0", "0"),
        ("-0.000", "0"),
        ("0e125", "0"),
        ("0.0e126", "0"),
        ("1", "1"),
        ("+007.50", "7.5"),
        ("-1e2", "-100"),
        ("12300", "12300"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.5E-3", "0.0015"),
        ("100e-2", "1"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("99999999999999999999999999999999999999000", "99999999999999999999999999999999999999000"),
    ] {
        assert_eq!(number(given).to_string(), shown, "{given}");
    }
    assert_eq!(number("1e125").to_string().len(), 126);
    assert_eq!(number("1e-130").to_string().len(), 132);
}

#[test]
fn what_is_no_number() {
    let long = format!("1{}1", "0".repeat(37));
    for (given, expected) in [
        ("", NotANumber::Empty),
        ("a", NotANumber::Malformed("a".into())),
        ("-", NotANumber::Malformed("-".into())),
        (".", NotANumber::Malformed(".".into())),
        ("1e", NotANumber::Malformed("1e".into())),
        (" 1", NotANumber::Malformed(" 1".into())),
        ("1e1.5", NotANumber::Malformed("1e1.5".into())),
        ("NaN", NotANumber::Malformed("NaN".into())),
        ("1e126", NotANumber::Overflow),
        ("0e126", NotANumber::Overflow),
        ("0e-131", NotANumber::Underflow),
        ("-1e99999999999999999999", NotANumber::Overflow),
        ("1e-131", NotANumber::Underflow),
        (&long, NotANumber::Precision),
    ] {
        assert_eq!(given.parse::<Number>(), Err(expected), "{given}");
    }
}

#[test]
fn sums_are_exact_or_refused() {
    for (a, b, sum) in [
        ("1", "2", "3"),
        ("0.1", "0.2", "0.3"),
        ("-5", "5", "0"),
        ("1", "-0.001", "0.999"),
        ("1e125", "0", "1".to_owned().as_str()),
        ("99999999999999999999999999999999999999", "1", "100000000000000000000000000000000000000"),
    ] {
        let sum = if a == "1e125" { number(a) } else { number(sum) };
        assert_eq!(number(a).plus(number(b)), Ok(sum), "{a} + {b}");
    }
    assert_eq!(number("1e38").plus(number("1")), Err(NotANumber::Precision));
    assert_eq!(number("1e125").minus(number("1e-130")), Err(NotANumber::Precision));
    assert_eq!(number("9e125").plus(number("9e125")), Err(NotANumber::Overflow));
    assert_eq!(number("1e38").minus(number("1")), Ok(number("99999999999999999999999999999999999999")));
}

#[test]
fn whole_numbers_and_floors() {
    assert_eq!(number("1e3").as_whole(), Some(1_000));
    assert_eq!(number("0.5").as_whole(), None);
    assert_eq!((number("1.9").floor(), number("-1.1").floor(), number("1e-130").floor()), (Some(1), Some(-2), Some(0)));
    assert_eq!(number("1e30").floor(), None);
    assert_eq!(Number::whole(i64::MIN).as_whole(), Some(i64::MIN));
}

#[test]
fn sizes_as_dynalite_measured_them() {
    for (text, size) in [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("100", 2),
        ("123", 3),
        ("1100", 2),
        ("110", 3),
        ("-1", 3),
        ("0.1", 2),
        ("12345", 4),
    ] {
        assert_eq!(number(text).size(), size, "{text}");
    }
}

fn any_number() -> impl Strategy<Value = Number> {
    let coefficient = prop_oneof![0_u128..200, any::<u64>().prop_map(u128::from), 0..10_u128.pow(38)];
    let exponent = prop_oneof![-3_i32..3, -130_i32..88];
    (any::<bool>(), coefficient, exponent).prop_filter_map("in range", |(negative, coefficient, exponent)| {
        Number::of(negative, coefficient, exponent).ok()
    })
}

proptest! {
    #[test]
    fn bytes_sort_as_numbers(a in any_number(), b in any_number()) {
        let bytes = |number: &Number| {
            let mut out = Vec::new();
            number.encode_key(&mut out);
            out
        };
        let (of_a, of_b) = (bytes(&a), bytes(&b));
        prop_assert_eq!(of_a.cmp(&of_b), a.cmp(&b));
        prop_assert_eq!(of_a.starts_with(&of_b), a == b);
        prop_assert_eq!(Number::decode_key(&mut &of_a[..]), Some(a));
    }

    #[test]
    fn order_is_that_of_differences(a in any_number(), b in any_number()) {
        if let Ok(difference) = a.minus(b) {
            prop_assert_eq!(difference.cmp(&Number::ZERO), a.cmp(&b));
            prop_assert_eq!(difference.plus(b), Ok(a));
        }
    }

    #[test]
    fn reads_what_it_writes(a in any_number()) {
        prop_assert_eq!(a.to_string().parse(), Ok(a));
    }

    #[test]
    fn never_panics(text in "[-+.eE0-9]{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
        let _ = text.parse::<Number>();
        if let Some(number) = Number::decode_key(&mut &bytes[..]) {
            let _ = (number.to_string(), number.size(), number.floor());
        }
    }
}
