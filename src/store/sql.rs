//! Statements: fixed text with binds, or composed of fixed fragments and binds. Data never becomes text.

use crate::domain::{
    id::{AccountId, AuditSeq, CommandId, LeadId, OperatorId, PartnerId, ProgramVersion},
    text::Text,
    time::{Instant, Span},
};
use sqlx::{FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::{borrow::Cow, fmt::Write as _};

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

/// Rows for one table, in as few statements as the database takes well.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulk {
    head: &'static str,
    pub(super) columns: usize,
    /// Row by row.
    pub(super) args: Vec<Arg>,
    tail: &'static str,
}

/// Rows that PostgreSQL takes in one statement: few round trips, and messages of no more than some megabytes.
pub const ARRAY_ROWS_MAX: usize = 5_000;

/// The most rows in one multi-row statement. Greater ones are hardly faster and cost memory for each prepared text.
const CHUNK_ROWS_MAX: usize = 128;
/// SQLite allows 32,766 binds.
const BINDS_MAX: usize = 32_000;

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
    pub fn bulk<R: IntoIterator<Item = Arg>>(
        head: &'static str,
        columns: usize,
        rows: impl IntoIterator<Item = R>,
        tail: &'static str,
    ) -> Bulk {
        let args: Vec<Arg> = rows.into_iter().flatten().collect();
        debug_assert!(args.len().is_multiple_of(columns.max(1)), "{head}");
        Bulk { head, columns: columns.max(1), args, tail }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Bulk {
    /// Statements with a bind for each value. Their sizes are powers of two, so that a handful of prepared statements serves
    /// every number of rows.
    pub(super) fn values(self) -> Vec<Sql> {
        let Self { head, columns, args, tail } = self;
        let largest = (BINDS_MAX / columns).clamp(1, CHUNK_ROWS_MAX);
        let mut left = args.len() / columns;
        let mut args = args.into_iter();
        let mut out = Vec::new();
        while left > 0 {
            // The greatest power of two that is not above `left` nor `largest`.
            let size = 1 << left.min(largest).ilog2();
            left -= size;
            let mut sql =
                Sql { text: Cow::Owned(String::with_capacity(size * columns * 7 + 256)), args: Vec::with_capacity(size * columns) };
            sql.push(head).push(" values ");
            for i in 0..size {
                if i > 0 {
                    sql.push(", ");
                }
                sql.push_row(args.by_ref().take(columns));
            }
            sql.push(" ").push(tail);
            out.push(sql);
        }
        out
    }

    /// The text of the statement with an array for each column, for any number of rows; PostgreSQL plans it in no time.
    pub(super) fn arrays(&self) -> String {
        let mut text = format!("{} select * from unnest(", self.head);
        for (i, arg) in self.args.iter().take(self.columns).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let _ = write!(text, "{comma}cast(${} as {}[])", i + 1, arg.type_name());
        }
        text + ") " + self.tail
    }
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
        Instant => |v| v.micros(), Span => |v| v.micros(),
        LeadId => |v| v.0, PartnerId => |v| v.0, AccountId => |v| v.0, OperatorId => |v| v.0,
        ProgramVersion => |v| v.0, AuditSeq => |v| v.0;
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
        let rows = (0..777_i64).map(|n| [Arg::from(n), Arg::from("x")]);
        let bulk = Sql::bulk("insert into t (a, b)", 2, rows, "on conflict do nothing");
        let arrays = "insert into t (a, b) select * from unnest(cast($1 as bigint[]), cast($2 as text[])) on conflict do nothing";
        assert_eq!(bulk.arrays(), arrays);
        let all = bulk.values();
        let seen: Vec<i64> = all.iter().flat_map(|sql| &sql.args).filter_map(|arg| if let Arg::Int(n) = arg { *n } else { None }).collect();
        assert_eq!(seen, (0..777).collect::<Vec<_>>());
        assert!(all.iter().all(|sql| (sql.args.len() / 2).is_power_of_two()));
        assert!(Sql::bulk("x", 1, Vec::<[Arg; 1]>::new(), "").values().is_empty());
    }
}
