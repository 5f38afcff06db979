//! Suites that are read, not copied: AWS's own (`SIGV4_SUITE`, the folder that holds `v4` and `v4a`), and requests other signers made (`SIGV4_REQUESTS`).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sigv4::{BodyHash, HOST_CLOCK, SignatureError, Style, TimeCheck};

use crate::raw::{Raw, at};

fn folder(variable: &str) -> Option<PathBuf> {
    let found = env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        println!("skipped: {variable} names no folder");
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn aws_signing_test_suite() {
    let Some(suite) = folder("SIGV4_SUITE") else { return };
    let now = at("20150830T123600Z");
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let (mut good, mut unparsable) = (0, Vec::new());
    for case in entries(&suite.join("v4")).into_iter().chain(entries(&suite.join("v4a"))) {
        for form in ["header-signed-request.txt", "query-signed-request.txt"] {
            let path = case.join(form);
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let Some(raw) = Raw::parse(&text) else {
                unparsable.push(path);
                continue;
            };
            if let Err(refused) = raw.verify(secret, now, Style::General) {
                panic!("{}: {}", path.display(), refused.explanation().unwrap_or_else(|| refused.to_string()));
            }
            let refused = raw.verify("another secret", now, Style::General).unwrap_err();
            assert!(matches!(refused, SignatureError::Mismatch(_)), "{}", path.display());
            good += 1;
        }
    }
    println!("{good} requests verified; no HTTP server takes {}: {unparsable:#?}", unparsable.len());
    let spaces = |path: &PathBuf| path.to_string_lossy().contains("get-space");
    assert!(good >= 140 && unparsable.iter().all(spaces));
}

/// Files of raw requests. The first line of each is `style secret instant`, style being `general`, `s3`, `s3-from-header` or `unsigned`.
#[test]
fn requests_of_other_signers() {
    let Some(requests) = folder("SIGV4_REQUESTS") else { return };
    let (mut good, mut bad, mut chunked) = (0, 0, 0);
    for path in entries(&requests) {
        let text = fs::read_to_string(&path).unwrap();
        let (settings, request) = text.split_once('\n').unwrap();
        let [style, secret, now] = settings.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let raw = Raw::parse(request).unwrap_or_else(|| panic!("{}", path.display()));
        let time = TimeCheck { now: at(now), at_real: HOST_CLOCK };
        let (style, body) = match style {
            "s3" => (Style::S3, BodyHash::Bytes(&raw.body)),
            "s3-from-header" => (Style::S3, BodyHash::FromHeader),
            "unsigned" => (Style::General, BodyHash::Unsigned),
            _ => (Style::General, BodyHash::Bytes(&raw.body)),
        };
        let verified = match raw.verify_with(secret, body, &time, style) {
            Ok(verified) => verified,
            Err(refused) => {
                println!("{}: {}", path.display(), refused.explanation().unwrap_or_else(|| refused.to_string()));
                bad += 1;
                continue;
            }
        };
        if let Some(mut decoder) = verified.into_decoder() {
            let mut input = Bytes::copy_from_slice(&raw.body);
            while decoder.next(&mut input).unwrap_or_else(|error| panic!("{}: {error}", path.display())).is_some() {}
            let trailers = decoder.finish().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(!trailers.is_empty(), "{}", path.display());
            chunked += 1;
        }
        assert!(raw.verify_with("another secret", body, &time, style).is_err());
        good += 1;
    }
    println!("{good} requests verified, {chunked} of them with a body in chunks");
    assert!(good > 0 && bad == 0, "{bad} refused");
}
