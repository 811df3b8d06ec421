//! A program's document with other rules of tiers: comments, order and everything else in it stay as they are.

use super::parse;
use crate::domain::tier::{
    Rules,
    knob::{Knob, Place},
    rules::{Card, Composite, Criterion, Measure},
};
use rust_decimal::Decimal;
use toml_edit::{ArrayOfTables, DocumentMut, Item, TableLike, Value};

/// The document with what differs between `before`, which it states, and `after`.
///
/// # Errors
/// One sentence when the document can't be read, says something else where a number is expected, or would not state `after`.
pub fn with_rules(toml: &str, before: &Rules, after: &Rules) -> Result<String, String> {
    let mut last = String::new();
    for extent in [Extent::Turned, Extent::Whole] {
        let text = edited(toml, before, after, extent)?;
        match parse("program", &text) {
            Ok(program) if program.tier_rules() == *after => return Ok(text),
            Ok(_) => "the program can't state these rules".clone_into(&mut last),
            Err(problems) => last = problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; "),
        }
    }
    Err(last)
}

/// How much is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What differs.
    Turned,
    /// Everything: a document that leaves a part to what is built in has to state all of that part once it states some.
    Whole,
}

fn edited(toml: &str, before: &Rules, after: &Rules, extent: Extent) -> Result<String, String> {
    let mut document: DocumentMut = toml.parse().map_err(|error| format!("the program in force can't be read: {error}"))?;
    if extent == Extent::Whole {
        state_criteria(&mut document, &after.card);
    }
    for knob in Knob::all(before) {
        let value = knob.value(after);
        let Some(place) = knob.place(before).filter(|_| extent == Extent::Whole || value != knob.value(before)) else { continue };
        match table(&mut document, &place) {
            Some((table, key)) => put(table, key, value.map(|value| stated(knob, value, after))),
            None if extent == Extent::Turned => {}
            None => return Err(format!("the program does not state {}", knob.name(before))),
        }
    }
    Ok(document.to_string())
}

/// Writes the criteria that are built in, where the document has none.
fn state_criteria(document: &mut DocumentMut, card: &Card) {
    let scorecard = document.entry("scorecard").or_insert_with(toml_edit::table);
    let Some(scorecard) = scorecard.as_table_like_mut().filter(|table| !table.contains_key("criterion")) else { return };
    let mut criteria = ArrayOfTables::new();
    for rule in &card.criteria {
        let mut row = toml_edit::Table::new();
        row.insert("name", Item::Value(rule.criterion.name().into()));
        row.insert("weight", Item::Value(number(Decimal::new(rule.weight.into(), 2))));
        match &rule.measure {
            Measure::Linear { target } => drop(row.insert("target", Item::Value(number(*target)))),
            Measure::Bands(bands) => {
                let bands = bands.iter().map(|band| Value::from_iter([number(band.from), number(band.points)]));
                row.insert("bands", Item::Value(bands.collect()));
            }
        }
        criteria.push(row);
    }
    scorecard.insert("criterion", Item::ArrayOfTables(criteria));
}

/// A decimal as TOML writes numbers.
fn number(value: Decimal) -> Value {
    value.normalize().to_string().parse().unwrap_or_else(|_| value.to_string().into())
}

/// How a value is written.
fn stated(knob: Knob, value: Decimal, after: &Rules) -> Value {
    match knob {
        Knob::Composite => if after.card.composite == Composite::Geometric { "geometric" } else { "sum" }.into(),
        Knob::Cap => after.card.cap.into(),
        _ => number(value),
    }
}

fn table<'a>(document: &'a mut DocumentMut, place: &Place) -> Option<(&'a mut dyn TableLike, &'static str)> {
    match place {
        Place::Scorecard(key) => Some((document.get_mut("scorecard")?.as_table_like_mut()?, key)),
        Place::Tier(tier, key) => {
            let tiers = document.get_mut("tiers")?.as_table_like_mut()?;
            let name = tiers.iter().map(|(name, _)| name.to_owned()).find(|name| name.eq_ignore_ascii_case(tier))?;
            Some((tiers.get_mut(&name)?.as_table_like_mut()?, key))
        }
        Place::Criterion(criterion, key) => {
            let criteria = document.get_mut("scorecard")?.as_table_like_mut()?.get_mut("criterion")?;
            Some((named(criteria.as_array_of_tables_mut()?, *criterion)?, key))
        }
    }
}

fn named(criteria: &mut ArrayOfTables, criterion: Criterion) -> Option<&mut dyn TableLike> {
    let is_it = |table: &&mut toml_edit::Table| table.get("name").and_then(Item::as_str) == Some(criterion.name());
    criteria.iter_mut().find(is_it).map(|table| table as &mut dyn TableLike)
}

/// Puts a value where one stood, with the comment behind it; or takes it away.
fn put(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key) {
        Some(item) => {
            if let Some(known) = item.as_value() {
                *value.decor_mut() = known.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program::DEMO;

    fn demo() -> Rules {
        parse("program", DEMO).unwrap().tier_rules()
    }

    fn lines(before: &str, after: &str) -> Vec<String> {
        let gone = before.lines().filter(|line| !after.lines().any(|other| other == *line)).map(|line| format!("- {line}"));
        let come = after.lines().filter(|line| !before.lines().any(|other| other == *line)).map(|line| format!("+ {line}"));
        gone.chain(come).collect()
    }

    #[test]
    fn only_what_was_turned_changes() {
        let (before, mut after) = (demo(), demo());
        Knob::Revenue(1).set(&mut after, Some(Decimal::from(4_500_000))).unwrap();
        Knob::Score(2).set(&mut after, Some(Decimal::from(40))).unwrap();
        Knob::Score(0).set(&mut after, None).unwrap();
        Knob::Rebate(2).set(&mut after, Some(Decimal::new(225, 2))).unwrap();
        Knob::Composite.turn(&mut after, 1);
        let text = with_rules(DEMO, &before, &after).unwrap();
        assert_eq!(
            lines(DEMO, &text),
            [
                // Of platinum, which stands first.
                "- score = 80",
                "- revenue = 5_000_000",
                "- rebate_percent = 1.5",
                "- composite = \"sum\"              # \"geometric\": the weighted geometric mean of performance, potential and fit",
                "+ revenue = 4500000",
                "+ rebate_percent = 2.25",
                "+ score = 40",
                "+ composite = \"geometric\"              # \"geometric\": the weighted geometric mean of performance, potential and fit",
            ]
        );
    }

    #[test]
    fn every_knob_can_be_stated() {
        let before = demo();
        for knob in Knob::all(&before) {
            let mut after = before.clone();
            knob.turn(&mut after, 1);
            if let Knob::Weight(at) = knob {
                // Weights add up to a hundred: another gives what this one takes.
                let other = usize::from(at == 0);
                Knob::Weight(other).turn(&mut after, -1);
            }
            assert_ne!(knob.value(&after), knob.value(&before), "{knob:?}");
            let text = with_rules(DEMO, &before, &after).unwrap_or_else(|why| panic!("{knob:?}: {why}"));
            assert_eq!(parse("program", &text).unwrap().tier_rules(), after, "{knob:?}");
        }
    }

    #[test]
    fn what_is_built_in_is_stated_once_a_part_of_it_is_turned() {
        // Neither gates nor a scorecard: both are built in.
        let gates = ["revenue = ", "certifications = ", "score = "];
        let bare: Vec<&str> = DEMO.lines().filter(|line| !gates.iter().any(|gate| line.starts_with(gate))).collect();
        let bare = bare.join("\n");
        let (from, to) = (bare.find("[scorecard]").unwrap(), bare.find("[sla.accept]").unwrap());
        let bare = format!("{}{}", &bare[..from], &bare[to..]);
        let before = parse("program", &bare).unwrap().tier_rules();
        assert!(!before.card.criteria.is_empty() && before.lines[1].gates.revenue.is_some(), "something is built in");
        for knob in Knob::all(&before).into_iter().filter(|knob| !matches!(knob, Knob::Weight(_))) {
            let mut after = before.clone();
            knob.turn(&mut after, 1);
            let text = with_rules(&bare, &before, &after).unwrap_or_else(|why| panic!("{knob:?}: {why}"));
            assert_eq!(parse("program", &text).unwrap().tier_rules(), after, "{knob:?}");
        }
    }

    #[test]
    fn weights_that_do_not_add_up_are_told() {
        let (before, mut after) = (demo(), demo());
        Knob::Weight(0).turn(&mut after, 1);
        let why = with_rules(DEMO, &before, &after).unwrap_err();
        assert_eq!(why, "the weights of the criteria add up to 101");
    }
}
