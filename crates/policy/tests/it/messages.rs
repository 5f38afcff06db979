//! The end of AWS's denials, word for word.

use policy::{AllowedBy, Reason, Source};

const ACTION: &str = "codecommit:ListRepositories";

/// Source: IAM User Guide, "Troubleshoot access denied error messages".
#[test]
fn denials_read_as_aws_documents_them() {
    for (source, implicit, explicit) in [
        (Source::ServiceControl, "no service control policy", "a service control policy"),
        (Source::ResourceControl, "no resource control policy", "a resource control policy"),
        (Source::Endpoint, "no VPC endpoint policy", "a VPC endpoint policy"),
        (Source::Boundary, "no permissions boundary", "a permissions boundary"),
        (Source::Session, "no session policy", "a session policy"),
        (Source::Resource, "no resource-based policy", "a resource-based policy"),
        (Source::Trust, "no role trust policy", "the role trust policy"),
        (Source::Identity, "no identity-based policy", "an identity-based policy"),
    ] {
        let missing = Reason::NoAllow(source);
        let denied = Reason::ExplicitDeny { source, policy: "", statement: 0 };
        assert_eq!(missing.text(ACTION), format!("because {implicit} allows the {ACTION} action"));
        assert_eq!(denied.text(ACTION), format!("with an explicit deny in {explicit}"));
        assert_eq!((missing.simulated(), denied.simulated()), ("implicitDeny", "explicitDeny"));
        assert_eq!(missing.text_with_policy(ACTION), missing.text(ACTION));
    }
}

/// Source: AWS Security Blog, "Enhanced access denied error messages with policy ARNs".
#[test]
fn newer_denials_name_the_policy() {
    let arn = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd";
    let by = |source, policy| Reason::ExplicitDeny { source, policy, statement: 3 }.text_with_policy("iam:ListRoles");
    assert_eq!(by(Source::ServiceControl, arn), format!("with an explicit deny in a service control policy: {arn}"));
    assert_eq!(by(Source::Identity, "inline"), "with an explicit deny in an identity-based policy");
    assert_eq!(by(Source::Resource, arn), "with an explicit deny in a resource-based policy");
}

#[test]
fn what_is_allowed_needs_no_words() {
    let allowed = Reason::Allowed(AllowedBy::Identity);
    assert_eq!((allowed.text(ACTION).as_str(), allowed.simulated()), ("", "allowed"));
}
