//! The messages of codes.

use std::collections::HashMap;

use super::{last_year, scheme_name, year};
use crate::classification::actions::{
    BatchWriteCodes, CodeOperation, GetCode, Key, ListCodes, Listed, UpdateCode, WrittenCodes,
};
use crate::classification::model::{Code, Dimension, Provenance};
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{number, number_or_none, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{CodeName, SchemeName};
use crate::pb;

const FIELDS: &[&str] = &[
    "parent_code",
    "display_name",
    "english_name",
    "postable",
    "provenance",
    "citation",
    "field",
    "financing_class",
    "last_fiscal_year",
    "note",
];
const READABLE: &[&str] = &["name", "dimension", "code", "revision", "etag", "created_at", "updated_at"];

impl FromWire for BatchWriteCodes {
    type Message = pb::BatchWriteCodesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        use pb::code_operation::Operation;
        let mut faults = Faults::default();
        let scheme = scheme_name(&message.parent);
        let mut operations = Vec::with_capacity(message.operations.len());
        for (position, operation) in message.operations.into_iter().enumerate() {
            let path = format!("operations[{position}]");
            operations.push(match operation.operation {
                Some(Operation::Create(body)) => create(body, &scheme, &format!("{path}.create"), &mut faults),
                Some(Operation::Update(body)) => update(body, &scheme, &format!("{path}.update"), &mut faults),
                // The rule of the field says so.
                None => None,
            });
        }
        twice(&operations, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { scheme, operations: operations.into_iter().flatten().collect() })
    }
}

/// Finds the operations on a code that an earlier one is on.
fn twice(operations: &[Option<CodeOperation>], faults: &mut Faults) {
    let mut seen: HashMap<(Dimension, &str), usize> = HashMap::new();
    for (position, operation) in operations.iter().enumerate() {
        let Some(operation) = operation else { continue };
        let key = (operation.code.dimension, operation.code.code.as_str());
        if let Some(first) = seen.get(&key) {
            let field = if operation.update.is_some() { "update.code.name" } else { "create.code" };
            let text = format!("operations[{first}] writes this code already");
            faults.when(true, &format!("operations[{position}].{field}"), &text);
        } else {
            seen.insert(key, position);
        }
    }
}

fn create(body: pb::Code, scheme: &SchemeName, path: &str, faults: &mut Faults) -> Option<CodeOperation> {
    let dimension = word(body.dimension);
    faults.when(dimension.is_none(), &format!("{path}.dimension"), "is required");
    faults.when(body.code.is_empty(), &format!("{path}.code"), "is required");
    // Without a dimension the rest is read as of the one that it would fit, to name its faults too.
    let fitting = if body.field == 0 { Dimension::Source } else { Dimension::Functional };
    let key = (dimension.unwrap_or(fitting), body.code.clone());
    let code = code(body, scheme, key, None, path, faults);
    dimension.map(|_| CodeOperation { code, update: None })
}

fn update(
    message: pb::UpdateCodeOperation,
    scheme: &SchemeName,
    path: &str,
    faults: &mut Faults,
) -> Option<CodeOperation> {
    let mut wrong = Vec::new();
    let mask = Mask::read(message.update_mask, FIELDS, READABLE, &mut wrong);
    faults.0.extend(wrong.into_iter().map(|mut fault| {
        fault.field = format!("{path}.{}", fault.field);
        fault
    }));
    let body = message.code.unwrap_or_default();
    let path = format!("{path}.code");
    let named = CodeName::parse(&body.name);
    let field = format!("{path}.name");
    faults.when(body.name.is_empty(), &field, "is required");
    let foreign =
        named.as_ref().is_some_and(|name| (&name.jurisdiction, &name.scheme) != (&scheme.jurisdiction, &scheme.scheme));
    faults.when(foreign, &field, "is of another scheme than the request");
    let named = named?;
    let (dimension, digits) = Dimension::split(&named.code)?;
    let update = UpdateCode {
        etag: message.etag,
        mask,
        states_provenance: body.provenance != 0,
        dimension: word(body.dimension),
        digits: body.code.clone(),
    };
    let code = code(body, scheme, (dimension, digits.to_owned()), Some(&update.mask), &path, faults);
    Some(CodeOperation { code, update: Some(update) })
}

/// Reads a code; `mask` is none on create, when everything that is required must be there.
fn code(
    message: pb::Code,
    scheme: &SchemeName,
    (dimension, digits): Key,
    mask: Option<&Mask>,
    path: &str,
    faults: &mut Faults,
) -> Code {
    let pb::Code {
        name: _,
        dimension: _,
        code: _,
        parent_code,
        display_name,
        english_name,
        postable,
        provenance,
        citation,
        field,
        financing_class,
        last_fiscal_year,
        note,
        revision: _,
        etag: _,
        created_at: _,
        updated_at: _,
    } = message;
    let at = |field: &str| format!("{path}.{field}");
    let (field, financing_class) = (word(field), word(financing_class));
    let misplaced = field.is_some() && dimension != Dimension::Functional;
    faults.when(misplaced, &at("field"), "belongs to functional codes only");
    let misplaced = financing_class.is_some() && dimension != Dimension::Source;
    faults.when(misplaced, &at("financing_class"), "belongs to source codes only");
    let named = mask.is_none_or(|mask| mask.writes("display_name", !display_name.is_empty()));
    Code {
        jurisdiction: scheme.jurisdiction.clone(),
        scheme: scheme.scheme.clone(),
        dimension,
        code: digits,
        parent: Some(parent_code).filter(|parent| !parent.is_empty()),
        display_name: faults.name(&at("display_name"), &display_name, named),
        english_name: faults.name(&at("english_name"), &english_name, false),
        postable,
        provenance: word(provenance).unwrap_or(Provenance::Own),
        citation: faults.name(&at("citation"), &citation, false),
        field,
        financing_class,
        last_fiscal_year: last_year(faults, &at("last_fiscal_year"), last_fiscal_year),
        note: faults.long(&at("note"), &note),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

impl IntoWire for WrittenCodes {
    type Message = pb::BatchWriteCodesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let etag = sending.etag(self.revision);
        let written = |name| pb::WrittenCode { name, etag: etag.clone() };
        pb::BatchWriteCodesResponse { codes: self.names.into_iter().map(written).collect(), revision: self.revision }
    }
}

impl FromWire for GetCode {
    type Message = pb::GetCodeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let bad = || Error::invalid("name", "is not the name of a code");
        let CodeName { jurisdiction, scheme, code } = CodeName::parse(&message.name).ok_or_else(bad)?;
        let (dimension, digits) = Dimension::split(&code).ok_or_else(bad)?;
        let key = (dimension, digits.to_owned());
        Ok(Self { scheme: SchemeName { jurisdiction, scheme }, key, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListCodes {
    type Message = pb::ListCodesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let dimension = word(message.dimension);
        let parent = Some(message.parent_code).filter(|code| !code.is_empty());
        faults.when(parent.is_some() && message.dimension == 0, "dimension", "is needed with parent_code");
        unless_invalid(faults.0)?;
        Ok(Self {
            scheme: scheme_name(&message.parent),
            dimension,
            parent,
            query: message.query,
            postable_only: message.postable_only,
            read_at: read_at(message.read_at),
            page,
        })
    }
}

impl IntoWire for Code {
    type Message = pb::Code;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Code {
        pb::Code {
            name: self.name().to_string(),
            dimension: number(self.dimension),
            code: self.code,
            parent_code: self.parent.unwrap_or_default(),
            display_name: self.display_name,
            english_name: self.english_name,
            postable: self.postable,
            provenance: number(self.provenance),
            citation: self.citation,
            field: number_or_none(self.field),
            financing_class: number_or_none(self.financing_class),
            last_fiscal_year: year(self.last_fiscal_year),
            note: self.note,
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
        }
    }
}

impl IntoWire for Listed<Code> {
    type Message = pb::ListCodesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let codes = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListCodesResponse { codes, next_page_token: self.next_page_token }
    }
}
