//! Every knob, as a flag and as an environment variable; unknown ones are errors.
//!
//! What is not a knob is a constant in `limits.rs`.

mod credentials;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand};

pub use credentials::Credentials;

use crate::app::Options;
use crate::clock::Clock;
use crate::db::Database;
use crate::id::Ids;
use crate::server::{Settings, Times};

/// Planning and budgeting for government, over gRPC.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Config {
    /// What to do; `serve` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the data is and how to log.
    #[command(flatten)]
    pub common: Common,
    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM (the default).
    Serve,
    /// Bring the schema up to date as the owner of its tables, and end.
    Migrate,
    /// Print every limit with its reason.
    Limits,
    /// Check every invariant of the data, the density of revisions and the chain of the journal.
    Fsck,
    /// Write a new token of an administrator whose tokens are all lost, while no server runs on the database.
    RecoverAdmin(RecoverAdmin),
    /// Send a CSV file of lines to a server, and tell what came of it.
    Import(crate::client::Import),
    /// Load a demonstration into a server with `--dev`: a five-year plan with its review and an HR plan, in a province that does not exist.
    Demo(crate::client::Demo),
    /// Tell what a unit planned and reached in a year, as Markdown in Vietnamese.
    Review(crate::client::Review),
}

/// Whose tokens are lost, and where the new one goes.
#[derive(Debug, Clone, Args)]
pub struct RecoverAdmin {
    /// The administrator, as `admin`.
    #[arg(long, default_value = "admin")]
    pub principal: String,
    /// Where its token is written: a file that is not there yet.
    #[arg(long)]
    pub token_file: PathBuf,
}

/// Where the data is and how to log.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// `sqlite:PATH` or `postgres://user@host/name`.
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite:kehoach.db", hide_env_values = true, global = true, value_parser = Database::parse)]
    pub database: Database,
    /// The same database as the owner of its tables, for migrations on PostgreSQL.
    #[arg(long, env = "KEHOACH_MIGRATE_URL", hide_env_values = true, global = true, value_parser = Database::parse)]
    pub migrate_url: Option<Database>,
    /// What to log, as `info` or `kehoach=debug,warn`.
    #[arg(long, env = "KEHOACH_LOG", default_value = "info", global = true)]
    pub log: String,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Where to listen. Any other than a loopback address needs TLS.
    #[arg(long, env = "KEHOACH_LISTEN", default_value = "127.0.0.1:50051", value_parser = address)]
    pub listen: SocketAddr,
    /// For development: nobody is authenticated, everybody may do everything. On loopback only.
    #[arg(long, env = "KEHOACH_DEV", default_value_t = false)]
    pub dev: bool,
    /// Where the token of the first administrator is written at the first start. When left out: `kehoach.token` beside the
    /// SQLite file, or in the working directory.
    #[arg(long, env = "KEHOACH_FIRST_TOKEN")]
    pub first_token: Option<PathBuf>,
    /// Reflection answers everybody also where the server does not listen on loopback.
    #[arg(long, env = "KEHOACH_OPEN_REFLECTION", default_value_t = false)]
    pub open_reflection: bool,
    /// What callers are known by beside tokens.
    #[command(flatten)]
    pub credentials: Credentials,
    /// Where to serve Prometheus metrics, a loopback address. Nowhere when left out.
    #[arg(long, env = "KEHOACH_METRICS", value_parser = loopback)]
    pub metrics: Option<SocketAddr>,
    /// Reader threads, each with a connection of its own.
    #[arg(long, env = "KEHOACH_READERS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub readers: u16,
    /// Writer threads on PostgreSQL; each jurisdiction belongs to one of them.
    #[arg(long, env = "KEHOACH_WRITERS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub writers: u16,
    /// On PostgreSQL: no other process may write to this database, so answers are kept without asking it for the head.
    #[arg(long, env = "KEHOACH_SOLE_WRITER", default_value_t = false)]
    pub sole_writer: bool,
}

impl Config {
    /// How to open the machine.
    pub fn options(&self) -> Options {
        Options {
            database: self.common.database.clone(),
            migrate: self.common.migrate_url.clone(),
            writers: usize::from(self.serve.writers),
            readers: usize::from(self.serve.readers),
            sole_writer: self.serve.sole_writer,
            clock: Clock::System,
            ids: Ids::Random,
            is_dev: self.serve.dev,
        }
    }

    /// The environment variables that are ours and that no knob knows.
    pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
        const KNOWN: &[&str] = &[
            "KEHOACH_MIGRATE_URL",
            "KEHOACH_LOG",
            "KEHOACH_LISTEN",
            "KEHOACH_DEV",
            "KEHOACH_FIRST_TOKEN",
            "KEHOACH_OPEN_REFLECTION",
            "KEHOACH_TLS_CERTIFICATE",
            "KEHOACH_TLS_KEY",
            "KEHOACH_TLS_1_2",
            "KEHOACH_CLIENT_CA",
            "KEHOACH_JWT_KEYS",
            "KEHOACH_JWT_KEYS_CA",
            "KEHOACH_JWT_ISSUER",
            "KEHOACH_JWT_AUDIENCE",
            "KEHOACH_METRICS",
            "KEHOACH_READERS",
            "KEHOACH_WRITERS",
            "KEHOACH_SOLE_WRITER",
        ];
        // Those of the test suite, which starts this binary, are read by the tests themselves.
        let ours = |name: &str| name.starts_with("KEHOACH_") && !name.starts_with("KEHOACH_TEST_");
        names.filter(|name| ours(name) && !KNOWN.contains(&name.as_str())).collect()
    }
}

impl Serve {
    /// Refuses, in one sentence, what would let strangers in or what contradicts itself.
    pub fn check(&self) -> Result<(), String> {
        let on_loopback = self.listen.ip().is_loopback();
        if self.dev && !on_loopback {
            return Err(format!("--dev authenticates nobody and must listen on loopback, not on {}", self.listen));
        }
        if self.dev && (self.first_token.is_some() || self.credentials.are_named()) {
            return Err("--dev authenticates nobody, so no token, certificate or issuer goes with it".to_owned());
        }
        self.credentials.check()?;
        if !on_loopback && self.credentials.tls_certificate.is_none() {
            return Err(format!(
                "listening on {} needs --tls-certificate and --tls-key; without them use 127.0.0.1 or [::1]",
                self.listen
            ));
        }
        Ok(())
    }

    /// Where the token of the first administrator goes.
    pub fn first_token(&self, database: &Database) -> PathBuf {
        const NAME: &str = "kehoach.token";
        match (&self.first_token, database) {
            (Some(path), _) => path.clone(),
            (None, Database::Sqlite(file)) => file.with_file_name(NAME),
            (None, Database::Postgres(_)) => PathBuf::from(NAME),
        }
    }

    /// How to meet callers, once [`Serve::check`] has found nothing wrong.
    pub fn settings(&self) -> Settings {
        Settings {
            open_reflection: self.open_reflection || self.listen.ip().is_loopback(),
            tls: self.credentials.tls(),
            jwt: self.credentials.jwt(),
            times: Times::default(),
        }
    }
}

/// What to say in place of an error that would show a wrong value which may hold a password.
pub fn discreet(error: &clap::Error) -> Option<&'static str> {
    let ContextValue::String(flag) = error.get(ContextKind::InvalidArg)? else { return None };
    let is_secret = ["--database", "--migrate-url"].iter().any(|secret| flag.starts_with(secret));
    is_secret.then_some("--database and --migrate-url are sqlite:PATH or postgres://user@host/name")
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address is as 127.0.0.1:50051 or [::1]:50051".to_owned())
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = address(text)?;
    if address.ip().is_loopback() { Ok(address) } else { Err("must be a loopback address".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_bound_to_loopback() {
        assert!(loopback("127.0.0.1:0").is_ok() && loopback("[::1]:1").is_ok());
        for bad in ["0.0.0.0:1", "192.168.1.1:1", "[::]:1", "localhost", ""] {
            assert!(loopback(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mistyped_variable_is_found() {
        let names = ["PATH", "KEHOACH_LISTEN", "KEHOACH_LISTN"].map(str::to_owned);
        assert_eq!(Config::unknown_variables(names.into_iter()), ["KEHOACH_LISTN"]);
    }

    #[test]
    fn every_variable_of_a_flag_is_known() {
        use clap::CommandFactory;
        let of_flags = Config::command()
            .get_arguments()
            .filter_map(|flag| flag.get_env()?.to_str().map(str::to_owned))
            .collect::<Vec<_>>();
        assert_eq!(Config::unknown_variables(of_flags.into_iter()), Vec::<String>::new());
    }
}
