//! Any bytes as a frame; what was read is written to the same bytes.
#![no_main]

use protocols::Frame;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some((frame, length))) = Frame::decode(bytes) {
        assert_eq!(frame.encode(), &bytes[..length]);
    }
    // Random bytes hardly ever have right checksums, so the bytes are also tried as headers of a frame that has them.
    let mut sealed = Vec::new();
    sealed.extend_from_slice(&(bytes.len() as u32 + 16).to_be_bytes());
    sealed.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    sealed.extend_from_slice(&checksum(&sealed).to_be_bytes());
    sealed.extend_from_slice(bytes);
    sealed.extend_from_slice(&checksum(&sealed).to_be_bytes());
    if let Ok(Some((frame, length))) = Frame::decode(&sealed) {
        assert_eq!(frame.encode(), &sealed[..length]);
    }
});

/// CRC-32, a bit at a time.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}
