//! A mapping file: the header of an import as JSON, as grpcurl takes it, with values set on the command line.

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::Value;

use crate::pb;

/// Reads a header; `settings` are `path=value`, as `spread.fiscal_year=2024` or `filters[0].equals=plan`.
pub fn read(text: &str, settings: &[String]) -> Result<pb::ImportHeader, String> {
    let mut mapping: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    for setting in settings {
        let (path, value) = setting.split_once('=').ok_or_else(|| format!("{setting:?} is not as path=value"))?;
        let place = place(&mut mapping, path)?;
        // A text stays a text, and what is no JSON is one: nobody has to quote twice.
        *place = if place.is_string() { Value::String(value.to_owned()) } else { read_value(value) };
    }
    let pool = DescriptorPool::decode(pb::DESCRIPTORS).map_err(|e| e.to_string())?;
    let header = pool.get_message_by_name("kehoach.v1.ImportHeader").ok_or("the header has no descriptor")?;
    let message = DynamicMessage::deserialize(header, mapping).map_err(|e| e.to_string())?;
    pb::ImportHeader::decode(message.encode_to_vec().as_slice()).map_err(|e| e.to_string())
}

fn read_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// The place of a path in a mapping, made where it is not there.
fn place<'a>(mapping: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    let mut place = mapping;
    for step in path.split('.') {
        let (name, index) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
            Some((name, index)) => {
                (name, Some(index.parse::<usize>().map_err(|_| format!("{path:?}: {index:?} is not a number"))?))
            }
            None => (step, None),
        };
        if place.is_null() {
            *place = Value::Object(serde_json::Map::new());
        }
        let object = place.as_object_mut().ok_or_else(|| format!("{path:?}: there are no fields before {name:?}"))?;
        place = object.entry(name).or_insert(Value::Null);
        if let Some(index) = index {
            place = place.get_mut(index).ok_or_else(|| format!("{path:?}: {name} has no item {index}"))?;
        }
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = r#"{
        "parent": "jurisdictions/x",
        "spread": {"kind": "ESTIMATE_KIND_ANNUAL", "fiscalYear": 2023},
        "columns": [{"column": "a", "field": "side"}],
        "filters": [{"column": "year", "equals": "2023"}]
    }"#;

    fn settings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn values_are_set_from_outside() {
        let set = ["parent=jurisdictions/y", "filters[0].equals=2024", "validate_only=true", "spread.title=A = b"];
        let header = read(MAPPING, &settings(&set)).unwrap();
        assert_eq!((header.parent.as_str(), header.validate_only), ("jurisdictions/y", true));
        let test = Some(pb::row_filter::Test::Equals("2024".to_owned()));
        assert_eq!(header.filters[0].test, test);
        let Some(pb::import_header::Destination::Spread(spread)) = header.destination else { panic!("no spread") };
        assert_eq!((spread.fiscal_year, spread.title.as_str()), (2023, "A = b"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (mapping, setting, text) in [
            ("{", "a=1", "EOF"),
            (MAPPING, "parent", "path=value"),
            (MAPPING, "filters[7].equals=1", "has no item 7"),
            (MAPPING, "filters[x].equals=1", "not a number"),
            (MAPPING, "parent.name=1", "no fields"),
            (MAPPING, "colour=red", "colour"),
            (MAPPING, "spread.kind=YEARLY", "YEARLY"),
        ] {
            let error = read(mapping, &settings(&[setting])).unwrap_err();
            assert!(error.contains(text), "{setting}: {error}");
        }
    }
}
