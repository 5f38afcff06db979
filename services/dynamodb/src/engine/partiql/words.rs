//! Words that are no names unless they stand in double quotes: those of SQL-92 and of PartiQL, as
//! [PartiQL's own parser](https://github.com/partiql/partiql-lang-kotlin) reserves them.

use std::sync::LazyLock;

const WORDS: &str = "\
    absolute action add all allocate alter and any are as asc assertion at authorization avg begin between bit bit_length \
    by cascade cascaded case cast catalog char char_length character character_length check close coalesce collate \
    collation column commit connect connection constraint constraints continue convert corresponding count create cross \
    current current_date current_time current_timestamp current_user cursor date deallocate dec decimal declare default \
    deferrable deferred delete desc describe descriptor diagnostics disconnect distinct domain double drop else end \
    end-exec escape except exception exec execute exists external extract false fetch first float for foreign found from \
    full get global go goto grant group having identity immediate in indicator initially inner input insensitive insert \
    int integer intersect interval into is isolation join key language last left level like local lower match max min \
    module names national natural nchar next no not null nullif numeric octet_length of on only open option or order \
    outer output overlaps pad partial position precision prepare preserve primary prior privileges procedure public read \
    real references relative restrict revoke right rollback rows schema scroll section select session session_user set \
    smallint some space sql sqlcode sqlerror sqlstate substring sum system_user table temporary then time timestamp to \
    transaction translate translation trim true union unique unknown update upper usage user using value values varchar \
    varying view when whenever where with work write zone \
    missing pivot unpivot limit tuple remove index conflict do nothing returning modified new old let bool boolean string \
    symbol clob blob struct list sexp bag";

static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut words: Vec<_> = WORDS.split_ascii_whitespace().collect();
    words.sort_unstable();
    words
});

/// Whether a word is one of them, in any case.
pub(super) fn is_keyword(word: &str) -> bool {
    let lower = || word.bytes().map(|byte| byte.to_ascii_lowercase());
    SORTED.binary_search_by(|known| known.bytes().cmp(lower())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{SORTED, is_keyword};

    #[test]
    fn keywords_in_any_case() {
        assert!(SORTED.iter().all(|word| is_keyword(&word.to_ascii_uppercase())));
        assert!(is_keyword("Inner") && is_keyword("DATE") && is_keyword("missing"));
        assert!(!is_keyword("data") && !is_keyword("size") && !is_keyword("pk"));
    }
}
