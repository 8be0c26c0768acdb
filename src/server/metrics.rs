//! Prometheus metrics on a listener of their own.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use crate::app::App;

/// How often histograms are folded, so that they stay small where nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves `/metrics` until the process ends.
pub async fn serve(listener: TcpListener, app: App, handle: PrometheusHandle) {
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    let render = move || {
        let (writes, reads) = app.waiting();
        metrics::gauge!("kehoach_write_queue_length").set(writes as f64);
        metrics::gauge!("kehoach_read_queue_length").set(reads as f64);
        std::future::ready(handle.render())
    };
    if let Err(error) = axum::serve(listener, Router::new().route("/metrics", get(render))).await {
        tracing::error!(%error, "the metrics listener ended");
    }
}
