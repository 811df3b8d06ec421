//! Events, refusals and states of the funding desk in words.

pub use crate::tui::furniture::{amounts::short_money, words::moment};

use super::Happening;
use crate::{
    app::{MdfRecord, mdf::view::Forecast},
    domain::{
        event::in_words,
        mdf::{
            Refusal,
            check::{CheckOutcome, Finding},
            claim::ClaimEvent,
            fund::FundEvent,
            item::ItemKind,
            queue::{ItemRow, Turn},
            request::RequestEvent,
        },
        money::Money,
        time::Instant,
        told::{self, Names},
    },
    tui::{furniture::words as common, theme::Role},
};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

/// Where it stands, as a column shows it: for what is handed in whose turn it is.
pub fn stage(row: &ItemRow) -> (&'static str, Role) {
    if row.frozen_by.is_some() {
        return ("suspect", Role::Bad);
    }
    match (row.turn, row.state) {
        (Some(Turn::First), _) => ("to approve", Role::Info),
        (Some(Turn::Second), _) => ("second", Role::Warn),
        (Some(Turn::Finance), _) => ("finance", Role::Warn),
        (Some(Turn::Pay), _) => ("to pay", Role::Good),
        (None, "info_requested") => ("returned", Role::Warn),
        (None, "approved") if row.id.kind() == ItemKind::Claim => ("paying", Role::Good),
        (None, "approved") => ("committed", Role::Good),
        (None, state @ ("draft" | "open")) => (state, Role::Text),
        (None, state) => (state, Role::Dim),
    }
}

/// The step that is due, in four columns: which approval, a payment (`part` where less is paid than was asked for), or the
/// bank's answer.
pub fn step(row: &ItemRow) -> (&'static str, Role) {
    let is_part = row.approved.is_some_and(|approved| approved.currency == row.asked.currency && approved.minor < row.asked.minor);
    match (row.turn, row.state) {
        (Some(Turn::First), _) => ("1st", Role::Info),
        (Some(Turn::Second), _) => ("2nd", Role::Warn),
        (Some(Turn::Finance), _) => ("fin", Role::Warn),
        (Some(Turn::Pay), _) => (if is_part { "part" } else { "pay" }, Role::Good),
        (None, "approved") if row.id.kind() == ItemKind::Claim => ("bank", Role::Good),
        (None, "info_requested") => ("back", Role::Warn),
        (None, "suspect") => ("susp", Role::Bad),
        (None, _) => ("–", Role::Dim),
    }
}

/// One event as a fragment without its subject, with a role for its weight.
pub fn sentence(event: &Happening, names: &Names) -> (String, Role) {
    let (text, weight) = match event {
        Happening::Fund(event) => told::mdf::fund(event),
        Happening::Request(event) => told::mdf::request(event, names),
        Happening::Claim(event) => told::mdf::claim(event, names),
    };
    (text, common::role(weight))
}

impl Happening {
    const fn is_note(&self) -> bool {
        matches!(
            self,
            Self::Fund(FundEvent::Noted { .. }) | Self::Request(RequestEvent::Noted { .. }) | Self::Claim(ClaimEvent::Noted { .. })
        )
    }
}

/// What a command did: of several events the last one says what it came to.
pub fn outcome(events: &[Happening], names: &Names) -> String {
    // The note that goes with something else is its reason, not one more thing that was done.
    let is_alone = events.len() == 1;
    let told: Vec<String> = events.iter().filter(|event| is_alone || !event.is_note()).map(|event| sentence(event, names).0).collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", then ") }
}

/// The same before it is done: whoever signs is told what the checks leave to a person, known before or not.
pub fn planned(record: &MdfRecord, events: &[Happening], names: &Names) -> String {
    let looked_at = to_be_looked_at(record);
    if !is_signed(events) || looked_at.is_empty() {
        return outcome(events, names);
    }
    let checked = |event: &&Happening| !matches!(event, Happening::Claim(ClaimEvent::Checked { .. }));
    let others: Vec<Happening> = events.iter().filter(checked).cloned().collect();
    format!("{}; look at: {}", outcome(&others, names), looked_at.join(", "))
}

/// Whether somebody puts a name to an amount.
pub fn is_signed(events: &[Happening]) -> bool {
    events.iter().any(|event| matches!(event, Happening::Claim(ClaimEvent::Signed { .. } | ClaimEvent::Approved { .. })))
}

/// What the checks of a claim leave to a person.
pub fn to_be_looked_at(record: &MdfRecord) -> Vec<&'static str> {
    match record {
        MdfRecord::Claim(claim) => told::mdf::needing_a_person(&claim.findings),
        _ => Vec::new(),
    }
}

/// Why not, as the desk reads it: with local times. The verb stands before it.
pub fn refusal(refusal: &Refusal, names: &Names, now: Instant, zone: Tz) -> String {
    match refusal {
        Refusal::Overtaken { entity, by, event, at } => {
            format!("{by} was faster: {entity} {} {}", in_words(event), common::moment_with_ago(*at, now, zone))
        }
        Refusal::NotNow { why, .. } => why.clone(),
        Refusal::Denied { denial } => denial.told(names),
        Refusal::Plan { faults } => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        Refusal::Checks { failing } => failing.iter().map(Finding::sentence).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// What a plan brings about later, where it is worth a sentence: `then empty on 14 March if it goes on like this`.
pub fn ahead(before: &Forecast, after: &Forecast) -> Option<String> {
    if after.left.minor < 0 && after.left.minor < before.left.minor {
        let short = Money::new(-after.left.minor, after.left.currency);
        return Some(format!("then {short} short of what else is asked for"));
    }
    let on = after.empty_on.filter(|on| before.empty_on.is_none_or(|earlier| *on < earlier))?;
    Some(format!("then empty on {on} if it goes on like this, {} a day", after.burn_a_day))
}

/// The mark of what a check found, and how it looks. What somebody lets pass is marked as such.
pub const fn mark(outcome: CheckOutcome, is_waived: bool) -> (&'static str, Role) {
    match (outcome, is_waived) {
        (CheckOutcome::Pass, _) => ("✓", Role::Good),
        (CheckOutcome::NeedsPerson, _) => ("!", Role::Warn),
        (CheckOutcome::Fail, true) => ("~", Role::Warn),
        (CheckOutcome::Fail, false) => ("✗", Role::Bad),
    }
}

/// `12 Mar-3 Apr`, in at most 13 columns; `12-14 Mar` within a month.
pub fn short_dates((from, to): (NaiveDate, NaiveDate)) -> String {
    if from == to {
        return from.format("%-d %b %Y").to_string();
    }
    if (from.year(), from.month()) == (to.year(), to.month()) {
        return format!("{}-{}", from.day(), to.format("%-d %b"));
    }
    format!("{}-{}", from.format("%-d %b"), to.format("%-d %b"))
}

/// Both days in full, one where they are the same.
pub fn dates(from: NaiveDate, to: NaiveDate) -> String {
    if from == to { from.to_string() } else { format!("{from} to {to}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_fit_their_column() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let told = [("2026-03-12", "2026-03-14"), ("2026-11-12", "2026-12-30"), ("2026-09-30", "2026-09-30")]
            .map(|(from, to)| short_dates((day(from), day(to))));
        assert_eq!(told, ["12-14 Mar", "12 Nov-30 Dec", "30 Sep 2026"]);
        assert!(told.iter().all(|one| one.chars().count() <= 13));
    }
}
