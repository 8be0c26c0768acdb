//! Lines that are added up one by one as they are read: where the engine would sort them all to tell them apart.
//!
//! Absent: PostgreSQL, which tells them apart by hashes, and would have to send every line.

use std::collections::HashMap;

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::statement::Statement;
use crate::budget::model::{Amounts, Side, Sum};
use crate::budget::summary::{Cell, Part};
use crate::commit::View;
use crate::db::{Conn, Stored};
use crate::error::{Error, Result};

/// What sums are told apart by, as statements select it: the class, the side, three columns, the other end of a transfer.
pub type CellColumns = (BigInt, Text, MaybeText, MaybeText, MaybeText, MaybeText);
type MaybeText = Nullable<Text>;
/// The same as it is read.
pub type CellRow = (i64, Stored<Side>, Option<String>, Option<String>, Option<String>, Option<String>);

/// What a row says that it stands for.
pub fn cell_of((class, side, first, second, third, counterpart): CellRow) -> Cell {
    let class = usize::try_from(class).unwrap_or(usize::MAX);
    Cell { class, side: side.0, columns: [first, second, third], counterpart }
}

type LineColumns = (CellColumns, Six);
type Six = (Figure, Figure, Figure, Figure, Figure, Figure);
type Figure = Nullable<BigInt>;
type LineRow = (CellRow, SixFigures);
type SixFigures = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Adds up the lines that a statement finds: of each its cell, and its figure of each stage.
pub fn gather(view: &mut View<'_>, statement: &Statement) -> Result<Vec<Part>> {
    let Conn::Sqlite(conn) = &mut *view.conn else { return Err(Error::bug("lines are sent to be added up")) };
    let values = statement.values();
    let mut sums: HashMap<Cell, Sum> = HashMap::new();
    for row in statement.question::<LineColumns>(&values).load_iter::<LineRow, DefaultLoadingMode>(conn)? {
        let (cell, (actual_n2, budget_n1, expected_n1, requested, appraised, decided)) = row?;
        let figures = Amounts([actual_n2, budget_n1, expected_n1, requested, appraised, decided]);
        sums.entry(cell_of(cell)).or_default().count(&figures)?;
    }
    Ok(sums.into_iter().collect())
}
