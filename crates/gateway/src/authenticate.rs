//! Whether a request is signed by whom it says: key to owner, signature to secret, time to the cloud's clock.

use names::{AccountId, Timestamp};
use runtime::Clock;
use service_kit::{AuthenticationFailure, Caller, Cloud, Credentials, Fault, KeyOwner, PresentedKey};
use sigv4::{
    BodyHash, Presented, Request, SignatureError, SigningKeys, Style, TimeCheck, V2, V4, Verified, check_before_lookup,
    check_scope, identify, verify, verify_v2,
};
use smithy::ServiceSchema;

use crate::framing::Framing;
use crate::identify::HostParts;
use crate::trip::bare;

/// What the signature check needs.
pub(crate) struct Authentication<'a> {
    pub(crate) credentials: &'a dyn Credentials,
    pub(crate) keys: &'a SigningKeys,
    pub(crate) cloud: &'a Cloud,
}

/// Who a request says it is from, and for which region and service.
pub(crate) struct Claim<'a>(Presented<'a>);

impl<'a> Claim<'a> {
    /// Reads the claim; none of it is proven yet.
    pub(crate) fn read(request: &Request<'a>) -> Result<Self, Fault> {
        identify(request).map(Self).map_err(|error| refused(&error, Style::General))
    }

    fn v4(&self) -> Option<&V4<'a>> {
        match &self.0 {
            Presented::V4(v4) | Presented::V4A(v4) => Some(v4),
            _ => None,
        }
    }

    /// The signing name in the scope.
    pub(crate) fn signing_name(&self) -> Option<&str> {
        match &self.0 {
            Presented::V2(_) => Some("s3"),
            _ => self.v4().map(|v4| v4.credential.service.as_ref()),
        }
    }

    /// The region in the scope; SigV4A has none.
    pub(crate) fn region(&self) -> Option<&str> {
        self.v4().map(|v4| v4.credential.region.as_ref()).filter(|region| !region.is_empty())
    }

    /// Whether nothing was signed.
    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self.0, Presented::Anonymous | Presented::Other { .. })
    }
}

impl Authentication<'_> {
    /// The caller behind a claim whose signature is good.
    pub(crate) async fn check(
        &self,
        request: &Request<'_>,
        claim: &Claim<'_>,
        service: &ServiceSchema,
        body: BodyHash<'_>,
    ) -> Result<(Caller, Framing), Fault> {
        let style = Style::of_service(service.signing_name);
        let whole = matches!(body, BodyHash::Bytes(_));
        let Some(v4) = claim.v4() else {
            return match &claim.0 {
                Presented::V2(v2) if style == Style::S3 => {
                    let caller = self.by_version_2(request, v2).await?;
                    Ok((caller, Framing::unverified(request)?))
                }
                Presented::V2(_) => Err(unsupported()),
                _ => Ok((Caller::anonymous(AccountId::DEFAULT), Framing::unverified(request)?)),
            };
        };
        self.in_time(request, v4, style)?;
        check_scope(v4, Some(service.signing_name), None).map_err(|error| refused(&error, style))?;
        let key = PresentedKey { access_key: &v4.credential.access_key, token: v4.session_token.as_deref() };
        match self.credentials.owner(self.cloud, key).await {
            KeyOwner::Known { secrets, caller } => {
                let verified = self.signed(request, v4, &secrets, style, body)?;
                Ok((caller, Framing::verified(request, verified, whole)))
            }
            KeyOwner::Unchecked(caller) => Ok((caller, Framing::unverified(request)?)),
            nobody => Err(unknown(&nobody)),
        }
    }

    /// S3's old signature, which botocore still presigns with where a region is old enough.
    async fn by_version_2(&self, request: &Request<'_>, v2: &V2<'_>) -> Result<Caller, Fault> {
        let bucket = HostParts::read(&bare(request.host)).bucket();
        let key = PresentedKey { access_key: &v2.access_key, token: v2.session_token.as_deref() };
        let (secrets, caller) = match self.credentials.owner(self.cloud, key).await {
            KeyOwner::Known { secrets, caller } => (secrets, caller),
            KeyOwner::Unchecked(caller) => return Ok(caller),
            nobody => return Err(unknown(&nobody)),
        };
        let check = |secret| self.on_either_clock(|time| verify_v2(request, v2, secret, bucket.as_deref(), time));
        match secrets.iter().map(check).reduce(Result::or) {
            Some(Err(error)) => Err(refused(&error, Style::S3)),
            _ => Ok(caller),
        }
    }

    fn clock(&self) -> &Clock {
        &self.cloud.runtime().clock
    }

    /// Time and scope, which AWS refuses before it looks at the key.
    fn in_time(&self, request: &Request<'_>, v4: &V4<'_>, style: Style) -> Result<(), Fault> {
        self.on_either_clock(|time| check_before_lookup(request, v4, time, style)).map_err(|e| refused(&e, style))
    }

    fn signed(
        &self,
        request: &Request<'_>,
        v4: &V4<'_>,
        secrets: &[sigv4::Secret],
        style: Style,
        body: BodyHash<'_>,
    ) -> Result<Verified, Fault> {
        let mut failure = None;
        for secret in secrets {
            match self.on_either_clock(|time| verify(request, v4, secret, self.keys, body, time, style)) {
                Ok(verified) => return Ok(verified),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.map_or(Fault::Authentication(AuthenticationFailure::UnknownKey), |e| refused(&e, style)))
    }

    /// A client signs with its own clock, whose instants the history of jumps maps to ours. One that corrected itself by
    /// our `Date` header signs with our time already, and is believed as well.
    fn on_either_clock<T>(
        &self,
        check: impl Fn(&TimeCheck<'_>) -> Result<T, SignatureError>,
    ) -> Result<T, SignatureError> {
        let clock = self.clock();
        let now = clock.now();
        let mapped = check(&TimeCheck { now, at_real: &|real| clock.at_real(real) });
        match mapped {
            Err(ref error) if is_about_time(error) && now != clock.real_now() => {
                let same = |instant: Timestamp| instant;
                check(&TimeCheck { now, at_real: &same }).or(mapped)
            }
            _ => mapped,
        }
    }
}

fn is_about_time(error: &SignatureError) -> bool {
    matches!(
        error,
        SignatureError::Expired { .. }
            | SignatureError::NotYetCurrent { .. }
            | SignatureError::TimeTooSkewed { .. }
            | SignatureError::PresignedExpired { .. }
            | SignatureError::PresignedNotYetValid { .. }
    )
}

/// Why a key has no owner who may act.
pub(crate) fn unknown(owner: &KeyOwner) -> Fault {
    Fault::Authentication(match owner {
        KeyOwner::Expired => AuthenticationFailure::ExpiredToken,
        KeyOwner::InvalidToken => AuthenticationFailure::InvalidToken,
        KeyOwner::Inactive => AuthenticationFailure::InactiveKey,
        _ => AuthenticationFailure::UnknownKey,
    })
}

/// Version 2 where only S3 knows it.
fn unsupported() -> Fault {
    let message =
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.".to_owned();
    Fault::Authentication(AuthenticationFailure::Unsupported { message })
}

/// A refusal as a fault; the texts are AWS's.
pub(crate) fn refused(error: &SignatureError, style: Style) -> Fault {
    let message = error.message(style);
    if style == Style::S3 {
        let (code, status, members) = (error.code(style), error.status(style), error.members());
        return Fault::Authentication(AuthenticationFailure::Worded { code, status, message, members });
    }
    Fault::Authentication(match error {
        SignatureError::Mismatch(mismatch) => AuthenticationFailure::Mismatch {
            message,
            canonical_request: mismatch.canonical_request.clone().unwrap_or_default(),
            string_to_sign: mismatch.string_to_sign.clone(),
        },
        SignatureError::TimeTooSkewed { request, now } => {
            AuthenticationFailure::Skewed { message, request_time: request.iso8601(), server_time: now.iso8601() }
        }
        SignatureError::PresignedExpired { .. } | SignatureError::PresignedNotYetValid { .. } => {
            AuthenticationFailure::PresignedExpired { message }
        }
        SignatureError::ContentSha256Mismatch { client, computed } => {
            AuthenticationFailure::BodyMismatch { claimed: client.clone(), actual: computed.clone() }
        }
        other if is_mismatch(other, style) => {
            AuthenticationFailure::Mismatch { message, canonical_request: String::new(), string_to_sign: String::new() }
        }
        _ => AuthenticationFailure::Incomplete { message },
    })
}

fn is_mismatch(error: &SignatureError, style: Style) -> bool {
    matches!(error.code(style), "SignatureDoesNotMatch" | "InvalidSignatureException")
}
