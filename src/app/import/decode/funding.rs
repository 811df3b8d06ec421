//! Requests for marketing funds and claims on them, with what became of them where they come from.

use super::{Cells, deal::yes_or_no};
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
    let starts_on = cells.day("starts_on")?.ok_or_else(|| missing(cells, "starts_on", "request"))?;
    let past = PastRecord { approved: cells.money("approved", "currency")?, ..decided(cells)? };
    Ok(RequestRecord {
        id: cells.text("id")?,
        fund: cells.text("fund")?,
        partner: cells.text("partner")?,
        title: cells.text("title")?,
        category: cells.text("category")?,
        country: cells.country("country")?,
        starts_on,
        ends_on: cells.day("ends_on")?.unwrap_or(starts_on),
        cost: cells.money("cost", "currency")?,
        asked: cells.money("asked", "currency")?.ok_or_else(|| missing(cells, "asked", "request"))?,
        submit: cells.choice("submit", yes_or_no)?.unwrap_or(false),
        past,
    })
}

pub fn claim(cells: &Cells<'_>) -> Result<ClaimRecord, Reject> {
    let past = PastRecord {
        approved: cells.money("approved", "currency")?,
        paid_at: cells.instant("paid_at")?,
        paid: cells.money("paid", "currency")?,
        paid_by: cells.text("paid_by")?,
        reference: cells.text("reference")?,
        ..decided(cells)?
    };
    Ok(ClaimRecord {
        id: cells.text("id")?,
        request: cells.text("request")?,
        performed_from: cells.day("performed_from")?,
        performed_to: cells.day("performed_to")?,
        cost: cells.money("cost", "currency")?,
        asked: cells.money("asked", "currency")?.ok_or_else(|| missing(cells, "asked", "claim"))?,
        invoice: cells.text("invoice")?,
        vendor: cells.text("vendor")?,
        invoiced_on: cells.day("invoiced_on")?,
        submit: cells.choice("submit", yes_or_no)?.unwrap_or(false),
        past,
    })
}

fn decided(cells: &Cells<'_>) -> Result<PastRecord, Reject> {
    Ok(PastRecord {
        submitted_at: cells.instant("submitted_at")?,
        approved_at: cells.instant("approved_at")?,
        rejected_at: cells.instant("rejected_at")?,
        decided_by: cells.text("decided_by")?,
        ..PastRecord::default()
    })
}

fn missing(cells: &Cells<'_>, field: &str, kind: &str) -> Reject {
    cells.decoder.reject(cells.row, field, format!("`{field}` is missing, and every {kind} needs it"))
}
