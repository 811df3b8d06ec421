//! Statements: fixed text with binds, or composed of fixed fragments and binds. Data never becomes text.

use super::error::Result;
use crate::domain::{
    id::{CommandId, Number},
    text::Text,
    time::{Instant, Span},
};
use sqlx::{FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// A row type that both databases can fill: derive `sqlx::FromRow`, or use a tuple.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static> Row for T {}

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Real(Option<f64>),
}

/// A statement and its binds, the same for both databases.
#[derive(Debug, Clone, PartialEq)]
pub struct Sql {
    pub(super) text: Cow<'static, str>,
    pub(super) args: Vec<Arg>,
}

/// The values of a list.
pub fn args<V: Into<Arg>>(values: impl IntoIterator<Item = V>) -> Vec<Arg> {
    values.into_iter().map(Into::into).collect()
}

/// Rows for one table, in as few statements as the database takes well. Each row is made when it is asked for, so that the
/// next statement can be made while the database carries one out.
pub struct Bulk<'a> {
    head: &'static str,
    pub(super) columns: usize,
    tail: &'static str,
    /// Appends the values of the next row; gives whether there was one.
    row: NextRow<'a>,
    /// Rows that were made and not taken yet.
    waiting: Vec<Arg>,
}

type NextRow<'a> = Box<dyn FnMut(&mut Vec<Arg>) -> Result<bool> + Send + 'a>;

/// Rows that PostgreSQL takes in one statement: few round trips, and messages of no more than some megabytes.
const ARRAY_ROWS_MAX: usize = 5_000;
/// The most binds in one statement of many rows on SQLite. Greater ones are hardly faster and cost memory for each prepared text.
const BINDS_MAX: usize = 3_072;
/// The most rows in it.
const VALUE_ROWS_MAX: usize = 1_024;

impl Sql {
    /// A whole statement whose binds are written `$1`, `$2` ...; follow with [`Sql::bind`] in that order.
    pub const fn new(text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), args: Vec::new() }
    }

    /// Binds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Arg>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Appends a fragment.
    pub fn push(&mut self, fragment: &'static str) -> &mut Self {
        self.text.to_mut().push_str(fragment);
        self
    }

    /// Appends `$n` and binds `value` to it.
    pub fn push_bind(&mut self, value: impl Into<Arg>) -> &mut Self {
        self.args.push(value.into());
        let n = self.args.len();
        let _ = write!(self.text.to_mut(), "${n}");
        self
    }

    /// Appends a whole statement; only at a point where nothing is bound yet, so that its `$1` stays the first.
    pub fn push_sql(&mut self, sql: Self) -> &mut Self {
        debug_assert!(self.args.is_empty(), "{}", self.text);
        self.text.to_mut().push_str(&sql.text);
        self.args = sql.args;
        self
    }

    /// Appends `($1, $2, ...)`. The list is filled up to the next power of two by repeating its last value, so that lists
    /// of all lengths need few prepared statements. An empty list becomes `(null)`, which nothing is in.
    pub fn push_list<T: Into<Arg>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        let mut list: Vec<Arg> = values.into_iter().map(Into::into).collect();
        let Some(last) = list.last().cloned() else { return self.push("(null)") };
        list.resize(list.len().next_power_of_two(), last);
        self.push_row(list)
    }

    /// Appends `($1, $2), ($3, $4), ...`, filled up in the same way. There must be at least one row.
    pub fn push_rows<const N: usize>(&mut self, rows: impl IntoIterator<Item = [Arg; N]>) -> &mut Self {
        let mut rows: Vec<[Arg; N]> = rows.into_iter().collect();
        if let Some(last) = rows.last().cloned() {
            rows.resize(rows.len().next_power_of_two(), last);
        }
        for (i, row) in rows.into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.push_row(row);
        }
        self
    }

    fn push_row(&mut self, values: impl IntoIterator<Item = Arg>) -> &mut Self {
        self.push("(");
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.push_bind(value);
        }
        self.push(")")
    }

    /// `{head} values (..), (..) {tail}` for all of `rows`, each with a value for every column.
    pub fn bulk<'a, R: IntoIterator<Item = Arg>>(
        head: &'static str,
        columns: usize,
        rows: impl IntoIterator<Item = R, IntoIter: Send + 'a>,
        tail: &'static str,
    ) -> Bulk<'a> {
        let mut rows = rows.into_iter();
        let row = Box::new(move |out: &mut Vec<Arg>| Ok(rows.next().map(|row| out.extend(row)).is_some()));
        Bulk { head, columns, tail, row, waiting: Vec::new() }
    }

    /// The same of rows that may fail; ends with the first failure.
    pub fn bulk_try<'a, R: IntoIterator<Item = Arg>>(
        head: &'static str,
        columns: usize,
        rows: impl IntoIterator<Item = Result<R>, IntoIter: Send + 'a>,
        tail: &'static str,
    ) -> Bulk<'a> {
        let mut rows = rows.into_iter();
        let row = Box::new(move |out: &mut Vec<Arg>| Ok(rows.next().transpose()?.map(|row| out.extend(row)).is_some()));
        Bulk { head, columns, tail, row, waiting: Vec::new() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Bulk<'_> {
    /// Makes rows until so many wait or there are no more.
    fn make(&mut self, rows: usize) -> Result<()> {
        while self.waiting.len() < rows * self.columns && (self.row)(&mut self.waiting)? {}
        debug_assert!(self.waiting.len().is_multiple_of(self.columns), "{}", self.head);
        Ok(())
    }

    /// The first `rows` of those that wait.
    fn take(&mut self, rows: usize) -> Vec<Arg> {
        let rest = self.waiting.split_off(rows * self.columns);
        std::mem::replace(&mut self.waiting, rest)
    }

    /// The next statement with a bind for each value. Their sizes are powers of two, so that a handful of prepared statements
    /// serves every number of rows.
    pub(super) fn values(&mut self) -> Result<Option<(Arc<str>, Vec<Arg>)>> {
        let largest = 1 << (BINDS_MAX / self.columns).clamp(1, VALUE_ROWS_MAX).ilog2();
        self.make(largest)?;
        let Some(power) = (self.waiting.len() / self.columns).checked_ilog2() else { return Ok(None) };
        let size = 1 << power;
        Ok(Some((values_text(self.head, self.columns, size, self.tail), self.take(size))))
    }

    /// The next statement with an array for each column, for any number of rows; PostgreSQL plans it in no time.
    pub(super) fn arrays(&mut self) -> Result<Option<(String, Vec<Arg>)>> {
        self.make(ARRAY_ROWS_MAX)?;
        if self.waiting.is_empty() {
            return Ok(None);
        }
        let args = std::mem::take(&mut self.waiting);
        let mut text = format!("{} select * from unnest(", self.head);
        for (i, arg) in args.iter().take(self.columns).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let _ = write!(text, "{comma}cast(${} as {}[])", i + 1, arg.type_name());
        }
        Ok(Some((text + ") " + self.tail, args)))
    }
}

/// The text of a statement of so many rows, whose binds have no names: SQLite looks each name up in a list, which with
/// thousands of them costs more than the insert. Made at its first use; there are few, each head in some sizes.
///
/// A row that is refused fails the whole transaction, so SQLite need not keep every page as it was before the statement
/// (`or fail`), which costs a seventh of the insert.
fn values_text(head: &'static str, columns: usize, rows: usize, tail: &'static str) -> Arc<str> {
    type Key = (&'static str, &'static str, usize);
    static TEXTS: LazyLock<Mutex<HashMap<Key, Arc<str>>>> = LazyLock::new(Mutex::default);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let text = texts.entry((head, tail, rows)).or_insert_with(|| {
        let row = format!("({})", vec!["?"; columns].join(", "));
        let into = head.strip_prefix("insert ").unwrap_or_else(|| unreachable!("a bulk statement inserts: {head}"));
        format!("insert or fail {into} values {} {tail}", vec![row; rows].join(", ")).into()
    });
    Arc::clone(text)
}

impl Arg {
    /// The type of such a column in PostgreSQL.
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "bigint",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytea",
            Self::Real(_) => "double precision",
        }
    }
}

impl<I: Number> From<I> for Arg {
    fn from(id: I) -> Self {
        Self::Int(Some(id.number()))
    }
}

impl<I: Number> From<Option<I>> for Arg {
    fn from(id: Option<I>) -> Self {
        Self::Int(id.map(I::number))
    }
}

macro_rules! arg_from {
    ($($variant:ident: $($from:ty => |$value:ident| $expr:expr),+;)+) => {
        $($(
            impl From<$from> for Arg {
                fn from($value: $from) -> Self {
                    Self::$variant(Some($expr))
                }
            }
            impl From<Option<$from>> for Arg {
                fn from(value: Option<$from>) -> Self {
                    Self::$variant(value.map(|$value| $expr))
                }
            }
        )+)+
    };
}

arg_from! {
    Int: i64 => |v| v, i32 => |v| v.into(), u32 => |v| v.into(), u8 => |v| v.into(), bool => |v| v.into(),
        Instant => |v| v.micros(), Span => |v| v.micros();
    Text: &str => |v| v.to_owned(), String => |v| v, &String => |v| v.clone(), &Text => |v| v.to_string(), Text => |v| v.to_string();
    Bytes: &[u8] => |v| v.to_vec(), Vec<u8> => |v| v, [u8; 32] => |v| v.to_vec(), &[u8; 32] => |v| v.to_vec(),
        CommandId => |v| v.0.as_bytes().to_vec();
    Real: f64 => |v| v;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_and_binds_are_numbered() {
        let mut sql = Sql::new("select id from lead where state = ");
        sql.push_bind("offered").push(" and id in ").push_list([7_i64, 8, 9]);
        assert_eq!(sql.text(), "select id from lead where state = $1 and id in ($2, $3, $4, $5)");
        assert_eq!(sql.args[4], Arg::Int(Some(9)), "filled up with the last value");
    }

    #[test]
    fn bulk_statements_hold_every_row_in_few_sizes() {
        let rows = || (0..777_i64).map(|n| [Arg::from(n), Arg::from("x")]);
        let bulk = || Sql::bulk("insert into t (a, b)", 2, rows(), "on conflict do nothing");
        let arrays = "insert into t (a, b) select * from unnest(cast($1 as bigint[]), cast($2 as text[])) on conflict do nothing";
        assert_eq!(bulk().arrays().unwrap().map(|(text, args)| (text, args.len())), Some((arrays.to_owned(), 2 * 777)));
        let mut one = bulk();
        let all: Vec<_> = std::iter::from_fn(|| one.values().unwrap()).collect();
        let seen: Vec<i64> =
            all.iter().flat_map(|(_, args)| args).filter_map(|arg| if let Arg::Int(n) = arg { *n } else { None }).collect();
        assert_eq!(seen, (0..777).collect::<Vec<_>>());
        assert!(all.iter().all(|(_, args)| (args.len() / 2).is_power_of_two()));
        assert_eq!(&*all.last().unwrap().0, "insert or fail into t (a, b) values (?, ?) on conflict do nothing");
        assert_eq!(Sql::bulk("x", 1, Vec::<[Arg; 1]>::new(), "").values().unwrap(), None);
        let failing = [Ok([Arg::from(1_i64)]), Err(crate::store::Error::ReadOnly)];
        assert!(Sql::bulk_try("x", 1, failing, "").values().is_err());
    }
}
