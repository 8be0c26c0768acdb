//! What is served: the slices, health and reflection.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use tonic::service::Routes;
use tonic_health::server::HealthReporter;
use tower::ServiceExt;

use super::guard::Guarded;
use crate::app::App;
use crate::document::authority::Rule;
use crate::grpc::{Methods, Route};
use crate::identity::Authenticator;
use crate::{
    access, approval, budget, check, classification, envelope, identity, organisation, pb, plan, project, review,
    workforce,
};

/// The routes of every slice.
pub const ROUTES: &[fn() -> Vec<Route>] = &[
    identity::routes,
    access::routes,
    organisation::routes,
    classification::routes,
    budget::routes,
    plan::routes,
    project::routes,
    workforce::routes,
    approval::routes,
    envelope::routes,
    check::routes,
    review::routes,
];

/// Who may call a method.
pub fn rule_of(path: &str) -> Option<Rule> {
    static RULES: LazyLock<HashMap<&str, Rule>> = LazyLock::new(|| {
        let routes = ROUTES.iter().flat_map(|routes| routes());
        routes.map(|route| (route.path, route.rule)).collect()
    });
    RULES.get(path).copied()
}

/// The full names of our services, as the descriptors list them.
pub fn service_names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = pb::METHODS.iter().map(|method| method.service).collect();
    names.dedup();
    names
}

/// Everything that answers on the listener, and the reporter of its health.
pub(super) async fn assemble(
    app: &App,
    authenticator: &Arc<Authenticator>,
    open_reflection: bool,
) -> (Routes, HealthReporter) {
    let (health, health_service) = tonic_health::server::health_reporter();
    for name in service_names().into_iter().chain([""]) {
        health.set_service_status(name, tonic_health::ServingStatus::Serving).await;
    }
    let methods = Methods::new(app.clone(), authenticator.clone(), ROUTES.iter().flat_map(|routes| routes()).collect());
    let mut router = Routes::new(health_service).into_axum_router();
    for name in service_names() {
        let service =
            methods.clone().map_request(|request: http::Request<axum::body::Body>| request.map(tonic::body::Body::new));
        router = router.route_service(&format!("/{name}/{{*method}}"), service);
    }
    let mut routes = Routes::from(router);
    if let (Ok(v1), Ok(v1alpha)) = (reflection().build_v1(), reflection().build_v1alpha()) {
        routes = if open_reflection {
            routes.add_service(v1).add_service(v1alpha)
        } else {
            routes.add_service(Guarded::new(v1, authenticator)).add_service(Guarded::new(v1alpha, authenticator))
        };
    }
    (routes.prepare(), health)
}

/// Encoded descriptors keep comments and field rules; decoded ones would lose them.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET)
}
