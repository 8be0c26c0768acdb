//! Chance that can be repeated: every seed is printed, and a variable gives it again.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Numbers that follow from a seed.
pub struct Dice(u64);

impl Dice {
    /// A new seed, or that of `KEHOACH_TEST_SEED`; printed, so that a failure names it.
    pub fn new(test: &str) -> Self {
        let seed = number("KEHOACH_TEST_SEED").unwrap_or_else(|| RandomState::new().hash_one(test) >> 16);
        println!("seed {seed}; again: KEHOACH_TEST_SEED={seed} cargo test --test it {test}");
        Self(seed)
    }

    /// Others that follow from these, so that who rolls first changes nothing here.
    pub fn fork(&mut self, number: u64) -> Self {
        Self(self.roll() ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// Any number (splitmix64).
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of a range.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.roll() % (range.end - range.start).max(1)
    }

    /// One of several.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let count = u64::try_from(all.len()).unwrap_or(1);
        &all[usize::try_from(self.within(0..count)).unwrap_or_default()]
    }
}

/// How often a test does something: as it says itself, or as a campaign asks by a variable.
pub fn often(variable: &str, usual: u64) -> u64 {
    number(variable).unwrap_or(usual)
}

fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "how much a test run does is not a knob of the server")]
    std::env::var(variable).ok()?.parse().ok()
}
