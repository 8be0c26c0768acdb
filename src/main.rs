//! Configuration, telemetry, the machine, the listener, the drain, the exit code: in this order and no more.

use std::process::ExitCode;

use clap::Parser;
use kehoach::app::{App, Options};
use kehoach::client::{self, Failure};
use kehoach::config::{self, Command, Config, RecoverAdmin};
use kehoach::db::{self, Migration};
use kehoach::identity::{self, FirstToken};
use kehoach::{fsck, limits, server, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// `EX_IOERR`: the disk failed while serving.
const DISK: u8 = 74;
/// `EX_USAGE`: the command line or the environment is wrong.
const USAGE: u8 = 64;
/// `EX_CONFIG`: what was asked for would not be safe, or contradicts itself.
const CONFIG: u8 = 78;

fn main() -> ExitCode {
    let unknown = Config::unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    if !unknown.is_empty() {
        eprintln!("kehoach: unknown environment variables: {}", unknown.join(", "));
        return ExitCode::from(USAGE);
    }
    let config = match Config::try_parse() {
        Ok(config) => config,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            match config::discreet(&error) {
                Some(sentence) => eprintln!("kehoach: {sentence}"),
                None => drop(error.print()),
            }
            return ExitCode::from(code);
        }
    };
    if let Err(error) = telemetry::start(&config.common.log) {
        eprintln!("kehoach: {error}");
        return ExitCode::from(USAGE);
    }
    let outcome = match config.command {
        None | Some(Command::Serve) => serve(&config),
        Some(Command::Migrate) => migrate(&config),
        Some(Command::Limits) => print_limits(),
        Some(Command::Fsck) => check(&config),
        Some(Command::RecoverAdmin(ref ask)) => recover(&config, ask),
        Some(Command::Import(ref ask)) => told(client::run(ask)),
        Some(Command::Demo(ref ask)) => told(client::load_demo(ask)),
        Some(Command::Review(ref ask)) => told(client::tell_review(ask)),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            let cause = std::error::Error::source(error.as_ref()).map(|cause| format!(": {cause}")).unwrap_or_default();
            eprintln!("kehoach: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

#[tokio::main]
async fn serve(config: &Config) -> Outcome {
    // Before anything is made: what cannot be served leaves no database and no token behind.
    if let Err(sentence) = config.serve.check().and_then(|()| config.serve.settings().check_files()) {
        eprintln!("kehoach: {sentence}");
        return Ok(ExitCode::from(CONFIG));
    }
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new()
        .set_buckets(&[
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
        ])?
        .install_recorder()?;
    let app = App::open(config.options())?;
    meet_first(config, &app).await?;
    let listener = TcpListener::bind(config.serve.listen).await?;
    if let Some(address) = config.serve.metrics {
        let metrics = TcpListener::bind(address).await?;
        tracing::info!(address = %metrics.local_addr()?, "metrics");
        tokio::spawn(server::serve_metrics(metrics, app.clone(), recorder));
    }
    let server = match server::Server::open(listener, app.clone(), config.serve.settings()).await {
        Ok(server) => server,
        Err(sentence) => {
            eprintln!("kehoach: {sentence}");
            return Ok(ExitCode::from(CONFIG));
        }
    };
    tracing::info!(version = env!("CARGO_PKG_VERSION"), database = %config.common.database, address = %server.address()?, "serving");
    let (stop, stopped) = watch::channel(false);
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let machine = app.clone();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {}, () = machine.alarm().raised() => {} }
        tracing::info!("stopping");
        let _ = stop.send(true);
    });
    server.run(stopped).await;
    tracing::info!("stopped");
    Ok(if app.alarm().is_raised() { ExitCode::from(DISK) } else { ExitCode::SUCCESS })
}

/// Sees that there is somebody who can let others in, or says loudly that nobody is kept out.
async fn meet_first(config: &Config, app: &App) -> Result<(), Box<dyn std::error::Error>> {
    if app.is_dev() {
        tracing::warn!("--dev: NOBODY IS AUTHENTICATED, whoever reaches this port may do everything under any name");
        return Ok(());
    }
    let path = config.serve.first_token(&config.common.database);
    if identity::first_administrator(app, &path).await? == FirstToken::Made {
        tracing::warn!(path = %path.display(), "the principal admin was made; its token is in this file, which is written once");
    }
    Ok(())
}

fn migrate(config: &Config) -> Outcome {
    let database = config.common.migrate_url.as_ref().unwrap_or(&config.common.database);
    let steps = db::migrate(database, Migration::Up)?;
    db::grant(database, &config.common.database)?;
    println!("{steps} migrations ran on {database}");
    Ok(ExitCode::SUCCESS)
}

/// Alone on the database: a server that runs would be told of nothing, and might be somebody's way to be let in again.
#[tokio::main(flavor = "current_thread")]
async fn recover(config: &Config, ask: &RecoverAdmin) -> Outcome {
    let app = App::open(Options { sole_writer: true, is_dev: false, ..config.options() })?;
    let ended = identity::recover_administrator(&app, &ask.principal, &ask.token_file).await?;
    println!("{} has a new token of {}; {ended} others were revoked", ask.token_file.display(), ask.principal);
    Ok(ExitCode::SUCCESS)
}

fn print_limits() -> Outcome {
    for limit in limits::ALL {
        println!("{:<26} {:>10}  {}", limit.name, limit.value, limit.why);
    }
    Ok(ExitCode::SUCCESS)
}

#[tokio::main(flavor = "current_thread")]
async fn told(doing: impl Future<Output = Result<String, Failure>>) -> Outcome {
    match doing.await {
        Ok(told) => {
            print!("{told}");
            Ok(ExitCode::SUCCESS)
        }
        Err(Failure::Usage(text)) => {
            eprintln!("kehoach: {text}");
            Ok(ExitCode::from(USAGE))
        }
        Err(Failure::Refused(text)) => {
            eprintln!("kehoach: {text}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn check(config: &Config) -> Outcome {
    let report = fsck::check(&config.common.database)?;
    for fault in &report.faults {
        println!("{fault}");
    }
    println!(
        "{} jurisdictions, {} revisions, {} rows: {} faults",
        report.jurisdictions,
        report.revisions,
        report.rows,
        report.faults.len()
    );
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
