//! Bodies in chunks: however they are split they decode to the same, and nothing changed in them passes.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use names::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use sigv4::sign::{SignBody, Signer};
use sigv4::{
    Algorithm, BodyHash, ChunkDecoder, ChunkError, ChunkedForm, HOST_CLOCK, Payload, Secret, SignatureError, Style,
    TimeCheck, Trailers,
};

use crate::raw::Raw;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// A signed upload and its body on the wire.
fn upload(form: ChunkedForm, pieces: &[Vec<u8>], trailers: &Trailers) -> (Raw, Vec<u8>) {
    let algorithm = form.signed.unwrap_or(Algorithm::HmacSha256);
    let secret = Secret::new(SECRET);
    let signer = Signer {
        access_key: "AKIDEXAMPLE",
        secret: &secret,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        style: Style::S3,
        algorithm,
    };
    let length: usize = pieces.iter().map(Vec::len).sum();
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-decoded-content-length", length.into());
    let (method, uri, host) = (Method::PUT, Uri::from_static("/bucket/key"), "localhost:4566");
    let mut chunks = signer.sign(&method, &uri, &mut headers, host, SignBody::Chunked(form), Timestamp::EPOCH).unwrap();
    let mut body = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        match form.signed {
            Some(_) => body.extend(chunks.chunk(piece)),
            None => body.extend([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()),
        }
    }
    body.extend(match form {
        ChunkedForm { signed: Some(_), trailer: true } => chunks.end_with_trailers(trailers),
        ChunkedForm { signed: Some(_), trailer: false } => chunks.end(),
        _ => unsigned_end(trailers),
    });
    (Raw { method, uri, headers, host: host.into(), body: Vec::new() }, body)
}

fn unsigned_end(trailers: &Trailers) -> Vec<u8> {
    let lines: String = trailers.iter().map(|(name, value)| format!("{name}:{value}\r\n")).collect();
    format!("0\r\n{lines}\r\n").into_bytes()
}

fn decoder(raw: &Raw) -> ChunkDecoder {
    let time = TimeCheck { now: Timestamp::EPOCH, at_real: HOST_CLOCK };
    raw.verify_with(SECRET, BodyHash::FromHeader, &time, Style::S3).unwrap().into_decoder().unwrap()
}

/// Feeds a body in pieces of those lengths, over and over.
fn decode(mut decoder: ChunkDecoder, body: &[u8], lengths: &[usize]) -> Result<(Vec<u8>, Trailers), ChunkError> {
    let (mut rest, mut out) = (body, Vec::new());
    let mut lengths = lengths.iter().cycle();
    while !rest.is_empty() {
        let length = lengths.next().copied().unwrap_or(rest.len()).clamp(1, rest.len());
        let (piece, after) = rest.split_at(length);
        rest = after;
        let mut input = Bytes::copy_from_slice(piece);
        while let Some(data) = decoder.next(&mut input)? {
            out.extend_from_slice(&data);
        }
        assert!(input.is_empty(), "a decoder that says it has read all has");
    }
    Ok((out, decoder.finish()?))
}

fn forms() -> impl Strategy<Value = ChunkedForm> {
    let signed = prop_oneof![
        6 => Just(Some(Algorithm::HmacSha256)),
        1 => Just(Some(Algorithm::EcdsaP256Sha256)),
        3 => Just(None),
    ];
    // Chunks that are not signed exist with trailers only.
    (signed, any::<bool>()).prop_map(|(signed, trailer)| ChunkedForm { signed, trailer: trailer || signed.is_none() })
}

/// Pieces that S3 takes: all but the last of 8 KB or more.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    (proptest::collection::vec((8192usize..9000, any::<u8>()), 0..3), 0usize..100).prop_map(|(long, last)| {
        let mut pieces: Vec<Vec<u8>> = long.into_iter().map(|(length, byte)| vec![byte; length]).collect();
        pieces.push(vec![7; last]);
        pieces
    })
}

fn trailers(form: ChunkedForm) -> Trailers {
    let all = [
        ("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        ("x-amz-checksum-crc32", "AAAAAA=="),
    ];
    all.iter().filter(|_| form.trailer).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn splitting_does_not_matter(form in forms(), pieces in pieces(), lengths in proptest::collection::vec(1usize..3000, 1..6)) {
        let trailers = trailers(form);
        let (raw, body) = upload(form, &pieces, &trailers);
        let whole = decode(decoder(&raw), &body, &[body.len()]);
        prop_assert_eq!(&whole, &Ok((pieces.concat(), trailers)));
        prop_assert_eq!(&decode(decoder(&raw), &body, &lengths), &whole);
    }

    #[test]
    fn a_signed_body_with_one_other_byte_is_refused(form in forms(), pieces in pieces(), at: Index, bit in 0u8..8) {
        prop_assume!(form.signed.is_some());
        let (raw, mut body) = upload(form, &pieces, &trailers(form));
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        let answer = decode(decoder(&raw), &body, &[body.len()]);
        // The case of names and of hexadecimal digits carries no meaning, and neither does the padding of a SigV4A signature.
        let harmless = answer == Ok((pieces.concat(), trailers(form)));
        prop_assert!(answer.is_err() || harmless, "{}", at);
    }

    #[test]
    fn a_body_cut_short_is_refused(form in forms(), pieces in pieces(), at: Index) {
        let (raw, body) = upload(form, &pieces, &trailers(form));
        // The last line break may be missing; of unsigned trailers the last ones may be, which their reader notices.
        let enough = if form.signed.is_some() { 4 } else { 200 };
        let cut = at.index(body.len().saturating_sub(enough).max(1));
        prop_assert!(decode(decoder(&raw), &body[..cut], &[1000]).is_err());
    }

    #[test]
    fn never_panics_and_never_gives_more_than_promised(bytes in proptest::collection::vec(any::<u8>(), 0..300), promised in 0u64..100) {
        if let Ok((data, _)) = decode(ChunkDecoder::unsigned(promised), &bytes, &[7]) {
            prop_assert_eq!(data.len() as u64, promised);
        }
    }

    #[test]
    fn framing_of_any_kind_never_panics(text in "([0-9a-fA-F]{0,17}(;chunk-signature=[0-9a-f]{0,8})?\r?\n(a{0,9}|[a-z:-]{0,9})\r\n){0,6}", promised in 0u64..40) {
        let (raw, _) = upload(ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: true }, &[vec![]], &vec![]);
        prop_assert!(decode(decoder(&raw), text.as_bytes(), &[3]).is_err());
        let _ = decode(ChunkDecoder::unsigned(promised), text.as_bytes(), &[3]);
    }
}

fn refused(promised: u64, body: &str) -> ChunkError {
    decode(ChunkDecoder::unsigned(promised), body.as_bytes(), &[1]).unwrap_err()
}

#[test]
fn what_is_wrong_is_said() {
    let cases = [
        (5, "5\r\nhello\r\n", "IncompleteBody"),
        (4, "5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (6, "5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, "5\r\nhello0\r\n\r\n", "IncompleteBody"),
        (5, "x\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, "11111111111111111\r\n", "IncompleteBody"),
        (5, "5\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, "5\r\nhello\r\n0\r\n\r\nmore", "IncompleteBody"),
        (10, "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", "InvalidChunkSizeError"),
        (5, "5\r\nhello\r\n0\r\nno-colon\r\n\r\n", "MalformedTrailerError"),
        (5, "5\r\nhello\r\n0\r\na:b", "MalformedTrailerError"),
    ];
    for (promised, body, code) in cases {
        assert_eq!(refused(promised, body).code(), code, "{body:?}");
    }
    let small = refused(10, "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n");
    assert_eq!(small.members(), [("Chunk", "1".to_owned()), ("BadChunkSize", "5".to_owned())]);
}

#[test]
fn lines_and_trailers_are_bounded() {
    assert_eq!(refused(5, &"0".repeat(5000)).code(), "IncompleteBody");
    let trailers = format!("0\r\n{}", format!("a:{}\r\n", "b".repeat(4000)).repeat(5));
    assert_eq!(refused(0, &trailers).code(), "MalformedTrailerError");
    let line = format!("0\r\na:{}", "b".repeat(5000));
    assert_eq!(refused(0, &line).code(), "MalformedTrailerError");
}

#[test]
fn signed_chunks_need_signatures_and_trailers_theirs() {
    let form = ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: true };
    let (raw, body) = upload(form, &[vec![1; 10]], &trailers(form));
    let text = String::from_utf8(body).unwrap();
    let unsigned = text.replacen(";chunk-signature", ";chunk", 1);
    assert_eq!(decode(decoder(&raw), unsigned.as_bytes(), &[9]).unwrap_err().code(), "IncompleteBody");
    let stripped = text.split("x-amz-trailer-signature").next().unwrap();
    assert_eq!(decode(decoder(&raw), stripped.as_bytes(), &[9]).unwrap_err().code(), "MalformedTrailerError");
    let added = text.replace("x-amz-checksum-crc32:", "x-amz-meta-more:1\r\nx-amz-checksum-crc32:");
    let refused = decode(decoder(&raw), added.as_bytes(), &[9]).unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("SignatureDoesNotMatch", 403));
}

#[test]
fn the_decoded_length_must_be_there() {
    let form = ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: false };
    let (mut raw, _) = upload(form, &[vec![1; 10]], &vec![]);
    raw.headers.remove("x-amz-decoded-content-length");
    let time = TimeCheck { now: Timestamp::EPOCH, at_real: HOST_CLOCK };
    let refused = raw.verify_with(SECRET, BodyHash::FromHeader, &time, Style::S3).unwrap_err();
    // It was signed, so taking it away breaks the signature first.
    assert!(matches!(refused, SignatureError::Mismatch(_)));
}

#[test]
fn a_form_that_does_not_fit_the_signature_is_refused() {
    let (raw, _) = upload(ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: false }, &[vec![]], &vec![]);
    let time = TimeCheck { now: Timestamp::EPOCH, at_real: HOST_CLOCK };
    let verified = raw.verify_with(SECRET, BodyHash::FromHeader, &time, Style::S3).unwrap();
    let form = ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: false };
    assert_eq!(verified.payload, Payload::Chunked(form));
    assert!(verified.hasher().is_none());
}
