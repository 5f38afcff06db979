//! What a record does not show, beyond what the models mark as sensitive: CloudTrail leaves secrets out, or says that they
//! are hidden.
//!
//! As in the examples of records in the guides, as far as they show it, an access key's secret is not there at all and the body
//! of a message to a queue is hidden; beyond them this list is our judgement, on the side of showing less. Bytes are never
//! shown.

use smithy::Member;

/// How a member appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// As it is.
    Plainly,
    /// As [`HIDDEN`].
    Hidden,
    /// Not at all.
    Not,
}

/// What stands in the place of a hidden value.
pub(crate) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Members that are left out, whatever the service.
const LEFT_OUT: [&str; 16] = [
    "AuthenticationCode1",
    "AuthenticationCode2",
    "Base32StringSeed",
    "NewPassword",
    "OldPassword",
    "Password",
    "PrivateKey",
    "QRCodePNG",
    "SAMLAssertion",
    "SecretAccessKey",
    "SecretBinary",
    "SecretString",
    "ServiceCredentialSecret",
    "ServicePassword",
    "TokenCode",
    "WebIdentityToken",
];

/// Members that are hidden, by service.
const HIDDEN_MEMBERS: [(&str, &str); 9] = [
    ("rds", "MasterUserPassword"),
    ("redshift", "MasterUserPassword"),
    ("sns", "Message"),
    ("sns", "MessageAttributes"),
    ("sns", "Subject"),
    ("sqs", "MessageAttributes"),
    ("sqs", "MessageBody"),
    ("sqs", "MessageSystemAttributes"),
    ("ssm", "Value"),
];

/// How a member of a service's input or output appears.
pub(crate) fn shown(service: &str, member: &'static Member) -> Shown {
    if LEFT_OUT.contains(&member.name) {
        return Shown::Not;
    }
    let hidden = member.target.sensitive || HIDDEN_MEMBERS.contains(&(service, member.name));
    if hidden { Shown::Hidden } else { Shown::Plainly }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smithy::plain;

    #[test]
    fn secrets_are_left_out_or_hidden() {
        static SECRET: Member = Member::new("SecretAccessKey", &plain::STRING);
        static BODY: Member = Member::new("MessageBody", &plain::STRING);
        static NAME: Member = Member::new("UserName", &plain::STRING);
        assert_eq!(shown("iam", &SECRET), Shown::Not);
        assert_eq!(shown("sqs", &BODY), Shown::Hidden);
        assert_eq!(shown("iam", &BODY), Shown::Plainly);
        assert_eq!(shown("iam", &NAME), Shown::Plainly);
    }
}
