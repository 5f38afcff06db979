//! AWS's words. Where nobody recorded them, the README says so.

use api_sts::errors;
use federation::{jwt, saml};
use service_kit::Error;

/// A refusal that is not the authority's: `AccessDenied`, 403.
pub(crate) fn denied(message: impl Into<String>) -> Error {
    errors::access_denied_exception(message).into()
}

/// `ValidationError`, 400.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::validation_error_exception(message).into()
}

/// `InvalidParameterValue`, 400: session tags.
pub(crate) fn wrong_value(message: impl Into<String>) -> Error {
    errors::invalid_parameter_value_exception(message).into()
}

/// A rule of the model, in Coral's words, that the model lost.
pub(crate) fn constraint(member: &str, value: &str, rule: &str) -> Error {
    invalid(format!("1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"))
}

/// An assertion or token that is not believed: `InvalidIdentityToken`, 400.
pub(crate) fn invalid_token(message: impl Into<String>) -> Error {
    errors::invalid_identity_token_exception(message).into()
}

/// An assertion or token whose time is over: `ExpiredTokenException`, 400.
pub(crate) fn expired_token(message: impl Into<String>) -> Error {
    errors::expired_token_exception(message).into()
}

/// Nobody answers at the issuer's: `IDPCommunicationError`, 400.
pub(crate) fn unreachable() -> Error {
    errors::idp_communication_error_exception("Unable to connect to the identity provider").into()
}

/// The trust policy of a role, or its absence, refuses whom a provider vouches for.
pub(crate) fn not_authorized(action: &str) -> Error {
    denied(format!("Not authorized to perform {action}"))
}

/// A second factor that does not convince.
pub(crate) mod mfa {
    use super::{Error, denied};

    /// The code is not the one the device shows.
    pub(crate) fn wrong_code() -> Error {
        denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
    }

    /// The device is not the caller's.
    pub(crate) fn not_yours() -> Error {
        denied(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid \
             and associated with this user.",
        )
    }

    /// One of serial number and code is missing.
    pub(crate) fn incomplete() -> Error {
        denied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
    }
}

/// Why a SAML response is refused.
pub(crate) fn saml(refusal: &saml::Refusal) -> Error {
    match refusal {
        saml::Refusal::Malformed(_) | saml::Refusal::Encrypted => invalid_token("Invalid base64 SAMLResponse"),
        saml::Refusal::Signature(_) | saml::Refusal::Wrapped(_) => invalid_token("Response signature invalid"),
        saml::Refusal::Status(_) => {
            errors::idp_rejected_claim_exception("The identity provider rejected the claim").into()
        }
        saml::Refusal::Issuer => invalid_token("Issuer not present in specified provider"),
        saml::Refusal::Audience | saml::Refusal::Recipient => {
            invalid_token("Response does not contain the required audience.")
        }
        saml::Refusal::Expired => expired_token("Token must be redeemed within 5 minutes of issuance"),
        saml::Refusal::NotYetValid => invalid_token("Token is not yet valid"),
    }
}

/// Why a web identity token is refused.
pub(crate) fn jwt(refusal: &jwt::Refusal) -> Error {
    match refusal {
        jwt::Refusal::Malformed => invalid_token(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        ),
        jwt::Refusal::Algorithm(_) | jwt::Refusal::Signature => invalid_token("Token signature invalid"),
        jwt::Refusal::UnknownKey => no_key(),
    }
}

/// The issuer's keys are not to be had, or none of them signed the token.
pub(crate) fn no_key() -> Error {
    invalid_token(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity \
         documentation for requirements",
    )
}
