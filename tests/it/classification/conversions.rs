//! Conversions, through the front door.

use kehoach::pb;
use tonic::Code;

use super::{ECONOMIC, at, scheme_name, with_scheme, write_codes};
use crate::harness::{Harness, engines, fields, request_id, violations, was_replayed};

fn conversion(digits: &str, targets: &[(&str, i32)], etag: &str) -> pb::ConversionEntry {
    let target =
        |(code, share_bp): &(&str, i32)| pb::ConversionTarget { code: (*code).to_owned(), share_bp: *share_bp };
    pb::ConversionEntry {
        dimension: ECONOMIC,
        code: digits.to_owned(),
        targets: targets.iter().map(target).collect(),
        citation: "CV 1".to_owned(),
        etag: etag.to_owned(),
    }
}

fn convert(from: &str, to: &str, conversions: Vec<pb::ConversionEntry>) -> pb::BatchWriteConversionsRequest {
    pb::BatchWriteConversionsRequest {
        parent: scheme_name(from),
        target_scheme: scheme_name(to),
        conversions,
        ..Default::default()
    }
}

engines! {
    async fn a_conversion_is_written_read_replaced_and_removed(h: Harness) {
        h.jurisdiction("dt").await;
        with_scheme(&h, "a", 2010, 2019).await;
        with_scheme(&h, "b", 2020, 0).await;
        write_codes(&h, "a", &[("1", ""), ("2", "")]).await;
        write_codes(&h, "b", &[("1", ""), ("2", ""), ("3", "")]).await;
        let mut client = h.classification();
        let entries = vec![conversion("2", &[("3", 3_334), ("1", 3_333), ("2", 3_333)], ""), conversion("1", &[("2", 10_000)], "")];
        let request = pb::BatchWriteConversionsRequest { request_id: Some(request_id(1)), ..convert("a", "b", entries) };
        let written = client.batch_write_conversions(request.clone()).await.unwrap().into_inner();
        let all = pb::ListConversionsRequest { parent: scheme_name("a"), ..Default::default() };
        let found = client.list_conversions(all.clone()).await.unwrap().into_inner().conversions;
        let told = |one: &pb::Conversion| {
            let parts: Vec<String> = one.targets.iter().map(|part| format!("{} {}", part.code, part.share_bp)).collect();
            format!("{}: {}", one.code, parts.join(", "))
        };
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), ["1: 2 10000", "2: 1 3333, 2 3333, 3 3334"]);
        assert_eq!(written.conversions[0].name, found[1].name);
        assert_eq!((&written.conversions[0].etag, written.revision), (&found[1].etag, found[1].revision));
        let etag = found[0].etag.clone();

        let change = vec![conversion("1", &[("1", 1), ("3", 9_999)], &etag), conversion("2", &[], &etag)];
        let after = client.batch_write_conversions(convert("a", "b", change)).await.unwrap().into_inner();
        assert_eq!(after.conversions[1].etag, "");
        let now = client.list_conversions(all.clone()).await.unwrap().into_inner().conversions;
        assert_eq!(now.iter().map(told).collect::<Vec<_>>(), ["1: 1 1, 3 9999"]);
        let then = pb::ListConversionsRequest { read_at: at(written.revision), ..all.clone() };
        assert_eq!(client.list_conversions(then).await.unwrap().into_inner().conversions, found);
        let again = client.batch_write_conversions(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), written);
        // What was removed may come again, and pages walk through all.
        client.batch_write_conversions(convert("a", "b", vec![conversion("2", &[("2", 10_000)], "")])).await.unwrap();
        let first = pb::ListConversionsRequest { page_size: 1, ..all.clone() };
        let answer = client.list_conversions(first.clone()).await.unwrap().into_inner();
        let second = pb::ListConversionsRequest { page_token: answer.next_page_token, ..first };
        assert_eq!(client.list_conversions(second).await.unwrap().into_inner().conversions.iter().map(told).collect::<Vec<_>>(), ["2: 2 10000"]);
        let one = pb::ListConversionsRequest { dimension: ECONOMIC, code: "1".to_owned(), target_scheme: scheme_name("b"), ..all.clone() };
        assert_eq!(client.list_conversions(one.clone()).await.unwrap().into_inner().conversions, now);
        let refuses = async |request, status, reason| {
            h.refuses(async { h.classification().list_conversions(request).await }, status, reason).await
        };
        refuses(pb::ListConversionsRequest { dimension: 0, ..one }, Code::InvalidArgument, "FIELD_INVALID").await;
        refuses(pb::ListConversionsRequest { target_scheme: scheme_name("x"), ..all.clone() }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(pb::ListConversionsRequest { parent: scheme_name("x"), ..all }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        h.is_sound();
    }

    async fn a_batch_of_conversions_is_refused_whole_and_with_every_fault(h: Harness) {
        h.jurisdiction("dt").await;
        with_scheme(&h, "a", 2010, 2019).await;
        with_scheme(&h, "b", 2020, 0).await;
        write_codes(&h, "a", &[("1", ""), ("2", "")]).await;
        write_codes(&h, "b", &[("1", ""), ("2", "")]).await;
        let entry = vec![conversion("1", &[("1", 10_000)], "")];
        let made = h.classification().batch_write_conversions(convert("a", "b", entry.clone())).await.unwrap().into_inner();
        let etag = made.conversions[0].etag.as_str();
        let refuses = async |request, status, reason| {
            h.refuses(async { h.classification().batch_write_conversions(request).await }, status, reason).await
        };
        let twice = vec![conversion("1", &[("1", 5_000), ("1", 5_000)], ""), conversion("1", &[("1", 0)], "")];
        let details = refuses(convert("a", "a", twice), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["conversions[1].targets[0].share_bp", "target_scheme", "conversions[0].targets[1].code", "conversions[1].code"]);
        let foreign = pb::BatchWriteConversionsRequest { target_scheme: "jurisdictions/x/schemes/b".to_owned(), ..convert("a", "b", entry.clone()) };
        assert_eq!(fields(&refuses(foreign, Code::InvalidArgument, "FIELD_INVALID").await), ["target_scheme"]);
        refuses(convert("x", "b", entry.clone()), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(convert("a", "x", entry.clone()), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(convert("a", "b", entry.clone()), Code::Aborted, "STALE_ETAG").await;
        let both = vec![conversion("1", &[], "old"), conversion("2", &[("9", 1)], etag)];
        let details = refuses(convert("a", "b", both), Code::Aborted, "STALE_ETAG").await;
        let facts = details.error_info().unwrap().metadata.clone();
        assert_eq!((facts["current_etag"].as_str(), facts["current_etag_1"].as_str()), (etag, ""));
        let wrong = vec![conversion("9", &[("1", 9_999)], ""), conversion("2", &[("1", 5_000), ("9", 5_001)], "")];
        let found = violations(&refuses(convert("a", "b", wrong), Code::FailedPrecondition, "CODE_UNKNOWN").await);
        let found: Vec<(&str, &str)> = found.iter().map(|(reason, subject)| (reason.as_str(), subject.as_str())).collect();
        assert_eq!(found, [
            ("CODE_UNKNOWN", "conversions[0].code"),
            ("CODE_UNKNOWN", "conversions[1].targets[1].code"),
            ("CONVERSION_SHARES", "conversions[0].targets"),
            ("CONVERSION_SHARES", "conversions[1].targets"),
        ]);
        h.is_sound();
    }
}
