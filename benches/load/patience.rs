//! P9: how long calls wait in an open loop at 80 % of the peak, counted from when they were meant to be sent.

use std::time::Duration;

use super::client::{Ask, Measured};
use super::report::{Report, Verdict};
use super::site::Site;

const SHARE: f64 = 0.8;
const TIMES_P50: f64 = 5.0;
const LONGEST_MS: f64 = 250.0;

/// Questions that can be asked again.
pub async fn reads<F>(site: &Site, report: &mut Report, name: &str, peak: &Measured, question: F)
where
    F: Fn(usize) -> Ask + Clone + Send + Sync + 'static,
{
    reads_once(site, report, name, peak, usize::MAX, question).await;
}

/// Questions of which each is asked once: for as long as there are any.
pub async fn reads_once<F>(site: &Site, report: &mut Report, name: &str, peak: &Measured, end: usize, question: F)
where
    F: Fn(usize) -> Ask + Clone + Send + Sync + 'static,
{
    if !site.scale.wants("P9") {
        return;
    }
    let rate = peak.per_second() * SHARE;
    let last = site.scale.last.min(Duration::from_secs_f64((end as f64 / rate).min(1e6)));
    let found = site.open(rate, last, question).await;
    let (p50, p99, longest) = (found.percentile(0.5), found.percentile(0.99), found.percentile(1.0));
    let times = p99 / p50;
    let said = format!("p99 {times:.1} × p50, longest {longest:.0} ms");
    let met = times <= TIMES_P50 && longest <= LONGEST_MS;
    report.measured(name, &found, Some(Verdict { said, target: format!("≤ {TIMES_P50} ×"), met }));
}
