//! What the comments of the protos promise of each method, read from the descriptors that clients get.

use std::collections::BTreeMap;

use kehoach::error::Reason;
use kehoach::pb;
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// Marks the reasons that a service's own comment lists for all its methods that write lines.
const RULES_OF_A_LINE: &str = "the rules of a line";

/// Comments of services and methods, and the fields of messages with the names of their types.
struct Manual {
    services: BTreeMap<String, String>,
    methods: BTreeMap<String, String>,
    fields: BTreeMap<String, Vec<(String, String)>>,
}

/// The reasons that a method's comment, its service's comment and its request promise.
pub fn promises(method: &str) -> Vec<String> {
    let manual = read();
    let known = pb::METHODS.iter().find(|known| known.name == method).unwrap_or_else(|| panic!("no method {method}"));
    let comment = &manual.methods[method];
    let mut promised = reasons(comment);
    if comment.contains(RULES_OF_A_LINE) {
        promised.extend(reasons(&manual.services[known.service]));
    }
    if comment.contains("NOT_FOUND") {
        promised.push("RESOURCE_NOT_FOUND".to_owned());
    }
    let fields = &manual.fields[known.input];
    if !fields.is_empty() {
        promised.push("FIELD_INVALID".to_owned());
    }
    // What types.proto says of every method whose request has the field; `left` is an estimate at a moment.
    for (field, reason) in [
        ("request_id", "REQUEST_ID_REUSED"),
        ("page_token", "PAGE_TOKEN_INVALID"),
        ("etag", "STALE_ETAG"),
        ("etag", "RESOURCE_NOT_FOUND"),
        ("read_at", "REVISION_NOT_REACHED"),
        ("left", "REVISION_NOT_REACHED"),
        ("name", "RESOURCE_NOT_FOUND"),
        ("parent", "RESOURCE_NOT_FOUND"),
        ("key", "RESOURCE_NOT_FOUND"),
        ("unit", "RESOURCE_NOT_FOUND"),
    ] {
        if fields.iter().any(|(name, _)| name == field) {
            promised.push(reason.to_owned());
        }
    }
    promised
}

/// The reasons that a comment names; the codes at the beginning of the lines of a list are none.
fn reasons(comment: &str) -> Vec<String> {
    const CODES: &[&str] = &[
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "PERMISSION_DENIED",
        "ABORTED",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "RESOURCE_EXHAUSTED",
    ];
    let mut found = Vec::new();
    for line in comment.lines() {
        let line = line.trim();
        let code = CODES.iter().find(|code| line.starts_with(&format!("{code}  ")));
        if code == Some(&"INVALID_ARGUMENT") {
            found.push("FIELD_INVALID".to_owned());
        }
        let rest = code.map_or(line, |code| &line[code.len()..]);
        let words = rest.split(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()));
        found.extend(words.filter(|word| Reason::ALL.iter().any(|reason| reason.as_str() == *word)).map(str::to_owned));
    }
    found
}

fn read() -> Manual {
    let all = FileDescriptorSet::decode(pb::DESCRIPTORS).unwrap();
    let mut manual = Manual { services: BTreeMap::new(), methods: BTreeMap::new(), fields: BTreeMap::new() };
    for file in all.file.iter().filter(|file| file.package() == "kehoach.v1") {
        for message in &file.message_type {
            let fields = message.field.iter().map(|field| (field.name().to_owned(), field.type_name().to_owned()));
            let groups = message.oneof_decl.iter().map(|group| (group.name().to_owned(), String::new()));
            manual.fields.insert(format!("kehoach.v1.{}", message.name()), fields.chain(groups).collect());
        }
        for (number, service) in file.service.iter().enumerate() {
            manual.services.insert(format!("kehoach.v1.{}", service.name()), comment(file, &[6, number]));
            for (place, method) in service.method.iter().enumerate() {
                manual.methods.insert(method.name().to_owned(), comment(file, &[6, number, 2, place]));
            }
        }
    }
    manual
}

/// The comment before the element with this path.
fn comment(file: &FileDescriptorProto, path: &[usize]) -> String {
    let path: Vec<i32> = path.iter().map(|step| i32::try_from(*step).unwrap()).collect();
    let locations = file.source_code_info.as_ref().map(|info| info.location.as_slice()).unwrap_or_default();
    let found = locations.iter().find(|location| location.path == path);
    found.map(|location| location.leading_comments().to_owned()).unwrap_or_else(|| panic!("{path:?} has no comment"))
}
