//! `[deals]`: the rules of the deal desk.

use super::{Calendars, MOST, Names, calendar_name, hours_of, known, positive, warn_of, whole};
use crate::domain::{
    document::{Table, Value},
    money::{Currency, Money},
    problem::quoted,
    program::{Clause, ClauseRule, ConflictRules, DealField, Deals, Editable, EligibilityRule, ProtectionRules, Tier},
    text::Text,
};
use std::collections::BTreeSet;

pub fn deals(root: &Table<'_>, names: &Names<'_>, tiers: &[Tier], calendars: &Calendars) -> Deals {
    let mut deals = Deals::default();
    let Some(table) = root.section("deals") else { return deals };
    deals.decide_days = table.optional("decide_days").and_then(|value| whole(&value, 1..=365)).unwrap_or(deals.decide_days);
    deals.warn = table.optional("warn").map_or(deals.warn, |value| warn_of(&value));
    let yes = |key, default| table.optional(key).and_then(|value| value.boolean()).unwrap_or(default);
    deals.two_people = yes("two_people", deals.two_people);
    deals.returned_keeps_place = yes("returned_keeps_place", deals.returned_keeps_place);
    deals.required = fields(&table, "required", deals.required);
    deals.minimum = table.section("minimum").map(|table| amounts(&table)).unwrap_or_default();
    if let Some(table) = table.section("protection") {
        deals.protection = protection(&table, deals.protection, tiers);
    }
    deals.eligibility = eligibility(&table, names, tiers);
    if let Some(table) = table.section("editable") {
        deals.editable = Editable {
            action_required: fields(&table, "action_required", deals.editable.action_required),
            approved: fields(&table, "approved", deals.editable.approved),
        };
        table.finish();
    }
    let section = table.section("conflict");
    if let Some(table) = &section {
        deals.conflict = conflict(table, &deals.conflict, calendars);
    }
    if let Some(value) = table.optional("clause") {
        deals.clauses = clauses(&value);
        if deals.conflict.customer_letter_overrides && deals.weight(Clause::CustomerLetter) == 0 {
            let hint = "add a clause customer_letter, or set customer_letter_overrides to false";
            value.problem("a customer's letter decides, but no clause looks at letters", hint);
        }
    }
    table.finish();
    deals
}

/// A list of names of fields; the default where the program states none.
fn fields(table: &Table<'_>, key: &'static str, default: BTreeSet<DealField>) -> BTreeSet<DealField> {
    let Some(value) = table.optional(key) else { return default };
    value.texts().iter().filter_map(|(text, value)| one_of(value, text, "field", DealField::ALL, DealField::name)).collect()
}

pub fn one_of<T: Copy>(value: &Value<'_>, text: &str, kind: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
    let found = all.iter().copied().find(|one| name(*one) == text);
    if found.is_none() {
        let mut hint = value.did_you_mean(text, all.iter().map(|one| name(*one)));
        if hint.is_empty() {
            hint = format!("known: {}", all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", "));
        }
        value.problem(format!("there is no {kind} {}", quoted(text)), hint);
    }
    found
}

/// `{ EUR = 5000, JPY = 800000 }`, in major units.
pub fn amounts(table: &Table<'_>) -> Vec<Money> {
    const LARGEST: i64 = 1_000_000_000_000;
    let mut least = Vec::new();
    for entry in table.named_up_to(MOST) {
        let currency = match entry.name.parse::<Currency>() {
            Ok(currency) if currency.code() == &*entry.name => currency,
            Ok(currency) => {
                entry.problem(format!("{} is not a currency code", quoted(&entry.name)), format!("write {currency}"));
                continue;
            }
            Err(why) => {
                entry.problem(why, entry.did_you_mean(["EUR", "USD", "GBP", "JPY", "CHF"]));
                continue;
            }
        };
        if let Some(minor) = entry.value.decimal(currency.exponent(), 1..=LARGEST) {
            least.push(Money::new(minor, currency));
        }
    }
    least.sort_by_key(|money| money.currency);
    least
}

fn protection(table: &Table<'_>, default: ProtectionRules, tiers: &[Tier]) -> ProtectionRules {
    let days = |key, default| table.optional(key).and_then(|value| whole(&value, 1..=3_650)).unwrap_or(default);
    let mut rules = ProtectionRules {
        days: days("days", default.days),
        extension_days: days("extension_days", default.extension_days),
        max_days: days("max_days", default.max_days),
        extensions: table.optional("extensions").and_then(|value| whole(&value, 0..=10)).unwrap_or(default.extensions),
        by_tier: default.by_tier,
    };
    let too_long = |days: u32| format!("{days} days are more than max_days, {}", rules.max_days);
    if let Some(value) = table.optional("days").filter(|_| rules.days > rules.max_days) {
        value.problem(too_long(rules.days), "raise max_days, or protect for less");
    }
    for entry in table.section("by_tier").map(|table| table.named_up_to(MOST)).unwrap_or_default() {
        let Some(days) = whole(&entry.value, 1..=3_650) else { continue };
        let Some(tier) = known(&entry.value, &entry.name, "tier", tiers.iter().map(|tier| &tier.name), "") else { continue };
        if days > rules.max_days {
            entry.value.problem(too_long(days), "raise max_days, or protect for less");
        }
        if rules.by_tier.insert(tier, days).is_some() {
            entry.problem(format!("the tier {} stands twice", quoted(&entry.name)), "capitals make no difference");
        }
    }
    table.finish();
    rules
}

fn eligibility(deals: &Table<'_>, names: &Names<'_>, tiers: &[Tier]) -> Vec<EligibilityRule> {
    let mut rules: Vec<EligibilityRule> = Vec::new();
    for row in deals.optional("eligibility").map(|value| value.tables_up_to(MOST)).unwrap_or_default() {
        let list = |key: &'static str| row.optional(key).map(|value| value.texts()).unwrap_or_default();
        let product = |(text, value): (Text, Value<'_>)| known(&value, &text, "product", names.products, "add it to lines in [products]");
        let tier = |(text, value): (Text, Value<'_>)| known(&value, &text, "tier", tiers.iter().map(|tier| &tier.name), "");
        let rule = EligibilityRule {
            products: list("products").into_iter().filter_map(product).collect(),
            tiers: list("tiers").into_iter().filter_map(tier).collect(),
            certification: row.optional("certification").and_then(|value| value.text()),
        };
        row.finish();
        if row.optional("tiers").is_none() && row.optional("certification").is_none() {
            row.problem("this rule asks for nothing", "state tiers or a certification");
        } else if rules.contains(&rule) {
            row.problem("this rule stands twice", "remove one");
        }
        rules.push(rule);
    }
    rules
}

fn conflict(table: &Table<'_>, default: &ConflictRules, calendars: &Calendars) -> ConflictRules {
    let hours = |key, default| table.optional(key).and_then(|value| hours_of(&value)).unwrap_or(default);
    let number = |key, range, default| table.optional(key).and_then(|value| whole(&value, range)).unwrap_or(default);
    let letter = table.optional("customer_letter_overrides").and_then(|value| value.boolean());
    let rules = ConflictRules {
        evidence: hours("evidence_hours", default.evidence),
        review: hours("review_hours", default.review),
        calendar: table.optional("calendar").and_then(|value| calendar_name(&value, calendars)),
        appeal_days: number("appeal_days", 1..=365, default.appeal_days),
        customer_letter_overrides: letter.unwrap_or(default.customer_letter_overrides),
        incumbency_months: number("incumbency_months", 1..=120, default.incumbency_months),
        credit_days: number("credit_days", 1..=3_650, default.credit_days),
    };
    table.finish();
    rules
}

fn clauses(value: &Value<'_>) -> Vec<ClauseRule> {
    let mut rules: Vec<ClauseRule> = Vec::new();
    for row in value.tables_up_to(MOST) {
        let name = row.required("name");
        let clause = name.as_ref().and_then(|value| one_of(value, &value.text()?, "clause", Clause::ALL, Clause::name));
        let weight = row.required("weight").and_then(|value| value.integer(1..=100)).map(positive);
        row.finish();
        let (Some(name), Some(clause), Some(weight)) = (name, clause, weight) else { continue };
        if rules.iter().any(|rule| rule.clause == clause) {
            name.problem(format!("the clause {} stands twice", quoted(clause.name())), "remove one");
        } else {
            rules.push(ClauseRule { clause, weight });
        }
    }
    rules
}
