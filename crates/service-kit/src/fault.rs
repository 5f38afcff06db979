//! Failures that every service has in common, before and around its handlers. A closed set: a dialect must have words for
//! each. `internal` texts go to the log, never to a client.

use smithy::Issue;

/// A failure that no model describes.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Who calls could not be established.
    Authentication(AuthenticationFailure),
    /// The authorizer said no.
    AccessDenied {
        /// ARN of who asked.
        principal: String,
        /// The action, as in `sqs:SendMessage`.
        action: String,
        /// The resource, when there is one.
        resource: Option<String>,
        /// The end of AWS's message, with its "because" or "with".
        reason: String,
    },
    /// The service has no operation of this name.
    UnknownOperation {
        /// As the client wrote it; empty when it named none.
        name: String,
        /// The API version asked for, on the query protocol.
        version: String,
    },
    /// AWS has this operation; nobody handles it here yet.
    NotImplemented {
        /// Folder name of the service.
        service: String,
        /// The operation.
        operation: String,
    },
    /// The bytes could not be read as the operation's input.
    Malformed {
        /// What was wrong, in AWS's words where they are known.
        reason: String,
    },
    /// The input breaks rules of the model.
    Validation(Vec<Issue>),
    /// A rule that spans members, or that the model does not hold; the text is the client's.
    Invalid {
        /// AWS's text.
        message: String,
    },
    /// The body is larger than the operation takes.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A body that was read while it came is not what was promised or signed.
    Body(BodyFault),
    /// Too many requests.
    Throttled {
        /// AWS's text; empty for the usual one.
        message: String,
    },
    /// A page token that this listing did not give.
    InvalidPageToken,
    /// Cannot be answered now, may be later: the store is full, the process is stopping.
    Unavailable {
        /// For the log.
        internal: String,
    },
    /// Our own mistake.
    Internal {
        /// For the log.
        internal: String,
    },
}

/// What is wrong with a body that is read while it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyFault {
    /// It ended too early, or its framing is broken.
    Incomplete,
    /// Nothing came for as long as a client may pause.
    Stalled,
    /// A chunk that is too small and not the last.
    SmallChunk {
        /// Its number, from one.
        chunk: u64,
        /// Its size in bytes.
        size: u64,
    },
    /// The headers after it are broken or not those that were announced.
    Trailer,
    /// It has more bytes than were allowed.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// It has fewer bytes than were asked for.
    TooSmall {
        /// The least in bytes.
        least: u64,
    },
}

/// Why a signature was not accepted. Texts are AWS's and may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthenticationFailure {
    /// Nothing was signed where a signature is needed.
    Missing,
    /// Nobody issued this access key.
    UnknownKey,
    /// The session token is not of this key, or missing.
    InvalidToken,
    /// The session has ended.
    ExpiredToken,
    /// The key was switched off.
    InactiveKey,
    /// Parts of the signature are missing or malformed.
    Incomplete {
        /// AWS's text.
        message: String,
    },
    /// The signature is of something else. `canonical_request` and `string_to_sign` are what was checked.
    Mismatch {
        /// AWS's text.
        message: String,
        /// What the server hashed.
        canonical_request: String,
        /// What the server signed.
        string_to_sign: String,
    },
    /// Too old, or made in the future.
    Skewed {
        /// AWS's text.
        message: String,
        /// The instant in the request.
        request_time: String,
        /// The instant here.
        server_time: String,
    },
    /// The validity of a presigned address has passed.
    PresignedExpired {
        /// AWS's text.
        message: String,
    },
    /// The body is not the one whose hash was signed.
    BodyMismatch {
        /// The hash in the request.
        claimed: String,
        /// The hash of the body.
        actual: String,
    },
    /// Any of these, in the words that S3 has for it.
    Worded {
        /// The code.
        code: &'static str,
        /// HTTP status.
        status: u16,
        /// AWS's text.
        message: String,
        /// Further elements of the error.
        members: Vec<(&'static str, String)>,
    },
    /// A form of signature that the operation does not take.
    Unsupported {
        /// AWS's text.
        message: String,
    },
}

impl Fault {
    /// A mistake of ours, with its reason for the log.
    pub fn internal(reason: impl Into<String>) -> Self {
        Self::Internal { internal: reason.into() }
    }

    /// The text for the log alone.
    pub fn internal_text(&self) -> Option<&str> {
        match self {
            Self::Unavailable { internal } | Self::Internal { internal } => Some(internal),
            _ => None,
        }
    }
}
