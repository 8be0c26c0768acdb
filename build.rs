//! Makes Rust of the protos: messages, clients, descriptors, the table of methods, and checks from `buf.validate` rules.
//!
//! A rule that is not enforced here fails the build, so that none is silently without effect. Absent: server traits,
//! because `src/grpc` routes methods itself, and CEL, because rules across fields belong to the slices.
#![allow(
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "cargo speaks to a build script through the environment; most kinds of a descriptor are of no concern here"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    OneofDescriptor, Syntax, Value,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const PACKAGE: &str = "kehoach.v1";

const NOTHING_FITS: &str = "the rules gte, gt, lte, lt, min and max leave no value that satisfies them";

/// The words that prost writes as `r#word`.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

fn main() -> ExitCode {
    for input in ["build.rs", "proto", "migrations"] {
        println!("cargo:rerun-if-changed={input}");
    }
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Outcome<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_source_info(true).include_imports(true);
    for file in proto_files()? {
        // The alternate form of these errors names file, line and column.
        compiler.open_file(file).map_err(|error| format!("{error:?}"))?;
    }
    // Taken as bytes: they keep the options, which the decoded form loses.
    let encoded = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptor.bin"), &encoded)?;
    let pool = DescriptorPool::decode(encoded.as_slice())?;
    fs::write(out.join("methods.rs"), methods(&pool))?;
    fs::write(out.join("validate.rs"), Checks::new(&pool)?.generate(&pool)?)?;

    let mut files = compiler.file_descriptor_set();
    // google.protobuf stays: prost-build looks the well-known types up before it maps them to prost-types.
    files.file.retain(|file| !matches!(file.package(), "buf.validate" | "google.api"));
    tonic_prost_build::configure()
        .build_server(false)
        .build_client(true)
        .build_transport(false)
        .bytes(".")
        .include_file("pb.rs")
        .compile_fds(files)?;
    Ok(())
}

fn proto_files() -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir("proto/kehoach/v1")?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "proto"));
    files.sort();
    Ok(files)
}

/// The table of all methods, in the order of the files.
fn methods(pool: &DescriptorPool) -> String {
    let mut code = String::from("/// Every method of every service.\npub const METHODS: &[Method] = &[\n");
    for service in pool.services().filter(|service| service.package_name() == PACKAGE) {
        for method in service.methods() {
            let (service, name) = (service.full_name(), method.name());
            let (from, to) = (method.input(), method.output());
            let (input, output) = (from.full_name(), to.full_name());
            let (client_streaming, server_streaming) = (method.is_client_streaming(), method.is_server_streaming());
            let _ = writeln!(
                code,
                "Method {{ path: \"/{service}/{name}\", service: {service:?}, name: {name:?}, input: {input:?}, \
                 output: {output:?}, client_streaming: {client_streaming}, server_streaming: {server_streaming} }},"
            );
        }
    }
    code.push_str("];\n");
    code
}

/// The rules of a field or of the items of a list.
#[derive(Default)]
struct Rules {
    required: bool,
    /// `ignore: IGNORE_IF_ZERO_VALUE`.
    zero_is_fine: bool,
    /// The rules of its kind, as `string` and what is in it.
    group: Option<(String, DynamicMessage)>,
}

impl Rules {
    fn read(field: &FieldDescriptor, set: &DynamicMessage) -> Outcome<Self> {
        let mut rules = Self::default();
        refuse_extensions(field, set)?;
        for (rule, value) in set.fields() {
            match (rule.name(), value) {
                ("required", Value::Bool(required)) => rules.required = *required,
                ("ignore", Value::EnumNumber(0)) => {}
                ("ignore", Value::EnumNumber(1)) => rules.zero_is_fine = true,
                ("ignore", _) => return Err(unsupported(field, "ignore other than IGNORE_IF_ZERO_VALUE")),
                (group, Value::Message(set)) => rules.group = Some((group.to_owned(), set.clone())),
                (other, _) => return Err(unsupported(field, other)),
            }
        }
        Ok(rules)
    }

    /// The check of a value that cannot be unset, only zero.
    fn guard(&self, field: &FieldDescriptor, zero: &str, body: String) -> Outcome<String> {
        match (self.required, self.zero_is_fine) {
            (true, true) => Err(wrong(field, "the rules required and ignore contradict each other")),
            (true, false) if body.is_empty() => Ok(format!("if {zero} {{ fields::missing(&at, violations); }}\n")),
            (true, false) => Ok(format!("if {zero} {{ fields::missing(&at, violations); }} else {{\n{body}}}\n")),
            (false, true) if !body.is_empty() => Ok(format!("if !({zero}) {{\n{body}}}\n")),
            (false, _) => Ok(body),
        }
    }
}

/// Generates the checks of all messages. Their code calls the messages `v1` and `src/grpc/fields.rs` `fields`; within
/// the check of a field, `value` refers to it and `at` is where it stands.
struct Checks {
    field_rules: ExtensionDescriptor,
    oneof_rules: ExtensionDescriptor,
    message_rules: ExtensionDescriptor,
    /// Each pattern once, with its number.
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
        for file in pool.files().filter(|file| file.name().starts_with("kehoach/")) {
            if file.package_name() != PACKAGE || file.syntax() != Syntax::Proto3 || file.extensions().next().is_some() {
                return Err(format!("{}: is not proto3, not of {PACKAGE}, or has extensions", file.name()).into());
            }
        }
        let mut code = String::new();
        for message in pool.all_messages().filter(|one| one.package_name() == PACKAGE && !one.is_map_entry()) {
            let (name, body) = (type_path(message.full_name()), self.message(&message)?);
            let _ = writeln!(code, "impl fields::Validate for {name} {{");
            let _ = writeln!(code, "fn validate(&self, at: &fields::Path<'_>, violations: &mut fields::Violations) {{");
            let _ = writeln!(code, "{body}}}\n}}\n");
        }
        for (pattern, number) in &self.patterns {
            let _ = writeln!(code, "static PATTERN_{number}: fields::Pattern = fields::Pattern::new({pattern:?});");
        }
        Ok(code)
    }

    fn message(&mut self, message: &MessageDescriptor) -> Outcome<String> {
        if message.options().has_extension(&self.message_rules) {
            let (file, name) = (message.parent_file(), message.full_name());
            return Err(format!("{}: {name}: the rule buf.validate.message is not enforced", file.name()).into());
        }
        let mut code = String::new();
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            code.push_str(&self.oneof(message, &oneof)?);
        }
        for field in message.fields() {
            if field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic()) {
                code.push_str(&self.field(&field)?);
            }
        }
        Ok(code)
    }

    fn oneof(&mut self, message: &MessageDescriptor, oneof: &OneofDescriptor) -> Outcome<String> {
        let mut required = false;
        if let Value::Message(set) = oneof.options().get_extension(&self.oneof_rules).as_ref() {
            for (rule, value) in set.fields() {
                match (rule.name(), value) {
                    ("required", Value::Bool(set)) => required = *set,
                    (other, _) => {
                        let (file, name) = (message.parent_file(), oneof.full_name());
                        return Err(format!("{}: {name}: the rule {other} is not enforced", file.name()).into());
                    }
                }
            }
        }
        let mut code = format!("match &self.{} {{\n", ident(oneof.name()));
        for field in oneof.fields() {
            let rules = self.rules(&field)?;
            if rules.required {
                return Err(unsupported(&field, "required on a member of a oneof"));
            }
            let body = self.content(&field, &rules)?;
            let enumeration = format!("{}::{}", module_path(message.full_name()), camel(oneof.name()));
            let _ = writeln!(code, "Some({enumeration}::{}(value)) => {{", camel(field.name()));
            let _ = writeln!(code, "let at = at.field({:?});\n{body}}}", field.name());
        }
        let missing = format!("fields::missing(&at.field({:?}), violations)", oneof.name());
        let _ = writeln!(code, "None => {{ {} }}\n}}", if required { missing.as_str() } else { "" });
        Ok(code)
    }

    /// The check of a field that is no member of a oneof.
    fn field(&mut self, field: &FieldDescriptor) -> Outcome<String> {
        let (name, rules) = (ident(field.name()), self.rules(field)?);
        if field.is_map() {
            return self.map(field, &rules);
        }
        if field.is_list() {
            return self.list(field, &name, &rules);
        }
        let body = self.content(field, &rules)?;
        let at = format!("let at = at.field({:?});", field.name());
        if field.supports_presence() {
            if body.is_empty() && !rules.required {
                return Ok(body);
            }
            let otherwise = if rules.required { " else { fields::missing(&at, violations); }" } else { "" };
            return Ok(format!("{{\n{at}\nif let Some(value) = &self.{name} {{\n{body}}}{otherwise}\n}}\n"));
        }
        let code = rules.guard(field, zero(field), body)?;
        Ok(if code.is_empty() { code } else { format!("{{\nlet value = &self.{name};\n{at}\n{code}}}\n") })
    }

    fn list(&mut self, field: &FieldDescriptor, name: &str, rules: &Rules) -> Outcome<String> {
        let (mut whole, mut each) = (String::new(), Rules::default());
        if let Some((group, set)) = &rules.group {
            if group != "repeated" {
                return Err(unsupported(field, &format!("{group} on a list (there it goes into repeated.items)")));
            }
            only(field, group, set, &["min_items", "max_items", "unique", "items"])?;
            let (min, max) = limits(field, number(field, set, "min_items")?, number(field, set, "max_items")?)?;
            if min.or(max).is_some() {
                let _ = writeln!(whole, "fields::item_count(&at, value.len(), {min:?}, {max:?}, violations);");
            }
            if flag(set, "unique") {
                if matches!(field.kind(), Kind::Message(_) | Kind::Float | Kind::Double) {
                    return Err(unsupported(field, "repeated.unique on items of this kind"));
                }
                let _ = writeln!(whole, "fields::unique(&at, value, violations);");
            }
            if let Some(Value::Message(items)) = present(set, "items") {
                each = Rules::read(field, &items)?;
            }
        }
        if each.required {
            return Err(unsupported(field, "repeated.items.required"));
        }
        let mut code = rules.guard(field, "value.is_empty()", whole)?;
        if !code.is_empty() {
            code = format!("{{\nlet value = &self.{name};\nlet at = at.field({:?});\n{code}}}\n", field.name());
        }
        let body = each.guard(field, zero(field), self.content(field, &each)?)?;
        if !body.is_empty() {
            let at = format!("let at = at.index({:?}, index);", field.name());
            let _ = writeln!(code, "for (index, value) in self.{name}.iter().enumerate() {{\n{at}\n{body}}}");
        }
        Ok(code)
    }

    /// Maps have no checks, so they may have no rules, outside or inside.
    fn map(&self, field: &FieldDescriptor, rules: &Rules) -> Outcome<String> {
        let Kind::Message(entry) = field.kind() else { return Ok(String::new()) };
        if field.options().has_extension(&self.field_rules) {
            let rule = rules.group.as_ref().map_or("required or ignore", |(group, _)| group);
            return Err(unsupported(field, &format!("{rule} on a map")));
        }
        if matches!(entry.map_entry_value_field().kind(), Kind::Message(value) if value.package_name() == PACKAGE) {
            return Err(unsupported(field, "for messages in a map"));
        }
        Ok(String::new())
    }

    /// The checks of a value that is there, or of an item.
    fn content(&mut self, field: &FieldDescriptor, rules: &Rules) -> Outcome<String> {
        let mut code = match field.kind() {
            Kind::Message(message) if message.package_name() == PACKAGE => {
                String::from("fields::Validate::validate(value, &at, violations);\n")
            }
            _ => String::new(),
        };
        let Some((group, set)) = &rules.group else { return Ok(code) };
        match (group.as_str(), field.kind()) {
            ("string", Kind::String) => self.string(field, set, &mut code)?,
            ("bytes", Kind::Bytes) => {
                only(field, group, set, &["min_len", "max_len"])?;
                let (min, max) = limits(field, number(field, set, "min_len")?, number(field, set, "max_len")?)?;
                let _ = writeln!(code, "fields::bytes_len(&at, value, {min:?}, {max:?}, violations);");
            }
            ("int32", Kind::Int32) | ("int64", Kind::Int64) => {
                only(field, group, set, &["gte", "lte", "gt", "lt"])?;
                let beyond = || wrong(field, NOTHING_FITS);
                let above = number(field, set, "gt")?.map(|gt| gt.checked_add(1).ok_or_else(beyond)).transpose()?;
                let below = number(field, set, "lt")?.map(|lt| lt.checked_sub(1).ok_or_else(beyond)).transpose()?;
                let least = number(field, set, "gte")?.or(above);
                let (least, most) = limits(field, least, number(field, set, "lte")?.or(below))?;
                let value = "i64::from(*value)";
                let _ = writeln!(code, "fields::int_range(&at, {value}, {least:?}, {most:?}, violations);");
            }
            ("enum", Kind::Enum(values)) if values.package_name() == PACKAGE => {
                enumeration(field, &values, set, &mut code)?
            }
            (group, kind) => return Err(unsupported(field, &format!("{group} on {kind:?}"))),
        }
        Ok(code)
    }

    fn string(&mut self, field: &FieldDescriptor, set: &DynamicMessage, code: &mut String) -> Outcome<()> {
        only(field, "string", set, &["min_len", "max_len", "pattern", "uuid"])?;
        let (min, max) = limits(field, number(field, set, "min_len")?, number(field, set, "max_len")?)?;
        if min.or(max).is_some() {
            let _ = writeln!(code, "fields::string_len(&at, value, {min:?}, {max:?}, violations);");
        }
        if let Some(Value::String(pattern)) = present(set, "pattern") {
            compile(field, &pattern)?;
            let next = self.patterns.len();
            let number = self.patterns.entry(pattern).or_insert(next);
            let _ = writeln!(code, "fields::pattern(&at, value, &PATTERN_{number}, violations);");
        }
        if flag(set, "uuid") {
            let _ = writeln!(code, "fields::uuid(&at, value, violations);");
        }
        Ok(())
    }

    fn rules(&self, field: &FieldDescriptor) -> Outcome<Rules> {
        match field.options().get_extension(&self.field_rules).as_ref() {
            Value::Message(set) => Rules::read(field, set),
            _ => Ok(Rules::default()),
        }
    }
}

fn enumeration(
    field: &FieldDescriptor,
    values: &EnumDescriptor,
    set: &DynamicMessage,
    code: &mut String,
) -> Outcome<()> {
    only(field, "enum", set, &["defined_only", "in", "not_in"])?;
    let numbers = |rule: &str| -> Vec<i32> {
        let Some(Value::List(numbers)) = present(set, rule) else { return Vec::new() };
        numbers.iter().filter_map(Value::as_i32).collect()
    };
    let defined = match flag(set, "defined_only") {
        true => format!("{}::try_from(*value).is_ok()", type_path(values.full_name())),
        false => String::from("true"),
    };
    let (allowed, forbidden) = (numbers("in"), numbers("not_in"));
    let _ = writeln!(code, "fields::enum_known(&at, *value, {defined}, &{allowed:?}, &{forbidden:?}, violations);");
    Ok(())
}

/// Whether a value that cannot be unset is zero.
fn zero(field: &FieldDescriptor) -> &'static str {
    match field.kind() {
        Kind::String | Kind::Bytes => "value.is_empty()",
        Kind::Bool => "!*value",
        Kind::Float | Kind::Double => "*value == 0.0",
        Kind::Message(_) => "false",
        _ => "*value == 0",
    }
}

/// A pattern has to mean the same here and in RE2, which clients check with: there `\d` and its like are ASCII.
fn compile(field: &FieldDescriptor, pattern: &str) -> Outcome<()> {
    if let Err(error) = regex::Regex::new(pattern) {
        return Err(wrong(field, &format!("the rule string.pattern: {error}")));
    }
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.next().is_some_and(|class| "dDwWsSbB".contains(class)) {
            let what = format!("the rule string.pattern: write [0-9] instead of \\d and so on: {pattern:?}");
            return Err(wrong(field, &what));
        }
    }
    Ok(())
}

/// Refuses what nothing can satisfy; buf.validate reads such a range of numbers as its outside.
fn limits(field: &FieldDescriptor, min: Option<i64>, max: Option<i64>) -> Outcome<(Option<i64>, Option<i64>)> {
    match (min, max) {
        (Some(min), Some(max)) if min > max => Err(wrong(field, NOTHING_FITS)),
        _ => Ok((min, max)),
    }
}

fn only(field: &FieldDescriptor, group: &str, set: &DynamicMessage, known: &[&str]) -> Outcome<()> {
    refuse_extensions(field, set)?;
    match set.fields().find(|(rule, _)| !known.contains(&rule.name())) {
        Some((rule, _)) => Err(unsupported(field, &format!("{group}.{}", rule.name()))),
        None => Ok(()),
    }
}

/// Predefined rules arrive as extensions.
fn refuse_extensions(field: &FieldDescriptor, set: &DynamicMessage) -> Outcome<()> {
    match set.extensions().next() {
        Some((extension, _)) => Err(unsupported(field, extension.full_name())),
        None => Ok(()),
    }
}

fn unsupported(field: &FieldDescriptor, rule: &str) -> Box<dyn Error> {
    wrong(field, &format!("the rule {rule} is not enforced by the server; see build.rs"))
}

fn wrong(field: &FieldDescriptor, what: &str) -> Box<dyn Error> {
    format!("{}: {}: {what}", field.parent_message().parent_file().name(), field.full_name()).into()
}

fn present(set: &DynamicMessage, rule: &str) -> Option<Value> {
    if !set.has_field_by_name(rule) {
        return None;
    }
    set.get_field_by_name(rule).map(|value| value.into_owned())
}

fn flag(set: &DynamicMessage, rule: &str) -> bool {
    present(set, rule).and_then(|value| value.as_bool()).unwrap_or_default()
}

fn number(field: &FieldDescriptor, set: &DynamicMessage, rule: &str) -> Outcome<Option<i64>> {
    match present(set, rule) {
        None => Ok(None),
        Some(Value::I32(number)) => Ok(Some(i64::from(number))),
        Some(Value::I64(number)) => Ok(Some(number)),
        Some(Value::U64(number)) if i64::try_from(number).is_ok() => Ok(i64::try_from(number).ok()),
        Some(other) => Err(wrong(field, &format!("the rule {rule} has a number out of range: {other:?}"))),
    }
}

/// The path of a message or enum as prost names it, `v1::outer::Inner`. A name that prost would change, as one with an
/// acronym, does not compile.
fn type_path(full_name: &str) -> String {
    match full_name.rsplit_once('.') {
        Some((outer, name)) if outer != PACKAGE => format!("{}::{name}", module_path(outer)),
        Some((_, name)) => format!("v1::{name}"),
        None => full_name.to_owned(),
    }
}

/// The path of the module for what is declared inside a message, `v1::outer::inner`.
fn module_path(full_name: &str) -> String {
    let inner = full_name.strip_prefix(PACKAGE).unwrap_or(full_name);
    inner.split('.').filter(|part| !part.is_empty()).fold(String::from("v1"), |path, part| path + "::" + &snake(part))
}

fn ident(name: &str) -> String {
    match name {
        "self" | "super" | "extern" | "crate" => format!("{name}_"),
        _ if KEYWORDS.contains(&name) => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

fn camel(name: &str) -> String {
    let upper = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.split('_').filter(|word| !word.is_empty()).map(upper).collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    ident(&out)
}
