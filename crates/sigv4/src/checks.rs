//! What AWS refuses before it looks up the key: time, headers left unsigned, a scope that does not fit.

use http::header::HeaderName;

use crate::canonical::HOST_NAMES;
use crate::credential::TERMINATOR;
use crate::identify::Form;
use crate::time::{self, TimeCheck};
use crate::{Request, ScopeFault, SignatureError, Style, V4};

/// Headers S3 lets pass unsigned: it hashes or ignores them itself, and CloudFront adds the second on its way to a bucket.
const FREE: [&str; 2] = ["x-amz-content-sha256", "x-amz-cf-id"];

/// Unsigned, anyone could widen where a SigV4A signature is good.
const REGION_SET: &str = "x-amz-region-set";

/// Everything that can be refused without the secret, in AWS's order: date, required headers, then the scope's own faults. [`verify`](crate::verify) repeats
/// it; calling it before the lookup only makes an expired signature of an unknown key say what AWS says.
///
/// # Errors
/// Time ([`SignatureError::Expired`] and its kin), [`SignatureError::HostNotSigned`], [`SignatureError::HeadersNotSigned`] and
/// [`SignatureError::WrongScope`] for a date or terminator that does not fit.
pub fn check_before_lookup(
    request: &Request<'_>,
    v4: &V4<'_>,
    time: &TimeCheck<'_>,
    style: Style,
) -> Result<(), SignatureError> {
    if style == Style::S3 && v4.form == (Form::Query { expires: None }) {
        return Err(SignatureError::IncompleteQuery { missing: vec!["X-Amz-Expires"], unmarked: false });
    }
    time::check(v4, time, style)?;
    check_signed_headers(request, v4, style)?;
    let faults: Vec<ScopeFault> = terminator_fault(v4).into_iter().chain(date_fault(v4)).collect();
    wrong_scope(v4, faults)
}

/// Whether the scope names this service and this region. `None` accepts any: a cloud that answers for every region on one port has no opinion.
///
/// # Errors
/// [`SignatureError::WrongScope`] with every fault.
pub fn check_scope(v4: &V4<'_>, service: Option<&str>, region: Option<&str>) -> Result<(), SignatureError> {
    let scope = &v4.credential;
    let given = if v4.region_set.is_some() { v4.region_set.as_deref() } else { Some(&*scope.region) };
    let region = region.filter(|region| !v4.covers_region(region)).map(|expected| ScopeFault::Region {
        given: given.unwrap_or_default().to_owned(),
        expected: expected.to_owned(),
    });
    let service = service.filter(|service| *service != scope.service).map(|expected| ScopeFault::Service {
        given: scope.service.clone().into_owned(),
        expected: expected.to_owned(),
    });
    let faults = [region, service, terminator_fault(v4), date_fault(v4)].into_iter().flatten().collect();
    wrong_scope(v4, faults)
}

fn wrong_scope(v4: &V4<'_>, faults: Vec<ScopeFault>) -> Result<(), SignatureError> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(SignatureError::WrongScope { faults, source: v4.source() }),
    }
}

fn terminator_fault(v4: &V4<'_>) -> Option<ScopeFault> {
    let given = &v4.credential.terminator;
    (given != TERMINATOR).then(|| ScopeFault::Terminator { given: given.clone().into_owned() })
}

fn date_fault(v4: &V4<'_>) -> Option<ScopeFault> {
    let given = &v4.credential.date;
    (v4.date.get(..8) != Some(&**given))
        .then(|| ScopeFault::Date { given: given.clone().into_owned(), from: v4.date.clone().into_owned() })
}

fn check_signed_headers(request: &Request<'_>, v4: &V4<'_>, style: Style) -> Result<(), SignatureError> {
    if !HOST_NAMES.iter().any(|name| v4.signs(name)) {
        return match style {
            Style::General => Err(SignatureError::HostNotSigned),
            Style::S3 => Err(SignatureError::HeadersNotSigned { names: vec!["host".to_owned()] }),
        };
    }
    let must = |name: &str| match style {
        Style::General => v4.form == Form::Header && v4.region_set.is_some() && name == REGION_SET,
        Style::S3 => name.starts_with("x-amz-") && !FREE.contains(&name),
    };
    let unsigned = |name: &&HeaderName| must(name.as_str()) && !v4.signs(name.as_str());
    let mut names: Vec<String> = request.headers.keys().filter(unsigned).map(|name| name.as_str().to_owned()).collect();
    names.sort_unstable();
    match names.is_empty() {
        true => Ok(()),
        false => Err(SignatureError::HeadersNotSigned { names }),
    }
}
