//! The form of an action: `*`, or a service's prefix, a colon and a name.

use super::draft::Draft;
use crate::malformed::Malformed;

/// Checks every `Action`, then every `NotAction`, as IAM does.
pub(crate) fn check(draft: &Draft) -> Result<(), Malformed> {
    let elements = || draft.statements.iter().filter_map(|part| part.action.as_ref());
    let ordered = elements().filter(|texts| !texts.negated).chain(elements().filter(|texts| texts.negated));
    ordered.flat_map(|texts| &texts.texts).try_for_each(|action| one(action))
}

/// Checks one action.
pub(crate) fn one(action: &str) -> Result<(), Malformed> {
    if action == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = action.split_once(':') else {
        let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
        return Err(Malformed::new(message));
    };
    if name.contains(':') {
        return Err(Malformed::new("Actions/Condition can contain only one colon."));
    }
    let valid = vendor == "*" || vendor.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    if valid { Ok(()) } else { Err(Malformed::new(format!("Vendor {vendor} is not valid"))) }
}
