//! A query request: parameters in the body, in the query string, or in both.

use smithy::{Issue, Malformed, Shape};

use crate::{RequestParts, form};

/// Reads the parameters. `Action` and `Version` were routing's to read.
pub(crate) fn decode(req: &RequestParts<'_>, input: &mut dyn Shape) -> Result<Vec<Issue>, Malformed> {
    let mut pairs = form::pairs(req.body)?;
    pairs.extend(form::pairs(req.uri.query().unwrap_or_default().as_bytes())?);
    form::read(pairs, input)
}
