//! What `[tiers.*]` ask for and give, and `[scorecard]`: how partners are measured.

use super::{MOST, deals::one_of, positive, whole};
use crate::domain::{
    document::{Named, Table, Value},
    money::Currency,
    problem::quoted,
    program::{
        Tier,
        scorecard::{Asked, Given, default_card},
    },
    text::Text,
    tier::{
        Card, Criterion, Measure, Rule, Score,
        rules::{Acquisition, Audits, Band, Composite, Effective, Group, Lights, Missing, WHOLE},
    },
};
use rust_decimal::Decimal;

/// The largest revenue that a tier can ask for, and the largest value of a band or target.
const LARGEST: i64 = 1_000_000_000_000;

/// `revenue`, `certifications` and `score` of a tier. A tier that states neither of the first two has the gates of the trade
/// for its name.
pub fn asked(row: &Table<'_>, name: &str) -> Asked {
    let (revenue, certifications) = (row.optional("revenue"), row.optional("certifications"));
    let by_name = if revenue.is_none() && certifications.is_none() { Asked::by_name(name) } else { Asked::default() };
    Asked {
        revenue: revenue.and_then(|value| value.integer(0..=LARGEST)).or(by_name.revenue),
        certifications: certifications.and_then(|value| whole(&value, 0..=1_000)).or(by_name.certifications),
        score: row.optional("score").and_then(|value| value.decimal(2, 0..=100_000)).map(Score),
    }
}

pub fn given(row: &Table<'_>) -> Given {
    let percent = |key| row.optional(key).and_then(|value| value.decimal(2, 0..=10_000)).map(hundredths).unwrap_or_default();
    Given {
        mdf_percent: percent("mdf_percent"),
        rebate_percent: percent("rebate_percent"),
        support: row.optional("support").and_then(|value| value.text()).unwrap_or_default(),
    }
}

/// A better tier never asks for less than a worse one, and the last asks for nothing: whoever is a partner has it. Only what
/// is stated is looked at; the gates of the trade are taken from the last tier again, whose name may be any.
/// `tiers` best first.
pub fn check_gates(tiers: &mut [Tier], entries: &[Named<'_>]) {
    let entry = |tier: &Tier| entries.iter().find(|entry| *entry.name == *tier.name);
    let states = |tier: &Tier, key| entry(tier).and_then(|entry| entry.value.table()).is_some_and(|row| row.optional(key).is_some());
    for pair in tiers.windows(2) {
        let [better, worse] = pair else { continue };
        let (a, b) = (&better.asks, &worse.asks);
        let less =
            [("revenue", a.revenue < b.revenue), ("certifications", a.certifications < b.certifications), ("score", a.score < b.score)];
        for (key, _) in less.iter().filter(|(key, is_less)| *is_less && states(better, key) && states(worse, key)) {
            if let Some(entry) = entry(better) {
                let message =
                    format!("the tier {} asks for less {key} than {}, which is below it", quoted(&better.name), quoted(&worse.name));
                entry.problem(message, "a better tier asks for at least as much");
            }
        }
    }
    let Some(last) = tiers.last_mut() else { return };
    if ["revenue", "certifications", "score"].iter().any(|key| states(last, key))
        && let Some(entry) = entry(last)
    {
        entry.problem(
            format!("the last tier, {}, asks for something", quoted(&last.name)),
            "every partner has at least the last tier; add one below it that asks for nothing",
        );
    }
    last.asks = Asked::default();
}

pub fn scorecard(root: &Table<'_>, currency: Currency, product_lines: &[Text]) -> Card {
    let mut card = default_card(currency, product_lines.to_vec());
    let Some(table) = root.section("scorecard") else { return card };
    let number = |key, range, default| table.optional(key).and_then(|value| whole(&value, range)).unwrap_or(default);
    card.fiscal_year_starts = number("fiscal_year_starts", 1..=12, card.fiscal_year_starts);
    card.remediation_days = number("remediation_days", 1..=365, card.remediation_days);
    card.rate_max_age_days = number("rate_max_age_days", 0..=365, card.rate_max_age_days);
    card.cap = table.optional("cap").and_then(|value| value.boolean()).unwrap_or(card.cap);
    card.composite = choice(&table, "composite", Composite::ALL, Composite::name, card.composite);
    card.missing = choice(&table, "missing", Missing::ALL, Missing::name, card.missing);
    card.acquisition = choice(&table, "acquisition", Acquisition::ALL, Acquisition::name, card.acquisition);
    card.effective = choice(&table, "effective", Effective::ALL, Effective::name, card.effective);
    card.audits = choice(&table, "audits", Audits::ALL, Audits::name, card.audits);
    card.lights = table.optional("lights").and_then(|value| lights(&value)).unwrap_or(card.lights);
    if let Some(value) = table.optional("criterion") {
        card.criteria = criteria(&value);
    }
    table.finish();
    card
}

fn choice<T: Copy>(table: &Table<'_>, key: &'static str, all: &[T], name: impl Fn(T) -> &'static str, default: T) -> T {
    let choices: Vec<(&'static str, T)> = all.iter().map(|one| (name(*one), *one)).collect();
    table.optional(key).and_then(|value| value.one_of(&choices)).unwrap_or(default)
}

fn hundredths(number: i64) -> Decimal {
    Decimal::new(number, 2).normalize()
}

/// `[95, 90, 80]`: above these percentages shine ahead, green and yellow.
fn lights(value: &Value<'_>) -> Option<Lights> {
    let entries = value.list();
    let parts: Vec<Decimal> = entries.iter().filter_map(|entry| entry.decimal(2, 0..=100_000)).map(hundredths).collect();
    if parts.len() < entries.len() {
        return None;
    }
    match parts[..] {
        [ahead, green, yellow] if ahead > green && green > yellow => Some(Lights { ahead, green, yellow }),
        _ => {
            value.problem(
                format!("{} are not three falling percentages", value.label()),
                "write where ahead, green and yellow begin, such as [95, 90, 80]",
            );
            None
        }
    }
}

fn criteria(value: &Value<'_>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut mistakes = false;
    for row in value.tables_up_to(MOST) {
        let before = row.mistakes();
        let name = row.required("name");
        let criterion = name.as_ref().and_then(|value| one_of(value, &value.text()?, "criterion", Criterion::ALL, Criterion::name));
        let weight = row.required("weight").and_then(|value| value.decimal(2, 1..=i64::from(WHOLE))).map(positive);
        let group = row.optional("group").and_then(|value| one_of(&value, &value.text()?, "group", Group::ALL, Group::name));
        let measure = measure(&row);
        row.finish();
        mistakes |= row.mistakes() > before;
        let (Some(name), Some(criterion), Some(weight), Some(measure)) = (name, criterion, weight, measure) else { continue };
        if rules.iter().any(|rule| rule.criterion == criterion) {
            name.problem(format!("the criterion {} stands twice", quoted(criterion.name())), "remove one");
            mistakes = true;
        }
        rules.push(Rule { criterion, weight, measure, group: group.unwrap_or(criterion.group()) });
    }
    let sum: u32 = rules.iter().map(|rule| rule.weight).sum();
    if !mistakes && sum != WHOLE {
        value.problem(format!("the weights of the criteria add up to {}", hundredths(sum.into())), "they add up to exactly 100");
    }
    rules
}

/// Either `target = 20` or `bands = [[from, points], ..]`.
fn measure(row: &Table<'_>) -> Option<Measure> {
    match (row.optional("target"), row.optional("bands")) {
        (Some(target), None) => Some(Measure::Linear { target: hundredths(target.decimal(2, 1..=100 * LARGEST)?) }),
        (None, Some(value)) => bands(&value).map(Measure::Bands),
        (Some(_), Some(bands)) => {
            bands.problem("this criterion has a target as well as bands", "keep one of them");
            None
        }
        (None, None) => {
            row.problem("this criterion has neither a target nor bands", "state target = 100, or bands = [[50, 40], [100, 100]]");
            None
        }
    }
}

fn bands(value: &Value<'_>) -> Option<Vec<Band>> {
    let mut bands: Vec<Band> = Vec::new();
    let entries = value.list();
    for entry in &entries {
        let parts = entry.list();
        let [from, points] = &parts[..] else {
            entry.problem(format!("{} is not a band", entry.label()), "write its lower end and its points, such as [50, 40]");
            return None;
        };
        let band = Band {
            from: hundredths(from.decimal(2, -100 * LARGEST..=100 * LARGEST)?),
            points: hundredths(points.decimal(2, 0..=100_000)?),
        };
        if bands.last().is_some_and(|last| band.from <= last.from || band.points <= last.points) {
            entry.problem("the bands do not rise", "each begins higher than the one before and gives more points");
            return None;
        }
        bands.push(band);
    }
    if bands.is_empty() {
        value.problem("there is no band", "write bands = [[50, 40], [100, 100]]");
        return None;
    }
    Some(bands)
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        program::{DEMO, Program, diff, parse},
        tier::{Criterion, Light, Score},
    };

    const HEAD: &str = "[program]\nname = \"P\"\nzone = \"UTC\"\ncurrency = \"JPY\"\ncalendar = \"c\"\n[calendars.c]\nzone = \"UTC\"\nhours = { mon-sun = [\"00:00-24:00\"] }\n[tiers.gold]\nrank = 1\nlead_weight = 1\n";

    fn read(rest: &str) -> Program {
        parse("p.toml", &format!("{HEAD}{rest}")).unwrap()
    }

    #[test]
    fn a_program_without_the_section_has_the_card_and_the_gates_of_the_trade() {
        let rules = read("[tiers.Silver]\nrank = 2\nlead_weight = 1\n[tiers.other]\nrank = 3\nlead_weight = 1\n").tier_rules();
        let weights: Vec<u32> = rules.card.criteria.iter().map(|rule| rule.weight / 100).collect();
        assert_eq!(weights, [30, 20, 20, 15, 15]);
        let gates: Vec<_> = rules.lines.iter().map(|line| (line.gates.revenue, line.gates.certifications)).collect();
        assert_eq!(gates, [(Some(5_000_000), Some(2)), (Some(1_000_000), Some(1)), (None, None)], "whole yen");
        let last = read("").tier_rules();
        assert_eq!(last.lines[0].gates, crate::domain::tier::Gates::default(), "the last tier asks for nothing, whatever its name");
    }

    #[test]
    fn every_rule_can_be_stated_and_shows_in_the_plan() {
        let tiers = "revenue = 7\ncertifications = 4\nscore = 88.5\nmdf_percent = 2.5\nrebate_percent = 1\nsupport = \"named\"\n[tiers.rest]\nrank = 2\nlead_weight = 1\n";
        let card = "[scorecard]\ncomposite = \"geometric\"\nmissing = \"zero\"\ncap = false\nlights = [99, 98, 97.5]\n\
                    fiscal_year_starts = 4\nacquisition = \"whole_period\"\nremediation_days = 60\neffective = \"at_once\"\n\
                    audits = \"quarterly\"\nrate_max_age_days = 3\n\
                    [[scorecard.criterion]]\nname = \"coverage\"\nweight = 99.5\nbands = [[-10, 0], [50, 100]]\ngroup = \"performance\"\n\
                    [[scorecard.criterion]]\nname = \"revenue\"\nweight = 0.5\ntarget = 12.25\n";
        let (before, after) = (read("[tiers.rest]\nrank = 2\nlead_weight = 1\n"), read(&format!("{tiers}{card}")));
        let rules = after.tier_rules();
        assert_eq!((rules.lines[0].gates.revenue, rules.lines[0].gates.composite), (Some(7), Some(Score(8_850))));
        assert_eq!(rules.card.criteria[0].criterion, Criterion::Coverage);
        assert_eq!(rules.card.lights.of("97.6".parse().unwrap()), Light::Yellow);
        let changes = diff(&before, &after);
        for (path, was, is) in [
            ("tiers.gold.revenue", Some("5000000"), Some("7")),
            ("tiers.gold.certifications", Some("2"), Some("4")),
            ("tiers.gold.score", None, Some("88.5")),
            ("tiers.gold.mdf_percent", Some("0"), Some("2.5")),
            ("tiers.gold.rebate_percent", Some("0"), Some("1")),
            ("tiers.gold.support", None, Some("named")),
            ("scorecard.composite", Some("sum"), Some("geometric")),
            ("scorecard.missing", Some("share"), Some("zero")),
            ("scorecard.cap", Some("true"), Some("false")),
            ("scorecard.lights", Some("95, 90, 80"), Some("99, 98, 97.5")),
            ("scorecard.fiscal_year_starts", Some("1"), Some("4")),
            ("scorecard.acquisition", Some("from_day"), Some("whole_period")),
            ("scorecard.remediation_days", Some("90"), Some("60")),
            ("scorecard.effective", Some("next_quarter"), Some("at_once")),
            ("scorecard.audits", Some("on_demand"), Some("quarterly")),
            ("scorecard.rate_max_age_days", Some("7"), Some("3")),
            ("scorecard.criterion coverage.weight", None, Some("99.5")),
            ("scorecard.criterion coverage.group", None, Some("performance")),
            ("scorecard.criterion coverage.bands", None, Some("0 from -10, 100 from 50")),
            ("scorecard.criterion revenue.target", None, Some("12.25")),
            ("scorecard.criterion growth.target", Some("20"), None),
        ] {
            let found = changes.iter().find(|change| change.path == path).map(|change| (change.before.as_deref(), change.after.as_deref()));
            assert_eq!(found, Some((was, is)), "{path}");
        }
    }

    #[test]
    fn the_demo_program_measures_its_partners() {
        let rules = parse("program.toml", DEMO).unwrap().tier_rules();
        assert_eq!(rules.lines.len(), 4);
        assert_eq!(rules.card.criteria.iter().map(|rule| rule.weight).sum::<u32>(), super::WHOLE);
        assert!(rules.lines.iter().all(|line| line.gives.protection_days >= 60));
    }
}
