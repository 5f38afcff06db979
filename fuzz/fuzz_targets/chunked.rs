//! Any bytes as an `aws-chunked` body, cut anywhere: the cuts change nothing, and what we write ourselves is read.
#![no_main]

mod seeds;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use names::Timestamp;
use sigv4::sign::{ChunkSigner, SignBody, Signer};
use sigv4::{
    Algorithm, BodyHash, ChunkDecoder, ChunkError, ChunkedForm, HOST_CLOCK, Presented, Request, Secret, SigningKeys,
    Style, TimeCheck, Trailers, identify, verify,
};

const NOW: Timestamp = Timestamp::from_secs(1_440_938_160);

/// How it comes (two bytes), how long it says it is (one), and the body.
const SEEDS: [&[u8]; 5] = [
    b"\x00\x07\x055\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
    b"\x01\x03\x055;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n\r\n",
    b"\x02\x10\x055;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\na:b\r\nx-amz-trailer-signature:00\r\n\r\n",
    b"\x00\x01\x000\r\n\r\n",
    b"\x00\x01\xff2000\r\n",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    let [form, cuts, length, body @ ..] = input else { return };
    let form = match form % 3 {
        0 => ChunkedForm { signed: None, trailer: true },
        1 => ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: false },
        _ => ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: true },
    };
    let promised = if *length == 255 { 16_384 } else { usize::from(*length) };
    cut_anywhere(form, promised, body, *cuts);
    written_and_read(form, body, *cuts);
});

/// A body in one piece and in many is the same body, or refused for the same reason.
fn cut_anywhere(form: ChunkedForm, promised: usize, body: &[u8], cuts: u8) {
    let whole = decode(pair(form, promised).1, body, body.len());
    let parts = decode(pair(form, promised).1, body, usize::from(cuts) + 1);
    assert_eq!(whole, parts);
    match whole {
        Ok((data, _)) => assert_eq!(data.len(), promised),
        Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
    }
}

/// Data that is framed and signed comes out again; with a byte changed it does not, unless nothing of it is signed.
fn written_and_read(form: ChunkedForm, data: &[u8], cuts: u8) {
    let trailers: Trailers =
        if form.trailer { vec![("x-amz-checksum-crc32".into(), "AAAAAA==".into())] } else { vec![] };
    let (signer, decoder) = pair(form, data.len());
    let mut body = if form.signed.is_some() { signed(signer, data, &trailers) } else { unsigned(data, &trailers) };
    let step = usize::from(cuts) + 1;
    assert_eq!(decode(decoder, &body, step), Ok((data.to_vec(), trailers)));
    if form.signed.is_some() && !data.is_empty() {
        let at = body.windows(2).position(|pair| pair == b"\r\n").expect("a first line") + 2;
        body[at] ^= 1;
        let changed = decode(pair(form, data.len()).1, &body, step);
        assert!(matches!(changed, Err(ChunkError::Mismatch(_))), "{changed:?}");
    }
}

fn signed(mut signer: ChunkSigner, data: &[u8], trailers: &Trailers) -> Vec<u8> {
    let mut body = if data.is_empty() { Vec::new() } else { signer.chunk(data) };
    body.extend(if trailers.is_empty() { signer.end() } else { signer.end_with_trailers(trailers) });
    body
}

fn unsigned(data: &[u8], trailers: &Trailers) -> Vec<u8> {
    let first =
        if data.is_empty() { Vec::new() } else { [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat() };
    let trailers: String = trailers.iter().map(|(name, value)| format!("{name}:{value}\r\n")).collect();
    [first.as_slice(), b"0\r\n", trailers.as_bytes(), b"\r\n"].concat()
}

/// Data and trailers of a body that comes in pieces of `step` bytes.
fn decode(mut decoder: ChunkDecoder, body: &[u8], step: usize) -> Result<(Vec<u8>, Trailers), ChunkError> {
    let mut data = Vec::new();
    for piece in body.chunks(step.max(1)) {
        let mut piece = Bytes::copy_from_slice(piece);
        while let Some(decoded) = decoder.next(&mut piece)? {
            data.extend_from_slice(&decoded);
        }
    }
    Ok((data, decoder.finish()?))
}

/// Both ends of one signed request: who writes its chunks and who reads them.
fn pair(form: ChunkedForm, promised: usize) -> (ChunkSigner, ChunkDecoder) {
    let secret = Secret::new("secret");
    let (style, algorithm) = (Style::S3, Algorithm::HmacSha256);
    let signer = Signer {
        access_key: "AKID",
        secret: &secret,
        session_token: None,
        region: "r",
        service: "s3",
        style,
        algorithm,
    };
    let (method, uri, mut headers) = (Method::PUT, Uri::from_static("/b/k"), HeaderMap::new());
    headers.insert("x-amz-decoded-content-length", promised.into());
    let chunks = signer.sign(&method, &uri, &mut headers, "h", SignBody::Chunked(form), NOW).expect("plain headers");
    let request = Request { method: &method, uri: &uri, headers: &headers, host: "h" };
    let Ok(Presented::V4(v4)) = identify(&request) else { unreachable!("it is signed") };
    let time = TimeCheck { now: NOW, at_real: HOST_CLOCK };
    let verified = verify(&request, &v4, &secret, &SigningKeys::new(), BodyHash::FromHeader, &time, style);
    (chunks, verified.expect("it is well signed").into_decoder().expect("it comes in chunks"))
}
