//! The messages of lines.

use super::Faults;
use super::estimates::{amounts_message, estimate_name};
use crate::budget::actions::{BatchWriteLines, GetLine, ListLines, ListedLines, NamedLine};
use crate::budget::batch::{BasisParts, Operation, Stated, Update, belongs};
use crate::budget::model::{Amounts, Autonomy, Codes, CostBasis, Line, Memo, Nature, Side, Stage, Totals};
use crate::budget::store::{By, CodeFilter, LineFilter, Order};
use crate::classification::model::Dimension;
use crate::error::{Error, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, number_or_none, read_at, stated, word};
use crate::grpc::{FromWire, IntoWire, Repeated, Sending};
use crate::id::{EstimateName, LineName, UnitName};
use crate::word::Word;
use crate::{money, pb, text};

const WRITABLE: &[&str] = &[
    "side",
    "administrative_code",
    "functional_code",
    "economic_code",
    "source_code",
    "programme_code",
    "geographic_code",
    "nature",
    "autonomy",
    "baseline",
    "content",
    "channel",
    "delegated",
    "unallocated",
    "counterpart_unit",
    "plan_task",
    "project",
    "description",
    "quantity",
    "price",
    "norm",
    "amounts",
    "amounts.actual_n2",
    "amounts.budget_n1",
    "amounts.expected_n1",
    "amounts.requested",
    "amounts.appraised",
    "amounts.decided",
    "original_currency",
    "appraised_reason",
    "decided_reason",
];
const READABLE: &[&str] = &["name", "sequence", "revision", "etag"];

/// Reads a line; `mask` is none on create, when everything that is required must be there.
fn line(
    message: pb::Line,
    id: String,
    jurisdiction: &str,
    mask: Option<&Mask>,
    path: &str,
    faults: &mut Faults,
) -> (Line, Stated, BasisParts) {
    let words = stated_words(&message, mask, path, faults);
    let parts = basis_parts(&message, mask, path, faults);
    let pb::Line {
        name: _,
        sequence: _,
        side,
        administrative_code,
        functional_code,
        economic_code,
        source_code,
        programme_code,
        geographic_code,
        nature,
        autonomy,
        baseline,
        content,
        channel,
        delegated,
        unallocated,
        counterpart_unit,
        plan_task,
        project,
        description,
        quantity: _,
        price: _,
        norm: _,
        amounts,
        appraised_reason,
        decided_reason,
        original_currency,
        revision: _,
        etag: _,
    } = message;
    let field = |name: &'static str| move || format!("{path}.{name}");
    let codes = [administrative_code, functional_code, economic_code, source_code, programme_code, geographic_code];
    let line = Line {
        id,
        sequence: 0,
        side: word(side).unwrap_or(Side::Expenditure),
        codes: Codes(codes.map(stated)),
        nature: word(nature).unwrap_or(Nature::Other),
        autonomy: word(autonomy).unwrap_or(Autonomy::NotApplicable),
        baseline: word(baseline),
        content: word(content),
        channel: word(channel),
        delegated,
        unallocated,
        counterpart: faults.unit(field("counterpart_unit"), &counterpart_unit, jurisdiction),
        plan_task: stated(faults.text(field("plan_task"), &plan_task, false)),
        project: stated(faults.text(field("project"), &project, false)),
        description: faults.text(field("description"), &description, true),
        basis: parts.basis().unwrap_or_default(),
        amounts: amounts.map(amounts_of).unwrap_or_default(),
        appraised_reason: stated(faults.text(field("appraised_reason"), &appraised_reason, true)),
        decided_reason: stated(faults.text(field("decided_reason"), &decided_reason, true)),
        memo: original_currency.and_then(|memo| memo_of(memo, path, faults)),
        revision: 0,
    };
    (line, words, parts)
}

/// Which words a message states; on create the side and the nature must be among them.
fn stated_words(message: &pb::Line, mask: Option<&Mask>, path: &str, faults: &mut Faults) -> Stated {
    let words = Stated { side: message.side != 0, nature: message.nature != 0, autonomy: message.autonomy != 0 };
    let missing = |name: &str, stated: bool| !stated && mask.is_none_or(|mask| mask.writes(name, false));
    faults.when(missing("side", words.side), || format!("{path}.side"), "is required");
    faults.when(missing("nature", words.nature), || format!("{path}.nature"), "is required");
    words
}

/// The parts of the cost basis; on create they must make one.
fn basis_parts(message: &pb::Line, mask: Option<&Mask>, path: &str, faults: &mut Faults) -> BasisParts {
    let mut decimal = |name: &str, text: &str, decimals: u32| {
        let parsed = money::scaled(text, decimals);
        faults.when(!text.is_empty() && parsed.is_none(), || format!("{path}.{name}"), "does not fit");
        parsed.filter(|_| !text.is_empty())
    };
    let parts = BasisParts {
        quantity: decimal("quantity", &message.quantity, CostBasis::QUANTITY),
        price: decimal("price", &message.price, CostBasis::PRICE),
        norm: decimal("norm", &message.norm, CostBasis::QUANTITY),
    };
    if let (None, Err(text)) = (mask, parts.basis()) {
        faults.when(true, || format!("{path}.quantity"), text);
    }
    parts
}

fn amounts_of(message: pb::Amounts) -> Amounts {
    let pb::Amounts { actual_n2, budget_n1, expected_n1, requested, appraised, decided } = message;
    Amounts([actual_n2, budget_n1, expected_n1, requested, appraised, decided])
}

fn memo_of(message: pb::OriginalCurrency, path: &str, faults: &mut Faults) -> Option<Memo> {
    let pb::OriginalCurrency { currency_code, amount, rate } = message;
    faults.when(
        money::exponent(&currency_code).is_none(),
        || format!("{path}.original_currency.currency_code"),
        "is not a currency of ISO 4217",
    );
    let fitting = money::scaled(&amount, Memo::AMOUNT);
    faults.when(fitting.is_none(), || format!("{path}.original_currency.amount"), "does not fit");
    let known = money::scaled(&rate, Memo::RATE);
    faults.when(!rate.is_empty() && known.is_none(), || format!("{path}.original_currency.rate"), "does not fit");
    Some(Memo { currency: currency_code, amount: fitting?, rate: known.filter(|_| !rate.is_empty()) })
}

/// The lines of a new estimate.
pub fn creates(messages: Vec<pb::CreateLineOperation>, jurisdiction: &str, faults: &mut Faults) -> Vec<Operation> {
    let mut seen = std::collections::BTreeSet::new();
    let mut operations = Vec::with_capacity(messages.len());
    for (at, message) in messages.into_iter().enumerate() {
        let twice = !message.line_id.is_empty() && !seen.insert(message.line_id.clone());
        faults.when(twice, || format!("lines[{at}].line_id"), "is given twice");
        operations.push(create(message, jurisdiction, &format!("lines[{at}].line"), faults));
    }
    operations
}

fn create(message: pb::CreateLineOperation, jurisdiction: &str, path: &str, faults: &mut Faults) -> Operation {
    let (line, _, _) = line(message.line.unwrap_or_default(), message.line_id, jurisdiction, None, path, faults);
    Operation::Create(Box::new(line))
}

/// The id of a line that belongs to an estimate.
fn own_line(name: &str, estimate: &EstimateName, path: &str, faults: &mut Faults) -> String {
    match LineName::parse(name) {
        Some(found) => {
            faults.when(!belongs(estimate, &found), || path.to_owned(), "is a line of another estimate");
            found.line
        }
        None => {
            faults.when(true, || path.to_owned(), "is required");
            String::new()
        }
    }
}

impl FromWire for BatchWriteLines {
    type Message = pb::BatchWriteLinesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        use pb::line_operation::Operation as Sent;
        let estimate = estimate_name(&message.parent, "parent")?;
        let mut faults = Faults::default();
        let mut operations = Vec::with_capacity(message.operations.len());
        let mut seen = std::collections::BTreeSet::new();
        for (at, operation) in message.operations.into_iter().enumerate() {
            let (id, operation) = match operation.operation {
                Some(Sent::Create(sent)) => {
                    let id = sent.line_id.clone();
                    (id, create(sent, &estimate.jurisdiction, &format!("operations[{at}].create.line"), &mut faults))
                }
                Some(Sent::Update(sent)) => {
                    let update = update(sent, &estimate, &format!("operations[{at}].update"), &mut faults);
                    (update.line.id.clone(), Operation::Update(Box::new(update)))
                }
                Some(Sent::Delete(sent)) => {
                    let line = own_line(&sent.name, &estimate, &format!("operations[{at}].delete.name"), &mut faults);
                    (line.clone(), Operation::Delete { line, etag: sent.etag })
                }
                None => continue,
            };
            let twice = !id.is_empty() && !seen.insert(id);
            faults.when(twice, || format!("operations[{at}]"), "is about a line that another operation is about");
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { estimate, operations })
    }
}

fn update(message: pb::UpdateLineOperation, estimate: &EstimateName, path: &str, faults: &mut Faults) -> Update {
    let mut mask_faults = Vec::new();
    let mask = Mask::read(message.update_mask, WRITABLE, READABLE, &mut mask_faults);
    for fault in mask_faults {
        faults.when(true, || format!("{path}.{}", fault.field), &fault.description);
    }
    let body = message.line.unwrap_or_default();
    let id = own_line(&body.name, estimate, &format!("{path}.line.name"), faults);
    let (line, stated, basis) = line(body, id, &estimate.jurisdiction, Some(&mask), &format!("{path}.line"), faults);
    Update { line, mask, etag: message.etag, stated, basis }
}

impl FromWire for GetLine {
    type Message = pb::GetLineRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = LineName::parse(&message.name).ok_or_else(|| Error::invalid("name", "is not the name of a line"))?;
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name, read_at: read_at(message.read_at), in_force })
    }
}

impl FromWire for ListLines {
    type Message = pb::ListLinesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let estimate = estimate_name(&message.parent, "parent")?;
        let mut faults = Faults::default();
        let mut filter = filter(message.filter.unwrap_or_default(), &estimate.jurisdiction, "filter", &mut faults);
        filter.patterns = text::patterns(&message.query);
        unless_invalid(faults.0)?;
        let (order, in_force) = (order(&message.order_by), in_force(message.read_at.as_ref()));
        Ok(Self { estimate, filter, order, read_at: read_at(message.read_at), in_force, page })
    }
}

fn order(text: &str) -> Order {
    let (name, descending) = text.strip_suffix(" desc").map_or((text, false), |name| (name, true));
    let stage = Stage::ALL.iter().find(|stage| stage.as_str().eq_ignore_ascii_case(name)).copied();
    let dimension =
        Dimension::ALL.iter().find(|dimension| name.strip_suffix("_code") == Some(dimension.segment())).copied();
    let by = stage.map(By::Amount).or(dimension.map(By::Code)).unwrap_or(By::Sequence);
    Order { by, descending }
}

/// Reads a filter of lines.
pub fn filter(message: pb::LineFilter, jurisdiction: &str, path: &str, faults: &mut Faults) -> LineFilter {
    fn words<W: Word>(numbers: &[i32]) -> Vec<W> {
        numbers.iter().filter_map(|number| word(*number)).collect()
    }
    fn optional<W: Word>(numbers: &[i32]) -> Vec<Option<W>> {
        numbers.iter().map(|number| word(*number)).collect()
    }
    let mut dimensions = std::collections::BTreeSet::new();
    let mut codes = Vec::new();
    for (at, message) in message.codes.into_iter().enumerate() {
        let pb::CodeFilter { dimension, codes: exact, prefixes, subtrees, unset } = message;
        let Some(dimension) = word::<Dimension>(dimension) else { continue };
        faults.when(
            !dimensions.insert(dimension),
            || format!("{path}.codes[{at}].dimension"),
            "has a condition already",
        );
        let empty = exact.is_empty() && prefixes.is_empty() && subtrees.is_empty() && !unset;
        faults.when(empty, || format!("{path}.codes[{at}]"), "states no condition");
        codes.push(CodeFilter { dimension, codes: exact, prefixes, subtrees, unset });
    }
    LineFilter {
        sides: words(&message.sides),
        natures: words(&message.natures),
        autonomies: words(&message.autonomies),
        baselines: optional(&message.baselines),
        contents: optional(&message.contents),
        channels: optional(&message.channels),
        codes,
        fields: Vec::new(),
        financing_classes: Vec::new(),
        unset_stages: words(&message.unset_stages),
        set_stages: words(&message.set_stages),
        delegated: message.delegated,
        counterpart: faults.unit(|| format!("{path}.counterpart_unit"), &message.counterpart_unit, jurisdiction),
        project: Some(message.project).filter(|project| !project.is_empty()),
        plan_task: Some(message.plan_task).filter(|task| !task.is_empty()),
        patterns: Vec::new(),
    }
}

/// A line as a message.
pub fn line_message(estimate: &EstimateName, line: Line, sending: &Sending<'_>) -> pb::Line {
    let unit = |unit: String| UnitName { jurisdiction: estimate.jurisdiction.clone(), unit }.to_string();
    let Line {
        id,
        sequence,
        side,
        codes,
        nature,
        autonomy,
        baseline,
        content,
        channel,
        delegated,
        unallocated,
        counterpart,
        plan_task,
        project,
        description,
        basis,
        amounts,
        appraised_reason,
        decided_reason,
        memo,
        revision,
    } = line;
    let [administrative, functional, economic, source, programme, geographic] = codes.0;
    pb::Line {
        counterpart_unit: counterpart.map(unit).unwrap_or_default(),
        name: estimate.line(&id),
        sequence: count(sequence),
        side: number(side),
        administrative_code: administrative.unwrap_or_default(),
        functional_code: functional.unwrap_or_default(),
        economic_code: economic.unwrap_or_default(),
        source_code: source.unwrap_or_default(),
        programme_code: programme.unwrap_or_default(),
        geographic_code: geographic.unwrap_or_default(),
        nature: number(nature),
        autonomy: number(autonomy),
        baseline: number_or_none(baseline),
        content: number_or_none(content),
        channel: number_or_none(channel),
        delegated,
        unallocated,
        plan_task: plan_task.unwrap_or_default(),
        project: project.unwrap_or_default(),
        description,
        quantity: basis.map(|basis| money::decimal(basis.quantity, CostBasis::QUANTITY)).unwrap_or_default(),
        price: basis.map(|basis| money::decimal(basis.price, CostBasis::PRICE)).unwrap_or_default(),
        norm: basis
            .and_then(|basis| basis.norm)
            .map(|norm| money::decimal(norm, CostBasis::QUANTITY))
            .unwrap_or_default(),
        amounts: Some(amounts_message(&amounts)),
        appraised_reason: appraised_reason.unwrap_or_default(),
        decided_reason: decided_reason.unwrap_or_default(),
        original_currency: memo.map(|memo| pb::OriginalCurrency {
            currency_code: memo.currency,
            amount: money::decimal(memo.amount, Memo::AMOUNT),
            rate: memo.rate.map(|rate| money::decimal(rate, Memo::RATE)).unwrap_or_default(),
        }),
        revision,
        etag: sending.etag(revision),
    }
}

impl IntoWire for NamedLine {
    type Message = pb::Line;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Line {
        line_message(&self.estimate, self.line, &sending.showing(self.in_force))
    }
}

/// What a line takes, most often, so that the answer need not grow.
const LINE_BYTES: usize = 320;

impl IntoWire for ListedLines {
    type Message = pb::ListLinesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let ListedLines { estimate, in_force, lines, next_page_token } = self;
        let sending = sending.showing(in_force);
        let lines = lines.into_iter().map(|line| line_message(&estimate, line, &sending)).collect();
        pb::ListLinesResponse { lines, next_page_token }
    }

    /// Each line is encoded as it is made, so that no two are in memory at once.
    fn into_bytes(self, sending: &Sending<'_>) -> Result<Vec<u8>> {
        let ListedLines { estimate, in_force, lines, next_page_token } = self;
        let sending = sending.showing(in_force);
        let mut listed = Repeated::new(1, lines.len() * LINE_BYTES);
        for line in lines {
            listed.push(&line_message(&estimate, line, &sending));
        }
        listed.with(&pb::ListLinesResponse { next_page_token, ..Default::default() })
    }
}

/// The sums of an estimate by group.
pub fn group_totals(totals: &Totals) -> Vec<pb::EstimateTotal> {
    let total = |((side, nature, autonomy), sum): (&crate::budget::model::Group, &crate::budget::model::Sum)| {
        pb::EstimateTotal {
            side: number(*side),
            nature: number(*nature),
            autonomy: number(*autonomy),
            amounts: Some(amounts_message(&sum.amounts())),
            line_count: count(sum.line_count),
        }
    };
    totals.sums.iter().map(total).collect()
}
