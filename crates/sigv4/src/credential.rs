//! Access key and scope: `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request`.

use std::borrow::Cow;
use std::ops::Range;

use crate::Algorithm;

/// What every scope ends with.
pub(crate) const TERMINATOR: &str = "aws4_request";

/// The `Credential` of a signature, as presented: nothing in it has been checked but its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential<'a> {
    /// The access key id.
    pub access_key: Cow<'a, str>,
    /// The day of the signing key, `YYYYMMDD`.
    pub date: Cow<'a, str>,
    /// The region; empty in SigV4A, which signs for a set of regions.
    pub region: Cow<'a, str>,
    /// The signing name of the service.
    pub service: Cow<'a, str>,
    /// Always `aws4_request` in a valid signature.
    pub terminator: Cow<'a, str>,
}

impl<'a> Credential<'a> {
    /// Splits at the slashes, ignoring those at the end as AWS does. `None` when there are not five parts (four for SigV4A).
    pub(crate) fn parse(text: &Cow<'a, str>, algorithm: Algorithm) -> Option<Self> {
        let trimmed = text.trim_end_matches('/');
        let mut ends = trimmed.match_indices('/').map(|(at, _)| at);
        let mut start = 0;
        let mut next = |last: bool| {
            let end = if last { trimmed.len() } else { ends.next()? };
            let part = start..end;
            start = end + 1;
            Some(part)
        };
        let (access_key, date) = (next(false)?, next(false)?);
        let region = if algorithm == Algorithm::EcdsaP256Sha256 { 0..0 } else { next(false)? };
        let (service, terminator) = (next(false)?, next(true)?);
        let part = |range: Range<usize>| slice(text, range);
        let whole = Self {
            access_key: part(access_key),
            date: part(date),
            region: part(region),
            service: part(service),
            terminator: part(terminator),
        };
        (!whole.terminator.contains('/')).then_some(whole)
    }

    /// The scope as it stands in a string to sign, without the access key.
    pub(crate) fn scope(&self) -> String {
        match self.region.is_empty() {
            true => format!("{}/{}/{TERMINATOR}", self.date, self.service),
            false => format!("{}/{}/{}/{TERMINATOR}", self.date, self.region, self.service),
        }
    }
}

/// A part of a text that borrows from the request where the text does.
fn slice<'a>(text: &Cow<'a, str>, range: Range<usize>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_shapes() {
        let v4 = Credential::parse(&"AK/20150830/us-east-1/iam/aws4_request//".into(), Algorithm::HmacSha256).unwrap();
        assert_eq!((&*v4.access_key, &*v4.region, &*v4.service), ("AK", "us-east-1", "iam"));
        assert_eq!(v4.scope(), "20150830/us-east-1/iam/aws4_request");
        let v4a = Credential::parse(&"AK/20150830/iam/aws4_request".into(), Algorithm::EcdsaP256Sha256).unwrap();
        assert_eq!((&*v4a.region, &*v4a.service), ("", "iam"));
        assert_eq!(v4a.scope(), "20150830/iam/aws4_request");
    }

    #[test]
    fn refuses_other_shapes() {
        for bad in ["", "AK", "a/b/c/d", "a/b/c/d/e/f", "////"] {
            assert_eq!(Credential::parse(&bad.into(), Algorithm::HmacSha256), None, "{bad}");
        }
        assert_eq!(Credential::parse(&"a/b/c/d/e".into(), Algorithm::EcdsaP256Sha256), None);
    }
}
