//! A query answer: `<XResponse><XResult>…</XResult><ResponseMetadata>…`.

use smithy::{OperationSchema, Shape};

use crate::xml::XmlWriter;
use crate::{Encoded, reply};

/// Writes the output. An operation without output has no result element.
pub(crate) fn encode(op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
    let mut xml = XmlWriter::new();
    xml.root(&format!("{}Response", op.name), op.service.xml_namespace, |xml| {
        match op.result_wrapper {
            Some(wrapper) => xml.element(wrapper, |xml| xml.members(output)),
            None => xml.members(output),
        }
        xml.element("ResponseMetadata", |xml| xml.leaf("RequestId", request_id));
    });
    let mut document = xml.finish();
    if let Some(wrapper) = op.result_wrapper {
        close_if_empty(&mut document, wrapper);
    }
    reply::full(200, "text/xml", request_id, document)
}

/// An empty result as AWS writes it: `<ReceiveMessageResult/>`. It stands right behind the root's opening tag.
fn close_if_empty(document: &mut Vec<u8>, wrapper: &str) {
    let start = document.iter().position(|byte| *byte == b'>').map_or(0, |at| at + 1);
    let empty = format!("<{wrapper}></{wrapper}>");
    if document[start..].starts_with(empty.as_bytes()) {
        document.splice(start..start + empty.len(), format!("<{wrapper}/>").into_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::close_if_empty;

    #[test]
    fn an_empty_result_closes_in_its_own_tag() {
        for (written, expected) in [
            ("<A xmlns=\"u\"><R></R><M></M></A>", "<A xmlns=\"u\"><R/><M></M></A>"),
            ("<A><R><R></R></R></A>", "<A><R><R></R></R></A>"),
            ("<A><M></M></A>", "<A><M></M></A>"),
        ] {
            let mut document = written.as_bytes().to_vec();
            close_if_empty(&mut document, "R");
            assert_eq!(document, expected.as_bytes(), "{written}");
        }
    }
}
