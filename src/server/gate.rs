//! How many connections there may be: in all, and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits;

/// Counts the connections.
#[derive(Default)]
pub struct Gate(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection for as long as it lives.
pub struct Passed {
    gate: Arc<Gate>,
    address: IpAddr,
}

impl Gate {
    /// Lets a connection in, or not.
    pub fn pass(self: &Arc<Self>, address: IpAddr) -> Option<Passed> {
        let address = neighbourhood(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from_there = counts.by_address.get(&address).copied().unwrap_or_default();
        let is_full = counts.all >= limits::count(limits::CONNECTIONS)
            || from_there >= limits::count(limits::CONNECTIONS_PER_ADDRESS);
        if is_full {
            return None;
        }
        counts.all += 1;
        counts.by_address.insert(address, from_there + 1);
        Some(Passed { gate: self.clone(), address })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        let mut counts = self.gate.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all = counts.all.saturating_sub(1);
        match counts.by_address.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

/// What counts as one address: of version 6 the 64 bits that one site is given at least.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_so_many_and_no_more() {
        let gate = Arc::new(Gate::default());
        let passes = |from: &str| gate.pass(address(from));
        let mut held: Vec<Passed> = (0..limits::CONNECTIONS_PER_ADDRESS).map(|_| passes("10.0.0.1").unwrap()).collect();
        assert!(passes("10.0.0.1").is_none() && passes("::ffff:10.0.0.1").is_none());
        held.push(passes("10.0.0.2").unwrap());
        held.swap_remove(0);
        held.push(passes("10.0.0.1").unwrap());
        assert!(passes("10.0.0.1").is_none());
        drop(held);
        assert_eq!((gate.count(), gate.0.lock().unwrap().by_address.len()), (0, 0));
    }

    #[test]
    fn one_site_of_version_six_is_one_address() {
        let gate = Arc::new(Gate::default());
        let held: Vec<Passed> = (0..limits::CONNECTIONS_PER_ADDRESS)
            .map(|n| gate.pass(address(&format!("2001:db8::{n:x}"))).unwrap())
            .collect();
        assert!(gate.pass(address("2001:db8::ffff")).is_none());
        assert!(gate.pass(address("2001:db8:0:1::1")).is_some());
        drop(held);
    }

    #[test]
    fn all_together_are_so_many_and_no_more() {
        let gate = Arc::new(Gate::default());
        let from = |n: u64| IpAddr::V4(u32::try_from(n).unwrap().into());
        let held: Vec<Passed> = (0..limits::CONNECTIONS).map(|n| gate.pass(from(n)).unwrap()).collect();
        assert!(gate.pass(from(limits::CONNECTIONS)).is_none());
        assert_eq!(gate.count(), held.len());
    }
}
