//! A report as JSON for programs, under a version: `{"version": 1, "report": "scorecard", "title": .., "on": .., "sections":
//! {ID: {"title": .., "notes": [..], "figures": {ID: FIGURE}, "tables": {ID: [{ID: FIGURE}]}}}}`.
//!
//! A figure is a text, a number of things, `{"amount": "12.50", "currency": "EUR"}` or a list of these, `{"percent": "88.89"}`,
//! `{"number": "94.33"}`, `{"days": 12}`, `{"minutes": 95}`; null where there is none, and `{"known": false}` where the database
//! does not know it. Decimal numbers are texts, so that no reader rounds them.

use crate::domain::{
    money::Money,
    report::{Column, Fact, Figure, Report, Section, Table, VERSION},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::json;
use std::io::{self, Write};

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Whole(report)).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

struct Whole<'a>(&'a Report);
struct Sections<'a>(&'a [Section]);
struct Part<'a>(&'a Section);
struct Facts<'a>(&'a [Fact]);
struct Tables<'a>(&'a [Table]);
struct Rows<'a>(&'a Table);
struct Cells<'a>(&'a [Column], &'a [Figure]);
struct Value<'a>(&'a Figure);

/// Maps in the order of the report, not of the names.
impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &VERSION)?;
        map.serialize_entry("report", report.kind.name())?;
        map.serialize_entry("title", &report.title)?;
        map.serialize_entry("on", &report.on)?;
        map.serialize_entry("sections", &Sections(&report.sections))?;
        map.end()
    }
}

impl Serialize for Sections<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|section| (section.id, Part(section))))
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &self.0.title)?;
        map.serialize_entry("notes", &self.0.notes)?;
        map.serialize_entry("figures", &Facts(&self.0.facts))?;
        map.serialize_entry("tables", &Tables(&self.0.tables))?;
        map.end()
    }
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|fact| (fact.id, Value(&fact.figure))))
    }
}

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|table| (table.id, Rows(table))))
    }
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.rows.iter().map(|row| Cells(&self.0.columns, row)))
    }
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1).map(|(column, figure)| (column.id, Value(figure))))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let money = |money: &Money| json!({ "amount": money.amount().to_string(), "currency": money.currency });
        let value = match self.0 {
            Figure::NotKnown => json!({ "known": false }),
            Figure::Nothing => json!(null),
            Figure::Text(text) => json!(text),
            Figure::Count(count) => json!(count),
            Figure::Money(amount) => money(amount),
            Figure::Sums(sums) => sums.iter().map(money).collect(),
            Figure::Percent(value) => json!({ "percent": value.to_string() }),
            Figure::Number(value) => json!({ "number": value.to_string() }),
            Figure::Day(day) => json!(day),
            Figure::Days(days) => json!({ "days": days }),
            Figure::Minutes(minutes) => json!({ "minutes": minutes }),
            Figure::Light(light) => json!(light.name()),
        };
        value.serialize(serializer)
    }
}
