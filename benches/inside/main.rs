//! The inside of hot calls, alone: `cargo bench --bench inside`. What goes over a socket is in the load bench.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says why and ends")]

mod ground;
mod payroll;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kehoach::app::{Instance, ReadAt};
use kehoach::budget::inside::{CostBasis, CreateEstimate};
use kehoach::commit::{RowHasher, digest};
use kehoach::grpc::FromWire;
use kehoach::grpc::fields::{Path, Validate, Violations};
use kehoach::grpc::page::Page;
use kehoach::workforce::inside::{Month, Tables, find};
use kehoach::{money, pb};
use prost::Message;

/// Lines of the estimates that are measured.
const LINES: usize = 50;

fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("50 lines");
    group.throughput(Throughput::Elements(LINES as u64));
    let request = ground::create(LINES).encode_to_vec();
    group.bench_function("decode a create", |b| {
        b.iter(|| pb::CreateEstimateRequest::decode(black_box(request.as_slice())).unwrap());
    });
    let message = ground::create(LINES);
    group.bench_function("check its fields", |b| {
        b.iter(|| {
            let mut violations = Violations::default();
            black_box(&message).validate(&Path::root(), &mut violations);
            violations.into_result().unwrap();
        });
    });
    group.bench_function("decode, check and read it", |b| {
        b.iter(|| {
            let message = pb::CreateEstimateRequest::decode(black_box(request.as_slice())).unwrap();
            let mut violations = Violations::default();
            message.validate(&Path::root(), &mut violations);
            violations.into_result().unwrap();
            CreateEstimate::from_wire(message).unwrap()
        });
    });
    let answer = ground::answer(LINES);
    group.bench_function("encode an answer", |b| b.iter(|| black_box(&answer).encode_to_vec()));
    group.finish();
}

fn journal(c: &mut Criterion) {
    let rows: Vec<ground::Row> = (0..LINES).map(ground::row).collect();
    let mut group = c.benchmark_group("50 rows");
    group.throughput(Throughput::Elements(LINES as u64));
    group.bench_function("digest for the journal", |b| {
        b.iter(|| {
            let mut hasher = RowHasher::default();
            let mut changes: Vec<_> = black_box(&rows).iter().map(|row| hasher.opened(row)).collect();
            digest(&mut changes)
        });
    });
    group.finish();
}

fn pages(c: &mut Criterion) {
    let instance = Instance { incarnation: "5ca1ab1e0000".to_owned(), token_key: vec![7; 32] };
    let question = pb::ListLinesRequest { parent: "jurisdictions/dt/estimates/e1".to_owned(), ..Default::default() };
    let page = Page::new(0, String::new(), &question);
    let token = page.next(&instance, 4711, vec!["50".to_owned()]).unwrap();
    c.bench_function("page token: make", |b| {
        b.iter(|| page.next(&instance, black_box(4711), vec!["50".to_owned()]).unwrap());
    });
    c.bench_function("page token: read", |b| {
        b.iter(|| {
            let page = Page::new(0, black_box(&token).clone(), &question);
            page.start(&instance, ReadAt::Head).unwrap()
        });
    });
}

fn rollup(c: &mut Criterion) {
    let mut group = c.benchmark_group("fold a roll-up");
    for parts in [1_000, 10_000] {
        let (ground, cells) = ground::rollup(parts);
        group.throughput(Throughput::Elements(parts as u64));
        group.bench_function(BenchmarkId::from_parameter(parts), |b| {
            b.iter(|| ground.fold(black_box(&cells)).unwrap());
        });
    }
    group.finish();
}

fn figures(c: &mut Criterion) {
    let amounts: Vec<i64> = (0..2_000).map(|number| 1_000_003 + 7_919 * number).collect();
    let mut group = c.benchmark_group("figures");
    group.bench_function("2,000 parts by largest remainder", |b| {
        b.iter(|| money::scaled_parts(black_box(&amounts), 10_750).unwrap());
    });
    group.bench_function("cost basis, from texts to a product", |b| {
        b.iter(|| {
            let basis = CostBasis {
                quantity: money::scaled(black_box("12.5"), CostBasis::QUANTITY).unwrap(),
                price: money::scaled(black_box("260000000.25"), CostBasis::PRICE).unwrap(),
                norm: money::scaled(black_box("0.3333"), CostBasis::QUANTITY),
            };
            basis.product()
        });
    });
    group.finish();
}

fn pay(c: &mut Criterion) {
    let rows = &find("vn").unwrap().unwrap().rows;
    let tables = Tables::new(rows, Month::new(2026, 1), 12);
    let mut group = c.benchmark_group("a year of pay by month");
    group.sample_size(20);
    for count in [1_000, 10_000] {
        let groups = payroll::staff(count);
        group.throughput(Throughput::Elements(12 * count as u64));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| payroll::payroll(&tables, black_box(&groups)));
        });
    }
    group.finish();
    // Ten times the groups, or five times the months, should cost as many times as much: the numbers are group-months a second.
    let five = Tables::new(rows, Month::new(2026, 1), 60);
    let mut group = c.benchmark_group("five years of pay by month");
    group.sample_size(10);
    for count in [1_000, 10_000] {
        let groups = payroll::staff(count);
        group.throughput(Throughput::Elements(60 * count as u64));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| payroll::payroll(&five, black_box(&groups)));
        });
    }
    group.finish();
    c.bench_function("pay tables of a year", |b| {
        b.iter(|| Tables::new(black_box(rows), Month::new(2026, 1), 12));
    });
}

criterion_group!(inside, messages, journal, pages, rollup, figures, pay);
criterion_main!(inside);
