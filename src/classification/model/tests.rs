//! Tables of what schemes, codes, conversions and trees of codes may be.

use super::*;

fn scheme(id: &str, first: i64, last: Option<i64>) -> Scheme {
    Scheme {
        jurisdiction: "j".to_owned(),
        id: id.to_owned(),
        display_name: id.to_owned(),
        english_name: String::new(),
        regime: None,
        first_fiscal_year: first,
        last_fiscal_year: last,
        citation: String::new(),
        revision: 1,
        created_at: 0,
        updated_at: 0,
    }
}

fn code(postable: bool, last_fiscal_year: Option<i64>) -> Code {
    Code {
        jurisdiction: "j".to_owned(),
        scheme: "s".to_owned(),
        dimension: Dimension::Economic,
        code: "6001".to_owned(),
        parent: None,
        display_name: "Lương".to_owned(),
        english_name: String::new(),
        postable,
        provenance: Provenance::Own,
        citation: String::new(),
        field: None,
        financing_class: None,
        last_fiscal_year,
        note: String::new(),
        revision: 1,
        created_at: 0,
        updated_at: 0,
    }
}

#[test]
fn two_schemes_never_hold_in_one_year() {
    let old = [scheme("a", 2009, Some(2017)), scheme("b", 2018, Some(2025))];
    let overlapped = |first, last| -> Vec<String> {
        let refusals = scheme("n", first, last).refuse_years(&old);
        assert!(refusals.iter().all(|refusal| refusal.reason == Reason::SchemeYearsOverlap));
        refusals.into_iter().map(|refusal| refusal.subject.rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(overlapped(2026, None), Vec::<String>::new());
    assert_eq!(overlapped(2000, Some(2008)), Vec::<String>::new());
    assert_eq!(overlapped(2000, Some(2009)), ["a"]);
    assert_eq!(overlapped(2025, None), ["b"]);
    assert_eq!(overlapped(2017, Some(2018)), ["a", "b"]);
    assert_eq!(overlapped(1999, None), ["a", "b"]);
    // It does not overlap with itself as it was.
    assert_eq!(scheme("a", 2010, Some(2017)).refuse_years(&old), []);
    let inverted = scheme("n", 2030, Some(2029)).refuse_years(&old);
    assert_eq!(inverted.iter().map(|refusal| refusal.reason).collect::<Vec<_>>(), [Reason::SchemeYearsInverted]);
}

#[test]
fn a_scheme_keeps_the_years_that_are_used() {
    let lost = |first, last| scheme("a", first, last).refuse_loss(&[2018, 2020]).len();
    assert_eq!(lost(2018, Some(2020)), 0);
    assert_eq!(lost(2000, None), 0);
    assert_eq!(lost(2019, Some(2019)), 2);
    assert_eq!(lost(2018, Some(2019)), 1);
}

#[test]
fn lines_use_postable_codes_that_have_not_ended() {
    let reason = |code: Code, year| code.refuse_posting(year, "line").map(|refusal| refusal.reason);
    assert_eq!(reason(code(true, None), 2199), None);
    assert_eq!(reason(code(true, Some(2020)), 2020), None);
    assert_eq!(reason(code(true, Some(2020)), 2021), Some(Reason::CodeClosed));
    assert_eq!(reason(code(false, Some(2020)), 2021), Some(Reason::CodeNotPostable));
}

#[test]
fn the_name_of_a_code_is_read_as_it_is_written() {
    for dimension in Dimension::ALL {
        let name = code_name("j", "s", *dimension, "10.b");
        assert_eq!(Dimension::split(&name.code), Some((*dimension, "10.b")));
        assert_eq!(dimension.segment(), dimension.as_str().to_lowercase());
    }
    for bad in ["", "economic", "economic.", "ECONOMIC.1", "sector.1"] {
        assert_eq!(Dimension::split(bad), None, "{bad}");
    }
}

#[test]
fn the_parts_of_a_conversion_make_the_whole() {
    let refused = |shares: &[i64]| {
        let part = |(position, share): (usize, &i64)| Target { code: position.to_string(), share_bp: *share };
        let conversion = Conversion {
            jurisdiction: "j".to_owned(),
            scheme: "a".to_owned(),
            target_scheme: "b".to_owned(),
            dimension: Dimension::Functional,
            code: "371".to_owned(),
            targets: shares.iter().enumerate().map(part).collect(),
            citation: String::new(),
            revision: 0,
        };
        assert_eq!(conversion.name().to_string(), "jurisdictions/j/schemes/a/conversions/b.functional.371");
        conversion.refuse_shares("x").is_some()
    };
    assert!(!refused(&[10_000]) && !refused(&[3_333, 3_333, 3_334]));
    assert!(refused(&[9_999]) && refused(&[5_000, 5_001]) && refused(&[]));
}

fn judged(codes: &[(&str, &str)]) -> (Vec<String>, usize) {
    let parent = |parent: &str| Some(parent.to_owned()).filter(|parent| !parent.is_empty());
    let tree = Tree::new(codes.iter().map(|(code, above)| ((*code).to_owned(), parent(above))));
    let (cyclic, levels) = tree.judge();
    (cyclic.into_iter().map(str::to_owned).collect(), levels)
}

#[test]
fn a_tree_has_levels_and_no_cycles() {
    assert_eq!(judged(&[]), (vec![], 0));
    assert_eq!(judged(&[("a", ""), ("b", "a"), ("c", "b"), ("d", "a")]), (vec![], 3));
    assert_eq!(judged(&[("a", "a")]).0, ["a"]);
    assert_eq!(
        judged(&[("a", "b"), ("b", "c"), ("c", "a"), ("below", "a"), ("top", "")]),
        (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 1)
    );
    let chain: Vec<(String, String)> = (1..3_000).map(|n| (format!("{n:04}"), format!("{:04}", n - 1))).collect();
    let mut chain: Vec<(&str, &str)> = chain.iter().map(|(code, above)| (code.as_str(), above.as_str())).collect();
    chain.push(("0000", ""));
    assert_eq!(judged(&chain), (vec![], 3_000));
}
