//! Large files: one revision or nothing, in bounded memory, and the limits.

use std::fmt::Write as _;

use kehoach::limits;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use kehoach::pb::classification_service_client::ClassificationServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use tonic::Code;

use super::*;
use crate::harness::{Harness, Program, engines, new_folder, new_jurisdiction, new_unit, refused};

const ROWS: usize = 100_000;

/// A file with so many rows; the last has this amount.
fn file(rows: usize, last: &str) -> Vec<u8> {
    let mut file = String::from("code,amount,text\n");
    for row in 1..rows {
        let _ = writeln!(
            file,
            "{},{row},\"Khoản chi số {row}, có mô tả dài như trong thực tế\"",
            if row % 2 == 0 { "101" } else { "102" }
        );
    }
    let _ = writeln!(file, "101,{last},");
    file.into_bytes()
}

/// What a process takes at most, in kilobytes.
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_rows_are_one_revision_within_the_memory_that_is_promised() {
    let folder = new_folder();
    let mut program = Program::start(&folder, &["--dev", "--listen", "127.0.0.1:0"], &[]);
    let address = format!("http://{}", program.address());
    let channel = tonic::transport::Endpoint::from_shared(address).unwrap().connect().await.unwrap();
    OrganisationServiceClient::new(channel.clone()).create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    OrganisationServiceClient::new(channel.clone()).create_unit(new_unit("dt", "khcn")).await.unwrap();
    let scheme = pb::Scheme { display_name: "s".to_owned(), first_fiscal_year: 2018, ..Default::default() };
    let scheme = pb::CreateSchemeRequest {
        parent: jurisdiction_name("dt"),
        scheme_id: "own".to_owned(),
        scheme: Some(scheme),
        ..Default::default()
    };
    ClassificationServiceClient::new(channel.clone()).create_scheme(scheme).await.unwrap();
    let mut budget = BudgetServiceClient::new(channel);
    let estimate = budget.create_estimate(crate::budget::create("e1", 2024, Vec::new())).await.unwrap().into_inner();
    let mut ask = header(&estimate);
    ask.create_missing =
        Some(pb::CreateMissing { codes: vec![pb::Dimension::Functional.into()], ..Default::default() });
    let mut import = async |file: &[u8]| {
        let pieces: Vec<&[u8]> = file.chunks(256 << 10).collect();
        budget.import_lines(tokio_stream::iter(messages(ask.clone(), &pieces))).await
    };
    let outcome = import(&file(ROWS, "abc")).await;
    let details = refused(outcome, Code::InvalidArgument, "IMPORT_ROWS_INVALID");
    assert_eq!(crate::harness::fields(&details), [format!("rows[{}].columns[\"amount\"]", ROWS + 1)]);
    let started = std::time::Instant::now();
    let summary = import(&file(ROWS, "7")).await.unwrap().into_inner();
    println!("{ROWS} rows in {:?}, {} kB at most", started.elapsed(), most_memory(program.id()));
    let sum = (1..ROWS as i64).sum::<i64>() + 7;
    assert_eq!((summary.lines_created, summary.totals[0].amounts.unwrap().requested), (ROWS as i64, Some(sum)));
    assert_eq!(summary.revision, estimate.revision + 1, "the same etag held, so nothing was written before");
    let most = most_memory(program.id());
    assert!(most < 256 << 10, "{most} kB are more than the service is promised to need");
    let (status, log) = program.stop();
    assert!(status.success(), "{log}");
    drop(std::fs::remove_dir_all(folder));
}

engines! {
    async fn what_is_too_large_is_refused_with_its_limit(h: Harness) {
        h.budget_ground().await;
        let estimate = h.estimate("e1", 2024, Vec::new()).await;
        let before = h.standing();
        let mut ask = header(&estimate);
        ask.columns = vec![column("a", "amounts.requested")];
        let row = "1\n".repeat(100_000);
        let more = format!("a\n{row}{row}1\n");
        let pieces: Vec<&[u8]> = more.as_bytes().chunks(256 << 10).collect();
        let details = refused(h.import(ask.clone(), &pieces).await, Code::ResourceExhausted, "TOO_MANY_ROWS");
        assert_eq!(details.error_info().unwrap().metadata["limit"], limits::IMPORT_LINES.to_string());
        // Blank lines make no rows, and count as bytes.
        let blank = vec![b'\n'; limits::count(limits::IMPORT_CHUNK_BYTES)];
        let mut pieces: Vec<&[u8]> = vec![b"a\n1\n"];
        pieces.extend(std::iter::repeat_n(&blank[..], limits::count(limits::IMPORT_BYTES / limits::IMPORT_CHUNK_BYTES)));
        let details = refused(h.import(ask, &pieces).await, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
        assert_eq!(details.error_info().unwrap().metadata["limit"], limits::IMPORT_BYTES.to_string());
        h.nothing_changed(&before);
    }

    async fn only_so_many_imports_stage_at_a_time(h: Harness) {
        h.budget_ground().await;
        let estimate = h.estimate("e1", 2024, Vec::new()).await;
        let mut held = Vec::new();
        for _ in 0..limits::IMPORTS_AT_ONCE {
            let (sender, receiver) = tokio::sync::mpsc::channel(4);
            let mut client = h.budget();
            let call = tokio::spawn(async move {
                client.import_lines(tokio_stream::wrappers::ReceiverStream::new(receiver)).await
            });
            sender.send(messages(header(&estimate), &[])[0].clone()).await.unwrap();
            held.push((sender, call));
        }
        // Their headers are on their way.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let file: &[u8] = b"code,amount,text\n101,1,\n";
        let outcome = h.import(header(&estimate), &[file]).await;
        refused(outcome, Code::Unavailable, "QUEUE_FULL");
        for (sender, call) in held {
            drop(sender);
            refused(call.await.unwrap(), Code::InvalidArgument, "IMPORT_ROWS_INVALID");
        }
        assert_eq!(h.imported(header(&estimate), file).await.lines_created, 1);
    }
}
