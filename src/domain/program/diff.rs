//! What differs between two versions of a program, for the plan that a person confirms.

use super::{AcceptRow, EligibilityRule, Program, SlaKind};
use crate::domain::{
    calendar::{Calendar, Hours},
    matching::Weights,
    text::Text,
    tier::Measure,
    time::{MICROS_PER_HOUR, Span},
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Display};

/// A value that differs; `None` where the version does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The path as in the document: `sla.accept.hours`.
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// `~ tiers.silver.revenue: 1000000 -> 0`.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.path),
            (Some(before), None) => write!(f, "- {}: {before}", self.path),
            (before, after) => {
                let side = |side: &Option<String>| side.clone().unwrap_or_default();
                write!(f, "~ {}: {} -> {}", self.path, side(before), side(after))
            }
        }
    }
}

/// The differences in the order in which a program is read. Defaults count as stated, comments and order of keys do not.
pub fn diff(before: &Program, after: &Program) -> Vec<Change> {
    let (before, after) = (lines(before), lines(after));
    let old: BTreeMap<&str, &str> = before.iter().map(|line| (&*line.0, &*line.1)).collect();
    let new: BTreeMap<&str, &str> = after.iter().map(|line| (&*line.0, &*line.1)).collect();
    let change = |path: &str| Change {
        path: path.to_owned(),
        before: old.get(path).map(ToString::to_string),
        after: new.get(path).map(ToString::to_string),
    };
    merged(&before, &after, &new).filter(|path| old.get(path) != new.get(path)).map(change).collect()
}

/// All paths: those of the new version in its order, each old one that is gone where it stood, after its old neighbour.
fn merged<'a>(before: &'a [Line], after: &'a [Line], new: &BTreeMap<&str, &str>) -> impl Iterator<Item = &'a str> {
    let mut gone_after: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    let mut neighbour = None;
    for (path, _) in before {
        if new.contains_key(&**path) {
            neighbour = Some(&**path);
        } else {
            gone_after.entry(neighbour).or_default().push(path);
        }
    }
    let mut paths = gone_after.remove(&None).unwrap_or_default();
    for (path, _) in after {
        paths.push(path);
        paths.extend(gone_after.remove(&Some(&**path)).unwrap_or_default());
    }
    paths.into_iter()
}

type Line = (String, String);

/// The program as paths and values, in reading order. Rules in a list are named by what identifies them, so that one more
/// at the head is one change; where their order decides, a line of its own tells it.
fn lines(program: &Program) -> Vec<Line> {
    let mut out = Lines(Vec::new());
    out.say("program.name", &program.name);
    out.say("program.zone", program.zone.name());
    out.say("program.currency", program.currency);
    out.say("program.calendar", &program.calendar);
    out.say_some("program.note", &program.note);
    for (name, calendar) in &program.calendars {
        out.calendar(name, &calendar.calendar);
    }
    for (country, calendar) in &program.calendar_by_country {
        out.say(format!("calendar_by_country.{country}"), calendar);
    }
    for (name, countries) in &program.regions {
        out.list(format!("regions.{name}"), countries);
    }
    out.tiers(program);
    out.sla(program);
    out.routing(program);
    out.say("matching.link", basis_points(program.matching.link_bp));
    out.say("matching.review", basis_points(program.matching.review_bp));
    out.list("matching.free_mail_extra", &program.matching.free_mail_extra);
    let mut weights = program.matching.weights;
    for (name, field) in Weights::FIELDS {
        out.say(format!("matching.weights.{name}"), basis_points((*field(&mut weights)).into()));
    }
    out.list("consent.required", &program.consent.required);
    out.list("consent.bases", &program.consent.bases);
    out.optional("consent.max_age_days", program.consent.max_age_days.as_ref());
    out.list("consent.suppressed_domains", &program.consent.suppressed_domains);
    out.deals(program);
    out.mdf(program);
    out.scorecard(program);
    out.say("sales.closes_after_days", program.sales.closes_after_days);
    out.say("sales.return_days", program.sales.return_days);
    out.list("products.lines", &program.products);
    out.list("verticals.names", &program.verticals);
    out.list("sources.names", &program.sources);
    out.0
}

struct Lines(Vec<Line>);

impl Lines {
    fn say(&mut self, path: impl Into<String>, value: impl Display) {
        self.0.push((path.into(), value.to_string()));
    }

    fn say_some(&mut self, path: &str, value: &str) {
        if !value.is_empty() {
            self.say(path, value);
        }
    }

    fn optional(&mut self, path: impl Into<String>, value: Option<&impl Display>) {
        if let Some(value) = value {
            self.say(path, value);
        }
    }

    /// An empty list is the same as none.
    fn list<T: Display>(&mut self, path: impl Into<String>, values: impl IntoIterator<Item = T>) {
        let text = values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
        if !text.is_empty() {
            self.say(path, text);
        }
    }

    fn calendar(&mut self, name: &str, calendar: &Calendar) {
        let path = format!("calendars.{name}");
        self.say(format!("{path}.zone"), calendar.zone.name());
        for (day, hours) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().zip(&calendar.week) {
            self.list(format!("{path}.hours.{day}"), hours.iter().map(Hours::to_string));
        }
        self.list(format!("{path}.holidays"), &calendar.holidays);
        self.list(format!("{path}.closed"), &calendar.closed);
        for (date, hours) in &calendar.open {
            self.list(format!("{path}.open.{date}"), hours.iter().map(Hours::to_string));
        }
    }

    fn tiers(&mut self, program: &Program) {
        for tier in &program.tiers {
            let path = format!("tiers.{}", tier.name);
            self.say(format!("{path}.rank"), tier.rank);
            self.say(format!("{path}.lead_weight"), tier.lead_weight);
            self.say(format!("{path}.sla_factor"), rust_decimal::Decimal::new(tier.sla_percent.into(), 2).normalize());
            self.optional(format!("{path}.capacity"), tier.capacity.as_ref());
            self.optional(format!("{path}.revenue"), tier.asks.revenue.as_ref());
            self.optional(format!("{path}.certifications"), tier.asks.certifications.as_ref());
            self.optional(format!("{path}.score"), tier.asks.score.map(|score| score.points().normalize()).as_ref());
            self.say(format!("{path}.mdf_percent"), tier.gives.mdf_percent);
            self.say(format!("{path}.rebate_percent"), tier.gives.rebate_percent);
            self.say_some(&format!("{path}.support"), &tier.gives.support);
        }
    }

    fn scorecard(&mut self, program: &Program) {
        let card = &program.scorecard;
        self.say("scorecard.composite", card.composite.name());
        self.say("scorecard.missing", card.missing.name());
        self.say("scorecard.cap", card.cap);
        self.list("scorecard.lights", [card.lights.ahead, card.lights.green, card.lights.yellow]);
        self.say("scorecard.fiscal_year_starts", card.fiscal_year_starts);
        self.say("scorecard.acquisition", card.acquisition.name());
        self.say("scorecard.remediation_days", card.remediation_days);
        self.say("scorecard.effective", card.effective.name());
        self.say("scorecard.audits", card.audits.name());
        self.say("scorecard.rate_max_age_days", card.rate_max_age_days);
        self.list("scorecard.criterion", card.criteria.iter().map(|rule| rule.criterion.name()));
        for rule in &card.criteria {
            let path = format!("scorecard.criterion {}", rule.criterion.name());
            self.say(format!("{path}.weight"), rust_decimal::Decimal::new(rule.weight.into(), 2).normalize());
            self.say(format!("{path}.group"), rule.group.name());
            match &rule.measure {
                Measure::Linear { target } => self.say(format!("{path}.target"), target),
                Measure::Bands(bands) => {
                    self.list(format!("{path}.bands"), bands.iter().map(|band| format!("{} from {}", band.points, band.from)));
                }
            }
        }
    }

    fn sla(&mut self, program: &Program) {
        let sla = &program.sla;
        self.say("sla.accept.hours", hours(sla.accept.time));
        self.list("sla.accept.warn", program.warn(SlaKind::Accept));
        self.list("sla.accept.when", sla.accept.when.iter().map(conditions));
        for row in &sla.accept.when {
            self.say(format!("sla.accept.when {}", conditions(row)), format!("{} hours", hours(row.time)));
        }
        self.say("sla.first_touch.hours", hours(sla.first_touch.time));
        self.list("sla.first_touch.warn", program.warn(SlaKind::FirstTouch));
        self.say("sla.qualify.days", sla.qualify.days);
        self.list("sla.qualify.warn", program.warn(SlaKind::Qualify));
    }

    fn deals(&mut self, program: &Program) {
        let deals = &program.deals;
        self.say("deals.decide_days", deals.decide_days);
        self.list("deals.warn", &deals.warn);
        self.say("deals.two_people", deals.two_people);
        self.say("deals.returned_keeps_place", deals.returned_keeps_place);
        self.list("deals.required", deals.required.iter().map(|field| field.name()));
        for least in &deals.minimum {
            self.say(format!("deals.minimum.{}", least.currency), least.amount());
        }
        let protection = &deals.protection;
        self.say("deals.protection.days", protection.days);
        for (tier, days) in &protection.by_tier {
            self.say(format!("deals.protection.by_tier.{tier}"), days);
        }
        self.say("deals.protection.extension_days", protection.extension_days);
        self.say("deals.protection.extensions", protection.extensions);
        self.say("deals.protection.max_days", protection.max_days);
        for rule in &deals.eligibility {
            self.say(format!("deals.eligibility {}", asked(rule)), "required");
        }
        self.list("deals.editable.action_required", deals.editable.action_required.iter().map(|field| field.name()));
        self.list("deals.editable.approved", deals.editable.approved.iter().map(|field| field.name()));
        let conflict = &deals.conflict;
        self.say("deals.conflict.evidence_hours", hours(conflict.evidence));
        self.say("deals.conflict.review_hours", hours(conflict.review));
        self.optional("deals.conflict.calendar", conflict.calendar.as_ref());
        self.say("deals.conflict.appeal_days", conflict.appeal_days);
        self.say("deals.conflict.customer_letter_overrides", conflict.customer_letter_overrides);
        self.say("deals.conflict.incumbency_months", conflict.incumbency_months);
        self.say("deals.conflict.credit_days", conflict.credit_days);
        self.list("deals.clause", deals.clauses.iter().map(|rule| rule.clause.name()));
        for rule in &deals.clauses {
            self.say(format!("deals.clause {}.weight", rule.clause.name()), rule.weight);
        }
    }

    fn mdf(&mut self, program: &Program) {
        let mdf = &program.mdf;
        self.say("mdf.decide_days", mdf.decide_days);
        self.say("mdf.pay_days", mdf.pay_days);
        self.list("mdf.warn", &mdf.warn);
        self.say("mdf.notice_days", mdf.notice_days);
        self.say("mdf.claim_days", mdf.claim_days);
        self.say("mdf.late_claim_days", mdf.late_claim_days);
        self.say("mdf.rate_max_age_days", mdf.rate_max_age_days);
        self.say("mdf.share", mdf.share);
        self.list("mdf.category", mdf.categories.iter().map(|category| &category.name));
        for category in &mdf.categories {
            self.optional(format!("mdf.category {}.share", category.name), category.share.as_ref());
        }
        self.list("mdf.proofs", mdf.proofs.iter().map(|kind| kind.name()));
        self.optional("mdf.certification", mdf.certification.as_ref());
        for (name, limits) in [("one", &mdf.approval.one), ("two", &mdf.approval.two)] {
            for most in limits {
                self.say(format!("mdf.approval.{name}.{}", most.currency), most.amount());
            }
        }
        self.say("mdf.splitting_days", mdf.splitting_days);
        self.say("mdf.similar.days", mdf.similar.days);
        self.say("mdf.similar.percent", mdf.similar.percent);
    }

    fn routing(&mut self, program: &Program) {
        let routing = &program.routing;
        self.say("routing.max_offers", routing.max_offers);
        self.say("routing.fallback_queue", &routing.fallback_queue);
        self.say("routing.closed_calendar", routing.closed_calendar.name());
        self.say("routing.seed", routing.seed);
        for rule in &routing.named_accounts {
            self.say(format!("routing.named_account {}", rule.account), &rule.partner);
        }
        self.list("routing.territory", routing.territories.iter().map(|territory| &territory.name));
        for territory in &routing.territories {
            let path = format!("routing.territory {}", territory.name);
            self.list(format!("{path}.countries"), &territory.countries);
            self.list(format!("{path}.products"), &territory.products);
            self.list(format!("{path}.verticals"), &territory.verticals);
            self.list(format!("{path}.partners"), &territory.partners);
        }
        for rule in &routing.certifications {
            self.say(format!("routing.certification {} for {}", rule.requires, rule.product), "required");
        }
        for rule in &routing.exclusions {
            let path = format!("routing.exclude {}", rule.reason);
            self.say(path.clone(), "excluded");
            self.optional(format!("{path}.partner"), rule.partner.as_ref());
            self.list(format!("{path}.countries"), &rule.countries);
            self.list(format!("{path}.products"), &rule.products);
            self.list(format!("{path}.verticals"), &rule.verticals);
            self.list(format!("{path}.sources"), &rule.sources);
        }
    }
}

/// What identifies a row of the table of accept times.
fn conditions(row: &AcceptRow) -> String {
    let tier = row.tier.as_ref().map_or("any tier", |tier| tier);
    row.score_min.map_or_else(|| tier.to_owned(), |least| format!("{tier} from score {least}"))
}

/// What identifies a rule of eligibility.
fn asked(rule: &EligibilityRule) -> String {
    let list = |names: &[Text]| names.iter().map(Text::as_str).collect::<Vec<_>>().join(", ");
    let of = if rule.products.is_empty() { "any product".to_owned() } else { list(&rule.products) };
    let tiers = if rule.tiers.is_empty() { String::new() } else { format!(" tier {}", list(&rule.tiers)) };
    let certification = rule.certification.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    format!("{of}:{tiers}{certification}")
}

/// Hours with as many digits as they need.
fn hours(time: Span) -> rust_decimal::Decimal {
    (rust_decimal::Decimal::from(time.micros()) / rust_decimal::Decimal::from(MICROS_PER_HOUR)).normalize()
}

fn basis_points(score: u32) -> rust_decimal::Decimal {
    rust_decimal::Decimal::new(score.into(), 4).normalize()
}
