//! Money, projects and staff in the review of a year.

use std::collections::BTreeMap;

use super::figures::{NONE, NOT_REPORTED, amount, cell, count, day, short};
use super::markdown::{head, row, write};
use super::words;
use crate::pb;

/// The figures of the budget: for each side its natures, and then, with `true`, the sum of them.
type Rows = BTreeMap<(i32, bool, String), [Option<i64>; 5]>;

/// The money of the plans, and the budget of the year.
pub fn money(review: &pb::YearReview, jurisdiction: &pb::Jurisdiction) -> String {
    let year = review.year;
    let exponent = jurisdiction.currency_exponent;
    let mut text = "\n## II. Kinh phí\n".to_owned();
    if !review.money.is_empty() || review.budget.is_some() {
        write(&mut text, format_args!("\nĐơn vị tính: {}.\n", currency(&jurisdiction.currency_code)));
    }
    for plan in &review.money {
        write(&mut text, format_args!("\nKinh phí theo `{}`:\n", short(&plan.plan)));
        text += &head(&["Nguồn", "Tính chất", &format!(">Năm {year}"), ">Lũy kế", ">Cả kỳ"]);
        for one in &plan.rows {
            text += &row(&[
                words::class(one.financing_class()).to_owned(),
                words::nature(words::spelled(one.nature())).to_owned(),
                amount(one.year_amount, exponent),
                amount(one.to_date_amount, exponent),
                amount(one.period_amount, exponent),
            ]);
        }
    }
    let Some(budget) = &review.budget else {
        write(&mut text, format_args!("\nKhông có dự toán nào đang có hiệu lực nói về năm {year}: {NOT_REPORTED}.\n"));
        return text;
    };
    write(&mut text, format_args!("\nNgân sách năm {year} theo dự toán đang có hiệu lực của đơn vị và cấp dưới:\n"));
    text += &head(&["Bên", "Tính chất", ">Đề nghị", ">Thẩm định", ">Quyết định", ">Ước thực hiện", ">Thực hiện"]);
    for ((side, is_sum, nature), figures) in rows(budget) {
        let side = words::side(pb::Side::try_from(side).unwrap_or_default());
        let names = match is_sum {
            true => [format!("**{side}: cộng**"), String::new()],
            false => [side.to_owned(), words::nature(&nature).to_owned()],
        };
        let figures = figures.map(|figure| amount(figure, exponent));
        text += &row(&names.into_iter().chain(figures).collect::<Vec<_>>());
    }
    text + &tellers(budget, year)
}

/// How many estimates tell what.
fn tellers(budget: &pb::ReviewedBudget, year: i32) -> String {
    let parts = [
        (&budget.planned, "đề nghị, thẩm định, quyết định", year),
        (&budget.expected, "ước thực hiện", year + 1),
        (&budget.executed, "thực hiện", year + 2),
    ];
    let told = |(sums, what, year): (&Option<pb::SummarizeBudgetResponse>, &str, i32)| match sums {
        Some(sums) => format!("{what}: {} dự toán năm {year}", count(sums.estimate_count)),
        None => format!("{what}: {NOT_REPORTED}"),
    };
    format!("\nNguồn: {}.\n", parts.map(told).join("; "))
}

/// The rows of the budget. Each of its parts has stages of its own.
fn rows(budget: &pb::ReviewedBudget) -> Rows {
    let mut rows = Rows::new();
    for sums in [&budget.planned, &budget.expected, &budget.executed].into_iter().flatten() {
        let of_rows = sums.rows.iter().map(|row| {
            let nature = row.keys.first().map(|key| key.value.clone()).unwrap_or_default();
            ((row.side, false, nature), row.amounts)
        });
        let of_sides = sums.totals.iter().map(|total| ((total.side, true, String::new()), total.amounts));
        for (key, amounts) in of_rows.chain(of_sides) {
            let amounts = amounts.unwrap_or_default();
            let told = [amounts.requested, amounts.appraised, amounts.decided, amounts.expected_n1, amounts.actual_n2];
            for (figure, told) in rows.entry(key).or_default().iter_mut().zip(told) {
                *figure = figure.or(told);
            }
        }
    }
    rows
}

fn currency(code: &str) -> String {
    if code == "VND" { "đồng".to_owned() } else { cell(code) }
}

/// The projects of the year by kind and by state.
pub fn projects(review: &pb::YearReview, jurisdiction: &pb::Jurisdiction) -> String {
    let year = review.year;
    let mut text = "\n## III. Đề tài, dự án trong sổ theo dõi\n".to_owned();
    let Some(projects) = &review.projects else {
        write(&mut text, format_args!("\nKhông có đề tài, dự án nào được ghi sổ cho năm {year}: {NOT_REPORTED}.\n"));
        return text;
    };
    text += &head(&[
        "Loại",
        ">Số",
        ">Mở mới",
        ">Chuyển tiếp",
        ">Đang thực hiện",
        ">Nghiệm thu",
        ">Xuất sắc",
        ">Kinh phí năm",
    ]);
    for one in projects.kinds.iter().chain(&projects.total) {
        text += &row(&[
            words::project(one.kind()).to_owned(),
            count(one.project_count),
            count(one.new_count),
            count(one.continuing_count),
            count(one.under_way_count),
            count(one.accepted_count),
            count(one.excellent_count),
            amount(Some(one.planned_amount), jurisdiction.currency_exponent),
        ]);
    }
    text += &head(&["Trạng thái", ">Số", "Đề tài, dự án"]);
    for one in &projects.states {
        let names: Vec<String> = one.projects.iter().map(|name| format!("`{}`", short(name))).collect();
        text += &row(&[words::project_state(one.state()).to_owned(), count(one.project_count), names.join(", ")]);
    }
    text
}

/// The staff on the last day of the year.
pub fn staff(review: &pb::YearReview) -> String {
    let mut text = "\n## IV. Nhân lực\n".to_owned();
    if review.staff.is_empty() {
        let year = review.year;
        write(
            &mut text,
            format_args!("\nKhông có kế hoạch nhân lực nào đang có hiệu lực cho năm {year}: {NOT_REPORTED}.\n"),
        );
    }
    for one in &review.staff {
        let headcount = one.headcount.clone().unwrap_or_default();
        let title = review.documents.iter().find(|document| document.name == one.plan);
        let title = title.map(|document| cell(&document.title)).unwrap_or_default();
        write(&mut text, format_args!("\nNgày {}, theo `{}`: {title}\n", day(&headcount.on), short(&one.plan)));
        text += &head(&["Loại", ">Được giao", "Văn bản giao", ">Có mặt", ">Chưa tuyển"]);
        for counted in headcount.established.iter().chain(&headcount.contracts) {
            text += &row(&[
                words::staff(counted.staff_kind()).to_owned(),
                counted.assigned_count.map_or_else(|| NONE.to_owned(), count),
                cell(&counted.act_number),
                count(counted.present_count),
                counted.vacant_count.map_or_else(|| NONE.to_owned(), count),
            ]);
        }
    }
    text
}
