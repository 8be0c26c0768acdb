//! Files as they really are: marks, quotes, cuts, what numbers look like and what is no number.

use tonic::Code;

use super::*;
use crate::budget::{line, requested};
use crate::harness::{engines, refused, request_id, revision_of, was_replayed};

engines! {
    async fn a_file_makes_lines_in_its_order_and_equal_rows_stay_apart(h: Harness) {
        h.budget_ground().await;
        let estimate = h.estimate("e1", 2024, vec![line("341", 5)]).await;
        let file = b"code,amount,text\n101,7,a\n101,7,a\n102,-2,\n";
        let before = h.revision("dt").await;
        let outcome = h.import(header(&estimate), &[file]).await.unwrap();
        assert_eq!(revision_of(&outcome), before + 1, "one revision");
        let summary = outcome.into_inner();
        let counts = (summary.rows_read, summary.rows_skipped, summary.lines_created, summary.revision);
        assert_eq!(counts, (3, 0, 3, before + 1));
        assert_eq!(summary.totals.len(), 1);
        assert_eq!(summary.totals[0].amounts.unwrap().requested, Some(12));
        let now = h.get_estimate("e1").await;
        assert_eq!((requested(&now), now.line_count, &now.etag), (17, 4, &summary.estimates[0].etag));
        let lines = h.lines_of("e1").await;
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.sequence, line.functional_code.as_str(), line.amounts.unwrap().requested, line.description.as_str()))
            .collect();
        let expected = [(1, "341", Some(5), ""), (2, "101", Some(7), "a"), (3, "101", Some(7), "a"), (4, "102", Some(-2), "")];
        assert_eq!(seen, expected);
        h.is_sound();
    }

    async fn it_does_not_matter_how_a_file_is_cut(h: Harness) {
        h.budget_ground().await;
        let text = "\u{feff}code;amount;text\r\n101;1.234,5;\"Đề tài; \"\"cấp\"\" tỉnh\nhai dòng\"\r\n\r\n102;(7);Hội thảo";
        let file = text.as_bytes();
        let whole: Vec<&[u8]> = vec![file];
        let bytes: Vec<&[u8]> = file.chunks(1).collect();
        let mut seen = Vec::new();
        for (id, pieces) in [("e1", whole), ("e2", bytes)] {
            let year = if id == "e1" { 2024 } else { 2025 };
            let mut ask = header(&h.estimate(id, year, Vec::new()).await);
            ask.delimiter = pb::CsvDelimiter::Semicolon.into();
            ask.columns[1].decimal_mark = pb::DecimalMark::Comma.into();
            ask.columns[1].grouping_mark = pb::GroupingMark::Point.into();
            ask.columns[1].multiplier = "1000000".to_owned();
            h.import(ask, &pieces).await.unwrap();
            let lines = h.lines_of(id).await;
            seen.push(lines.into_iter().map(|line| (line.description, line.amounts.unwrap().requested)).collect::<Vec<_>>());
        }
        let first = ("Đề tài; \"cấp\" tỉnh\nhai dòng".to_owned(), Some(1_234_500_000));
        assert_eq!(seen[0], [first, ("Hội thảo".to_owned(), Some(-7_000_000))]);
        assert_eq!(seen[0], seen[1]);
    }

    async fn blank_dash_zero_and_not_for_publication_are_four_things(h: Harness) {
        h.budget_ground().await;
        let file = b"code,amount,text\n101,,blank\n101,-,dash\n101,0,zero\n101,NFP,hidden\n101,n.a.,none\n";
        let amounts = |lines: Vec<pb::Line>| lines.into_iter().map(|line| line.amounts.unwrap().requested).collect::<Vec<_>>();
        let mut ask = header(&h.estimate("e1", 2024, Vec::new()).await);
        ask.unset_texts = vec!["nfp".to_owned(), "N.A.".to_owned()];
        ask.zero_texts = vec!["-".to_owned()];
        h.import(ask.clone(), &[file]).await.unwrap();
        assert_eq!(amounts(h.lines_of("e1").await), [None, Some(0), Some(0), None, None]);
        let estimate = h.estimate("e2", 2025, Vec::new()).await;
        let mut ask = pb::ImportHeader { destination: header(&estimate).destination, ..ask };
        ask.zero_texts = vec![String::new(), "-".to_owned()];
        h.import(ask, &[file]).await.unwrap();
        assert_eq!(amounts(h.lines_of("e2").await), [Some(0), Some(0), Some(0), None, None]);
    }

    async fn subtotals_are_left_out_and_rows_without_amounts_too(h: Harness) {
        h.budget_ground().await;
        let file = b"level,code,amount,text\nunit,101,5,\ngroup,,12,\nunit,102,7,\nunit,102,0,\nunit,102,,\nnote,,,\nunit,341,1,TOTAL x\n";
        let mut ask = header(&h.estimate("e1", 2024, Vec::new()).await);
        let equals = pb::row_filter::Test::OneOf(pb::TextList { texts: vec!["unit".to_owned()] });
        let none = pb::row_filter::Test::NoneOf(pb::TextList { texts: vec!["TOTAL x".to_owned()] });
        ask.filters = vec![
            pb::RowFilter { column: "level".to_owned(), test: Some(equals) },
            pb::RowFilter { column: "text".to_owned(), test: Some(none) },
        ];
        ask.skip_rows_without_amount = true;
        let summary = h.imported(ask, file).await;
        assert_eq!((summary.rows_read, summary.rows_skipped, summary.lines_created), (7, 5, 2));
        assert_eq!(summary.totals[0].amounts.unwrap().requested, Some(12));
    }

    async fn each_wide_column_makes_a_line_of_its_own(h: Harness) {
        h.budget_ground().await;
        let mut ask = header(&h.estimate("e1", 2024, Vec::new()).await);
        let wide = |name: &str, code: &str| pb::WideColumn {
            amount: Some(column(name, "amounts.requested")),
            constants: vec![constant("functional_code", code)],
        };
        ask.columns = vec![column("text", "description")];
        ask.wide_columns = vec![wide("a", "101"), wide("b", "102")];
        let summary = h.imported(ask.clone(), b"text,a,total,b\nx,1.0,3.0,2.0\ny,,4,4\nz,,,\n").await;
        assert_eq!((summary.rows_read, summary.rows_skipped, summary.lines_created), (3, 1, 3));
        let lines = h.lines_of("e1").await;
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.description.as_str(), line.functional_code.as_str(), line.amounts.unwrap().requested))
            .collect();
        assert_eq!(seen, [("x", "101", Some(1)), ("x", "102", Some(2)), ("y", "102", Some(4))]);
    }

    async fn every_field_of_a_line_can_be_filled(h: Harness) {
        h.budget_ground().await;
        h.unit("dt", "huyen").await;
        h.plan("p").await;
        h.project("p1").await;
        let (task, project) = ("jurisdictions/dt/plans/p/tasks/t", crate::project::project_name("p1"));
        let mut ask = header(&h.estimate("e1", 2024, Vec::new()).await);
        ask.constants.truncate(1);
        let fields = ["nature", "autonomy", "baseline", "content", "channel", "delegated", "counterpart_unit", "plan_task",
            "project", "quantity", "price", "norm", "amounts.actual_n2", "amounts.budget_n1", "amounts.expected_n1"];
        ask.columns.extend(fields.iter().map(|field| column(field, field)));
        let kinds = ask.columns[3].clone();
        ask.columns[3].translations = vec![pb::Translation { text: "thường xuyên".to_owned(), value: "recurrent".to_owned() }];
        assert_ne!(kinds, ask.columns[3]);
        let file = format!(
            "code,amount,text,{}\n101,27,lương,thường xuyên,autonomous,ongoing,SCIENCE_TECH,DIRECT,true,,{task},{project},2.5,3.60,3,1,2,3\n,5,,TRANSFER_DOWN,,,,,,huyen,,,,,,,,\n",
            fields.join(",")
        );
        h.imported(ask, file.as_bytes()).await;
        let lines = h.lines_of("e1").await;
        let one = &lines[0];
        assert_eq!((one.nature(), one.autonomy(), one.baseline()), (pb::Nature::Recurrent, pb::Autonomy::Autonomous, pb::Baseline::Ongoing));
        assert_eq!((one.content(), one.channel(), one.delegated), (pb::ScienceContent::ScienceTech, pb::FundChannel::Direct, true));
        assert_eq!((one.plan_task.as_str(), one.project.as_str()), (task, project.as_str()));
        assert_eq!((one.quantity.as_str(), one.price.as_str(), one.norm.as_str()), ("2.5", "3.6", "3"));
        let amounts = one.amounts.unwrap();
        assert_eq!((amounts.actual_n2, amounts.budget_n1, amounts.expected_n1, amounts.requested), (Some(1), Some(2), Some(3), Some(27)));
        assert_eq!(lines[1].counterpart_unit, crate::harness::unit_name("dt", "huyen"));
        h.is_sound();
    }

    async fn a_repeat_has_one_effect_however_it_is_cut(h: Harness) {
        h.budget_ground().await;
        let mut ask = header(&h.estimate("e1", 2024, Vec::new()).await);
        ask.request_id = Some(request_id(1));
        let file: &[u8] = b"code,amount,text\n101,7,a\n102,8,b\n";
        let first = h.import(ask.clone(), &[file]).await.unwrap();
        assert!(!was_replayed(&first));
        let after = h.standing();
        let (left, right) = file.split_at(20);
        let again = h.import(ask.clone(), &[left, right]).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), first.into_inner());
        refused(h.import(ask.clone(), &[b"code,amount,text\n101,7,a\n102,9,b\n"]).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
        ask.unset_texts = vec!["x".to_owned()];
        refused(h.import(ask, &[file]).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
        h.nothing_changed(&after);
    }

    async fn a_trial_and_a_stream_that_is_cut_leave_no_trace(h: Harness) {
        h.budget_ground().await;
        let estimate = h.estimate("e1", 2024, Vec::new()).await;
        let before = h.standing();
        let file: &[u8] = b"code,amount,text\n101,7,a\n102,8,b\n";
        let mut trial = header(&estimate);
        trial.validate_only = true;
        let told = h.imported(trial, file).await;
        assert_eq!((told.lines_created, told.estimates[0].line_count, told.estimates[0].etag.as_str()), (2, 2, ""));
        h.nothing_changed(&before);
        // A client that goes away, connection and all, in the middle of the file.
        let (address, sent) = (h.address, messages(header(&estimate), &[file]));
        let lost = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async move {
                let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
                let mut client = pb::budget_service_client::BudgetServiceClient::new(channel.connect().await.unwrap());
                let endless = tokio_stream::StreamExt::chain(tokio_stream::iter(sent), tokio_stream::pending());
                let call = client.import_lines(endless);
                tokio::time::timeout(std::time::Duration::from_millis(300), call).await.unwrap_err();
            });
            runtime.shutdown_background();
        });
        tokio::task::spawn_blocking(move || lost.join().unwrap()).await.unwrap();
        // The same etag still holds, so nothing was written in between.
        h.nothing_changed(&before);
        assert_eq!(h.imported(header(&estimate), file).await.lines_created, 2);
    }
}
