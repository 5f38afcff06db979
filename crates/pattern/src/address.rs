//! IP addresses and blocks of them, as `cidr` compares them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that share their first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    first: u128,
    last: u128,
    wide: bool,
}

/// Reads an address written as one; none for anything else. A name that only looks like an address is none.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    if dotted(text) {
        return octets(text).map(IpAddr::V4);
    }
    if !text.contains(':') || !text.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
        return None;
    }
    let wide: Ipv6Addr = text.parse().ok()?;
    // An IPv4 address in IPv6 clothes is the IPv4 address.
    Some(wide.to_ipv4_mapped().map_or(IpAddr::V6(wide), IpAddr::V4))
}

fn dotted(text: &str) -> bool {
    let mut parts = text.split('.');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').count() == 4 && parts.all(digits)
}

/// Leading zeros are allowed: AWS reads them as decimal.
fn octets(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    for (octet, part) in octets.iter_mut().zip(text.split('.')) {
        *octet = part.parse().ok()?;
    }
    Some(octets.into())
}

fn number(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(narrow) => (u128::from(u32::from(narrow)), false),
        IpAddr::V6(wide) => (u128::from(wide), true),
    }
}

impl Block {
    /// Reads `10.0.0.0/24`. The reasons are AWS's words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        // As Java splits: nothing behind the last separator counts.
        let parts: Vec<_> = text.trim_end_matches('/').split('/').collect();
        let &[base, bits] = parts.as_slice() else { return Err("Malformed CIDR, one '/' required".to_owned()) };
        let Ok(bits) = bits.parse::<i32>() else {
            return Err("Malformed CIDR, mask bits must be an integer".to_owned());
        };
        let Ok(bits) = u32::try_from(bits) else {
            return Err("Malformed CIDR, mask bits must not be negative".to_owned());
        };
        let Some(base) = address(base) else {
            let kind = if dotted(base) { "Invalid" } else { "Nonstandard" };
            return Err(format!("{kind} IP address: {base}"));
        };
        let (number, wide) = number(base);
        let width = if wide { 128 } else { 32 };
        if bits >= width {
            return Err(format!("IPv{} mask bits must be < {width}", if wide { 6 } else { 4 }));
        }
        let host = if width - bits == 128 { u128::MAX } else { (1 << (width - bits)) - 1 };
        Ok(Self { first: number & !host, last: number | host, wide })
    }

    /// Whether an address is one of the block's.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let (number, wide) = number(address);
        wide == self.wide && (self.first..=self.last).contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for text in ["10.0.0.1", "::1", "2001:db8::", "010.1.1.1", "::ffff:a00:1"] {
            assert!(address(text).is_some(), "{text}");
        }
        for text in ["", "10.0.0", "10.0.0.256", "a.b.c.d", "10.0.0.1 ", "::1%eth0", ":", "1.2.3.4.5", "12:34"] {
            assert!(address(text).is_none(), "{text}");
        }
        assert_eq!(address("::ffff:a00:1"), address("10.0.0.1"));
    }

    #[test]
    fn blocks() {
        for (block, inside, outside) in [
            ("10.0.0.0/24", "10.0.0.255", "10.0.1.0"),
            ("10.0.0.7/31", "10.0.0.6", "10.0.0.8"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "ffff::", "1.1.1.1"),
        ] {
            let block = Block::parse(block).unwrap();
            assert!(
                block.contains(address(inside).unwrap()) && !block.contains(address(outside).unwrap()),
                "{block:?}"
            );
        }
    }

    #[test]
    fn refusals() {
        for (text, reason) in [
            ("bad-filter", "Malformed CIDR, one '/' required"),
            ("bad-filter/", "Malformed CIDR, one '/' required"),
            ("a/b/c", "Malformed CIDR, one '/' required"),
            ("bad-/64filter", "Malformed CIDR, mask bits must be an integer"),
            ("10.0.0.0/-1", "Malformed CIDR, mask bits must not be negative"),
            ("xx.11.xx/8", "Nonstandard IP address: xx.11.xx"),
            ("999.0.0.1/8", "Invalid IP address: 999.0.0.1"),
            ("10.0.0.0/32", "IPv4 mask bits must be < 32"),
            ("::/128", "IPv6 mask bits must be < 128"),
        ] {
            assert_eq!(Block::parse(text).unwrap_err(), reason);
        }
    }
}
