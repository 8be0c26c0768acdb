//! The messages of thresholds.

use super::jurisdiction_of;
use crate::classification::model::Provenance;
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::ProjectParameterName;
use crate::period::is_day;
use crate::project::model::parameters::{Parameter, ParameterKind};
use crate::project::parameters::*;
use crate::word::Word;
use crate::{mutations, pb};

mutations!(pb::AdoptProjectParametersRequest, pb::BatchWriteProjectParametersRequest);

impl FromWire for AdoptProjectParameters {
    type Message = pb::AdoptProjectParametersRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { jurisdiction: jurisdiction_of(&message.parent) })
    }
}

impl IntoWire for Adopted {
    type Message = pb::AdoptProjectParametersResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let (added_count, kept_count) = (count(self.added), count(self.kept));
        pb::AdoptProjectParametersResponse { added_count, kept_count, revision: self.revision }
    }
}

impl FromWire for BatchWriteProjectParameters {
    type Message = pb::BatchWriteProjectParametersRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        use pb::project_parameter_operation::Operation as Message;
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let mut operations: Vec<ParameterOperation> = Vec::new();
        for (at, pb::ProjectParameterOperation { operation, etag }) in message.operations.into_iter().enumerate() {
            let path = format!("operations[{at}]");
            let read = match operation {
                Some(Message::Write(body)) => write(body, &format!("{path}.write"), &mut faults),
                Some(Message::Remove(name)) => {
                    remove(&name, &jurisdiction, &format!("{path}.remove"), &mut faults).map(|key| (key, None))
                }
                // The rule of the field says so.
                None => None,
            };
            let Some((key, write)) = read else { continue };
            let twice = operations.iter().any(|other| other.key == key);
            faults.when(twice, &path, "names a row that another operation names");
            operations.push(ParameterOperation { key, write, etag });
        }
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, operations })
    }
}

/// Reads a row; none where its kind is not stated, which the rule of the field says.
fn write(body: pb::ProjectParameter, path: &str, faults: &mut Faults) -> Option<(Key, Option<Parameter>)> {
    let at = |field: &str| format!("{path}.{field}");
    faults.when(!is_day(&body.starts_on), &at("starts_on"), "is not a day of the calendar");
    let kind = word::<ParameterKind>(body.kind)?;
    let parameter = Parameter {
        kind,
        starts_on: body.starts_on.clone(),
        value: i64::from(body.value),
        provenance: word(body.provenance).unwrap_or(Provenance::Own),
        citation: faults.name(&at("citation"), &body.citation, true),
        note: faults.long(&at("note"), &body.note),
        revision: 0,
        updated_at: 0,
    };
    Some(((kind, body.starts_on), Some(parameter)))
}

fn remove(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> Option<Key> {
    let name = ProjectParameterName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction than the request");
    let key = name.parameter.split_once('.').and_then(|(kind, day)| {
        let kind = ParameterKind::parse(&kind.to_ascii_uppercase().replace('-', "_"))?;
        is_day(day).then(|| (kind, day.to_owned()))
    });
    faults.when(key.is_none(), field, "is not the name of a threshold");
    key
}

impl FromWire for ListProjectParameters {
    type Message = pb::ListProjectParametersRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { jurisdiction: jurisdiction_of(&message.parent), read_at: read_at(message.read_at) })
    }
}

/// The rows as messages; both answers that list them are made of it.
fn rows(listed: ListedParameters, sending: &Sending<'_>) -> Vec<pb::ProjectParameter> {
    let ListedParameters { jurisdiction, parameters } = listed;
    let row = |parameter: Parameter| {
        let key = (parameter.kind, parameter.starts_on.clone());
        let Parameter { kind, starts_on, value, provenance, citation, note, revision, updated_at } = parameter;
        pb::ProjectParameter {
            name: name(&jurisdiction, &key),
            kind: number(kind),
            starts_on,
            value: count(value),
            provenance: number(provenance),
            citation,
            note,
            revision,
            etag: sending.etag(revision),
            updated_at: timestamp(updated_at),
        }
    };
    parameters.into_iter().map(row).collect()
}

impl IntoWire for ListedParameters {
    type Message = pb::ListProjectParametersResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        pb::ListProjectParametersResponse { project_parameters: rows(self, sending) }
    }
}

impl IntoWire for WrittenParameters {
    type Message = pb::BatchWriteProjectParametersResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        pb::BatchWriteProjectParametersResponse { project_parameters: rows(self.0, sending) }
    }
}
