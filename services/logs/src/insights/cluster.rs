//! `pattern`: texts that are alike in form, brought together. What differs between events of one form, numbers, ids, times and
//! addresses, becomes `<Number-1>` and the like, as AWS names dynamic tokens; what is left is the form.

use std::collections::HashMap;

use super::value::Value;

/// Samples kept of a form.
const SAMPLES: usize = 3;

/// Forms that were seen.
#[derive(Default)]
pub(crate) struct Clusters {
    places: HashMap<String, usize>,
    found: Vec<Form>,
    total: u64,
}

struct Form {
    text: String,
    count: u64,
    severity: &'static str,
    samples: Vec<String>,
}

impl Clusters {
    /// Takes a text.
    pub(crate) fn add(&mut self, text: &str) {
        self.total += 1;
        let form = form(text);
        let place = *self.places.entry(form.clone()).or_insert_with(|| {
            self.found.push(Form { text: form, count: 0, severity: severity(text), samples: Vec::new() });
            self.found.len() - 1
        });
        let known = &mut self.found[place];
        known.count += 1;
        if known.samples.len() < SAMPLES {
            known.samples.push(text.to_owned());
        }
    }

    /// The forms, the most frequent first.
    pub(crate) fn finish(mut self) -> Vec<Vec<(String, Value)>> {
        self.found.sort_by_key(|form| std::cmp::Reverse(form.count));
        let total = self.total.max(1) as f64;
        let row = |form: Form| {
            let text = |text: String| Value::Text(text);
            vec![
                ("@pattern".to_owned(), text(form.text)),
                ("@ratio".to_owned(), Value::Number(form.count as f64 / total)),
                ("@sampleCount".to_owned(), Value::Number(form.count as f64)),
                ("@severityLabel".to_owned(), text(form.severity.to_owned())),
                ("@logSamples".to_owned(), text(serde_json::Value::from_iter(form.samples).to_string())),
            ]
        };
        self.found.into_iter().map(row).collect()
    }
}

/// A text with what differs taken out of it.
fn form(text: &str) -> String {
    let (mut form, mut word, mut number) = (String::with_capacity(text.len()), String::new(), 0);
    let mut close = |word: &mut String, form: &mut String| {
        match kind(word) {
            Some(kind) => {
                number += 1;
                form.push_str(&format!("<{kind}-{number}>"));
            }
            None => form.push_str(word),
        }
        word.clear();
    };
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '_' | '@' | '+') {
            word.push(c);
        } else {
            close(&mut word, &mut form);
            form.push(c);
        }
    }
    close(&mut word, &mut form);
    form
}

/// What a word stands for, when it is no word.
fn kind(word: &str) -> Option<&'static str> {
    let bare = word.trim_end_matches(['.', ':', '-']);
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    let all = |test: fn(char) -> bool| bare.chars().all(test);
    Some(if bare.parse::<std::net::IpAddr>().is_ok() {
        "IP"
    } else if bare.parse::<f64>().is_ok() {
        "Number"
    } else if bare.len() == 36 && all(|c| c.is_ascii_hexdigit() || c == '-') {
        "UUID"
    } else if digits >= 4 && all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | 'T' | 'Z' | '+')) {
        if bare.contains('-') && bare.contains(':') {
            "DateTime"
        } else if bare.contains(':') {
            "Time"
        } else {
            "Date"
        }
    } else if bare.contains('@') {
        "Email"
    } else if bare.len() >= 8 && all(|c| c.is_ascii_hexdigit()) {
        "Hex"
    } else {
        "Token"
    })
}

fn severity(text: &str) -> &'static str {
    let upper = text.to_uppercase();
    for (words, label) in [
        (&["FATAL", "CRITICAL", "ERROR", "EXCEPTION", "FAIL"][..], "ERROR"),
        (&["WARN"][..], "WARN"),
        (&["DEBUG"][..], "DEBUG"),
        (&["INFO"][..], "INFO"),
    ] {
        if words.iter().any(|word| upper.contains(word)) {
            return label;
        }
    }
    "NONE"
}
