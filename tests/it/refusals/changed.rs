//! The faults of acknowledging what a reviewer changed, and of letting estimates go.

use kehoach::pb;

use super::approval::{FAR, old, spent};
use super::world::{World, estimate_name};
use super::{Asked, read, write};
use crate::budget::at;

pub fn changed_lines() -> Vec<Asked> {
    let acknowledge = |id: &str| pb::AcknowledgeLinesRequest { name: estimate_name(id), ..Default::default() };
    let other = |m: &mut pb::AcknowledgeLinesRequest| m.lines = vec![format!("{}/lines/none", m.name)];
    let spent = pb::AcknowledgeLinesRequest { request_id: spent(), ..acknowledge("changed-2") };
    let list = pb::ListChangedLinesRequest { name: estimate_name("changed-1"), ..Default::default() };
    vec![
        write("AcknowledgeLines", acknowledge("changed-1"), spent)
            .invalid("name", |m| m.name = "x".to_owned())
            .reused(|m| m.request_id = super::approval::spent())
            .missing("name", |m| {
                m.name = estimate_name("none");
                m.lines.iter_mut().for_each(|line| *line = format!("{}/lines/none", estimate_name("none")));
            })
            .refused("lines", "LINE_NOT_CHANGED", other)
            .done(),
        read("ListChangedLines", list)
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "none".to_owned())
            .missing("name", |m| m.name = estimate_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

pub fn release(w: &World) -> Asked {
    let release = |id: &str, child: &str| pb::ReleaseRequest {
        name: estimate_name(id),
        children: vec![estimate_name(child)],
        etag: w.etag(&estimate_name(id)),
        reason: "Vì".to_owned(),
        ..Default::default()
    };
    let draft = release("parent-draft", "free");
    let spent_release = pb::ReleaseRequest { request_id: spent(), ..release("parent-2", "free") };
    write("Release", release("parent-1", "taken-endorsed"), spent_release)
        .invalid("reason", |m| m.reason = String::new())
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = estimate_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "VERB_NOT_OPEN", move |m| {
            m.name.clone_from(&draft.name);
            if m.etag != old() {
                m.etag.clone_from(&draft.etag);
            }
        })
        .refused("children", "INCLUSION_INVALID", |m| m.children = vec![estimate_name("e1")])
        .done()
}
