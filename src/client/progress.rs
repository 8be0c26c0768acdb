//! How far a file has gone, on the terminal of the person who waits; nothing where nobody watches.

use std::io::{IsTerminal, Write};

const WIDTH: u64 = 40;

/// A bar that is drawn over itself.
pub struct Progress {
    whole: u64,
    sent: u64,
    drawn: Option<u64>,
    watched: bool,
}

impl Progress {
    /// For so many bytes.
    pub fn of(whole: u64) -> Self {
        Self { whole, sent: 0, drawn: None, watched: std::io::stderr().is_terminal() }
    }

    /// So many more are on their way.
    pub fn advance(&mut self, bytes: usize) {
        self.sent += bytes as u64;
        let percent = (self.sent * 100).checked_div(self.whole).unwrap_or(100).min(100);
        if self.watched && self.drawn != Some(percent) {
            self.drawn = Some(percent);
            draw(&bar(percent));
        }
    }

    /// Wipes the bar away.
    pub fn clear(&self) {
        if self.watched {
            draw(&" ".repeat(60));
            draw("");
        }
    }
}

fn draw(text: &str) {
    let mut terminal = std::io::stderr();
    // A terminal that is gone takes no bar, and needs none.
    drop(write!(terminal, "\r{text}").and_then(|()| terminal.flush()));
}

fn bar(percent: u64) -> String {
    let done = usize::try_from(percent * WIDTH / 100).unwrap_or_default();
    let left = usize::try_from(WIDTH).unwrap_or_default().saturating_sub(done);
    let what = if percent == 100 { "writing" } else { "sending" };
    format!("{what} [{}{}] {percent:>3} %", "#".repeat(done), ".".repeat(left))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_fills_up() {
        assert_eq!(bar(0), format!("sending [{}]   0 %", ".".repeat(40)));
        assert_eq!(bar(50), format!("sending [{}{}]  50 %", "#".repeat(20), ".".repeat(20)));
        assert_eq!(bar(100), format!("writing [{}] 100 %", "#".repeat(40)));
    }
}
