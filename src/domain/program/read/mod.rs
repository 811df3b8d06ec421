//! From the text of a program to its typed form, with every mistake on the way.
//!
//! Sections are read in an order in which each finds the names that it refers to. After a mistake a reader goes on with
//! a value of its own; [`document::read`] keeps such a program from getting out.

mod calendars;
mod deals;
mod mdf;
mod rules;
mod sales;
mod scorecard;

use super::{AcceptRow, AcceptSla, Consent, FirstTouchSla, Matching, Program, QualifySla, Sla, Tier};
use crate::domain::{
    calendar::CompiledCalendar,
    country::Country,
    document::{self, Named, Table, Value},
    matching::{MatchingPolicy, Weights},
    money::Currency,
    problem::{Problem, quoted},
    text::Text,
    time::Span,
};
use chrono_tz::Tz;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Reads a program and checks it. `source_name` is what problems call the document.
pub fn parse(source_name: &str, text: &str) -> Result<Program, Vec<Problem>> {
    document::read(source_name, text, program)
}

/// More rules, regions or names of one kind than this are refused: comparing each with each would take too long.
const MOST: usize = 1_000;

/// What rules may refer to.
struct Names<'a> {
    regions: &'a BTreeMap<Text, BTreeSet<Country>>,
    products: &'a [Text],
    verticals: &'a [Text],
    sources: &'a [Text],
}

fn program(root: &Table<'_>) -> Program {
    let head = root.required("program").and_then(|head| head.table());
    let calendars = calendars::calendars(root);
    let calendar_by_country = calendar_by_country(root, &calendars);
    let regions = regions(root);
    let tiers = tiers(root);
    let products = name_list(root, "products", "lines");
    let verticals = name_list(root, "verticals", "names");
    let sources = name_list(root, "sources", "names");
    let names = Names { regions: &regions, products: &products, verticals: &verticals, sources: &sources };
    let (routing, partner_references) = rules::routing(root, &names);
    let sla = sla(root, &tiers);
    let deals = deals::deals(root, &names, &tiers, &calendars);
    let Head { name, note, zone, currency, calendar } = head.map(|head| self::head(&head, &calendars)).unwrap_or_default();
    let currency = currency.unwrap_or_else(Currency::euro);
    Program {
        name,
        note,
        zone: zone.unwrap_or(Tz::UTC),
        currency,
        calendar,
        calendars,
        calendar_by_country,
        tiers,
        sla,
        routing,
        matching: matching(root),
        consent: consent(root),
        deals,
        mdf: mdf::mdf(root),
        scorecard: scorecard::scorecard(root, currency, &products),
        sales: sales::sales(root),
        regions,
        products,
        verticals,
        sources,
        partner_references,
    }
}

type Calendars = BTreeMap<Text, Arc<CompiledCalendar>>;

#[derive(Default)]
struct Head {
    name: Text,
    note: Text,
    zone: Option<Tz>,
    currency: Option<Currency>,
    calendar: Text,
}

fn head(head: &Table<'_>, calendars: &Calendars) -> Head {
    let name = head.required("name").and_then(|value| value.text()).unwrap_or_default();
    let note = head.optional("note").and_then(|value| value.any_text()).unwrap_or_default();
    let zone = head.required("zone").and_then(|value| value.zone());
    let currency = head.optional("currency").and_then(|value| currency(&value));
    let calendar = head.required("calendar").and_then(|value| calendar_name(&value, calendars)).unwrap_or_default();
    head.finish();
    Head { name, note, zone, currency, calendar }
}

fn currency(value: &Value<'_>) -> Option<Currency> {
    let code = value.text()?;
    code.parse().map_err(|problem: String| value.problem(problem, "write the code of ISO 4217, such as EUR")).ok()
}

fn calendar_name(value: &Value<'_>, calendars: &Calendars) -> Option<Text> {
    known(value, &value.text()?, "calendar", calendars.keys(), "")
}

fn calendar_by_country(root: &Table<'_>, calendars: &Calendars) -> BTreeMap<Country, Text> {
    let Some(table) = root.section("calendar_by_country") else { return BTreeMap::new() };
    let mut map = BTreeMap::new();
    for entry in table.named_up_to(MOST) {
        let (country, calendar) = (country_key(&entry), calendar_name(&entry.value, calendars));
        if let (Some(country), Some(calendar)) = (country, calendar) {
            map.insert(country, calendar);
        }
    }
    map
}

fn regions(root: &Table<'_>) -> BTreeMap<Text, BTreeSet<Country>> {
    let Some(table) = root.section("regions") else { return BTreeMap::new() };
    let mut regions: BTreeMap<Text, BTreeSet<Country>> = BTreeMap::new();
    let mut region_of: BTreeMap<Country, Text> = BTreeMap::new();
    for entry in table.named_up_to(MOST) {
        let mut members = BTreeSet::new();
        for (country, value) in country_list(&entry.value) {
            if let Some(other) = region_of.insert(country, entry.name.clone()) {
                value.problem(format!("{country} is in the region {} as well", quoted(&other)), "a country is in one region");
            }
            members.insert(country);
        }
        regions.insert(entry.name.clone(), members);
    }
    regions
}

fn tiers(root: &Table<'_>) -> Vec<Tier> {
    let Some(table) = root.required("tiers").and_then(|tiers| tiers.table()) else { return Vec::new() };
    let mut tiers: Vec<Tier> = Vec::new();
    let entries = table.named_up_to(100);
    if entries.is_empty() {
        table.problem("the program has no tier", "add one, such as [tiers.registered]");
    }
    for entry in &entries {
        if tiers.iter().any(|tier| tier.name.eq_ignore_ascii_case(&entry.name)) {
            entry.problem(format!("the tier {} stands twice", quoted(&entry.name)), "capitals make no difference");
        }
        let Some(row) = entry.value.table() else { continue };
        let rank_value = row.required("rank");
        let rank = rank_value.as_ref().and_then(|value| whole(value, 1..=100)).unwrap_or(0);
        if let (Some(value), Some(other)) = (rank_value, tiers.iter().find(|tier| tier.rank == rank && rank > 0)) {
            value.problem(format!("the tier {} has rank {rank} as well", quoted(&other.name)), "each tier has its own");
        }
        let lead_weight = row.required("lead_weight").and_then(|value| whole(&value, 1..=1_000)).unwrap_or(1);
        let sla_percent = row.optional("sla_factor").and_then(|value| value.decimal(2, 1..=1_000)).unwrap_or(100);
        let capacity = row.optional("capacity").and_then(|value| whole(&value, 1..=100_000));
        let (asks, gives) = (scorecard::asked(&row, &entry.name), scorecard::given(&row));
        row.finish();
        let sla_percent = positive(sla_percent);
        tiers.push(Tier { name: entry.name.clone(), rank, lead_weight, sla_percent, capacity, asks, gives });
    }
    tiers.sort_by_key(|tier| tier.rank);
    scorecard::check_gates(&mut tiers, &entries);
    tiers
}

fn sla(root: &Table<'_>, tiers: &[Tier]) -> Sla {
    let section = root.section("sla");
    let part = |name| section.as_ref().and_then(|sla| sla.section(name));
    let (accept, first_touch, qualify) = (part("accept"), part("first_touch"), part("qualify"));
    if let Some(section) = &section {
        section.finish();
    }
    let sla = Sla {
        accept: AcceptSla { time: hours(accept.as_ref(), 8), warn: warn(accept.as_ref()), when: accept_rows(accept.as_ref(), tiers) },
        first_touch: FirstTouchSla { time: hours(first_touch.as_ref(), 24), warn: warn(first_touch.as_ref()) },
        qualify: QualifySla {
            days: qualify.as_ref().and_then(|part| whole(&part.optional("days")?, 1..=365)).unwrap_or(5),
            warn: warn(qualify.as_ref()),
        },
    };
    for part in [accept, first_touch, qualify].into_iter().flatten() {
        part.finish();
    }
    sla
}

fn hours(part: Option<&Table<'_>>, default: i64) -> Span {
    part.and_then(|part| part.optional("hours")).and_then(|value| hours_of(&value)).unwrap_or(Span::hours(default))
}

/// Hours with two digits after the point; 0.01 h is 36 s.
fn hours_of(value: &Value<'_>) -> Option<Span> {
    const HUNDREDTH: i64 = 36 * crate::domain::time::MICROS_PER_SECOND;
    value.decimal(2, 1..=1_000_000).map(|hundredths| Span::from_micros(hundredths * HUNDREDTH))
}

fn warn(part: Option<&Table<'_>>) -> Vec<u8> {
    part.and_then(|part| part.optional("warn")).map_or_else(|| vec![50, 75, 90], |value| warn_of(&value))
}

fn warn_of(value: &Value<'_>) -> Vec<u8> {
    let mut stages: Vec<u8> = Vec::new();
    for entry in value.list() {
        let Some(percent) = entry.integer(1..=99).and_then(|percent| u8::try_from(percent).ok()) else { continue };
        if let Some(last) = stages.last().filter(|last| **last >= percent) {
            entry.problem(format!("the warning at {percent} % follows the one at {last} %"), "write them in ascending order, each once");
        }
        stages.push(percent);
    }
    stages
}

fn accept_rows(part: Option<&Table<'_>>, tiers: &[Tier]) -> Vec<AcceptRow> {
    let Some(value) = part.and_then(|part| part.optional("when")) else { return Vec::new() };
    let mut rows: Vec<AcceptRow> = Vec::new();
    for table in value.tables_up_to(MOST) {
        let mistakes = table.mistakes();
        let tier = table.optional("tier").and_then(|value| known(&value, &value.text()?, "tier", tiers.iter().map(|tier| &tier.name), ""));
        let score_min = table.optional("score_min").and_then(|value| value.integer(0..=100)).and_then(|least| u8::try_from(least).ok());
        let time = table.required("hours").and_then(|value| hours_of(&value)).unwrap_or(Span::hours(8));
        table.finish();
        if table.mistakes() > mistakes {
            continue;
        }
        let row = AcceptRow { tier, score_min, time };
        if let Some(first) = rows.iter().position(|earlier| earlier.fits_all_of(&row)) {
            table.problem(
                format!("this row never decides, because row {} fits whenever it does", first + 1),
                "put the stricter row first, or remove one",
            );
        }
        rows.push(row);
    }
    rows
}

fn matching(root: &Table<'_>) -> Matching {
    let policy = MatchingPolicy::default();
    let (link_bp, review_bp) = (u32::from(policy.link_bp), u32::from(policy.review_bp));
    let mut matching = Matching { link_bp, review_bp, free_mail_extra: Vec::new(), weights: policy.weights };
    let Some(table) = root.section("matching") else { return matching };
    let score = |value: &Value<'_>| value.decimal(4, 0..=10_000).map(positive);
    let review = table.optional("review");
    matching.link_bp = table.optional("link").and_then(|value| score(&value)).unwrap_or(matching.link_bp);
    matching.review_bp = review.as_ref().and_then(score).unwrap_or(matching.review_bp);
    if matching.review_bp > matching.link_bp {
        let message = "the threshold for review lies above the one for a link";
        let hint = "pairs from review up to link go to a person, those above are linked";
        match review {
            Some(value) => value.problem(message, hint),
            None => table.problem(message, hint),
        }
    }
    matching.free_mail_extra = domains(&table, "free_mail_extra");
    if let Some(weights) = table.section("weights") {
        for (name, field) in Weights::FIELDS {
            if let Some(weight) = weights.optional(name).and_then(|value| score(&value)) {
                *field(&mut matching.weights) = u16::try_from(weight).unwrap_or(u16::MAX);
            }
        }
        weights.finish();
    }
    table.finish();
    matching
}

fn consent(root: &Table<'_>) -> Consent {
    let mut consent =
        Consent { required: BTreeSet::new(), bases: vec![Text::clean("consent")], max_age_days: None, suppressed_domains: Vec::new() };
    let Some(table) = root.section("consent") else { return consent };
    if let Some(value) = table.optional("required") {
        consent.required = countries(&value);
    }
    if let Some(value) = table.optional("bases") {
        consent.bases = value.texts().into_iter().map(|(text, _)| text).collect();
        if consent.bases.is_empty() {
            value.problem("no legal basis counts as consent", "name at least one, such as \"consent\"");
        }
    }
    consent.max_age_days = table.optional("max_age_days").and_then(|value| whole(&value, 1..=36_500));
    consent.suppressed_domains = domains(&table, "suppressed_domains");
    table.finish();
    consent
}

/// Domains in lower case; each has a dot and no space, `@` or `/`.
fn domains(table: &Table<'_>, key: &'static str) -> Vec<Text> {
    let mut domains = Vec::new();
    for (text, value) in table.optional(key).map(|value| value.texts()).unwrap_or_default() {
        let is_domain = text.contains('.') && !text.starts_with('.') && !text.ends_with('.') && !text.contains([' ', '@', '/', ':']);
        if is_domain {
            domains.push(Text::clean(&text.to_lowercase()));
        } else {
            value.problem(format!("{} is not a domain", quoted(&text)), "write it as example.com");
        }
    }
    domains
}

/// The names of `[section] key = [...]`.
fn name_list(root: &Table<'_>, section: &'static str, key: &'static str) -> Vec<Text> {
    let Some(table) = root.section(section) else { return Vec::new() };
    let value = table.required(key);
    let names = value.as_ref().map(Value::texts).unwrap_or_default();
    if let Some(value) = value.filter(|_| names.len() > MOST) {
        value.problem(format!("{} has {} entries", value.label(), names.len()), format!("at most {MOST} are read"));
    }
    table.finish();
    names.into_iter().take(MOST).map(|(name, _)| name).collect()
}

fn countries(value: &Value<'_>) -> BTreeSet<Country> {
    country_list(value).into_iter().map(|(country, _)| country).collect()
}

fn country_list<'d>(value: &Value<'d>) -> Vec<(Country, Value<'d>)> {
    value.texts().into_iter().filter_map(|(text, value)| Some((country(&text, |m, h| value.problem(m, h))?, value))).collect()
}

fn country_key(entry: &Named<'_>) -> Option<Country> {
    country(&entry.name, |message, hint| entry.problem(message, hint))
}

/// A two-letter code. Names are understood well enough to say which code is meant.
fn country(text: &str, problem: impl FnOnce(String, String)) -> Option<Country> {
    let found = Country::find(text);
    if let Some(country) = found.filter(|country| country.code() == text) {
        return Some(country);
    }
    let hint = match found {
        Some(country) => format!("write {}", quoted(country.code())),
        None => "write the two letters of ISO 3166, such as \"DE\"".into(),
    };
    problem(format!("{} is not a country code", quoted(text)), hint);
    None
}

/// `text` as the program spells it elsewhere, or a problem that names the nearest.
fn known<'a>(value: &Value<'_>, text: &str, kind: &str, names: impl IntoIterator<Item = &'a Text>, otherwise: &str) -> Option<Text> {
    let names: Vec<&Text> = names.into_iter().collect();
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(text)) {
        return Some((*name).clone());
    }
    let mut hint = value.did_you_mean(text, names.iter().map(|name| name.as_str()));
    if hint.is_empty() {
        hint = otherwise.into();
    }
    if hint.is_empty() {
        let shown: Vec<_> = names.iter().take(12).map(|name| name.as_str()).collect();
        hint = if shown.is_empty() { format!("the program has no {kind}") } else { format!("known: {}", shown.join(", ")) };
    }
    value.problem(format!("there is no {kind} {}", quoted(text)), hint);
    None
}

fn whole(value: &Value<'_>, range: std::ops::RangeInclusive<i64>) -> Option<u32> {
    value.integer(range).map(positive)
}

/// The ranges above keep numbers far below this bound.
fn positive(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
