//! Checks: what the system that a file comes from asks of its rows, such as the contract of a vendor's partner portal.

use super::{
    Kind, Test,
    read::{strings, test},
};
use crate::domain::{
    deal::DealField,
    document::{Table, Value},
    problem::quoted,
    text::Text,
};

/// One demand on some columns, always or in some cases.
#[derive(Debug, Clone)]
pub struct Check {
    pub columns: Vec<String>,
    pub demand: Demand,
    /// It holds where all of these do ...
    pub when: Vec<Condition>,
    /// ... and none of these.
    pub unless: Vec<Condition>,
    /// Where the demand comes from, in a few words for the reject; may be empty.
    pub because: Text,
}

#[derive(Debug, Clone)]
pub struct Condition {
    pub column: String,
    pub test: Test,
}

/// What a column has to hold. All but the first two pass an empty cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    Given,
    Empty,
    /// One of these, by slug.
    OneOf(Vec<String>),
    /// Each part between `;` is one of these, by slug.
    EachOf(Vec<String>),
    MoreThan(f64),
    /// No part between `;` is one of these, by slug.
    NoneOf(Vec<String>),
    /// A part between `;` that is one of these, by slug, stands alone.
    Alone(Vec<String>),
    /// At least this many characters.
    Characters(usize),
    /// At most this many characters.
    AtMost(usize),
    /// Exactly this many digits.
    Digits(usize),
    /// A number with at most this many digits after its point.
    Decimals(usize),
    /// Written in one of these ways: `9` is a digit, `A` a letter, anything else itself.
    Shape(Vec<String>),
}

impl Check {
    /// Every column that it names.
    pub fn looks_at(&self) -> impl Iterator<Item = &str> {
        let conditions = self.when.iter().chain(&self.unless).map(|condition| condition.column.as_str());
        self.columns.iter().map(String::as_str).chain(conditions)
    }

    /// A column that every row needs and that is not there.
    pub fn always_needs(&self, is_there: impl Fn(&str) -> bool) -> Option<&str> {
        let is_always = self.demand == Demand::Given && self.when.is_empty() && self.unless.is_empty();
        self.columns.iter().map(String::as_str).find(|column| is_always && !is_there(column))
    }
}

/// Fields of a deal that the contract of its system does not let change, always or in some cases.
#[derive(Debug, Clone)]
pub struct Fixed {
    pub fields: Vec<DealField>,
    /// It holds where all of these do ...
    pub when: Vec<Condition>,
    /// ... and none of these.
    pub unless: Vec<Condition>,
    /// It holds only where the registration has the sales stage of the row already: what changes together with the stage may.
    pub after_stage: bool,
    /// Why, as it stands in "the value can't be changed: ...".
    pub because: Text,
}

impl Fixed {
    /// Every column that it names.
    pub fn looks_at(&self) -> impl Iterator<Item = &str> {
        self.when.iter().chain(&self.unless).map(|condition| condition.column.as_str())
    }
}

pub fn fixed(table: &Table<'_>, kind: Kind) -> Option<Fixed> {
    if kind != Kind::Deal {
        table.problem(format!("a {} is not edited field by field", kind.name()), "remove the section");
    }
    let field = |(name, value): (Text, Value<'_>)| {
        let known = DealField::from_name(&name);
        if known.is_none() {
            let names = || DealField::ALL.iter().map(|field| field.name());
            value.problem(format!("there is no field {}", quoted(&name)), value.did_you_mean(&name, names()));
        }
        known
    };
    let fields = table.required("fields").map(|fields| fields.texts().into_iter().filter_map(field).collect());
    let (when, unless) = (conditions(table, "when"), conditions(table, "unless"));
    let after_stage = table.optional("after_stage").and_then(|value| value.boolean()).unwrap_or(false);
    let because = table.required("because").and_then(|value| value.text());
    table.finish();
    Some(Fixed { fields: fields?, when, unless, after_stage, because: because? })
}

pub fn read(table: &Table<'_>) -> Option<Check> {
    let columns = table.required("columns").map(|columns| strings(Some(columns)));
    let demand = demand(table);
    let (when, unless) = (conditions(table, "when"), conditions(table, "unless"));
    let because = table.optional("because").and_then(|value| value.any_text()).unwrap_or_default();
    table.finish();
    Some(Check { columns: columns?, demand: demand?, when, unless, because })
}

fn conditions(table: &Table<'_>, key: &'static str) -> Vec<Condition> {
    let Some(value) = table.optional(key) else { return Vec::new() };
    let tables: Vec<Table<'_>> = if value.is_list() { value.tables() } else { value.table().into_iter().collect() };
    tables.iter().filter_map(condition).collect()
}

fn condition(table: &Table<'_>) -> Option<Condition> {
    let column = table.required("column").and_then(|value| value.text());
    let test = test(table);
    table.finish();
    Some(Condition { column: column?.to_string(), test: test? })
}

const DEMANDS: &str = "\"given\", \"one_of\", \"each_of\", \"none_of\", \"alone\", \"shape\", \"more_than\", \"characters\", \"at_most\", \
    \"digits\" or \"decimals\"";

fn demand(table: &Table<'_>) -> Option<Demand> {
    let list = |key| table.optional(key).map(|value: Value<'_>| strings(Some(value)));
    let whole = |key| table.optional(key).and_then(|value: Value<'_>| value.integer(0..=100_000)).and_then(|n| usize::try_from(n).ok());
    let given = table.optional("given").and_then(|value| value.boolean());
    let given = given.map(|given| if given { Demand::Given } else { Demand::Empty });
    let one_of = list("one_of").map(Demand::OneOf);
    let each_of = list("each_of").map(Demand::EachOf);
    let more_than = table.optional("more_than").and_then(|value| value.integer(0..=1_000_000_000)).map(|n| Demand::MoreThan(n as f64));
    let others = [
        given,
        one_of,
        each_of,
        list("none_of").map(Demand::NoneOf),
        list("alone").map(Demand::Alone),
        list("shape").map(Demand::Shape),
        more_than,
        whole("characters").map(Demand::Characters),
        whole("at_most").map(Demand::AtMost),
        whole("digits").map(Demand::Digits),
        whole("decimals").map(Demand::Decimals),
    ];
    let mut demands = others.into_iter().flatten();
    let (first, second) = (demands.next(), demands.next());
    if first.is_none() || second.is_some() {
        table.problem(format!("{} needs exactly one demand", table.label()), DEMANDS);
    }
    first
}
