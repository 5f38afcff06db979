//! The credential report: every user of an account and the state of their credentials, as CSV.

use std::fmt::Write;
use std::time::Duration;

use names::Timestamp;
use serde::{Deserialize, Serialize};

/// A report is kept for so long, and made anew only after it.
///
/// Source: "Generate credential reports for your AWS account" in the IAM user guide.
pub(crate) const KEPT: Duration = Duration::from_secs(4 * 3600);

/// The columns, in AWS's order.
pub(crate) const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
                                  password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
                                  access_key_1_last_used_date,access_key_1_last_used_region,\
                                  access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
                                  access_key_2_last_used_date,access_key_2_last_used_region,\
                                  access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,\
                                  cert_2_last_rotated";

/// One user, or root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// `<root_account>` for root.
    pub(crate) user: String,
    /// ARN.
    pub(crate) arn: String,
    /// When the user was created; for root, the account.
    pub(crate) created: Timestamp,
    /// The password.
    pub(crate) password: Password,
    /// Whether a device is enabled.
    pub(crate) mfa: bool,
    /// Access keys, in the order of their creation.
    pub(crate) keys: Vec<Key>,
    /// Signing certificates: whether active, and since when.
    pub(crate) certificates: Vec<(bool, Timestamp)>,
}

/// What the report says of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Password {
    /// Root's: IAM tells nothing of its age.
    Root,
    /// There is none.
    None,
    /// There is one.
    Set {
        /// When it last signed in.
        used: Option<Timestamp>,
        /// When it was set.
        changed: Timestamp,
        /// When it must be changed.
        due: Option<Timestamp>,
    },
}

/// What the report says of an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Whether it may be used.
    pub(crate) active: bool,
    /// When it was created or its status last changed.
    pub(crate) since: Timestamp,
    /// When, where and for which service it was last used.
    pub(crate) used: Option<(Timestamp, String, String)>,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// When it was made.
    pub(crate) made: Timestamp,
    /// Its text.
    pub(crate) text: String,
}

impl Line {
    /// Somebody with no more than a password.
    pub(crate) fn new(user: String, arn: String, created: Timestamp, password: Password) -> Self {
        Self { user, arn, created, password, mfa: false, keys: Vec::new(), certificates: Vec::new() }
    }
}

impl Report {
    /// Of these users, root first.
    pub(crate) fn of(lines: &[Line], made: Timestamp) -> Self {
        let rows = lines.iter().map(row);
        let text = std::iter::once(COLUMNS.to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
        Self { made, text }
    }

    /// Whether it may still be shown.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.made.plus(KEPT)
    }
}

fn row(line: &Line) -> String {
    let mut out = format!("{},{},{}", quoted(&line.user), quoted(&line.arn), instant(line.created));
    add(&mut out, &password(&line.password));
    add(&mut out, &[line.mfa.to_string()]);
    for at in 0..2 {
        add(&mut out, &key(line.keys.get(at)));
    }
    for at in 0..2 {
        add(&mut out, &certificate(line.certificates.get(at)));
    }
    out
}

fn password(password: &Password) -> [String; 4] {
    let text = |text: &str| text.to_owned();
    match password {
        Password::Root => ["not_supported", "no_information", "not_supported", "not_supported"].map(text),
        Password::None => ["false", "N/A", "N/A", "N/A"].map(text),
        Password::Set { used, changed, due } => [
            text("true"),
            used.map_or(text("no_information"), instant),
            instant(*changed),
            due.map_or(text("N/A"), instant),
        ],
    }
}

fn key(key: Option<&Key>) -> [String; 5] {
    let none = || "N/A".to_owned();
    let Some(key) = key else { return ["false".to_owned(), none(), none(), none(), none()] };
    let (at, region, service) = match &key.used {
        Some((at, region, service)) => (instant(*at), region.clone(), service.clone()),
        None => (none(), none(), none()),
    };
    [key.active.to_string(), instant(key.since), at, region, service]
}

fn certificate(certificate: Option<&(bool, Timestamp)>) -> [String; 2] {
    let since = certificate.map_or_else(|| "N/A".to_owned(), |(_, since)| instant(*since));
    [certificate.is_some_and(|(active, _)| *active).to_string(), since]
}

fn add(out: &mut String, fields: &[String]) {
    for field in fields {
        // Writing into a string does not fail.
        let _ = write!(out, ",{field}");
    }
}

/// `2026-01-01T00:00:00+00:00`.
fn instant(at: Timestamp) -> String {
    let text = Timestamp::from_secs(at.secs()).iso8601();
    format!("{}+00:00", text.split(['.', 'Z']).next().unwrap_or_default())
}

/// Names of users may have a comma.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_user() {
        let at = Timestamp::from_secs;
        let arn = "arn:aws:iam::111122223333:user/a,b".to_owned();
        let used = Some((at(90), "us-east-1".to_owned(), "sqs".to_owned()));
        let user = Line {
            user: "a,b".into(),
            arn,
            created: at(0),
            password: Password::Set { used: None, changed: at(60), due: Some(at(86_460)) },
            mfa: true,
            keys: vec![Key { active: false, since: at(30), used }],
            certificates: vec![(true, at(3))],
        };
        let root = Line {
            user: "<root_account>".into(),
            arn: "arn:aws:iam::111122223333:root".into(),
            password: Password::Root,
            mfa: false,
            keys: vec![],
            certificates: vec![],
            ..user.clone()
        };
        let bare = Line { user: "c".into(), arn: "c".into(), password: Password::None, ..root.clone() };
        let report = Report::of(&[root, user, bare], at(100));
        let lines: Vec<_> = report.text.lines().collect();
        assert_eq!(lines[0].split(',').count(), 22);
        assert_eq!(
            lines[1],
            "<root_account>,arn:aws:iam::111122223333:root,1970-01-01T00:00:00+00:00,not_supported,no_information,\
             not_supported,not_supported,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
        );
        assert_eq!(
            lines[2],
            "\"a,b\",\"arn:aws:iam::111122223333:user/a,b\",1970-01-01T00:00:00+00:00,true,no_information,\
             1970-01-01T00:01:00+00:00,1970-01-02T00:01:00+00:00,true,false,1970-01-01T00:00:30+00:00,\
             1970-01-01T00:01:30+00:00,us-east-1,sqs,false,N/A,N/A,N/A,N/A,true,1970-01-01T00:00:03+00:00,false,N/A"
        );
        assert_eq!(lines[3].matches("N/A").count(), 3 + 8 + 2);
        assert!(report.is_fresh(at(100 + 4 * 3600 - 1)) && !report.is_fresh(at(100 + 4 * 3600)));
    }
}
