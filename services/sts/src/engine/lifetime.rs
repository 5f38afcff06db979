//! How long a session lasts.

use std::time::Duration;

use names::Timestamp;
use service_kit::Error;

use crate::error::invalid;
use crate::limits;

/// When a session of a role ends that is made now. `asked` seconds have passed the model's bounds; `chained` when another
/// role's session assumes it.
///
/// # Errors
/// When more is asked than the role or a chain of roles allows.
pub(crate) fn of_role(now: Timestamp, asked: Option<i64>, longest: i64, chained: bool) -> Result<Timestamp, Error> {
    let seconds = asked.unwrap_or(limits::ROLE_SESSION_DEFAULT);
    if chained && seconds > limits::CHAINED_SESSION {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if seconds > longest {
        return Err(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
    }
    Ok(end(now, seconds))
}

/// When a session of a user or of root ends that is made now: what root asks for beyond an hour, it is not given.
pub(crate) fn of_user(now: Timestamp, asked: Option<i64>, root: bool) -> Timestamp {
    let seconds = asked.unwrap_or(limits::USER_SESSION_DEFAULT);
    end(now, if root { seconds.min(limits::ROOT_SESSION) } else { seconds })
}

/// Sessions end at a whole second.
pub(crate) fn end(now: Timestamp, seconds: i64) -> Timestamp {
    let whole = Timestamp::from_secs(now.secs());
    whole.plus(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends() {
        let now = Timestamp::from_millis(1_000_999);
        let at = |seconds: i64| Timestamp::from_secs(1_000 + seconds);
        assert_eq!(of_role(now, None, 43_200, false).unwrap(), at(3_600));
        assert_eq!(of_role(now, Some(43_200), 43_200, false).unwrap(), at(43_200));
        assert!(of_role(now, Some(3_601), 3_600, false).is_err());
        assert!(of_role(now, Some(3_601), 43_200, true).is_err());
        assert_eq!(of_role(now, Some(3_600), 43_200, true).unwrap(), at(3_600));
        assert_eq!(of_user(now, None, false), at(43_200));
        assert_eq!(of_user(now, None, true), at(3_600));
        assert_eq!(of_user(now, Some(900), true), at(900));
    }
}
