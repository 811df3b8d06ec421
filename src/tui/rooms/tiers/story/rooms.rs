//! Who a partner is, and what it has in the other rooms: counted, and what is due first by name.

use crate::{
    app::{
        KnownContact,
        tier::rooms::{Deals, Funds, Leads, NAMED, Next, Rooms},
    },
    domain::{
        contact::ContactState,
        mdf::fund::Fund,
        money::Money,
        partner::{PartnerStatus, Profile},
        text::Text,
        tier::{Certificate, board::CERTIFICATE_DAYS},
        time::Instant,
        told,
    },
    tui::{
        action::Act,
        furniture::words::used,
        keymap::Keymap,
        theme::Role,
        widgets::{
            countdown::{self, Standing},
            pane::{Row, Section},
        },
    },
};
use chrono::NaiveDate;

/// The sections, each with its title.
pub fn sections(profile: &Profile, rooms: &Rooms, now: Instant, keys: &Keymap) -> [Section; 5] {
    [
        Section::new("Profile", who(profile, rooms)),
        Section::new("Contacts", contacts(rooms, keys)),
        Section::new("Leads", leads(&rooms.leads, rooms.capacity, now)),
        Section::new("Registrations", deals(&rooms.deals, now)),
        Section::new("Funds", funds(&rooms.funds, now)),
    ]
}

fn who(profile: &Profile, rooms: &Rooms) -> Vec<Row> {
    let status = match profile.status {
        PartnerStatus::Active => Role::Good,
        PartnerStatus::Onboarding => Role::Info,
        PartnerStatus::Suspended | PartnerStatus::Offboarded => Role::Warn,
    };
    let mut rows =
        vec![Row::fact("kind", profile.kind.name().replace('_', " "), Role::Text), Row::fact("status", profile.status.name(), status)];
    let place: Vec<&str> = [profile.city.as_str(), profile.country.map_or("", crate::domain::country::Country::name)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if !place.is_empty() {
        rows.push(Row::fact("seat", place.join(", "), Role::Text));
    }
    rows.extend(rooms.parent.as_ref().map(|parent| Row::fact("part of", called(parent), Role::Text)));
    for (at, site) in rooms.sites.iter().take(NAMED).enumerate() {
        rows.push(Row::fact(if at == 0 { "its parts" } else { "" }, called(site), Role::Text));
    }
    rows.extend(more(rooms.sites.len(), "parts"));
    rows.push(Row::fact("sells", profile.territory().to_string(), Role::Text));
    let capacity = rooms.capacity.map_or_else(|| "no limit".to_owned(), |most| format!("{most} leads at once"));
    rows.push(Row::fact("capacity", capacity, Role::Text));
    rows.push(Row::fact("calendar", rooms.calendar.to_string(), Role::Text));
    if rooms.certificates.is_empty() {
        rows.push(Row::fact("certificates", "none", Role::Dim));
    }
    for (at, one) in rooms.certificates.iter().take(NAMED).enumerate() {
        let (text, role) = certificate(one, rooms.today);
        rows.push(Row::fact(if at == 0 { "certificates" } else { "" }, text, role));
    }
    rows.extend(more(rooms.certificates.len(), "certificates"));
    rows
}

fn called((name, code): &(Text, Text)) -> String {
    format!("{name} ({code})")
}

/// How many there are beyond those that are named.
fn more(in_all: usize, what: &str) -> Option<Row> {
    let beyond = in_all.saturating_sub(NAMED);
    (beyond > 0).then(|| Row::fact("", format!("and {beyond} more {what}"), Role::Dim))
}

fn certificate(one: &Certificate, today: NaiveDate) -> (String, Role) {
    let Some(last) = one.last_day else { return (format!("{}, without end", one.name), Role::Text) };
    match last.signed_duration_since(today).num_days() {
        ..0 => (format!("✗ {} ended with {last}", one.name), Role::Bad),
        0 => (format!("! {} ends today", one.name), Role::Warn),
        left @ ..=CERTIFICATE_DAYS => {
            (format!("! {} to {last}, {left} {} left", one.name, if left == 1 { "day" } else { "days" }), Role::Warn)
        }
        left => (format!("{} to {last}, {left} days left", one.name), Role::Text),
    }
}

/// Who is there, how they are reached, and whether they may be.
fn contacts(rooms: &Rooms, keys: &Keymap) -> Vec<Row> {
    let open = keys.spoken(Act::PartnerContacts);
    if rooms.contacts.is_empty() {
        return vec![Row::text(format!("nobody is known there; {open} opens them"), Role::Dim)];
    }
    let mut rows: Vec<Row> = rooms.contacts.iter().take(NAMED).map(contact).collect();
    rows.extend(more(rooms.contacts.len(), "contacts"));
    rows.push(Row::text(format!("{open} opens them"), Role::Dim));
    rows
}

fn contact(known: &KnownContact) -> Row {
    let one = &known.contact;
    let person = &one.card.person;
    let reached: Vec<&str> = [person.email.as_str(), person.phone.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let (consent, role) = match known.why_silent() {
        Some(why) => (format!("✗ {why}"), Role::Warn),
        None => (format!("✓ {}", told::basis(one.consent.basis)), Role::Good),
    };
    let name = if person.name.is_empty() { "no name" } else { person.name.as_str() };
    Row::pieces(vec![
        (format!("{:<9}", one.id.to_string()), Role::Link),
        (name.to_owned(), if one.state == ContactState::Active { Role::Text } else { Role::Dim }),
        (format!("  {}  {}  ", one.card.role.doc(), reached.join(", ")), Role::Dim),
        (consent, role),
    ])
    .hanging(9)
}

/// `3 offered, 1 accepted`; nothing of none.
fn counted<'a>(all: impl Iterator<Item = (&'a str, u64)>) -> String {
    all.filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

fn leads(leads: &Leads, capacity: Option<u32>, now: Instant) -> Vec<Row> {
    if leads.states.is_empty() {
        return vec![Row::text("no lead lies with it", Role::Dim)];
    }
    let of = |names: [&'static str; 3]| counted(names.into_iter().map(|state| (state, leads.in_states(&[state]))));
    let open = leads.open();
    let full = capacity.is_some_and(|most| open >= u64::from(most));
    let limit = capacity.map_or_else(String::new, |most| format!(" of {most}"));
    let told = of(["offered", "accepted", "working"]);
    let told = if told.is_empty() { told } else { format!(": {told}") };
    let mut rows = vec![Row::fact("open", format!("{open}{limit}{told}"), if full { Role::Warn } else { Role::Text })];
    if leads.late > 0 {
        rows.push(Row::fact("late", format!("! {}", leads.late), Role::Bad));
    }
    let ended = of(["qualified", "disqualified", "merged"]);
    if !ended.is_empty() {
        rows.push(Row::fact("ended", ended, Role::Text));
    }
    rows.extend(leads.next.iter().map(|one| next(one, now)));
    rows.extend(later(open, leads.next.len()));
    rows
}

fn deals(deals: &Deals, now: Instant) -> Vec<Row> {
    if deals.sums.is_empty() {
        return vec![Row::text("it has registered nothing", Role::Dim)];
    }
    let mut rows = Vec::new();
    let mut states: Vec<&Text> = deals.sums.iter().map(|sum| &sum.state).collect();
    states.dedup();
    for name in crate::domain::deal::DealState::NAMES.iter().filter(|name| states.iter().any(|state| state.as_str() == **name)) {
        let sums = deals.sums.iter().filter(|sum| sum.state.as_str() == *name);
        let count: u64 = sums.clone().map(|sum| sum.count).sum();
        let worth: Vec<String> = sums.filter_map(|sum| sum.worth).map(|worth| worth.to_string()).collect();
        let worth = if worth.is_empty() { String::new() } else { format!(", {}", worth.join(" and ")) };
        rows.push(Row::pieces(vec![(format!("{:<18}", name.replace('_', " ")), Role::Dim), (format!("{count}{worth}"), Role::Text)]));
    }
    rows.extend(deals.next.iter().map(|one| next(one, now)));
    let open = |sum: &&crate::store::DealSum| {
        matches!(sum.state.as_str(), "draft" | "submitted" | "under_review" | "action_required" | "pending_approval" | "approved")
    };
    rows.extend(later(deals.sums.iter().filter(open).map(|sum| sum.count).sum(), deals.next.len()));
    rows
}

fn funds(funds: &Funds, now: Instant) -> Vec<Row> {
    let mut rows: Vec<Row> = funds.last.iter().flat_map(fund).collect();
    if rows.is_empty() {
        rows.push(Row::text("it has no fund of its own", Role::Dim));
    }
    rows.extend(more(usize::try_from(funds.in_all).unwrap_or(usize::MAX), "funds, which ended before"));
    let kinds = |one: &(Text, u64)| {
        let (kind, count) = one;
        format!("{count} {kind}{}", if *count == 1 { "" } else { "s" })
    };
    let open: Vec<String> = funds.kinds.iter().map(kinds).collect();
    if !open.is_empty() {
        rows.push(Row::fact("open", open.join(", "), Role::Text));
    }
    rows.extend(funds.next.iter().map(|one| next(one, now)));
    rows.extend(later(funds.kinds.iter().map(|(_, count)| count).sum(), funds.next.len()));
    rows
}

/// A fund with what its accounts hold.
fn fund(fund: &Fund) -> [Row; 2] {
    let held = &fund.balances;
    let money = |minor| Money::new(minor, held.currency).to_string();
    let top = Row::pieces(vec![
        (format!("{:<9}", fund.id.to_string()), Role::Link),
        (fund.terms.name.to_string(), Role::Text),
        (format!("  {} to {}", fund.terms.from, fund.terms.to), Role::Dim),
    ])
    .hanging(9);
    let sums = format!(
        "{} allocated: {} available, {} committed, {} claimed, {} paid",
        money(held.allocated),
        money(held.available),
        money(held.committed),
        money(held.claimed),
        money(held.paid)
    );
    [top, Row::text(sums, Role::Dim).indented(9)]
}

/// A record of another room on one line: number, name, stage, amount, and how its clock stands.
fn next(one: &Next, now: Instant) -> Row {
    let standing = match one.time {
        Some((_, due)) if due < now => Standing::Breached { late: now.since(due) },
        Some((started, due)) => Standing::Running { left: due.since(now), used_percent: used(started, due, now) },
        None => Standing::None,
    };
    let (left, role) = countdown::show(standing);
    let amount = one.amount.map_or_else(String::new, |amount| format!(", {amount}"));
    Row::pieces(vec![
        (format!("{:<9}", one.entity.to_string()), Role::Link),
        (one.name.to_string(), Role::Text),
        (format!("  {}{amount}  ", one.stage), Role::Dim),
        (left, role),
    ])
    .hanging(9)
}

/// How many open records are due after those that are named.
fn later(open: u64, named: usize) -> Option<Row> {
    let beyond = open.saturating_sub(u64::try_from(named).unwrap_or(u64::MAX));
    (beyond > 0).then(|| Row::text(format!("and {beyond} more, due later"), Role::Dim).indented(9))
}
