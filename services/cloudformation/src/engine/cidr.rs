//! `Fn::Cidr`: blocks of addresses out of a larger one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first `count` blocks with `bits` bits for hosts in `block`; none when there are not so many.
pub(crate) fn cidr(block: &str, count: u32, bits: u32) -> Option<Vec<String>> {
    let (address, length) = block.split_once('/')?;
    let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
    let (start, width) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32_u32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let room = width.checked_sub(length)?.checked_sub(bits)?;
    if count == 0 || count > 256 || (room < 32 && u64::from(count) > 1 << room) {
        return None;
    }
    let within = width - length;
    let start = if within >= 128 { 0 } else { start >> within << within };
    let blocks = (0..u128::from(count)).map(|number| {
        let first = start + (number << bits);
        let address = if width == 32 {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(first).unwrap_or_default()))
        } else {
            IpAddr::V6(Ipv6Addr::from(first))
        };
        format!("{address}/{}", width - bits)
    });
    Some(blocks.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_each_other() {
        assert_eq!(cidr("192.168.0.0/24", 2, 5).unwrap(), ["192.168.0.0/27", "192.168.0.32/27"]);
        assert_eq!(cidr("10.0.0.0/16", 3, 8).unwrap(), ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]);
        assert_eq!(cidr("2001:db8::/56", 2, 64).unwrap(), ["2001:db8::/64", "2001:db8:0:1::/64"]);
        for (block, count, bits) in [("10.0.0.0/24", 9, 5), ("10.0.0.0", 1, 8), ("10.0.0.0/24", 0, 5), ("x/1", 1, 1)] {
            assert_eq!(cidr(block, count, bits), None, "{block}");
        }
    }
}
