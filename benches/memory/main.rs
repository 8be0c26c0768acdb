//! How much memory a payroll takes, and how often it asks for some: `cargo bench --bench memory`.
//!
//! Apart from `inside`, because counting takes time. It fails where a year of 10,000 groups takes more than 64 MiB, or where a
//! group asks for memory more often among many than among few.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says why and ends")]

#[path = "../inside/payroll.rs"]
mod payroll;

use std::hint::black_box;

use allocation_counter::measure;
use kehoach::workforce::inside::{Month, Tables, find};

/// What a year of 10,000 groups may take.
const BYTES_MAX: u64 = 64 << 20;

fn main() {
    let rows = &find("vn").unwrap().unwrap().rows;
    let mut each = Vec::new();
    println!("{:>8} {:>7} {:>12} {:>10} {:>12}", "groups", "months", "allocations", "each", "bytes");
    for (count, months) in [(1_000, 12), (10_000, 12), (1_000, 60), (10_000, 60)] {
        let mut taken = (0, 0);
        let info = measure(|| {
            let tables = Tables::new(rows, Month::new(2026, 1), months);
            let groups = payroll::staff(count);
            let paying = measure(|| drop(black_box(payroll::payroll(&tables, &groups))));
            taken = (paying.count_total, paying.bytes_max);
        });
        let by_group = taken.0 as f64 / count as f64;
        println!("{count:>8} {months:>7} {:>12} {by_group:>10.2} {:>12}", taken.0, info.bytes_max);
        assert!(count > 10_000 || months > 12 || info.bytes_max <= BYTES_MAX, "{} bytes", info.bytes_max);
        each.push(by_group);
    }
    assert!(each.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1.0), "allocations of a group: {each:?}");
}
