//! Makes Rust of the protos: messages and clients, the descriptors for reflection, the table of methods, and a check for
//! every `buf.validate` annotation.
//!
//! An annotation of a kind that is not enforced here fails the build, so that none can be silently without effect.

#![allow(
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "cargo speaks to a build script through the environment; most kinds of a descriptor are of no concern here"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const PACKAGE: &str = "kehoach.v1";

fn main() -> Outcome<()> {
    for folder in ["build.rs", "proto", "migrations"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_source_info(true).include_imports(true);
    for file in proto_files(Path::new("proto/kehoach/v1"))? {
        compiler.open_file(file)?;
    }
    let encoded = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptor.bin"), &encoded)?;
    let pool = DescriptorPool::decode(encoded.as_slice())?;
    fs::write(out.join("methods.rs"), methods(&pool))?;
    fs::write(out.join("validate.rs"), Checks::new(&pool)?.generate(&pool)?)?;

    let mut messages = compiler.file_descriptor_set();
    messages.file.retain(|file| !matches!(file.package(), "buf.validate" | "google.api"));
    tonic_prost_build::configure()
        .build_server(false)
        .build_client(true)
        .build_transport(false)
        .bytes(".")
        .include_file("pb.rs")
        .compile_fds(messages)?;
    Ok(())
}

fn proto_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path.strip_prefix("proto")?.to_path_buf());
        }
    }
    files.sort();
    Ok(files)
}

/// The table of all methods, in the order of the files.
fn methods(pool: &DescriptorPool) -> String {
    let mut code = String::from("/// Every method of every service.\npub const METHODS: &[Method] = &[\n");
    for service in pool.services().filter(|service| service.package_name() == PACKAGE) {
        for method in service.methods() {
            let (service, name) = (service.full_name(), method.name());
            let _ = writeln!(
                code,
                "    Method {{ path: \"/{service}/{name}\", service: \"{service}\", name: \"{name}\", input: \"{}\", output: \"{}\", client_streaming: {}, server_streaming: {} }},",
                method.input().full_name(),
                method.output().full_name(),
                method.is_client_streaming(),
                method.is_server_streaming(),
            );
        }
    }
    code.push_str("];\n");
    code
}

/// Generates the checks of all messages.
struct Checks {
    field_rules: ExtensionDescriptor,
    oneof_rules: ExtensionDescriptor,
    message_rules: ExtensionDescriptor,
    patterns: BTreeMap<String, usize>,
}

impl Checks {
    fn new(pool: &DescriptorPool) -> Outcome<Self> {
        let extension = |name: &str| pool.get_extension_by_name(name).ok_or(format!("{name} is not among the protos"));
        Ok(Self {
            field_rules: extension("buf.validate.field")?,
            oneof_rules: extension("buf.validate.oneof")?,
            message_rules: extension("buf.validate.message")?,
            patterns: BTreeMap::new(),
        })
    }

    fn generate(mut self, pool: &DescriptorPool) -> Outcome<String> {
        let mut code = String::new();
        for message in
            pool.all_messages().filter(|message| message.package_name() == PACKAGE && !message.is_map_entry())
        {
            if message.options().has_extension(&self.message_rules) {
                return Err(format!("{}: rules for a whole message are not enforced", message.full_name()).into());
            }
            let body = self.message(&message)?;
            let _ = writeln!(
                code,
                "impl Validate for {} {{\n    fn validate(&self, at: &Path<'_>, violations: &mut Violations) {{\n{body}    }}\n}}\n",
                rust_path(&message)
            );
        }
        for (pattern, number) in &self.patterns {
            regex::Regex::new(pattern)?;
            let _ = writeln!(code, "static PATTERN_{number}: Pattern = Pattern::new({pattern:?});");
        }
        Ok(code)
    }

    fn message(&mut self, message: &MessageDescriptor) -> Outcome<String> {
        let mut code = String::new();
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let _ = writeln!(code, "        match &self.{} {{", ident(oneof.name()));
            for field in oneof.fields() {
                let variant =
                    format!("{}::{}::{}", snake(&rust_path(message)), camel(oneof.name()), camel(field.name()));
                let body = self.value(&field, "value", &format!("at.field({:?})", field.name()))?;
                let _ = writeln!(code, "            Some({variant}(value)) => {{\n{body}            }}");
            }
            let required = required(&oneof.options(), &self.oneof_rules, oneof.full_name())?;
            let missing = format!("violations.add(&at.field({:?}), \"is required\")", oneof.name());
            let _ = writeln!(
                code,
                "            None => {{ {} }}\n        }}",
                if required { missing.as_str() } else { "" }
            );
        }
        for field in message.fields() {
            if field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic()) {
                code.push_str(&self.field(&field)?);
            }
        }
        Ok(code)
    }

    /// The check of a field that is no member of a oneof.
    fn field(&mut self, field: &FieldDescriptor) -> Outcome<String> {
        let name = ident(field.name());
        let at = format!("at.field({:?})", field.name());
        let missing = format!("violations.add(&{at}, \"is required\");");
        let required = self.rules(field).is_some_and(|rules| flag(&rules, "required"));
        if field.is_map() {
            return match self.rules(field) {
                Some(_) => Err(unsupported(field, "a map")),
                None => Ok(String::new()),
            };
        }
        if field.is_list() {
            return self.list(field, &name, &at, required.then_some(missing.as_str()));
        }
        if field.supports_presence() {
            let body = self.value(field, "value", &at)?;
            let otherwise = if required { format!(" else {{ {missing} }}") } else { String::new() };
            if body.is_empty() && !required {
                return Ok(String::new());
            }
            return Ok(format!("        if let Some(value) = &self.{name} {{\n{body}        }}{otherwise}\n"));
        }
        let mut code = String::new();
        if required {
            let unset = match field.kind() {
                Kind::String | Kind::Bytes => format!("self.{name}.is_empty()"),
                Kind::Bool => format!("!self.{name}"),
                _ => format!("self.{name} == 0"),
            };
            let _ = writeln!(code, "        if {unset} {{ {missing} }} else {{");
        }
        let body = self.value(field, &format!("(&self.{name})"), &at)?;
        code.push_str(&body);
        if required {
            code.push_str("        }\n");
        }
        Ok(code)
    }

    fn list(&mut self, field: &FieldDescriptor, name: &str, at: &str, missing: Option<&str>) -> Outcome<String> {
        let mut code = String::new();
        if let Some(missing) = missing {
            let _ = writeln!(code, "        if self.{name}.is_empty() {{ {missing} }}");
        }
        let mut items = None;
        for (rule, value) in self.typed(field, "repeated")? {
            match (rule.as_str(), &value) {
                ("min_items", Value::U64(count)) => {
                    let _ = writeln!(code, "        fields::at_least(self.{name}.len(), {count}, &{at}, violations);");
                }
                ("max_items", Value::U64(count)) => {
                    let _ = writeln!(code, "        fields::at_most(self.{name}.len(), {count}, &{at}, violations);");
                }
                ("unique", Value::Bool(true)) => {
                    let _ = writeln!(code, "        fields::unique(&self.{name}, &{at}, violations);");
                }
                ("items", Value::Message(rules)) => items = Some(rules.clone()),
                _ => return Err(unsupported(field, &format!("repeated.{rule}"))),
            }
        }
        let index = format!("at.index({:?}, index)", field.name());
        let body = match items {
            Some(rules) => self.checks(field, &rules, "value", &index)?,
            None => nested(field, "value", &index),
        };
        if !body.is_empty() {
            let _ = writeln!(code, "        for (index, value) in self.{name}.iter().enumerate() {{\n{body}        }}");
        }
        Ok(code)
    }

    /// The checks of a value that is there.
    fn value(&mut self, field: &FieldDescriptor, value: &str, at: &str) -> Outcome<String> {
        match self.rules(field) {
            Some(rules) => self.checks(field, &rules, value, at),
            None => Ok(nested(field, value, at)),
        }
    }

    fn checks(&mut self, field: &FieldDescriptor, rules: &DynamicMessage, value: &str, at: &str) -> Outcome<String> {
        let mut code = nested(field, value, at);
        for (group, set) in rules.fields() {
            match (group.name(), set) {
                ("required", _) => {}
                ("string", Value::Message(rules)) => self.string(field, rules, value, at, &mut code)?,
                ("bytes", Value::Message(rules)) => {
                    let (min, max) = (number(rules, "min_len"), number(rules, "max_len"));
                    only(field, rules, &["min_len", "max_len"])?;
                    let _ = writeln!(code, "            fields::bytes({value}, {min:?}, {max:?}, &{at}, violations);");
                }
                ("int32" | "int64", Value::Message(rules)) => {
                    only(field, rules, &["gte", "lte", "gt", "lt"])?;
                    let (gte, lte) = (number(rules, "gte"), number(rules, "lte"));
                    let least = gte.or(number(rules, "gt").map(|least| least + 1));
                    let most = lte.or(number(rules, "lt").map(|most| most - 1));
                    let _ = writeln!(
                        code,
                        "            fields::within(i64::from(*{value}), {least:?}, {most:?}, &{at}, violations);"
                    );
                }
                ("enum", Value::Message(rules)) => enumeration(field, rules, value, at, &mut code)?,
                (other, _) => return Err(unsupported(field, other)),
            }
        }
        Ok(code)
    }

    fn string(
        &mut self,
        field: &FieldDescriptor,
        rules: &DynamicMessage,
        value: &str,
        at: &str,
        code: &mut String,
    ) -> Outcome<()> {
        only(field, rules, &["min_len", "max_len", "pattern", "uuid"])?;
        let (min, max) = (number(rules, "min_len"), number(rules, "max_len"));
        if min.is_some() || max.is_some() {
            let _ = writeln!(code, "            fields::text({value}, {min:?}, {max:?}, &{at}, violations);");
        }
        if let Some(Value::String(pattern)) =
            rules.get_field_by_name("pattern").as_deref().filter(|_| rules.has_field_by_name("pattern"))
        {
            let next = self.patterns.len();
            let number = self.patterns.entry(pattern.clone()).or_insert(next);
            let _ = writeln!(code, "            fields::matches({value}, &PATTERN_{number}, &{at}, violations);");
        }
        if flag(rules, "uuid") {
            let _ = writeln!(code, "            fields::uuid({value}, &{at}, violations);");
        }
        Ok(())
    }

    fn rules(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        let options = field.options();
        if !options.has_extension(&self.field_rules) {
            return None;
        }
        match options.get_extension(&self.field_rules).into_owned() {
            Value::Message(rules) => Some(rules),
            _ => None,
        }
    }

    /// The rules of one group that are set, where `required` is the only other group.
    fn typed(&self, field: &FieldDescriptor, group: &str) -> Outcome<Vec<(String, Value)>> {
        let mut found = Vec::new();
        for (name, value) in self.rules(field).iter().flat_map(|rules| rules.fields()) {
            match (name.name(), value) {
                ("required", _) => {}
                (name, Value::Message(rules)) if name == group => {
                    found.extend(rules.fields().map(|(rule, value)| (rule.name().to_owned(), value.clone())));
                }
                (other, _) => return Err(unsupported(field, other)),
            }
        }
        Ok(found)
    }
}

fn enumeration(
    field: &FieldDescriptor,
    rules: &DynamicMessage,
    value: &str,
    at: &str,
    code: &mut String,
) -> Outcome<()> {
    only(field, rules, &["defined_only", "not_in"])?;
    let Kind::Enum(values) = field.kind() else { return Err(unsupported(field, "enum rules on another type")) };
    if values.package_name() != PACKAGE {
        return Err(unsupported(field, "an enum of another package"));
    }
    let forbidden: Vec<String> = match rules.get_field_by_name("not_in").as_deref() {
        Some(Value::List(numbers)) => {
            numbers.iter().filter_map(Value::as_i32).map(|number| number.to_string()).collect()
        }
        _ => Vec::new(),
    };
    let name = rust_name(values.full_name());
    let _ = writeln!(
        code,
        "            fields::known({name}::try_from(*{value}).is_ok(), *{value}, &[{}], &{at}, violations);",
        forbidden.join(", ")
    );
    Ok(())
}

/// A message inside a message is checked by its own rules.
fn nested(field: &FieldDescriptor, value: &str, at: &str) -> String {
    match field.kind() {
        Kind::Message(message) if message.package_name() == PACKAGE => {
            format!("            Validate::validate({value}, &{at}, violations);\n")
        }
        _ => String::new(),
    }
}

fn required(options: &DynamicMessage, extension: &ExtensionDescriptor, name: &str) -> Outcome<bool> {
    if !options.has_extension(extension) {
        return Ok(false);
    }
    match options.get_extension(extension).as_ref() {
        Value::Message(rules) if rules.fields().all(|(rule, _)| rule.name() == "required") => {
            Ok(flag(rules, "required"))
        }
        _ => Err(format!("{name}: a rule other than `required` is not enforced on a oneof").into()),
    }
}

fn only(field: &FieldDescriptor, rules: &DynamicMessage, known: &[&str]) -> Outcome<()> {
    match rules.fields().find(|(rule, _)| !known.contains(&rule.name())) {
        Some((rule, _)) => Err(unsupported(field, rule.full_name())),
        None => Ok(()),
    }
}

fn unsupported(field: &FieldDescriptor, rule: &str) -> Box<dyn Error> {
    let file = field.parent_message().parent_file().name().to_owned();
    format!("{file}: {}: the rule {rule} is not enforced by the server; see build.rs", field.full_name()).into()
}

fn flag(rules: &DynamicMessage, name: &str) -> bool {
    rules.get_field_by_name(name).and_then(|value| value.as_bool()).unwrap_or_default()
}

fn number(rules: &DynamicMessage, name: &str) -> Option<i64> {
    if !rules.has_field_by_name(name) {
        return None;
    }
    match rules.get_field_by_name(name)?.as_ref() {
        Value::U64(number) => i64::try_from(*number).ok(),
        Value::I64(number) => Some(*number),
        Value::I32(number) => Some(i64::from(*number)),
        _ => None,
    }
}

/// The path of a message as prost names it, from inside the package: `outer::Inner` for a nested one.
fn rust_path(message: &MessageDescriptor) -> String {
    rust_name(message.full_name())
}

fn rust_name(full_name: &str) -> String {
    let inner = full_name.strip_prefix("kehoach.v1.").unwrap_or(full_name);
    let mut parts: Vec<String> = inner.split('.').map(str::to_owned).collect();
    let last = parts.pop().unwrap_or_default();
    let mut path: String = parts.iter().map(|part| format!("{}::", snake(part))).collect();
    path.push_str(&last);
    path
}

fn ident(name: &str) -> String {
    match name {
        "type" | "match" | "ref" | "move" | "final" | "where" | "in" | "as" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() && !out.ends_with(':') {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
