//! One partner, audited: what it has, where that puts it, and what follows.

use super::{
    facts::{Facts, Values},
    rules::{Gates, Group, Rules, Score},
    score::{self, Scored},
};
use crate::domain::{
    id::PartnerId,
    money::{Currency, Money},
    text::Text,
    vocabulary::words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything that an audit says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scorecard {
    pub partner: PartnerId,
    pub day: NaiveDate,
    pub currency: Currency,
    /// The tier that the partner has.
    pub stored: Text,
    /// The tier that it has earned.
    pub computed: Text,
    pub outcome: Outcome,
    /// Nothing where no criterion counts.
    pub composite: Option<Score>,
    /// Of the three groups, where the composite is made of them.
    pub groups: Vec<(Group, Score)>,
    pub criteria: Vec<Scored>,
    /// What each tier asks for and what the partner has of it, best tier first.
    pub lines: Vec<Measured>,
    /// When the partner falls below the line of its tier, if nothing is added to what it has.
    pub falls: Option<Fall>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Stay,
    /// It has earned a better tier than it has.
    Promote,
    /// It has failed this audit, and has time to make up for it.
    AtRisk,
    /// It has failed two audits in a row, and the time to make up for it is over.
    Demote,
}

words! {
    Outcome {
        Stay => "stay", "stay";
        Promote => "promote", "promote";
        AtRisk => "at_risk", "at risk";
        Demote => "demote", "demote";
    }
    Gate {
        Revenue => "revenue", "revenue of twelve months";
        Certifications => "certifications", "certifications";
        Composite => "composite", "points of the scorecard";
    }
}

impl Outcome {
    pub const fn has_failed(self) -> bool {
        matches!(self, Self::AtRisk | Self::Demote)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    Revenue,
    Certifications,
    Composite,
}

/// A tier against the partner's facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub tier: Text,
    /// Only what the tier asks for.
    pub gates: Vec<Gated>,
}

/// A gate: in minor units, in certificates, or in hundredths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gated {
    pub gate: Gate,
    pub needs: i64,
    /// Nothing where it is not known: then the gate is neither passed nor failed.
    pub has: Option<i64>,
}

/// The first day on which what is there no longer suffices, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fall {
    pub on: NaiveDate,
    pub gate: Gate,
    /// The certificates that end that day.
    pub ends: Vec<Text>,
}

/// What was found before: the audits of closed quarters, and the plan to make up for a failed one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Day and whether it was failed, in any order.
    pub audits: Vec<(NaiveDate, bool)>,
    pub plan: Option<PlanSeen>,
}

/// A remediation plan: from its first day, until the day of the new audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSeen {
    pub opened_on: NaiveDate,
    pub due_on: NaiveDate,
}

/// A line that is near, and the gate by which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearLine {
    pub tier: Text,
    pub gate: Gated,
}

impl Gate {
    /// One word, for a column.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Revenue => "revenue",
            Self::Certifications => "certificates",
            Self::Composite => "score",
        }
    }
}

impl Gated {
    /// How far it lies from the line, below it as well as above, in tenths of a percent of the line, rounded half up; nothing
    /// where it is not known, or the line is at nothing.
    pub fn apart(&self) -> Option<i64> {
        let (apart, needs) = (i128::from(self.has?.abs_diff(self.needs)), i128::from(self.needs));
        if apart == 0 {
            return Some(0);
        }
        let tenths = (apart * 2_000 + needs).checked_div(2 * needs).filter(|_| needs > 0)?;
        i64::try_from(tenths).ok()
    }

    pub fn passed(&self) -> Option<bool> {
        self.has.map(|has| has >= self.needs)
    }

    /// What is missing; nothing where it is passed or not known.
    pub fn gap(&self) -> Option<i64> {
        self.has.filter(|has| *has < self.needs).map(|has| self.needs.saturating_sub(has))
    }

    /// What there is more than asked for.
    pub fn margin(&self) -> Option<i64> {
        self.has.filter(|has| *has >= self.needs).map(|has| has.saturating_sub(self.needs))
    }

    /// Whether it lies within so many percent of the line, on either side.
    pub fn is_near(&self, percent: i64) -> bool {
        let apart = |has: i64| i128::from(has.abs_diff(self.needs)) * 100 <= i128::from(self.needs) * i128::from(percent);
        self.has.is_some_and(apart)
    }

    fn amount(&self, number: i64, currency: Currency) -> String {
        match self.gate {
            Gate::Revenue => Money::new(number, currency).to_string(),
            Gate::Certifications => number.to_string(),
            Gate::Composite => Score(number).to_string(),
        }
    }

    /// `revenue of twelve months: EUR 4,000,000.00, needs EUR 5,000,000.00, EUR 1,000,000.00 short`.
    pub fn sentence(&self, currency: Currency) -> String {
        let show = |number| self.amount(number, currency);
        let needs = show(self.needs);
        let name = self.gate.doc();
        match (self.has, self.gap(), self.margin()) {
            (Some(has), Some(gap), _) => format!("{name}: {}, needs {needs}, {} short", show(has), show(gap)),
            (Some(has), _, Some(margin)) => format!("{name}: {}, needs {needs}, {} above the line", show(has), show(margin)),
            _ => format!("{name}: not known, needs {needs}"),
        }
    }
}

impl Measured {
    fn of(tier: &Text, gates: &Gates, facts: &Facts, composite: Option<Score>) -> Self {
        let mut found = Vec::with_capacity(3);
        if let Some(needs) = gates.revenue {
            found.push(Gated { gate: Gate::Revenue, needs, has: facts.revenue.as_ref().map(|revenue| revenue.now) });
        }
        if let Some(needs) = gates.certifications {
            found.push(Gated { gate: Gate::Certifications, needs: needs.into(), has: Some(facts.certifications().into()) });
        }
        if let Some(Score(needs)) = gates.composite {
            found.push(Gated { gate: Gate::Composite, needs, has: composite.map(|Score(has)| has) });
        }
        Self { tier: tier.clone(), gates: found }
    }

    pub fn is_passed(&self) -> bool {
        self.gates.iter().all(|gate| gate.passed() == Some(true))
    }

    pub fn is_failed(&self) -> bool {
        self.gates.iter().any(|gate| gate.passed() == Some(false))
    }
}

/// The place of the tier that facts earn: the best whose gates are all passed, else the last.
pub(super) fn earned(facts: &Facts, composite: Option<Score>, rules: &Rules) -> usize {
    let passes = |gates: &Gates| {
        gates.revenue.is_none_or(|needs| facts.revenue.as_ref().is_some_and(|revenue| revenue.now >= needs))
            && gates.certifications.is_none_or(|needs| facts.certifications() >= needs)
            && gates.composite.is_none_or(|needs| composite.is_some_and(|has| has >= needs))
    };
    rules.lines.iter().position(|line| passes(&line.gates)).unwrap_or_else(|| rules.lines.len().saturating_sub(1))
}

/// Audits a partner. The same arguments give the same card on every machine, in whatever order facts and history came.
pub fn evaluate(facts: &Facts, rules: &Rules, stored: &str, history: &History) -> Scorecard {
    let values = facts.values(rules);
    let composite = score::composite(&values, &rules.card);
    let lines: Vec<Measured> = rules.lines.iter().map(|line| Measured::of(&line.tier, &line.gates, facts, composite)).collect();
    let stored_at = rules.place(stored);
    let mut earned = earned(facts, composite, rules);
    // Nobody fails by what is not known: the tier is kept unless a gate is known to be closed.
    if earned > stored_at && lines.get(stored_at).is_some_and(|line| !line.is_failed()) {
        earned = stored_at;
    }
    let outcome = match earned.cmp(&stored_at) {
        std::cmp::Ordering::Less => Outcome::Promote,
        std::cmp::Ordering::Equal => Outcome::Stay,
        std::cmp::Ordering::Greater if history.time_is_over(facts.day) => Outcome::Demote,
        std::cmp::Ordering::Greater => Outcome::AtRisk,
    };
    Scorecard {
        partner: facts.partner,
        day: facts.day,
        currency: rules.card.currency,
        stored: Text::clean(stored),
        computed: rules.lines.get(earned).map(|line| line.tier.clone()).unwrap_or_default(),
        outcome,
        composite,
        groups: match rules.card.composite {
            super::rules::Composite::Sum => Vec::new(),
            super::rules::Composite::Geometric => score::group_scores(&values, &rules.card),
        },
        criteria: score::scored(&values, &rules.card),
        falls: rules.lines.get(stored_at).and_then(|line| fall(facts, &values, rules, &line.gates)),
        lines,
    }
}

impl History {
    /// Whether the audits before this day were failed without a break since a plan was opened whose time is over.
    fn time_is_over(&self, day: NaiveDate) -> bool {
        let mut earlier: Vec<(NaiveDate, bool)> = self.audits.iter().copied().filter(|(on, _)| *on < day).collect();
        // Of several on one day, all have to be failed.
        earlier.sort_unstable_by_key(|(on, failed)| std::cmp::Reverse((*on, !failed)));
        let failed = earlier.iter().take_while(|(_, failed)| *failed).last();
        failed.zip(self.plan).is_some_and(|((first, _), plan)| *first <= plan.opened_on && plan.due_on <= day)
    }
}

/// When what is there no longer passes these gates: certificates end, and sales leave the trailing twelve months. All else
/// is taken to stay as it is. At most two years are looked at, by when every sale has left.
fn fall(facts: &Facts, values: &Values, rules: &Rules, gates: &Gates) -> Option<Fall> {
    let mut days: Vec<NaiveDate> = facts.certificates_end_on().map(|(on, _)| on).collect();
    if let Some(revenue) = facts.revenue.as_ref().filter(|_| gates.revenue.is_some() || gates.composite.is_some()) {
        days.extend(revenue.leaves_on());
    }
    days.retain(|on| *on > facts.day);
    days.push(facts.day);
    days.sort_unstable();
    days.dedup();
    days.into_iter().find_map(|on| {
        let gate = closed(facts, values, rules, gates, on)?;
        let ends = facts.certificates_end_on().filter(|(end, _)| *end == on).map(|(_, name)| name.clone()).collect();
        Some(Fall { on, gate, ends })
    })
}

/// The first gate that is closed at the end of a day.
fn closed(facts: &Facts, values: &Values, rules: &Rules, gates: &Gates, on: NaiveDate) -> Option<Gate> {
    use super::rules::Criterion;
    let revenue = facts.revenue.as_ref().map(|revenue| if on == facts.day { revenue.now } else { revenue.left_on(on) });
    if gates.revenue.zip(revenue).is_some_and(|(needs, has)| has < needs) {
        return Some(Gate::Revenue);
    }
    let certifications = facts.certifications_on(on);
    if gates.certifications.is_some_and(|needs| certifications < needs) {
        return Some(Gate::Certifications);
    }
    let needs = gates.composite?;
    let mut then = *values;
    then.set(Criterion::Certifications, Some(certifications.into()));
    then.set(Criterion::Revenue, revenue.map(|minor| rules.money(minor).amount()));
    score::composite(&then, &rules.card).is_some_and(|has| has < needs).then_some(Gate::Composite)
}

impl Scorecard {
    fn place(&self, tier: &str) -> usize {
        self.lines.iter().position(|line| line.tier.eq_ignore_ascii_case(tier)).unwrap_or(self.lines.len().saturating_sub(1))
    }

    /// The next tier above the one earned, with what it asks for.
    pub fn above(&self) -> Option<&Measured> {
        self.place(&self.computed).checked_sub(1).map(|place| &self.lines[place])
    }

    /// The gates of the tier earned: how far each lies above the line to the tier below.
    pub fn standing(&self) -> Option<&Measured> {
        self.lines.get(self.place(&self.computed))
    }

    pub fn gated(&self, tier: &str, gate: Gate) -> Option<&Gated> {
        self.lines.iter().find(|line| line.tier.eq_ignore_ascii_case(tier))?.gates.iter().find(|one| one.gate == gate)
    }

    /// When and why it falls below its line. Nothing where it stood below it already when it was audited.
    pub fn fall(&self) -> Option<&Fall> {
        self.falls.as_ref().filter(|fall| fall.on > self.day)
    }

    /// The same, counted from today and not from the audit, as the end of a sentence.
    pub fn falls_told(&self, today: NaiveDate) -> Option<String> {
        let fall = self.fall()?;
        Some(match fall.on.signed_duration_since(today).num_days() {
            days @ 2.. => format!("in {days} days if nothing is added: {fall}"),
            1 => format!("tomorrow if nothing is added: {fall}"),
            0 => format!("today if nothing was added: {fall}"),
            -1 => format!("yesterday if nothing was added: {fall}"),
            days => format!("{} days ago if nothing was added: {fall}", -days),
        })
    }

    /// Whether it stands within so many percent of a line: above the one below it, or short of the one above.
    pub fn is_near_a_line(&self, percent: i64) -> bool {
        !self.near_lines(percent).is_empty()
    }

    /// The lines within so many percent, the better first. Of the one above it the gate that lacks most, as all that are closed
    /// have to be near; of its own the one that it is nearest to.
    pub fn near_lines(&self, percent: i64) -> Vec<NearLine> {
        let line = |of: &Measured, gate: Option<&Gated>| Some(NearLine { tier: of.tier.clone(), gate: *gate? });
        let above = self.above().and_then(|above| {
            let closed = || above.gates.iter().filter(|gate| gate.gap().is_some());
            // Nothing is lacking where nothing is known to be.
            let lacks = closed().max_by_key(|gate| gate.apart()).or_else(|| above.gates.first());
            if closed().all(|gate| gate.is_near(percent)) { line(above, lacks) } else { None }
        });
        let own = self
            .standing()
            .and_then(|own| line(own, own.gates.iter().filter(|gate| gate.is_near(percent)).min_by_key(|gate| gate.apart())));
        above.into_iter().chain(own).collect()
    }

    /// What the outcome rests on, in words.
    pub fn why(&self) -> String {
        let failing = |tier: &str| {
            let gates = self.lines.iter().find(|line| line.tier.eq_ignore_ascii_case(tier)).map_or(&[][..], |line| &line.gates);
            gates.iter().filter(|gate| gate.gap().is_some()).map(|gate| gate.sentence(self.currency)).collect::<Vec<_>>().join("; ")
        };
        match self.outcome {
            Outcome::Promote => format!("every gate of {} is passed", self.computed),
            Outcome::Stay if self.standing().is_some_and(Measured::is_passed) => {
                format!("the gates of {} are passed, those above it are not", self.stored)
            }
            Outcome::Stay => format!("no gate of {} is known to be closed", self.stored),
            Outcome::AtRisk => format!("a gate of {} is closed: {}", self.stored, failing(&self.stored)),
            Outcome::Demote => format!("a second audit in a row is failed, and the time of the plan is over: {}", failing(&self.stored)),
        }
    }
}

/// `falls on 2026-05-01 (Meridian Security Professional ends)`.
impl fmt::Display for Fall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.on, self.gate.doc())?;
        if self.ends.is_empty() {
            return Ok(());
        }
        write!(f, " ({} ends)", self.ends.iter().map(Text::as_str).collect::<Vec<_>>().join(", "))
    }
}
