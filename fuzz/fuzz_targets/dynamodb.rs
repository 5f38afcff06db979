//! Anything as an expression, a statement, numbers and a stored item of DynamoDB.
#![no_main]

mod seeds;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use svc_dynamodb::testing;

const SEEDS: [&[u8]; 10] = [
    b"a = :a AND (n BETWEEN :n AND :n OR NOT contains(ss, :a)) AND size(l) <> :n AND m.l[0] IN (:n, :a)",
    b"attribute_exists(#m.x) OR attribute_type(#a, :a) OR begins_with(b, :b) OR attribute_not_exists(q)",
    b"SET a = if_not_exists(q, :a), n = n + :n, l = list_append(l, :l) REMOVE m.x, l[1] ADD ns :ns DELETE ss :ss",
    b"a, m.l[1], #m.x, l[0], l[2]",
    b"pk = :a AND n >= :n",
    b"SELECT m.l[0], pk FROM \"a-table\".\"index\" WHERE pk IN ['a','b'] AND n > 1 AND (n < 5 OR a IS NOT MISSING) ORDER BY pk DESC",
    b"UPDATE tab SET n = n - -1 SET ss = set_add(ss, <<'c'>>) REMOVE l[0] WHERE pk='a' AND n=1 AND contains(a, ?) RETURNING ALL NEW *",
    b"INSERT INTO tab VALUE {'pk': ?, 'n': -1.5e3, 'm': {'a': [1, <<1, 2>>, true, null]}} -- done",
    b"EXISTS(SELECT * FROM tab WHERE pk='a' AND n=1 AND (attribute_exists(a) = true OR size(l) BETWEEN 1 AND 9))",
    b"-123.4500e-7\xff99999999999999999999999999999999999999e87",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    testing::stored_item(bytes);
    let mut parts = bytes.split(|byte| *byte == 0xFF).map(|part| std::str::from_utf8(part).unwrap_or(""));
    let (a, b) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    testing::numbers(a, b);
    testing::expression(a);
    testing::statement(a);
});
