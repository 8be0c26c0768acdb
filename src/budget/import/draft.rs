//! A line that is being staged: small, of numbers only, filled cell by cell. Pure.

use super::cell::Decimal;
use super::plan::{Field, ImportLines, Mapping, Source};
use super::stage::Texts;
use crate::budget::model::{
    Amounts, Autonomy, Baseline, Channel, Codes, Content, CostBasis, Line, Nature, Side, Stage,
};
use crate::id::{self, UnitName};
use crate::text;
use crate::word::Word;

/// Amounts lie between minus and plus this.
const AMOUNT_MAX: i64 = 1_000_000_000_000_000_000;
const DESCRIPTION_MAX: usize = 2_000;
const REFERENCE_MAX: usize = 300;
const CODE_MAX: usize = 40;
const EXTERNAL_CODE_MAX: usize = 100;
const NAME_MAX: usize = 300;
/// What is shown of a text that is wrong.
const SHOWN: usize = 60;

/// A line that is being staged; texts are numbers of [`Texts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft {
    pub row: u32,
    /// What names the unit.
    pub unit: u32,
    pub side: Option<Side>,
    pub nature: Option<Nature>,
    pub codes: [u32; 6],
    pub amounts: Amounts,
    /// Quantity, price and norm, each by itself.
    pub parts: [Option<i64>; 3],
    pub basis: Option<CostBasis>,
    pub counterpart: u32,
    autonomy: Option<Autonomy>,
    baseline: Option<Baseline>,
    content: Option<Content>,
    channel: Option<Channel>,
    delegated: bool,
    plan_task: u32,
    project: u32,
    description: u32,
}

impl Draft {
    /// Fills a field from a cell; says what is wrong with the cell.
    pub fn fill(
        &mut self,
        mapping: &Mapping,
        cell: &str,
        plan: &ImportLines,
        exponent: u32,
        texts: &mut Texts,
    ) -> Result<(), String> {
        if mapping.field.is_number() {
            return self.fill_number(mapping, cell, plan, exponent);
        }
        let value = stated(mapping, cell, plan);
        let wrong = |what: &str| Err(format!("{} {what}", shown(cell)));
        match mapping.field {
            Field::Side => self.side = word(value)?,
            Field::Nature => self.nature = word(value)?,
            Field::Autonomy => self.autonomy = word(value)?,
            Field::Baseline => self.baseline = word(value)?,
            Field::Content => self.content = word(value)?,
            Field::Channel => self.channel = word(value)?,
            Field::Delegated => match value.to_ascii_lowercase().as_str() {
                "true" => self.delegated = true,
                "false" | "" => self.delegated = false,
                _ => return wrong("is neither true nor false"),
            },
            Field::Code(_) if !value.is_empty() && !is_code(value) => return wrong("cannot be a code"),
            Field::Code(dimension) => self.codes[dimension as usize] = texts.number(value),
            Field::Counterpart => {
                let unit = UnitName::parse(value).filter(|name| name.jurisdiction == plan.jurisdiction);
                let unit = unit.map_or_else(|| value.to_owned(), |name| name.unit);
                if !unit.is_empty() && !id::is_id(&unit) {
                    return wrong("is not the id of a unit");
                }
                self.counterpart = texts.number(&unit);
            }
            Field::UnitId if !value.is_empty() && !id::is_id(value) => return wrong("cannot be the id of a unit"),
            Field::UnitId => self.unit = texts.number(value),
            Field::UnitCode => self.unit = texts.number(&kept(value, EXTERNAL_CODE_MAX, false)?),
            Field::UnitName => self.unit = texts.number(&kept(value, NAME_MAX, false)?),
            Field::PlanTask => self.plan_task = texts.number(&kept(value, REFERENCE_MAX, false)?),
            Field::Project => self.project = texts.number(&kept(value, REFERENCE_MAX, false)?),
            Field::Description => self.description = texts.number(&kept(value, DESCRIPTION_MAX, true)?),
            // Names are read by `name`, numbers above.
            Field::CodeName(_) | Field::Quantity | Field::Price | Field::Norm | Field::Amount(_) => {}
        }
        Ok(())
    }

    /// Reads a name of what may have to be created.
    pub fn name(&self, mapping: &Mapping, cell: &str, plan: &ImportLines, texts: &mut Texts) -> Result<u32, String> {
        Ok(texts.number(&kept(stated(mapping, cell, plan), NAME_MAX, false)?))
    }

    fn fill_number(&mut self, mapping: &Mapping, cell: &str, plan: &ImportLines, exponent: u32) -> Result<(), String> {
        let (amount, decimals, most) = if mapping.field == Field::Price {
            (true, CostBasis::PRICE, 999_999_999_999_999)
        } else if mapping.field == Field::Quantity {
            (false, CostBasis::QUANTITY, 9_999_999_999_999)
        } else if mapping.field == Field::Norm {
            (false, CostBasis::QUANTITY, 9_999_999_999)
        } else {
            (true, 0, AMOUNT_MAX)
        };
        let folded = cell.to_lowercase();
        let value = if plan.zero_texts.contains(&folded) {
            Some(0)
        } else if cell.is_empty() || plan.unset_texts.contains(&folded) {
            None
        } else {
            let format = match &mapping.source {
                Source::Column { format, .. } => *format,
                Source::Constant(_) => super::cell::Format::default(),
            };
            let number = Decimal::parse(cell, &format).ok_or_else(|| format!("{} is not a number", shown(cell)))?;
            // A field of money is stated in whole units of the currency and held in minor ones.
            let decimals = if amount { decimals + exponent } else { decimals };
            let exact = number.times(format.multiplier).and_then(|number| number.exact(decimals));
            let held = if amount { "minor units of the currency" } else { "what the field holds" };
            Some(exact.ok_or_else(|| format!("{} is not a whole number of {held}", shown(cell)))?)
        };
        let least = if matches!(mapping.field, Field::Price | Field::Norm) { 0 } else { -most };
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            return Err(format!("{} is beyond what the field holds", shown(cell)));
        }
        if let Field::Amount(stage) = mapping.field {
            self.amounts.set(stage, value);
        } else if let Some(part) = [Field::Quantity, Field::Price, Field::Norm].iter().position(|f| *f == mapping.field)
        {
            self.parts[part] = value;
        }
        Ok(())
    }

    /// Whether no stage has an amount other than 0.
    pub fn is_without_amount(&self) -> bool {
        Stage::ALL.iter().all(|stage| self.amounts.get(*stage).unwrap_or_default() == 0)
    }

    /// The projects and tasks that it names, as numbers of texts.
    pub fn references(&self) -> impl Iterator<Item = u32> {
        [self.project, self.plan_task].into_iter().filter(|number| *number != 0)
    }

    /// The line that it is.
    pub fn line(&self, texts: &Texts, id: String, sequence: i64) -> Line {
        let text = |number: u32| Some(texts.get(number)).filter(|text| !text.is_empty()).map(str::to_owned);
        Line {
            id,
            sequence,
            side: self.side.unwrap_or(Side::Expenditure),
            codes: Codes(self.codes.map(text)),
            nature: self.nature.unwrap_or(Nature::Other),
            autonomy: self.autonomy.unwrap_or(Autonomy::NotApplicable),
            baseline: self.baseline,
            content: self.content,
            channel: self.channel,
            delegated: self.delegated,
            unallocated: false,
            counterpart: text(self.counterpart),
            plan_task: text(self.plan_task),
            project: text(self.project),
            description: texts.get(self.description).to_owned(),
            basis: self.basis,
            amounts: self.amounts,
            appraised_reason: None,
            decided_reason: None,
            memo: None,
            revision: 0,
        }
    }
}

/// What a cell of a text states: what it is translated into, nothing, or itself.
fn stated<'a>(mapping: &'a Mapping, cell: &'a str, plan: &ImportLines) -> &'a str {
    if let Source::Column { translations, .. } = &mapping.source {
        if let Some(value) = translations.get(cell) {
            return value;
        }
        if !plan.unset_texts.is_empty() && plan.unset_texts.contains(&cell.to_lowercase()) {
            return "";
        }
    }
    cell
}

fn word<W: Word>(value: &str) -> Result<Option<W>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    let known = W::parse(&value.to_ascii_uppercase());
    let all = || W::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ");
    known.map(Some).ok_or_else(|| format!("{} is none of {}", shown(value), all()))
}

fn is_code(value: &str) -> bool {
    let first = value.bytes().next().is_some_and(|c| c.is_ascii_alphanumeric());
    first && value.len() <= CODE_MAX && value.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c))
}

fn kept(value: &str, most: usize, long: bool) -> Result<String, String> {
    let kept = text::kept(value);
    if kept.chars().count() > most {
        return Err(format!("{} has more than {most} characters", shown(value)));
    }
    if text::has_controls(&kept, long) {
        return Err(format!("{} holds control characters", shown(value)));
    }
    Ok(kept)
}

/// A text of the file as an error shows it.
fn shown(cell: &str) -> String {
    let mut text: String = cell.chars().take(SHOWN).collect();
    if text.len() < cell.len() {
        text.push('…');
    }
    format!("{text:?}")
}
