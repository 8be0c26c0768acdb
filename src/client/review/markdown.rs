//! The review of a year as Markdown: the year, what was done, the year after, and the documents behind it.

use std::fmt::Write as _;

use super::figures::{NONE, NOT_REPORTED, arithmetic, cell, count, day, decimal, short, target, value};
use super::sections;
use super::words;
use crate::pb;

/// A row of a table.
pub fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a table: names of columns, those of figures with a `>` before them.
pub fn head(columns: &[&str]) -> String {
    let names: Vec<String> = columns.iter().map(|name| name.trim_start_matches('>').to_owned()).collect();
    let rules: Vec<&str> = columns.iter().map(|name| if name.starts_with('>') { "---:" } else { "---" }).collect();
    format!("\n{}|{}|\n", row(&names), rules.join("|"))
}

/// The whole.
pub fn written(review: &pb::YearReview, jurisdiction: &pb::Jurisdiction) -> String {
    let year = review.year;
    let mut text = format!("# Tổng kết năm {year}\n\n{}\n", cell(&review.unit_display_name));
    write(&mut text, format_args!("\nĐơn vị: `{}`. Số liệu đọc tại lần ghi {}.\n", review.unit, review.revision));
    if !review.withheld.is_empty() {
        let kinds: Vec<&str> = review.withheld().map(words::document).collect();
        write(&mut text, format_args!("\nNgười đọc không được xem: {}.\n", kinds.join(", ")));
    }
    write(&mut text, format_args!("\n## I. Kết quả năm {year}\n"));
    text += &done(review);
    text += &sections::money(review, jurisdiction);
    text += &sections::projects(review, jurisdiction);
    text += &sections::staff(review);
    text += &next(review);
    text += &documents(review);
    text
}

/// Writing to a text cannot fail.
pub fn write(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

/// What a document of the review is called; its name where it has no title.
fn title<'a>(review: &'a pb::YearReview, name: &'a str) -> &'a str {
    let found = review.documents.iter().find(|document| document.name == name);
    found.map(|document| document.title.as_str()).filter(|title| !title.is_empty()).unwrap_or(name)
}

/// The areas of work, under the groups of their plans.
fn done(review: &pb::YearReview) -> String {
    if review.areas.is_empty() {
        return format!("\nKhông có kế hoạch nào đang có hiệu lực cho năm {}: {NOT_REPORTED}.\n", review.year);
    }
    let mut text = ratings(review);
    let (mut above, mut number) = ((String::new(), String::new()), 0);
    for area in &review.areas {
        let here = (area.plan.clone(), area.group.clone());
        if above != here {
            text += &group(&cell(title(review, &area.plan)), &area.group, above.0 != area.plan);
            (above, number) = (here, 0);
        }
        number += 1;
        text += &goal(number, &area.code, &area.goal, &area.title);
        if !area.indicators.is_empty() {
            text += &head(&["Mã", "Chỉ tiêu", "Đơn vị tính", ">Kế hoạch", ">Thực hiện", "Đánh giá", "Nguồn"]);
            area.indicators.iter().for_each(|one| text += &indicator(one));
        }
        if !area.tasks.is_empty() {
            text.push('\n');
            area.tasks.iter().for_each(|one| text += &task(one));
        }
    }
    text
}

/// The headings of a plan, where it is a new one, and of a group of its goals.
fn group(plan: &str, group: &str, is_new: bool) -> String {
    let mut text = String::new();
    if is_new {
        write(&mut text, format_args!("\n### {plan}\n"));
    }
    if !group.is_empty() {
        write(&mut text, format_args!("\n**{}**\n", cell(group)));
    }
    text
}

/// The heading of a goal, under the code that it has, or else its number in the group.
fn goal(number: usize, code: &str, goal: &str, title: &str) -> String {
    match (goal, code) {
        ("", _) => "\n#### Không gắn với mục tiêu nào\n".to_owned(),
        (_, "") => format!("\n#### {number}. {}\n", cell(title)),
        (_, code) => format!("\n#### {}. {}\n", cell(code), cell(title)),
    }
}

/// How many indicators stand how.
fn ratings(review: &pb::YearReview) -> String {
    let of = |rating: pb::Rating| {
        let found = review.ratings.iter().find(|one| one.rating() == rating);
        count(found.map_or(0, |one| one.count))
    };
    let all: i32 = review.ratings.iter().map(|one| one.count).sum();
    let silent = review.areas.iter().flat_map(|area| &area.indicators);
    let silent = silent.filter(|one| one.source() == pb::FigureSource::NotReported).count();
    format!(
        "\nChỉ tiêu: {}, trong đó {NOT_REPORTED}: {silent}. So với kế hoạch: đạt {}, có nguy cơ không đạt {}, không đạt {}, không so được {}.\n",
        count(all),
        of(pb::Rating::Met),
        of(pb::Rating::AtRisk),
        of(pb::Rating::NotMet),
        of(pb::Rating::NotMeasured),
    )
}

fn indicator(one: &pb::ReviewedIndicator) -> String {
    let review = one.review.clone().unwrap_or_default();
    let year = review.year.unwrap_or_default();
    let told = match one.source() {
        pb::FigureSource::NotReported | pb::FigureSource::Unspecified => NOT_REPORTED.to_owned(),
        pb::FigureSource::Reported | pb::FigureSource::Computed => {
            let provisional = if year.provisional { " (tạm)" } else { "" };
            format!("{}{provisional}", value(one.value_kind(), &year.value, &year.text))
        }
    };
    let judged = match (&year.target, year.rating()) {
        (None, _) => "không có kế hoạch để so".to_owned(),
        (_, rating) => match year.attained_bp {
            Some(attained) => format!("{} ({} %)", words::rating(rating), hundredths(attained)),
            None => words::rating(rating).to_owned(),
        },
    };
    row(&[
        cell(&review.code),
        cell(&review.title),
        cell(&review.measure),
        target(one.value_kind(), one.comparator(), year.target.as_ref()),
        told,
        judged,
        source(one, &review.name, &year.arithmetic),
    ])
}

/// Basis points as percent.
fn hundredths(basis_points: i64) -> String {
    let text = format!("{}.{:02}", basis_points / 100, (basis_points % 100).abs());
    decimal(text.trim_end_matches('0').trim_end_matches('.'))
}

/// What a figure comes from: the sentences that state it with the revisions that recorded them, or how it is computed.
fn source(one: &pb::ReviewedIndicator, name: &str, how: &str) -> String {
    let item = short(name);
    match one.source() {
        pb::FigureSource::Computed => format!("tính: {}; `{item}`", cell(&arithmetic(how))),
        pb::FigureSource::Reported => {
            let told = |actual: &pb::Actual| {
                let evidence = cell(&actual.evidence);
                let quoted = if evidence.is_empty() { String::new() } else { format!("“{evidence}”, ") };
                format!("{quoted}lần ghi {}", actual.revision)
            };
            let reports: Vec<String> = one.actuals.iter().map(told).collect();
            format!("{}; `{item}`", reports.join("; "))
        }
        pb::FigureSource::NotReported | pb::FigureSource::Unspecified => format!("`{item}`"),
    }
}

fn task(one: &pb::TaskReview) -> String {
    let (state, part, note) = match &one.progress {
        Some(told) => (words::progress(told.state()), told.done_bp, cell(&told.note)),
        None => (NOT_REPORTED, None, String::new()),
    };
    let part = part.map(|part| format!(", {} %", hundredths(part.into()))).unwrap_or_default();
    let late = if one.overdue { ", quá hạn" } else { "" };
    let note = if note.is_empty() { note } else { format!(" ({note})") };
    format!("- {}: {state}{part}{late}{note}; `{}`\n", cell(&one.title), short(&one.name))
}

/// The tasks and targets of the year after.
fn next(review: &pb::YearReview) -> String {
    let year = review.year + 1;
    let mut text = format!("\n## V. Phương hướng, nhiệm vụ năm {year}\n");
    if review.directions.is_empty() {
        write(&mut text, format_args!("\nKhông có kế hoạch nào đang có hiệu lực nói về năm {year}.\n"));
    }
    let (mut above, mut number) = ((String::new(), String::new()), 0);
    for direction in &review.directions {
        let here = (direction.plan.clone(), direction.group.clone());
        if above != here {
            text += &group(&cell(title(review, &direction.plan)), &direction.group, above.0 != direction.plan);
            (above, number) = (here, 0);
        }
        number += 1;
        text += &goal(number, &direction.code, &direction.goal, &direction.title);
        if !direction.tasks.is_empty() {
            text.push('\n');
            direction.tasks.iter().for_each(|one| text += &directed(review, &direction.plan, one));
        }
        if !direction.targets.is_empty() {
            text += &head(&["Mã", "Chỉ tiêu", "Đơn vị tính", &format!(">Năm {year}"), "Nguồn"]);
            for one in &direction.targets {
                let stated = cell(&one.source);
                let stated = if stated.is_empty() { String::new() } else { format!("“{stated}”; ") };
                text += &row(&[
                    cell(&one.code),
                    cell(&one.title),
                    cell(&one.measure),
                    target(one.value_kind(), one.comparator(), one.target.as_ref()),
                    format!("{stated}`{}`", short(&one.name)),
                ]);
            }
        }
    }
    text
}

/// A task of the year after; its days where they are not those of its whole plan.
fn directed(review: &pb::YearReview, plan: &str, one: &pb::DirectedTask) -> String {
    let task = one.task.clone().unwrap_or_default();
    let document = review.documents.iter().find(|document| document.name == plan);
    let whole = document.map(|plan| (format!("{}-01-01", plan.first_year), format!("{}-01-01", plan.last_year + 1)));
    let mut facts = Vec::new();
    if !task.unit.is_empty() {
        facts.push(format!("`{}`", short(&task.unit)));
    }
    if !task.output.is_empty() {
        facts.push(cell(&task.output));
    }
    if whole.as_ref() != Some(&(task.starts_on.clone(), task.ends_on.clone())) {
        if !task.starts_on.is_empty() {
            facts.push(format!("từ {}", day(&task.starts_on)));
        }
        if !task.ends_on.is_empty() {
            facts.push(format!("trước {}", day(&task.ends_on)));
        }
    }
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join("; ")) };
    format!("- {}{facts}; `{}`\n", cell(&task.title), short(&one.name))
}

/// The documents behind the figures.
fn documents(review: &pb::YearReview) -> String {
    let mut text = "\n## VI. Văn bản\n".to_owned();
    if review.documents.is_empty() {
        text += "\nKhông có văn bản nào.\n";
        return text;
    }
    text += &head(&["Văn bản", "Loại", "Tên", "Kỳ", "Trạng thái", ">Có hiệu lực từ lần ghi"]);
    for one in &review.documents {
        let years = match (one.first_year, one.last_year) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        let in_force = match one.in_force_revision {
            0 => NONE.to_owned(),
            revision => revision.to_string(),
        };
        text += &row(&[
            format!("`{}`", short(&one.name)),
            words::document(one.kind()).to_owned(),
            cell(&one.title),
            if one.label.is_empty() { years } else { cell(&one.label) },
            words::state(one.state()).to_owned(),
            in_force,
        ]);
    }
    text
}
