//! `kehoach review` on the demonstration: it tells every countable fact of the review of 2013, and no other.
//!
//! `KEHOACH_TEST_REQUIRE=bless` writes `tests/golden/review-2013.md` instead of comparing it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kehoach::client::{Failure, Review, tell_review};

use super::door;
use crate::harness::{Harness, engines};
use crate::plan::demo::{FIGURES, demo};

/// The sections of the text that is reviewed.
const AREAS: [&str; 7] = [
    "1. Công tác kế hoạch - tài chính",
    "2. Công tác quản lý KHCN",
    "3. Công tác quản lý KHCN cơ sở",
    "4. Công tác ứng dụng tiến bộ KHCN",
    "5. Công tác thông tin KHCN",
    "6. Công tác ISO hành chính công",
    "7. Công tác thanh tra",
];

/// The sentences of the text in which its numbers stand.
const SENTENCES: &[&str] = &[
    "xét duyệt được 7 đề tài dự án trong danh mục năm 2013 do UBND tỉnh phê duyệt",
    "xét duyệt 02 dự án thuộc chương trình nông thôn miền núi do trung ương quản lý",
    "tổ chức nghiệm thu 12 đề tài, dự án",
    "Hoàn thành và nghiệm thu 07 dự án sản xuất thử nghiệm từ các năm trước",
    "và 03 dự án trong năm 2013",
    "các thủ tục chuẩn bị đầu tư 02 dự án tăng cường tiềm lực KHCN",
    "tới 08 huyện, thành phố",
    "đối với 10 doanh nghiệp",
    "tại 44 đơn vị",
    "08 đơn vị mở rộng",
    "Thực hiện 08 đợt thanh tra",
    "76 cơ sở sản xuất kinh doanh",
    "vi phạm hành chính 04 trường hợp",
];

async fn told(h: &Harness, year: i32, revision: Option<i64>) -> Result<String, Failure> {
    let unit = "jurisdictions/minh-hoa/units/so-khcn".to_owned();
    tell_review(&Review { unit, year, revision, door: door(format!("http://{}", h.address)) }).await
}

/// The cells of the rows of indicators, by code.
fn rows(text: &str) -> BTreeMap<&str, Vec<&str>> {
    fn cells(line: &str) -> Option<Vec<&str>> {
        Some(line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect())
    }
    // Code above text: nobody writes the head of a table or a document so.
    fn is_code(code: &str) -> bool {
        code.contains('.') && code.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '.')
    }
    text.lines().filter_map(cells).filter(|row| is_code(row[0])).map(|row| (row[0], row)).collect()
}

/// A figure as a Vietnamese reader writes it.
fn written(code: &str, figure: &str, measure: &str) -> String {
    match (code, measure) {
        (_, "có/không") => "có".to_owned(),
        ("PLN.04", _) => format!("≥ {figure}"),
        ("WEB.01", _) => "7.139".to_owned(),
        _ => figure.replace('.', ","),
    }
}

/// Fails unless a text is what a golden file says.
fn is_golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    #[expect(clippy::disallowed_methods, reason = "the wish to rewrite the text is not a knob of the server")]
    if std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default().contains("bless") {
        std::fs::write(&path, text).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == text, "tests/golden/{name} is not what is told; bless it and read the difference\n{text}");
}

engines! {
    async fn the_review_of_2013_tells_every_countable_fact_of_the_text_and_no_other(h: Harness) {
        demo(&h).await;
        let text = told(&h, 2013, None).await.unwrap();
        let rows = rows(&text);
        let codes: BTreeSet<&str> = FIGURES.iter().map(|(code, _, _)| *code).collect();
        assert_eq!(rows.keys().copied().collect::<BTreeSet<_>>(), codes);
        for (code, kind, figure) in FIGURES {
            let row = &rows[code];
            // What is planned for the year after has no column of what was reached.
            let (target, reached) = if *kind == "P" { (row[3], None) } else { (row[3], Some(row[4])) };
            let expected = written(code, figure, row[2]);
            assert_eq!(reached.unwrap_or(target), expected, "{code} {row:?}");
            if reached.is_some() {
                assert_eq!((target, row[5]), ("–", "không có kế hoạch để so"), "the text states no target for 2013: {code}");
            }
        }
        let areas: Vec<&str> = text.lines().skip_while(|line| *line != "**Mảng công tác**").skip(1).take_while(|line| !line.starts_with("**")).filter_map(|line| line.strip_prefix("#### ")).collect();
        assert_eq!(areas, AREAS);
        for sentence in SENTENCES {
            assert!(text.contains(sentence), "{sentence}");
        }
        // 7 and 2 were reviewed, 7 and 3 finished, and what is computed says how.
        for sum in ["7 + 2 = 9", "7 + 3 = 10", "44 + 8 = 52", "4 / 76 × 100 ≈ 5,26", "76 / 8 = 9,5"] {
            assert!(text.contains(&format!("tính: {sum};")), "{sum}");
        }
        // Seven tasks in five groups.
        let next: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("## V.")).take_while(|line| !line.starts_with("## VI.")).collect();
        assert_eq!(next.iter().filter(|line| line.starts_with("- ")).count(), 7);
        h.is_sound();
    }

    async fn what_the_text_does_not_say_is_told_as_not_reported(h: Harness) {
        demo(&h).await;
        let text = told(&h, 2013, None).await.unwrap();
        let section = |number: &str| text.split("\n## ").find(|section| section.starts_with(&format!("{number}. "))).unwrap().to_owned();
        for number in ["II", "III", "IV"] {
            let section = section(number);
            assert!(section.contains("chưa báo cáo") && !section.contains('|'), "{section}");
            assert!(!section.replace("2013", "").contains(|one: char| one.is_ascii_digit()), "a figure that nobody reported: {section}");
        }
        assert!(!text.contains("minh họa)"), "what is made up for 2014 to 2020 is none of 2013");
        // In its own years it is there, and says that it is made up.
        let later = told(&h, 2014, None).await.unwrap();
        assert!(later.contains("| Công chức | 52 | 03/MH | 50 | 2 |") && later.contains("(số minh họa)"));
    }

    async fn the_review_of_2013_reads_as_it_was_agreed_on(h: Harness) {
        demo(&h).await;
        let text = told(&h, 2013, None).await.unwrap();
        is_golden("review-2013.md", &text);
        // Nothing was reported before the reports.
        let before = told(&h, 2013, Some(9)).await.unwrap();
        assert!(before.contains("| chưa báo cáo |") && before.contains("đọc tại lần ghi 9."));
    }

    async fn what_cannot_be_reviewed_is_told_in_a_sentence(h: Harness) {
        demo(&h).await;
        let Err(Failure::Refused(text)) = told(&h, 1800, None).await else { panic!("1800 was reviewed") };
        assert!(text.starts_with("nothing was reviewed: ") && text.contains("year"), "{text}");
        let unit = "so-khcn".to_owned();
        let wrong = Review { unit, year: 2013, revision: None, door: door(format!("http://{}", h.address)) };
        assert!(matches!(tell_review(&wrong).await, Err(Failure::Usage(_))));
    }
}
