//! What was measured: each row is shown as it comes, and all of them as one table at the end.

use super::client::Measured;

/// A number held against a target.
pub struct Verdict {
    pub said: String,
    pub target: String,
    pub met: bool,
}

impl Verdict {
    /// A ratio that must reach a target.
    pub fn at_least(ratio: f64, of: &str, target: f64) -> Self {
        Self { said: format!("{ratio:.2} of {of}"), target: format!("≥ {target}"), met: ratio >= target }
    }

    /// A ratio that is told and held against nothing.
    pub fn told(ratio: f64, of: &str) -> Self {
        Self { said: format!("{ratio:.2} of {of}"), target: String::new(), met: true }
    }

    /// A number that must not exceed a target.
    pub fn at_most(number: f64, unit: &str, target: f64) -> Self {
        Self { said: format!("{number:.2} {unit}"), target: format!("≤ {target}"), met: number <= target }
    }
}

#[derive(Default)]
struct Row {
    measure: String,
    rate: String,
    p50: String,
    p99: String,
    processor: String,
    ratio: String,
    target: String,
    met: &'static str,
}

#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// What the next rows are about.
    pub fn chapter(&mut self, name: &str) {
        self.add(Row { measure: format!("— {name}"), ..Row::default() });
    }

    /// A loop; calls that failed are told, and meet no target.
    pub fn measured(&mut self, measure: &str, measured: &Measured, verdict: Option<Verdict>) {
        let mut row = row_of(measure, verdict);
        row.rate = format!("{:.0}", measured.per_second());
        row.p50 = format!("{:.2}", measured.percentile(0.5));
        row.p99 = format!("{:.2}", measured.percentile(0.99));
        row.processor = measured.processor.map(|micros| format!("{micros:.0}")).unwrap_or_default();
        if let Some(fault) = &measured.fault {
            row.ratio = format!("{} FAILED: {} {}", measured.failed, fault.code(), fault.message());
            row.met = "NO";
        }
        self.add(row);
    }

    /// A rate without latencies.
    pub fn rate(&mut self, measure: &str, rate: f64, verdict: Option<Verdict>) {
        self.add(Row { rate: format!("{rate:.0}"), ..row_of(measure, verdict) });
    }

    /// A number that is no rate.
    pub fn figure(&mut self, measure: &str, verdict: Verdict) {
        self.add(row_of(measure, Some(verdict)));
    }

    fn add(&mut self, row: Row) {
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// The table.
    pub fn print(&self) {
        let head = Row {
            measure: "measure".to_owned(),
            rate: "calls/s".to_owned(),
            p50: "p50 ms".to_owned(),
            p99: "p99 ms".to_owned(),
            processor: "CPU µs".to_owned(),
            ratio: "ratio".to_owned(),
            target: "target".to_owned(),
            met: "met",
        };
        println!("\n{}", line(&head));
        for row in &self.rows {
            println!("{}", line(row));
        }
        let missed = self.rows.iter().filter(|row| row.met == "NO").count();
        let held = self.rows.iter().filter(|row| !row.met.is_empty()).count();
        println!("\n{} of {held} targets met", held - missed);
    }
}

fn row_of(measure: &str, verdict: Option<Verdict>) -> Row {
    let mut row = Row { measure: measure.to_owned(), ..Row::default() };
    if let Some(verdict) = verdict {
        row.met = match (verdict.target.is_empty(), verdict.met) {
            (true, _) => "",
            (false, true) => "yes",
            (false, false) => "NO",
        };
        row.ratio = verdict.said;
        row.target = verdict.target;
    }
    row
}

fn line(row: &Row) -> String {
    let Row { measure, rate, p50, p99, processor, ratio, target, met } = row;
    let text = format!("{measure:<58} {rate:>8} {p50:>8} {p99:>8} {processor:>7}  {ratio:<30} {target:<8} {met}");
    text.trim_end().to_owned()
}
