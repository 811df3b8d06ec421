//! Requests for marketing funds and claims on them, with what became of them where they come from.

use super::{Cells, Faults, deal::yes_or_no};
use crate::{
    app::import::source::Reject,
    domain::{country::Country, money::Money, text::Text, time::Instant},
};
use chrono::NaiveDate;

/// A request as a file states it: its fund and its partner are still codes or names.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    pub id: Text,
    pub fund: Text,
    pub partner: Text,
    pub title: Text,
    pub category: Text,
    pub country: Option<Country>,
    pub starts_on: NaiveDate,
    /// The first day's end where the file says nothing.
    pub ends_on: NaiveDate,
    /// What the activity costs in all; without one as much as makes what is asked for our full share.
    pub cost: Option<Money>,
    pub asked: Money,
    pub submit: bool,
    pub past: PastRecord,
}

/// A claim as a file states it: its request is still the identifier that it came with.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRecord {
    pub id: Text,
    pub request: Text,
    /// Without days, those of the request.
    pub performed_from: Option<NaiveDate>,
    pub performed_to: Option<NaiveDate>,
    pub cost: Option<Money>,
    pub asked: Money,
    pub invoice: Text,
    pub vendor: Text,
    pub invoiced_on: Option<NaiveDate>,
    pub submit: bool,
    pub past: PastRecord,
}

/// What happened to a record in the system that it comes from. All of it may be empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastRecord {
    pub submitted_at: Option<Instant>,
    pub approved_at: Option<Instant>,
    /// All that was asked for when nothing.
    pub approved: Option<Money>,
    pub rejected_at: Option<Instant>,
    pub decided_by: Text,
    pub paid_at: Option<Instant>,
    /// All that was approved when nothing.
    pub paid: Option<Money>,
    pub paid_by: Text,
    pub reference: Text,
}

pub fn request(cells: &Cells<'_>) -> Result<RequestRecord, Reject> {
    let mut faults = Faults::default();
    let starts_on = faults.keep(needed(cells.day("starts_on"), cells, "starts_on", "request"));
    let past = PastRecord { approved: faults.keep(cells.money("approved", "currency")), ..decided(cells, &mut faults) };
    let text = ["id", "fund", "partner", "title", "category"].map(|name| faults.keep(cells.text(name)));
    let [id, fund, partner, title, category] = text;
    let (country, ends_on) = (faults.keep(cells.country("country")), faults.keep(cells.day("ends_on")));
    let cost = faults.keep(cells.money("cost", "currency"));
    let asked = faults.keep(needed(cells.money("asked", "currency"), cells, "asked", "request"));
    let submit = faults.keep(cells.choice("submit", yes_or_no)).unwrap_or(false);
    let (Some(starts_on), Some(asked)) = (starts_on, asked) else { return faults.refused(cells) };
    let ends_on = ends_on.unwrap_or(starts_on);
    faults.or(RequestRecord { id, fund, partner, title, category, country, starts_on, ends_on, cost, asked, submit, past })
}

pub fn claim(cells: &Cells<'_>) -> Result<ClaimRecord, Reject> {
    let mut faults = Faults::default();
    let past = PastRecord {
        approved: faults.keep(cells.money("approved", "currency")),
        paid_at: faults.keep(cells.instant("paid_at")),
        paid: faults.keep(cells.money("paid", "currency")),
        paid_by: faults.keep(cells.text("paid_by")),
        reference: faults.keep(cells.text("reference")),
        ..decided(cells, &mut faults)
    };
    let [id, request, invoice, vendor] = ["id", "request", "invoice", "vendor"].map(|name| faults.keep(cells.text(name)));
    let days = ["performed_from", "performed_to", "invoiced_on"].map(|name| faults.keep(cells.day(name)));
    let [performed_from, performed_to, invoiced_on] = days;
    let cost = faults.keep(cells.money("cost", "currency"));
    let asked = faults.keep(needed(cells.money("asked", "currency"), cells, "asked", "claim"));
    let submit = faults.keep(cells.choice("submit", yes_or_no)).unwrap_or(false);
    let Some(asked) = asked else { return faults.refused(cells) };
    faults.or(ClaimRecord { id, request, performed_from, performed_to, cost, asked, invoice, vendor, invoiced_on, submit, past })
}

fn decided(cells: &Cells<'_>, faults: &mut Faults) -> PastRecord {
    PastRecord {
        submitted_at: faults.keep(cells.instant("submitted_at")),
        approved_at: faults.keep(cells.instant("approved_at")),
        rejected_at: faults.keep(cells.instant("rejected_at")),
        decided_by: faults.keep(cells.text("decided_by")),
        ..PastRecord::default()
    }
}

/// The value of a field without which there is no record.
fn needed<T>(read: Result<Option<T>, Reject>, cells: &Cells<'_>, field: &str, kind: &str) -> Result<Option<T>, Reject> {
    let missing = || cells.decoder.reject(cells.row, field, format!("`{field}` is missing, and every {kind} needs it"));
    read?.map_or_else(|| Err(missing()), |value| Ok(Some(value)))
}
