//! What is served: the slices, health and reflection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::server::HealthReporter;
use tower::{Service, ServiceExt};

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
        let service = methods.clone().map_request(|request: http::Request<axum::body::Body>| request.map(Body::new));
        router = router.route_service(&format!("/{name}/{{*method}}"), service);
    }
    let mut routes = Routes::from(router);
    if let Ok(reflection) = reflection().build_v1() {
        routes = match open_reflection {
            true => with_reflection(routes, reflection),
            false => with_reflection(routes, Guarded::new(reflection, authenticator)),
        };
    }
    (routes.prepare(), health)
}

/// Reflection under both of its names.
///
/// The older version has the same messages under the same numbers. So one service answers to both names, and what it knows of every file is
/// in memory once.
fn with_reflection<S>(routes: Routes, service: S) -> Routes
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: NamedService + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let renamed = |request: http::Request<axum::body::Body>| {
        let mut request = request.map(Body::new);
        *request.uri_mut() = http::Uri::from_static(REFLECTION);
        request
    };
    let older = service.clone().map_request(renamed);
    let router = routes.add_service(service).into_axum_router();
    Routes::from(router.route_service(REFLECTION_BEFORE, older))
}

/// The only method of reflection.
const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
/// The same in the version before.
const REFLECTION_BEFORE: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

/// Encoded descriptors keep comments and field rules; decoded ones would lose them.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET)
}
