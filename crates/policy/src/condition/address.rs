//! IP addresses and blocks of them: `203.0.113.0/24`, `2001:db8::/32`, single addresses.

use std::net::IpAddr;

/// A block of addresses in CIDR notation; a single address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    address: IpAddr,
    prefix: u32,
}

impl Block {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(most), |prefix| prefix.parse().ok().filter(|bits| *bits <= most))?;
        Some(Self { address, prefix })
    }

    /// Whether every address of `other` lies in this block. Bits beyond the prefix do not matter.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let same_start = match (self.address, other.address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                head(a.to_bits().into(), self.prefix, 32) == head(b.to_bits().into(), self.prefix, 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                head(a.to_bits(), self.prefix, 128) == head(b.to_bits(), self.prefix, 128)
            }
            _ => false,
        };
        same_start && self.prefix <= other.prefix
    }
}

/// The first `prefix` of `width` bits.
fn head(bits: u128, prefix: u32, width: u32) -> u128 {
    bits.checked_shr(width - prefix).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Block;

    #[test]
    fn blocks_contain_addresses() {
        for (block, address, within) in [
            ("203.0.113.0/24", "203.0.113.77", true),
            ("203.0.113.9/24", "203.0.113.77", true),
            ("203.0.113.0/24", "203.0.114.1", false),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("::/0", "2001:db8::1", true),
            ("::/0", "1.2.3.4", false),
            ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678::9", true),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/16", "10.0.0.0/8", false),
        ] {
            let read = |text| Block::parse(text).unwrap();
            assert_eq!(read(block).contains(&read(address)), within, "{block} {address}");
        }
        for bad in ["", "10.0.0", "10.0.0.1/33", "::/129", "10.0.0.1/x", "a"] {
            assert_eq!(Block::parse(bad), None, "{bad}");
        }
    }
}
