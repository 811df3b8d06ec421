//! A mapping's document, checked.

use super::{
    Choice, DateFormat, Expr, Form, Kind, LeaveOut, Lookup, Mapping, Origin, Otherwise, Piece, ScoreRule, Target, Test, check, date,
};
use crate::{
    app::import::source::{Encoding, Options},
    domain::{
        document::{self, Named, Table, Value},
        nearest::nearest,
        problem::{Problem, alternatives, quoted},
        search,
        text::Text,
    },
};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Reads a mapping. `name` is what the problems call the file, and what the mapping is called.
pub fn read(name: &str, text: &str) -> Result<Mapping, Vec<Problem>> {
    document::read(name, text, |root| mapping(name, root))
}

fn mapping(name: &str, root: &Table<'_>) -> Mapping {
    let head = root.required("mapping").and_then(|value| value.table());
    let mut mapping = head.as_ref().map_or_else(|| empty(name, Kind::Lead), |head| self::head(name, head));
    if let Some(head) = head {
        head.finish();
    }
    if let Some(lookups) = root.optional("lookup") {
        mapping.lookups = lookups.tables().iter().filter_map(lookup).collect();
    }
    if let Some(fields) = root.required("fields").and_then(|value| value.table()) {
        mapping.fields = self::fields(&fields, &mapping);
    }
    if let Some(score) = root.optional("score").and_then(|value| value.table()) {
        if mapping.kind != Kind::Lead {
            score.problem(format!("a {} has no score", mapping.kind.name()), "remove the section");
        }
        mapping.score_start = score.optional("start").and_then(|value| value.integer(0..=100)).map_or(0.0, |points| points as f64);
        let rules = score.optional("rule").map(|rules| rules.tables()).unwrap_or_default();
        mapping.score_rules = rules.iter().filter_map(score_rule).collect();
        score.finish();
    }
    if let Some(rules) = root.optional("leave_out") {
        mapping.leave_out = rules.tables().iter().filter_map(leave_out).collect();
    }
    if let Some(checks) = root.optional("check") {
        mapping.checks = checks.tables().iter().filter_map(check::read).collect();
    }
    if let Some(rules) = root.optional("fixed") {
        mapping.fixed = rules.tables().iter().filter_map(|rule| check::fixed(rule, mapping.kind)).collect();
    }
    mapping
}

fn empty(name: &str, kind: Kind) -> Mapping {
    Mapping {
        name: name.to_owned(),
        kind,
        system: Text::default(),
        id_is_key: false,
        about: Text::default(),
        options: Options::default(),
        zone: Tz::UTC,
        dates: vec![DateFormat::Iso],
        missing: Vec::new(),
        decimal_comma: false,
        recognise: Vec::new(),
        fields: BTreeMap::new(),
        leave_out: Vec::new(),
        score_start: 0.0,
        score_rules: Vec::new(),
        lookups: Vec::new(),
        checks: Vec::new(),
        fixed: Vec::new(),
        id_per_partner: false,
        list: None,
        period: None,
    }
}

fn head(name: &str, head: &Table<'_>) -> Mapping {
    let kinds = Kind::ALL.map(|kind| (kind.name(), kind));
    let kind = head.required("kind").and_then(|value| value.one_of(&kinds)).unwrap_or(Kind::Lead);
    let mut mapping = empty(name, kind);
    mapping.system = head.required("system").and_then(|value| value.text()).unwrap_or_default();
    mapping.id_is_key = head.optional("id_is_key").and_then(|value| value.boolean()).unwrap_or(false);
    mapping.id_per_partner = head.optional("id_per_partner").and_then(|value| value.boolean()).unwrap_or(false);
    mapping.list = head.optional("id_per_file").and_then(|value| value.boolean()).unwrap_or(false).then(Text::default);
    mapping.about = head.optional("about").and_then(|value| value.any_text()).unwrap_or_default();
    if let Some(zone) = head.optional("zone").and_then(|value| value.zone()) {
        mapping.zone = zone;
    }
    if let Some(formats) = head.optional("dates") {
        mapping.dates = dates(&formats);
    }
    mapping.missing = strings(head.optional("missing"));
    mapping.recognise = strings(head.optional("recognise"));
    mapping.decimal_comma = head.optional("decimal_comma").and_then(|value| value.boolean()).unwrap_or(false);
    mapping.options.separator = head.optional("separator").and_then(|value| separator(&value));
    mapping.options.encoding = head.optional("encoding").and_then(|value| {
        let text = value.text()?;
        text.parse::<Encoding>()
            .map_err(|_| value.problem(format!("{} is not an encoding", quoted(&text)), "it is utf-8, utf-16, utf-16be or windows-1252"))
            .ok()
    });
    mapping
}

fn separator(value: &Value<'_>) -> Option<u8> {
    // A tab is written `\t`, which cleaning has made visible.
    let text = value.any_text()?;
    match &*text {
        "," | ";" | "|" => text.bytes().next(),
        "<U+0009>" | "tab" => Some(b'\t'),
        _ => {
            value.problem(format!("{} is not a separator", quoted(&text)), "it is \",\", \";\", \"|\" or \"tab\"");
            None
        }
    }
}

fn dates(value: &Value<'_>) -> Vec<DateFormat> {
    let read = |(text, value): (Text, Value<'_>)| {
        let format = DateFormat::read(&text);
        if format.is_none() {
            let names = date::NAMED.iter().map(|(name, _)| *name);
            let near = value.did_you_mean(&text, names.clone());
            let hint =
                if near.is_empty() { format!("it is {}, or a pattern such as \"%d.%m.%Y %H:%M\"", alternatives(names)) } else { near };
            value.problem(format!("{} is not a format of dates", quoted(&text)), hint);
        }
        format
    };
    value.texts().into_iter().filter_map(read).collect()
}

pub(super) fn strings(value: Option<Value<'_>>) -> Vec<String> {
    let list = value.map(|value| value.list()).unwrap_or_default();
    list.iter().filter_map(Value::any_text).map(|text| text.to_string()).collect()
}

fn lookup(table: &Table<'_>) -> Option<Lookup> {
    let text = |key| table.required(key).and_then(|value: Value<'_>| value.text()).map(|text| text.to_string());
    let (name, file, key) = (text("name"), text("file"), text("key"));
    let from = table.optional("from").and_then(|value| value.text()).map(|text| text.to_string()).or_else(|| key.clone());
    if let (Some(file), Some(value)) = (&file, table.optional("file"))
        && (file.contains(['/', '\\']) || file == "..")
    {
        value.problem(format!("{} is not the name of a file", quoted(file)), "the file stands beside the one that is imported");
    }
    let flag = |key| table.optional(key).and_then(|value: Value<'_>| value.boolean()).unwrap_or(false);
    let (loose, optional) = (flag("loose"), flag("optional"));
    table.finish();
    Some(Lookup { name: name?, file: file?, key: key?, from: from?, loose, optional })
}

fn fields(table: &Table<'_>, mapping: &Mapping) -> BTreeMap<&'static str, Expr> {
    let mut fields = BTreeMap::new();
    for entry in table.named() {
        match mapping.kind.target(&entry.name) {
            Some(target) => {
                fields.insert(target.name, expr(&entry.value, target, mapping));
            }
            None => unknown_field(&entry, mapping.kind),
        }
    }
    for target in mapping.kind.targets().iter().filter(|target| target.required && !fields.contains_key(target.name)) {
        table.problem(
            format!("{} has no {}", table.label(), quoted(target.name)),
            format!("every {} needs it: {}", mapping.kind.name(), target.doc),
        );
    }
    fields
}

fn unknown_field(entry: &Named<'_>, kind: Kind) {
    let names = || kind.targets().iter().map(|target| target.name);
    // Somebody who writes `columnname = "field"` has it the wrong way round.
    let near = nearest(&entry.name, names()).map_or_else(
        || format!("the fields are {}", names().collect::<Vec<_>>().join(", ")),
        |name| format!("did you mean {}?", quoted(name)),
    );
    entry.problem(format!("a {} has no field {}", kind.name(), quoted(&entry.name)), near);
}

fn expr(value: &Value<'_>, target: &Target, mapping: &Mapping) -> Expr {
    if value.is_list() {
        let pieces = value.list();
        if pieces.is_empty() {
            value.problem(format!("{} is an empty list", value.label()), "name the columns to look at, in order");
        }
        Expr(pieces.iter().filter_map(|piece| self::piece(piece, target, mapping)).collect())
    } else {
        Expr(piece(value, target, mapping).into_iter().collect())
    }
}

fn piece(value: &Value<'_>, target: &Target, mapping: &Mapping) -> Option<Piece> {
    if value.is_text() {
        let name = value.text()?.to_string();
        check_column(value, &name, mapping);
        return Some(Piece::plain(Origin::Columns { names: vec![name], with: String::new() }));
    }
    let table = value.table()?;
    let mut piece = Piece::plain(origin(&table, target, mapping)?);
    if let Some(before) = table.optional("before").and_then(|value| value.any_text()) {
        piece.before = before.to_string();
    }
    piece.cut = table.optional("cut").and_then(|value| value.any_text()).filter(|cut| !cut.is_empty()).map(|cut| cut.to_string());
    for entry in table.section("map").map(|map| map.named()).unwrap_or_default() {
        let key = search::slug(&entry.name);
        if key.is_empty() {
            entry.problem(
                format!("{} has no letter or digit", quoted(&entry.name)),
                "list what stands for nothing in `missing` of [mapping]",
            );
        }
        if let Some(mapped) = stated(&entry.value, target)
            && piece.map.insert(key, mapped).is_some()
        {
            entry.problem(format!("{} is mapped twice", quoted(&entry.name)), "case, spaces and punctuation do not matter; remove one");
        }
    }
    if let Some(otherwise) = table.optional("otherwise") {
        let text = otherwise.any_text()?;
        piece.otherwise = if text.is_empty() { Otherwise::Missing } else { Otherwise::Value(stated(&otherwise, target)?) };
    }
    if let Some(unreadable) = table.optional("unreadable") {
        piece.unreadable_is_missing = unreadable.one_of(&[("reject", false), ("missing", true)])?;
    }
    let is_time = matches!(target.form, Form::Time | Form::Day);
    for key in ["dates", "zone"] {
        if let Some(value) = table.optional(key)
            && !is_time
        {
            value.problem(format!("field {} is not a time", quoted(target.name)), format!("remove {}", quoted(key)));
        }
    }
    piece.dates = table.optional("dates").filter(|_| is_time).map(|value| dates(&value));
    piece.zone = table.optional("zone").filter(|_| is_time).and_then(|value| value.zone());
    table.finish();
    Some(piece)
}

fn origin(table: &Table<'_>, target: &Target, mapping: &Mapping) -> Option<Origin> {
    let (from, join, constant) = (table.optional("from"), table.optional("join"), table.optional("constant"));
    let with = table.optional("with");
    if let (None, Some(with)) = (&join, &with) {
        with.problem(format!("{} goes with \"join\"", with.label()), "");
    }
    match (from, join, constant) {
        (Some(from), None, None) => {
            let name = from.text()?.to_string();
            check_column(&from, &name, mapping);
            Some(Origin::Columns { names: vec![name], with: String::new() })
        }
        (None, Some(join), None) => {
            let names: Vec<(Text, Value<'_>)> = join.texts();
            for (name, value) in &names {
                check_column(value, name, mapping);
            }
            let with = with.map_or_else(|| Some(" ".into()), |with| with.any_text());
            Some(Origin::Columns { names: names.into_iter().map(|(name, _)| name.to_string()).collect(), with: with?.to_string() })
        }
        (None, None, Some(constant)) => stated(&constant, target).map(Origin::Constant),
        _ => {
            table.problem(
                format!("{} needs exactly one of \"from\", \"join\" and \"constant\"", table.label()),
                "\"from\" names a column, \"join\" several, \"constant\" is a value",
            );
            None
        }
    }
}

/// A value that the mapping states must be one that the field can hold.
fn stated(value: &Value<'_>, target: &Target) -> Option<String> {
    let text = value.text()?;
    if let Err(expected) = target.form.check(&text) {
        let hint = match target.form {
            Form::Choice(choice) => near_choice(value, &text, choice),
            _ => String::new(),
        };
        value.problem(format!("field {} can't be {}: it is {expected}", quoted(target.name), quoted(&text)), hint);
        return None;
    }
    Some(text.to_string())
}

fn near_choice(value: &Value<'_>, text: &str, choice: Choice) -> String {
    value.did_you_mean(text, choice.names())
}

/// `geography.City` must name a lookup; other dots belong to nested JSON.
fn check_column(value: &Value<'_>, name: &str, mapping: &Mapping) {
    let Some((first, _)) = name.split_once('.') else { return };
    let names = || mapping.lookups.iter().map(|lookup| lookup.name.as_str());
    if !mapping.lookups.is_empty() && !names().any(|known| known == first) {
        let near = value.did_you_mean(first, names());
        if !near.is_empty() {
            value.problem(format!("there is no lookup {}", quoted(first)), near);
        }
    }
}

fn score_rule(table: &Table<'_>) -> Option<ScoreRule> {
    let column = table.required("column").and_then(|value| value.text());
    let points = table.required("points").and_then(|value| value.integer(-100..=100));
    let test = test(table);
    table.finish();
    Some(ScoreRule { column: column?.to_string(), test: test?, points: points? as f64 })
}

fn leave_out(table: &Table<'_>) -> Option<LeaveOut> {
    let column = table.required("column").and_then(|value| value.text());
    let reason = table.required("reason").and_then(|value| value.text());
    let test = test(table);
    table.finish();
    Some(LeaveOut { column: column?.to_string(), test: test?, reason: reason? })
}

pub(super) fn test(table: &Table<'_>) -> Option<Test> {
    let is = table.optional("is").map(|value| Test::Is(value.texts().iter().map(|(text, _)| search::slug(text)).collect()));
    let decimal = |key| {
        table
            .optional(key)
            .and_then(|value: Value<'_>| value.decimal(2, -100_000_000_000_000..=100_000_000_000_000))
            .map(|cents| cents as f64 / 100.0)
    };
    let at_least = decimal("at_least").map(Test::AtLeast);
    let below = decimal("below").map(Test::Below);
    let given = table.optional("given").and_then(|value| value.boolean()).map(Test::Given);
    let mut tests = [is, at_least, below, given].into_iter().flatten();
    let (first, second) = (tests.next(), tests.next());
    if first.is_none() || second.is_some() {
        table.problem(format!("{} needs exactly one test", table.label()), "\"is\", \"at_least\", \"below\" or \"given\"");
    }
    first
}
