//! The messages of conversions.

use std::collections::HashMap;

use super::scheme_name;
use crate::classification::actions::{
    BatchWriteConversions, ConversionEntry, ListConversions, Listed, WrittenConversions,
};
use crate::classification::model::{Conversion, Dimension, Target};
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::SchemeName;
use crate::pb;

impl FromWire for BatchWriteConversions {
    type Message = pb::BatchWriteConversionsRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let (scheme, target_scheme) = (scheme_name(&message.parent), scheme_name(&message.target_scheme));
        let foreign = target_scheme.jurisdiction != scheme.jurisdiction;
        faults.when(foreign, "target_scheme", "is of another jurisdiction");
        faults.when(target_scheme == scheme, "target_scheme", "is the scheme of the source codes");
        let mut seen: HashMap<(i32, String), usize> = HashMap::new();
        let mut entries = Vec::with_capacity(message.conversions.len());
        for (position, entry) in message.conversions.into_iter().enumerate() {
            let path = format!("conversions[{position}]");
            match seen.get(&(entry.dimension, entry.code.clone())) {
                Some(first) => {
                    let text = format!("conversions[{first}] has this code already");
                    faults.when(true, &format!("{path}.code"), &text);
                }
                None => drop(seen.insert((entry.dimension, entry.code.clone()), position)),
            }
            entries.extend(self::entry(entry, &scheme, &target_scheme, &path, &mut faults));
        }
        unless_invalid(faults.0)?;
        Ok(Self { scheme, target_scheme, entries })
    }
}

/// Reads an entry; none where it has no dimension, which the rule of the field says.
fn entry(
    message: pb::ConversionEntry,
    scheme: &SchemeName,
    target_scheme: &SchemeName,
    path: &str,
    faults: &mut Faults,
) -> Option<ConversionEntry> {
    let mut targets: Vec<Target> = Vec::with_capacity(message.targets.len());
    for (place, target) in message.targets.into_iter().enumerate() {
        let known = targets.iter().any(|other| other.code == target.code);
        faults.when(known, &format!("{path}.targets[{place}].code"), "is a target of this entry already");
        targets.push(Target { code: target.code, share_bp: i64::from(target.share_bp) });
    }
    let new = Conversion {
        jurisdiction: scheme.jurisdiction.clone(),
        scheme: scheme.scheme.clone(),
        target_scheme: target_scheme.scheme.clone(),
        dimension: word(message.dimension)?,
        code: message.code,
        targets,
        citation: faults.name(&format!("{path}.citation"), &message.citation, false),
        revision: 0,
    };
    Some(ConversionEntry { new, etag: message.etag })
}

impl IntoWire for WrittenConversions {
    type Message = pb::BatchWriteConversionsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let etag = sending.etag(self.revision);
        let written = |(name, stands)| {
            let etag = if stands { etag.clone() } else { String::new() };
            pb::WrittenConversion { name, etag }
        };
        pb::BatchWriteConversionsResponse {
            conversions: self.names.into_iter().map(written).collect(),
            revision: self.revision,
        }
    }
}

impl FromWire for ListConversions {
    type Message = pb::ListConversionsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let scheme = scheme_name(&message.parent);
        let target_scheme = SchemeName::parse(&message.target_scheme);
        let foreign = target_scheme.as_ref().is_some_and(|target| target.jurisdiction != scheme.jurisdiction);
        faults.when(foreign, "target_scheme", "is of another jurisdiction");
        let dimension: Option<Dimension> = word(message.dimension);
        let code = Some(message.code).filter(|code| !code.is_empty());
        faults.when(code.is_some() && message.dimension == 0, "dimension", "is needed with code");
        unless_invalid(faults.0)?;
        Ok(Self { scheme, target_scheme, dimension, code, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for Conversion {
    type Message = pb::Conversion;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Conversion {
        let target_scheme =
            SchemeName { jurisdiction: self.jurisdiction.clone(), scheme: self.target_scheme.clone() }.to_string();
        let targets = self.targets.iter().map(|target| pb::ConversionTarget {
            code: target.code.clone(),
            share_bp: i32::try_from(target.share_bp).unwrap_or_default(),
        });
        pb::Conversion {
            name: self.name().to_string(),
            dimension: number(self.dimension),
            targets: targets.collect(),
            target_scheme,
            revision: self.revision,
            etag: sending.etag(self.revision),
            code: self.code,
            citation: self.citation,
        }
    }
}

impl IntoWire for Listed<Conversion> {
    type Message = pb::ListConversionsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let conversions = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListConversionsResponse { conversions, next_page_token: self.next_page_token }
    }
}
