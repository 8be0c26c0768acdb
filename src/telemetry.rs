//! Logging: for people on a terminal, as JSON elsewhere. Absent: bodies, names of persons, secrets.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard error, of what others wrote never more than `info`: at `debug` the libraries of HTTP print headers,
/// and with them credentials. An unreadable filter is said in words.
pub fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log: {error}"))?;
    let discreet = filter_fn(|event| event.target().starts_with("kehoach") || *event.level() <= Level::INFO);
    let registry = tracing_subscriber::registry().with(filter).with(discreet);
    let started = if std::io::stderr().is_terminal() {
        registry.with(layer().with_writer(std::io::stderr)).try_init()
    } else {
        registry.with(layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
    };
    started.map_err(|error| error.to_string())
}
