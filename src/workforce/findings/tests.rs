//! Each rule with a plan that keeps it and one that breaks it.

use super::super::headcount::tests::{assigned, group};
use super::super::model::staffing::*;
use super::super::model::{Grade, Parameter, PlanKey, StaffKind, Value, WorkforcePlan};
use super::super::pay::Month;
use super::super::shipped;
use super::*;
use StaffKind::{CivilServant, PublicEmployeeBudget, SupportContract};

/// A plan of `khcn` for 2026 and 2027, with what is said of it.
struct Case {
    plan: WorkforcePlan,
    groups: Vec<PlannedGroup>,
    items: Vec<StaffingItem>,
    quotas: Vec<Assigned>,
    rows: Vec<Parameter>,
}

fn case() -> Case {
    let key = PlanKey { unit: "khcn".to_owned(), first_year: 2026, last_year: 2027, sequence: 1 };
    let plan = WorkforcePlan {
        jurisdiction: "dt".to_owned(),
        id: "w".to_owned(),
        key,
        title: "Kế hoạch".to_owned(),
        legal_basis: Vec::new(),
        state: State::Draft,
        submission: 0,
        number: 0,
        in_force: None,
        shown_in_force: false,
        group_count: 0,
        last_sequence: 0,
        revision: 1,
        created_at: 0,
        updated_at: 0,
    };
    let rows = shipped::find("vn").unwrap().unwrap().rows.clone();
    Case { plan, groups: Vec::new(), items: Vec::new(), quotas: Vec::new(), rows }
}

impl Case {
    fn group(mut self, id: &str, kind: StaffKind, count: i64) -> Self {
        self.groups.push(group(id, kind, count, Grade::Rank("01.003".to_owned(), 1)));
        self
    }

    fn item(mut self, content: Content) -> Self {
        let figures = if content.kind().is_staged() { requested(1) } else { Figures::default() };
        let id = format!("i{}", self.items.len());
        self.items.push(StaffingItem { id, sequence: 1, content, figures, revision: 1 });
        self
    }

    fn asks(mut self, count: i64) -> Self {
        if let Some(item) = self.items.last_mut() {
            item.figures = requested(count);
        }
        self
    }

    fn quota(mut self, kind: StaffKind, from: &str, end: &str, count: i64) -> Self {
        self.quotas.push(assigned(kind, from, end, count));
        self
    }

    /// Rule, severity, message; expected and actual.
    fn found(&self) -> Vec<String> {
        let tables = Tables::new(&self.rows, Month::new(2026, 1), 24);
        let facts = Facts {
            plan: &self.plan,
            groups: &self.groups,
            items: &self.items,
            quotas: &self.quotas,
            rows: &self.rows,
            tables: &tables,
            span: Span { first: Month::new(2026, 1), months: 24, first_year: 2026 },
            first_days: ["2026-01-01", "2027-01-01", "2028-01-01"].map(str::to_owned).to_vec(),
        };
        let told = |finding: Finding| {
            let difference = finding.difference.map(|difference| format!(" {difference:+}")).unwrap_or_default();
            format!("{} {}{difference}: {}", finding.rule, finding.severity.as_str(), finding.message)
        };
        all(&facts).into_iter().map(told).collect()
    }
}

fn requested(count: i64) -> Figures {
    Figures { figures: [Some(count), None, None], reasons: [None, None, None] }
}

fn demand(year: i64, starts_on: Option<&str>) -> Content {
    let (unit, starts_on) = ("khcn".to_owned(), starts_on.map(str::to_owned));
    Content::Demand(Demand { unit, staff_kind: CivilServant, year, starts_on, note: String::new() })
}

fn flow(year: i64, opening: i64, recruited: i64, retired: i64, closing: i64) -> Flow {
    Flow {
        unit: "khcn".to_owned(),
        staff_kind: CivilServant,
        year,
        opening,
        recruited,
        transferred_in: 0,
        retired,
        transferred_out: 0,
        cut: 0,
        other: 0,
        closing,
        breakdown: Vec::new(),
    }
}

fn moves(flow: Flow) -> Content {
    Content::Flow(Box::new(flow))
}

fn cohort(birth_month: &str, count: i64) -> Cohort {
    Cohort {
        staff_group: "a".to_owned(),
        birth_month: birth_month.to_owned(),
        gender: Gender::Male,
        count,
        extension_months: 0,
        ground: None,
        management: false,
    }
}

fn position(regime: Option<Regime>, class: PositionClass, level: i64) -> Position {
    Position {
        unit: "khcn".to_owned(),
        code: String::new(),
        title: "Chuyên viên".to_owned(),
        staff_kind: PublicEmployeeBudget,
        regime,
        class,
        level,
        rank_min: None,
        rank_max: None,
        load: PositionLoad::Multiple,
        staff_groups: Vec::new(),
        note: String::new(),
    }
}

fn post(position: Position) -> Content {
    Content::Position(Box::new(position))
}

const NOTHING: [&str; 0] = [];

#[test]
fn an_empty_plan_is_in_order() {
    assert_eq!(case().found(), NOTHING);
}

#[test]
fn a_figure_is_stated_in_its_stage() {
    let mut open = case().item(demand(2026, None));
    open.items[0].figures = Figures::default();
    let text = "FORM-03 ERROR: 1 items do not state `figure.requested`; 0 is a figure, nothing is not";
    assert_eq!(open.found(), [text]);
    open.items[0].figures = requested(0);
    assert_eq!(open.found(), NOTHING);
}

#[test]
fn hr_01_people_are_within_the_quota_day_by_day() {
    let year = |people| case().group("a", CivilServant, people).quota(CivilServant, "2026-01-01", "2028-01-01", 10);
    assert_eq!(year(10).found(), NOTHING);
    // Two more from 1 July, and the quota rises by one on the fifteenth; another kind does not count.
    let mut july = case()
        .group("a", CivilServant, 10)
        .group("late", CivilServant, 1)
        .group("c", SupportContract, 9)
        .quota(CivilServant, "2026-01-01", "2026-07-15", 10)
        .quota(CivilServant, "2026-07-15", "2028-01-01", 11);
    july.groups[1].group.starts_on = Some("2026-07-01".to_owned());
    let act = "assigned by 45/QĐ-UBND of 2025-12-20";
    let text = format!("HR-01 ERROR +1: CIVIL_SERVANT: over by 1 from 2026-07-01 to 2026-07-14: 11 planned, 10 {act}");
    assert_eq!(july.found(), [text]);
    // Vacant posts are posts, and what ends in between is one span.
    let mut vacant = year(10);
    vacant.groups.push(group("v", CivilServant, 2, Grade::Vacant));
    vacant.groups[1].group.ends_on = Some("2027-02-01".to_owned());
    let text = format!(
        "HR-01 ERROR +2: CIVIL_SERVANT: over by 2 from 2026-01-01 to 2027-01-31: 12 planned (2 of them vacant posts), 10 {act}"
    );
    assert_eq!(vacant.found(), [text]);
}

#[test]
fn hr_01_what_the_plan_asks_for_is_the_quota_to_come() {
    let asks = |count| case().group("a", CivilServant, 12).item(demand(2026, None)).asks(count);
    assert_eq!(asks(12).found(), NOTHING);
    let text =
        "HR-01 ERROR +1: CIVIL_SERVANT: over by 1 from 2026-01-01 to 2026-12-31: 12 planned, 11 asked for by the plan";
    assert_eq!(asks(11).found(), [text]);
    let later = asks(11).item(demand(2026, Some("2026-07-15"))).asks(12);
    assert_eq!(later.found(), [text.replace("12-31", "07-14")]);
    let both = asks(11).quota(CivilServant, "2026-01-01", "2027-01-01", 13);
    assert_eq!(both.found(), [format!("{text} and 13 assigned by 45/QĐ-UBND of 2025-12-20")]);
}

#[test]
fn hr_01_a_flow_beyond_the_quota_warns() {
    let year = |closing| {
        case().quota(CivilServant, "2026-01-01", "2027-01-01", 12).item(moves(flow(2026, 12, 0, 12 - closing, closing)))
    };
    assert_eq!(year(12).found(), NOTHING);
    let text = "HR-01 WARNING +1: CIVIL_SERVANT: 13 at the end of 2026, 12 assigned by 45/QĐ-UBND of 2025-12-20";
    assert_eq!(year(13).found(), [text]);
}

#[test]
fn hr_02_flows_add_up_and_follow_each_other() {
    let years = |closing, opening| {
        case().item(moves(flow(2026, 49, 4, 2, closing))).item(moves(flow(2027, opening, 3, 1, opening + 2)))
    };
    assert_eq!(years(51, 51).found(), NOTHING);
    let sum = "HR-02 ERROR -1: CIVIL_SERVANT 2026 closes with 50, and its movements give 51";
    let next = "HR-02 ERROR +1: CIVIL_SERVANT 2027 opens with 51, and 2026 closes with 50";
    assert_eq!(years(50, 51).found(), [sum, next]);
    let mut all = flow(2026, 10, 4, 1, 7);
    (all.transferred_in, all.transferred_out, all.cut, all.other) = (2, 3, 3, 2);
    assert_eq!(case().item(moves(all)).found(), NOTHING);
}

#[test]
fn hr_03_parts_add_to_the_headcount() {
    use HeadcountDimension::{Age, Gender, Qualification};
    let parts = |masters| {
        let part = |dimension, value: &str, count| Share { dimension, value: value.to_owned(), count };
        let breakdown = vec![
            part(Qualification, "ThS", masters),
            part(Qualification, "ĐH", 8),
            part(Gender, "nữ", 4),
            part(Gender, "nam", 6),
            part(Age, "31-40", 10),
        ];
        case().item(moves(Flow { breakdown, ..flow(2026, 10, 0, 0, 10) }))
    };
    assert_eq!(parts(2).found(), NOTHING);
    assert_eq!(parts(3).found(), ["HR-03 ERROR +1: by QUALIFICATION CIVIL_SERVANT 2026 adds to 11, not to 10"]);
    let born = |count| case().group("a", CivilServant, 5).item(Content::Cohort(cohort("1990-01", count)));
    assert_eq!(born(5).found(), NOTHING);
    assert_eq!(born(4).found(), ["HR-03 ERROR -1: its cohorts add to 4, not to 5"]);
    let gone = case().item(Content::Cohort(cohort("1990-01", 4)));
    assert_eq!(gone.found(), ["HR-03 ERROR +4: its cohorts add to 4, not to 0"]);
}

#[test]
fn hr_04_contracts_fill_no_post_of_the_establishment() {
    let filled = |kind| {
        let mut position = position(None, PositionClass::Specialist, 0);
        position.staff_groups = vec!["a".to_owned()];
        case().group("a", kind, 3).item(post(position))
    };
    assert_eq!(filled(PublicEmployeeBudget).found(), NOTHING);
    let text = "HR-04 ERROR: a position of PUBLIC_EMPLOYEE_BUDGET is filled by 3 of SUPPORT_CONTRACT";
    assert_eq!(filled(SupportContract).found(), [text]);
}

#[test]
fn hr_05_a_step_is_one_of_its_scale() {
    let mut step = case().group("a", CivilServant, 1);
    assert_eq!(step.found(), NOTHING);
    step.groups[0].group.grade = Grade::Rank("01.003".to_owned(), 10);
    assert_eq!(step.found(), ["HR-05 ERROR: step 10 of scale A1 is not in force on 2026-01-01"]);
}

#[test]
fn hr_06_a_step_is_not_raised_early_without_an_act() {
    let raised = |raised_on: &str, act: &str| {
        case().group("a", CivilServant, 1).item(Content::Raise(Raise {
            staff_group: "a".to_owned(),
            last_raised_on: "2024-03-01".to_owned(),
            raised_on: raised_on.to_owned(),
            early_act: act.to_owned(),
            extra_steps: 0,
            last_extra_steps: 0,
        }))
    };
    assert_eq!(raised("2027-03-01", "").found(), NOTHING);
    assert_eq!(raised("2026-03-01", "12/QĐ-SKHCN").found(), NOTHING);
    let early = |on: &str, months| {
        format!("HR-06 WARNING: raised on {on}, {months} months before the step is due on 2027-03-01")
    };
    assert_eq!(raised("2027-02-01", "").found(), [early("2027-02-01", 1)]);
    assert_eq!(raised("2026-02-01", "12/QĐ-SKHCN").found(), [early("2026-02-01", 13)]);
}

#[test]
fn hr_07_civil_servants_are_not_insured_against_unemployment() {
    let mut insured = case().group("a", CivilServant, 1);
    assert_eq!(insured.found(), NOTHING);
    for row in &mut insured.rows {
        if let Value::Component(component) = &mut row.value
            && component.economic_code == "6304"
        {
            component.staff_kinds.clear();
        }
    }
    let text = "HR-07 ERROR: civil servants are not insured against unemployment (sub-item 6304)";
    assert_eq!(insured.found(), [text]);
    insured.groups[0].group.staff_kind = PublicEmployeeBudget;
    assert_eq!(insured.found(), NOTHING);
}

#[test]
fn hr_09_nobody_stays_beyond_the_age_without_ground() {
    // Born in September 1961, they reach 60 years and 3 months in December 2021.
    let stays = |months, ground, management| {
        let cohort = Cohort { extension_months: months, ground, management, ..cohort("1961-09", 1) };
        case().group("a", CivilServant, 1).item(Content::Cohort(cohort))
    };
    assert_eq!(stays(60, Some(ExtensionGround::Doctor), false).found(), NOTHING);
    assert_eq!(stays(60, None, false).found(), ["HR-09 ERROR +60: stays 60 months, and no ground is stated"]);
    assert_eq!(
        stays(61, Some(ExtensionGround::Doctor), false).found(),
        ["HR-09 ERROR +1: stays 61 months, and DOCTOR allows 60"]
    );
    let managing = ["HR-09 ERROR: who stays beyond the age of retirement holds no post of management"];
    assert_eq!(stays(60, Some(ExtensionGround::Professor), true).found(), managing);
    let over = ["HR-09 ERROR: 1 retired at the end of 2021-12, before the plan begins on 2026-01-01"];
    assert_eq!(stays(0, None, false).found(), over);
    let mut unknown = stays(60, Some(ExtensionGround::Doctor), false);
    unknown.rows.retain(|row| row.key.kind != crate::workforce::model::ParameterKind::RetirementAge);
    assert_eq!(unknown.found(), ["HR-09 ERROR: no age of retirement is known of male"]);
}

#[test]
fn hr_09_a_flow_retires_who_reaches_the_age() {
    // Born in March 1965, they reach 61 years and 6 months in September 2026.
    let year = |retired| {
        let content = Content::Cohort(cohort("1965-03", 2));
        let plan = case().group("a", CivilServant, 2).item(content).item(moves(flow(2026, 2, 0, retired, 2 - retired)));
        plan.item(moves(flow(2027, 2 - retired, 0, 0, 2 - retired)))
    };
    assert_eq!(year(2).found(), NOTHING);
    assert_eq!(year(1).found(), ["HR-09 ERROR -1: CIVIL_SERVANT 2026 retires 1, and 2 reach the age in that year"]);
    // Where not everybody has a cohort, nobody knows.
    let mut open = year(1);
    open.groups.push(group("b", CivilServant, 1, Grade::Coefficient(23_400)));
    assert_eq!(open.found(), NOTHING);
}

#[test]
fn hr_11_professional_posts_are_two_thirds() {
    let posts = |professional| {
        let of = |class| post(position(Some(Regime::Nd106), class, 0));
        case()
            .item(of(PositionClass::Specialist))
            .asks(professional)
            .item(of(PositionClass::Support))
            .asks(20 - professional)
    };
    assert_eq!(posts(13).found(), NOTHING);
    assert_eq!(posts(12).found(), ["HR-11 WARNING: 12 of 20 posts of khcn are professional, less than 65 %"]);
}

#[test]
fn hr_12_the_highest_steps_have_their_share() {
    let posts = |levels: &[(i64, i64)]| {
        let of = |level| post(position(Some(Regime::Nd232), PositionClass::Specialist, level));
        levels.iter().fold(case(), |case, (level, count)| case.item(of(*level)).asks(*count)).found()
    };
    let many = |posts, level, percent| {
        format!("HR-12 WARNING: {posts} of 10 posts of khcn are at step {level}, more than {percent} %")
    };
    assert_eq!(posts(&[(5, 3), (4, 4), (3, 3)]), NOTHING);
    assert_eq!(posts(&[(5, 4), (4, 5), (3, 1)]), [many(4, 5, 30), many(5, 4, 40)]);
    assert_eq!(posts(&[(4, 4), (3, 6)]), NOTHING);
    assert_eq!(posts(&[(4, 5), (3, 5)]), [many(5, 4, 40)]);
    assert_eq!(posts(&[(3, 5), (2, 5)]), NOTHING);
    assert_eq!(posts(&[(3, 6), (2, 4)]), [many(6, 3, 50)]);
}

#[test]
fn hr_14_training_is_paid_from_its_code() {
    let paid = |year, code: &str| {
        case().item(Content::Training(Box::new(Training {
            unit: "khcn".to_owned(),
            year,
            kind: TrainingKind::ShortCourse,
            title: "Quản lý nhà nước".to_owned(),
            place: TrainingPlace::Domestic,
            host: String::new(),
            hours: 120,
            count: 20,
            commitment_months: 0,
            functional_code: Some(code.to_owned()),
            class: None,
            note: String::new(),
        })))
    };
    for code in ["085", "103"] {
        assert_eq!(paid(2026, code).found(), NOTHING, "{code}");
    }
    let text = "HR-14 WARNING: training is paid from khoản 341, which is neither 085 nor science and technology";
    assert_eq!(paid(2026, "341").found(), [text]);
    // The codes of the regime before are others.
    assert_eq!(paid(2017, "504").found(), NOTHING);
}

#[test]
fn hr_15_extra_steps_are_two_and_not_twice() {
    let extra = |now, before| {
        case().group("a", CivilServant, 1).item(Content::Raise(Raise {
            staff_group: "a".to_owned(),
            last_raised_on: "2023-03-01".to_owned(),
            raised_on: "2026-03-01".to_owned(),
            early_act: String::new(),
            extra_steps: now,
            last_extra_steps: before,
        }))
    };
    assert_eq!(extra(2, 0).found(), NOTHING);
    assert_eq!(extra(0, 2).found(), NOTHING);
    assert_eq!(extra(3, 0).found(), ["HR-15 ERROR +1: raised by 3 extra steps, more than 2"]);
    assert_eq!(extra(1, 1).found(), ["HR-15 ERROR +1: raised by 1 extra steps after 1 in the raise before"]);
}
