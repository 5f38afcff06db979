//! AWS's words for what is wrong with credentials and identity providers. Those that nobody recorded are in the README.

use api_iam::errors;
use service_kit::Error;

use super::validation;
use crate::engine::flaw::{Flaw, Thing};
use crate::engine::pem::Unfit;
use crate::engine::public_key::BadKey;

/// A flaw in AWS's words.
pub(super) fn told(flaw: Flaw) -> Error {
    match flaw {
        Flaw::Missing(thing, name) => errors::no_such_entity_exception(missing(thing, &name)),
        Flaw::Exists(thing, name) => errors::entity_already_exists_exception(exists(thing, &name)),
        Flaw::Password => {
            errors::password_policy_violation_exception("Password does not conform to the account password policy.")
        }
        Flaw::OldPassword => errors::access_denied_exception("The old password was incorrect."),
        Flaw::Concurrent => errors::concurrent_modification_exception(
            "The request was rejected because multiple requests to change this object were submitted simultaneously.",
        ),
        Flaw::NotAUser => errors::invalid_user_type_exception("Only IAM Users can change their own password"),
        Flaw::Code => errors::invalid_authentication_code_exception("Authentication code for device is not valid."),
        Flaw::DeviceInUse => errors::delete_conflict_exception("MFA VirtualDevice in use. Must deactivate first."),
        Flaw::Pem(unfit) => return pem(unfit),
        Flaw::NotValidNow => errors::malformed_certificate_exception("The certificate is not valid at this time."),
        Flaw::DuplicateCertificate => {
            errors::duplicate_certificate_exception("The certificate is already associated with a user in the account.")
        }
        Flaw::PublicKey(BadKey::Unrecognized) => {
            errors::unrecognized_public_key_encoding_exception("The public key encoding format is not recognized.")
        }
        Flaw::PublicKey(BadKey::Invalid) => {
            errors::invalid_public_key_exception("The public key is malformed or otherwise invalid.")
        }
        Flaw::DuplicateKey => errors::duplicate_ssh_public_key_exception(
            "The SSH public key is already associated with the specified user.",
        ),
        Flaw::Service(name) => errors::no_such_entity_exception(format!(
            "No such service {name} is supported for Service Specific Credentials"
        )),
        Flaw::Metadata => errors::invalid_input_exception("Could not parse metadata"),
        Flaw::Address => return validation("Invalid Open ID Connect Provider URL"),
        Flaw::Thumbprint(text) => errors::invalid_input_exception(format!("Invalid thumbprint: {text}")),
        Flaw::Thumbprints => errors::invalid_input_exception("Thumbprint list must contain fewer than 5 entries."),
        Flaw::PrivateKey => errors::invalid_input_exception("Could not parse private key"),
        Flaw::NoPrivateKey => {
            errors::invalid_input_exception("A private key is required when the assertion encryption mode is Required.")
        }
        Flaw::Suffix(service) => errors::invalid_input_exception(format!("Custom suffix is not allowed for {service}")),
        Flaw::RoleTaken(name) => errors::invalid_input_exception(format!(
            "Service role name {name} has been taken in this account, please try a different suffix."
        )),
        Flaw::NotLinked(service) => {
            errors::invalid_input_exception(format!("{service} does not support service-linked roles."))
        }
    }
    .into()
}

fn pem(unfit: Unfit) -> Error {
    match unfit {
        Unfit::Certificate => errors::malformed_certificate_exception(
            "Unable to parse certificate. Please ensure the certificate is in PEM format.",
        ),
        Unfit::Key => errors::malformed_certificate_exception("Invalid Private Key."),
        Unfit::Mismatch => {
            errors::key_pair_mismatch_exception("The certificate and the private key do not match.")
        }
        Unfit::Chain(index) => errors::malformed_certificate_exception(format!(
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, \
             followed by any intermediaries in order. The index within the chain of the invalid certificate is: {index}"
        )),
    }
    .into()
}

fn missing(thing: Thing, name: &str) -> String {
    match thing {
        Thing::Login => format!("Login Profile for User {name} cannot be found."),
        Thing::PasswordPolicy => format!("The Password Policy with domain name {name} cannot be found."),
        Thing::Device | Thing::Assigned => format!("VirtualMFADevice with serial number {name} doesn't exist."),
        Thing::ServerCertificate => format!("The Server Certificate with name {name} cannot be found."),
        Thing::SigningCertificate => format!("The Certificate with id {name} cannot be found."),
        Thing::SshKey => format!("The SSH Public Key with id {name} cannot be found."),
        Thing::ServiceCredential => format!("No such credential {name} exists"),
        Thing::Saml => format!("Manifest not found for arn {name}"),
        Thing::SamlKey => format!("The private key with id {name} cannot be found."),
        Thing::Oidc => format!("OpenIDConnect Provider not found for arn {name}"),
        Thing::Job => format!("The job with id {name} cannot be found."),
        Thing::Deletion => format!("The deletion task with id {name} cannot be found."),
    }
}

fn exists(thing: Thing, name: &str) -> String {
    match thing {
        Thing::Login => format!("Login Profile for user {name} already exists."),
        Thing::Device => "MFADevice entity at the same path and name already exists.".to_owned(),
        Thing::Assigned => format!("MFA Device {name} is already in use."),
        Thing::ServerCertificate => format!("The Server Certificate with name {name} already exists."),
        Thing::Oidc => format!("Provider with url https://{name} already exists."),
        Thing::Saml => format!("Provider with name {name} already exists."),
        _ => format!("{name} already exists."),
    }
}
