//! From records to staged lines: everything that can be said of a row without stored facts, outside the gate.
//!
//! A staged line has numbers where it had texts; each text is held once. Absent: an end at the first fault; all are named.

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::Draft;
use super::file::{Record, Records};
use super::plan::{Field, ImportLines, Mapping, Source, Wide};
use crate::budget::batch::BasisParts;
use crate::budget::model::Line;
use crate::classification::model::Dimension;
use crate::error::{Error, Reason, Result, Violation};
use crate::limits;

/// Texts by number, each once; 0 stands for none.
#[derive(Debug, Default)]
pub struct Texts {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Texts {
    /// The number of a text; 0 where it is empty.
    pub fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        self.all.push(text.clone());
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text, number);
        number
    }

    /// The text of a number; empty for 0.
    pub fn get(&self, number: u32) -> &str {
        let place = usize::try_from(number).unwrap_or_default().checked_sub(1);
        place.and_then(|place| self.all.get(place)).map_or("", |text| text)
    }
}

/// What a file came to.
#[derive(Debug, Default)]
pub struct Staged {
    pub texts: Texts,
    /// Whole lines: side, nature and basis are in order.
    pub lines: Vec<Draft>,
    pub rows_read: u32,
    pub rows_skipped: u32,
    /// The names of units that may have to be created, by what names the unit.
    pub unit_names: HashMap<u32, u32>,
    /// The names of codes that may have to be created.
    pub code_names: HashMap<(Dimension, u32), u32>,
}

/// Where the columns that are read stand in a record; none for constants.
struct Layout {
    width: usize,
    fields: Vec<Option<usize>>,
    wide: Vec<Option<usize>>,
    filters: Vec<Option<usize>>,
}

/// A file that is being staged.
pub struct Stage {
    records: Records,
    rows: Rows,
}

/// The rows as far as they were read.
struct Rows {
    plan: Arc<ImportLines>,
    exponent: u32,
    staged: Staged,
    faults: Vec<Violation>,
    more: usize,
    /// What the constants say of every line.
    base: Draft,
    base_names: Names,
    /// What the constants of each wide column say of its lines.
    wide: Vec<Vec<Mapping>>,
    layout: Option<Layout>,
}

impl Stage {
    /// Nothing of a file yet; refuses constants that cannot be read.
    pub fn new(plan: &Arc<ImportLines>, exponent: u32) -> Result<Self> {
        let mut rows = Rows {
            plan: plan.clone(),
            exponent,
            staged: Staged::default(),
            faults: Vec::new(),
            more: 0,
            base: Draft::default(),
            base_names: Names::default(),
            wide: plan.wide.iter().map(|wide| wide.constants.clone()).collect(),
            layout: None,
        };
        let (mut base, mut names) = (Draft::default(), Names::default());
        for mapping in &plan.fields {
            rows.constant(&mut base, &mut names, mapping);
        }
        for mapping in plan.wide.iter().flat_map(|wide| &wide.constants) {
            rows.constant(&mut base.clone(), &mut Names::default(), mapping);
        }
        (rows.base, rows.base_names) = (base, names);
        rows.unless_faulty()?;
        Ok(Self { records: Records::new(plan.delimiter), rows })
    }

    /// Takes the next piece of the file.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        let Self { records, rows } = self;
        records.feed(chunk, &mut |record| rows.read(&record))
    }

    /// What the whole file came to, or everything that is wrong with it.
    pub fn finish(self) -> Result<Staged> {
        let Self { mut records, mut rows } = self;
        records.finish(&mut |record| rows.read(&record))?;
        if rows.layout.is_none() {
            rows.fault("rows[1]".to_owned(), "is missing: the file is empty");
        }
        rows.unless_faulty()?;
        if rows.staged.lines.is_empty() {
            rows.fault("rows".to_owned(), "make no line: none passes the filters");
        }
        rows.unless_faulty()?;
        Ok(rows.staged)
    }
}

impl Rows {
    fn constant(&mut self, draft: &mut Draft, names: &mut Names, mapping: &Mapping) {
        let Source::Constant(value) = &mapping.source else { return };
        if let Err(text) = self.take(draft, names, mapping, value) {
            self.faults.push(Violation::new(format!("{}.value", mapping.path), text));
        }
    }

    fn fault(&mut self, field: String, text: impl Into<String>) {
        if self.faults.len() < limits::count(limits::VIOLATIONS_MAX) {
            let reason = Reason::ImportRowsInvalid;
            self.faults.push(Violation { field, description: text.into(), reason });
        } else {
            self.more += 1;
        }
    }

    fn unless_faulty(&mut self) -> Result<()> {
        let mut faults = std::mem::take(&mut self.faults);
        if self.more > 0 {
            let reason = Reason::ImportRowsInvalid;
            faults.push(Violation { field: String::new(), description: format!("and {} more", self.more), reason });
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }

    fn read(&mut self, record: &Record<'_>) -> Result<()> {
        let Some(layout) = self.layout.take() else {
            self.layout = Some(self.lay_out(record)?);
            return Ok(());
        };
        self.staged.rows_read += 1;
        self.row(record, &layout);
        self.layout = Some(layout);
        if self.staged.lines.len() > limits::count(limits::IMPORT_LINES) {
            let (reason, limit) = (Reason::TooManyRows, limits::IMPORT_LINES);
            return Err(Error::Limit { reason, limit, subject: "lines of an import".to_owned() });
        }
        Ok(())
    }

    /// Finds the columns that the header names in the first record.
    fn lay_out(&mut self, record: &Record<'_>) -> Result<Layout> {
        let mut names = Vec::with_capacity(record.len());
        for place in 0..record.len() {
            match record.cell(place) {
                Ok(name) => names.push(name),
                Err(_) => return Err(Error::invalid("rows[1]", format!("cell {} is not UTF-8", place + 1))),
            }
        }
        let plan = self.plan.clone();
        let mut find = |name: &str, path: String| {
            let mut places = names.iter().enumerate().filter(|(_, other)| **other == name).map(|(place, _)| place);
            let text = match (places.next(), places.next()) {
                (Some(place), None) => return Some(place),
                (None, _) => format!("{name:?} is not a column of the file, which has {}", listed(&names)),
                (Some(_), Some(_)) => format!("{name:?} is the name of two columns of the file"),
            };
            self.faults.push(Violation::new(path, text));
            None
        };
        let mut mapped = |mapping: &Mapping| match &mapping.source {
            Source::Column { name, .. } => find(name, format!("{}.column", mapping.path)),
            Source::Constant(_) => None,
        };
        let fields = plan.fields.iter().map(&mut mapped).collect();
        let wide = plan.wide.iter().map(|wide| mapped(&wide.amount)).collect();
        let filters =
            plan.filters.iter().map(|filter| find(&filter.column, format!("{}.column", filter.path))).collect();
        self.unless_faulty()?;
        Ok(Layout { width: record.len(), fields, wide, filters })
    }

    fn row(&mut self, record: &Record<'_>, layout: &Layout) {
        let plan = self.plan.clone();
        if record.len() != layout.width {
            let text = format!("has {} cells, and row 1 has {}", record.len(), layout.width);
            return self.fault(format!("rows[{}]", record.number), text);
        }
        for (filter, place) in plan.filters.iter().zip(&layout.filters) {
            let Some(place) = *place else { continue };
            match record.cell(place) {
                Ok(cell) if filter.test.passes(cell) => {}
                Ok(_) => {
                    self.staged.rows_skipped += 1;
                    return;
                }
                Err(_) => {
                    let field = format!("rows[{}].columns[{:?}]", record.number, filter.column);
                    return self.fault(field, "is not UTF-8");
                }
            }
        }
        let mut draft = self.base;
        draft.row = record.number;
        let mut names = self.base_names.clone();
        let mut sound = true;
        for (mapping, place) in plan.fields.iter().zip(&layout.fields) {
            sound &= self.fill(&mut draft, &mut names, mapping, record, *place).is_some();
        }
        let before = self.staged.lines.len();
        if plan.wide.is_empty() {
            self.end(draft, &names, sound, plan.skip_without_amount && draft.is_without_amount());
        } else {
            for (number, (wide, place)) in plan.wide.iter().zip(&layout.wide).enumerate() {
                self.widen(draft, &names, sound, (number, wide, *place), record);
            }
        }
        if sound && self.staged.lines.len() == before {
            self.staged.rows_skipped += 1;
        }
    }

    /// One line of a wide row.
    fn widen(
        &mut self,
        mut draft: Draft,
        names: &Names,
        sound: bool,
        (number, wide, place): (usize, &Wide, Option<usize>),
        record: &Record<'_>,
    ) {
        let Some(()) = self.fill(&mut draft, &mut Names::default(), &wide.amount, record, place) else { return };
        let Field::Amount(stage) = wide.amount.field else { return };
        if draft.amounts.get(stage).is_none() {
            return;
        }
        let constants = std::mem::take(&mut self.wide[number]);
        let mut names = names.clone();
        for mapping in &constants {
            self.constant(&mut draft, &mut names, mapping);
        }
        self.wide[number] = constants;
        let skipped = self.plan.skip_without_amount && draft.is_without_amount();
        self.end(draft, &names, sound, skipped);
    }

    /// Fills a field from a cell; `None` where the cell is at fault.
    fn fill(
        &mut self,
        draft: &mut Draft,
        names: &mut Names,
        mapping: &Mapping,
        record: &Record<'_>,
        place: Option<usize>,
    ) -> Option<()> {
        let Some(place) = place else { return Some(()) };
        let outcome = match record.cell(place) {
            Err(_) => Err("is not UTF-8".to_owned()),
            Ok(cell) => self.take(draft, names, mapping, cell),
        };
        match outcome {
            Ok(()) => Some(()),
            Err(text) => {
                self.fault(mapping.place(record.number), text);
                None
            }
        }
    }

    /// Takes the value of a field, or of the name of what may have to be created.
    fn take(&mut self, draft: &mut Draft, names: &mut Names, mapping: &Mapping, cell: &str) -> Result<(), String> {
        let plan = self.plan.clone();
        let texts = &mut self.staged.texts;
        if let Field::CodeName(dimension) = mapping.field {
            let name = draft.name(mapping, cell, &plan, texts)?;
            names.codes.push((dimension, name));
        } else if mapping.field == Field::UnitName && plan.unit_field() != Some(Field::UnitName) {
            names.unit = draft.name(mapping, cell, &plan, texts)?;
        } else {
            draft.fill(mapping, cell, &plan, self.exponent, texts)?;
        }
        Ok(())
    }

    /// Judges a line as a whole and keeps it.
    fn end(&mut self, mut draft: Draft, names: &Names, sound: bool, skipped: bool) {
        if skipped {
            return;
        }
        let faults = self.faults.len() + self.more;
        let plan = self.plan.clone();
        let missing = [(Field::Side, draft.side.is_none()), (Field::Nature, draft.nature.is_none())];
        for (field, missing) in missing {
            if missing && sound {
                self.fault(plan.place(draft.row, field), "is not stated, and every line needs it");
            }
        }
        if let Some(field) = plan.unit_field().filter(|_| draft.unit == 0 && sound) {
            self.fault(plan.place(draft.row, field), "is not stated, and it says whose estimate the row belongs to");
        }
        let [quantity, price, norm] = draft.parts;
        match (BasisParts { quantity, price, norm }).basis() {
            Ok(basis) => draft.basis = basis,
            Err(text) if sound => self.fault(plan.place(draft.row, Field::Quantity), text),
            Err(_) => {}
        }
        if !sound || self.faults.len() + self.more > faults {
            return;
        }
        if names.unit != 0 {
            self.staged.unit_names.entry(draft.unit).or_insert(names.unit);
        }
        for (dimension, name) in names.codes.iter().filter(|(_, name)| *name != 0) {
            self.staged.code_names.entry((*dimension, draft.codes[*dimension as usize])).or_insert(*name);
        }
        // Once something is wrong nothing will be written, so nothing more is held.
        if self.faults.is_empty() {
            self.staged.lines.push(draft);
        }
    }
}

/// The names that a row gives to what may have to be created.
#[derive(Default, Clone)]
struct Names {
    unit: u32,
    codes: Vec<(Dimension, u32)>,
}

fn listed(names: &[&str]) -> String {
    let mut list: Vec<String> = names.iter().take(30).map(|name| format!("{name:?}")).collect();
    if names.len() > list.len() {
        list.push(format!("and {} more", names.len() - list.len()));
    }
    list.join(", ")
}

impl Staged {
    /// A staged line as it is written: the n-th of this import.
    pub fn line(&self, draft: &Draft, id: String, sequence: i64) -> Line {
        draft.line(&self.texts, id, sequence)
    }
}
