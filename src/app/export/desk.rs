//! People at partners and order lines out. The columns of people are those of the generic mapping, so that an export can be
//! imported again; who has left stands there with that state, which an import does not read.

use super::{
    ExportError, Format, Writer,
    cell::{given, text},
    records::Names,
};
use crate::{
    app::{App, KnownContact, contact::listed},
    domain::{
        contact::ContactState,
        id::AccountId,
        lead::ConsentBasis,
        money::Money,
        pos::{Against, Sale},
        text::Text,
    },
    store::Session,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    io::Write,
};

const CONTACT: &[&str] = &[
    "Partner",
    "Name",
    "Title",
    "Role",
    "Email",
    "Phone",
    "Consent",
    "Consent Date",
    "Consent Source",
    "Contact",
    "State",
    "May Be Mailed",
    "Because",
];

/// Everybody at every partner, partner by partner; who was erased is left out.
pub async fn contacts<W: Write>(app: &App, format: Format, out: W) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, CONTACT)?;
    let rules = app.rules().await?;
    let mut session = app.db().snapshot().await?;
    for partner in rules.directory().all() {
        for known in listed(&mut session, &rules, partner).await? {
            writer.row(&contact_row(&partner.profile.code, &known))?;
        }
    }
    Ok(writer.finish()?)
}

fn contact_row(code: &Text, known: &KnownContact) -> Vec<Value> {
    let one = &known.contact;
    let (person, consent) = (&one.card.person, &one.consent);
    let basis = (consent.basis != ConsentBasis::Unknown).then_some(consent.basis.name());
    vec![
        text(code),
        text(&person.name),
        text(&person.title),
        json!(one.card.role.name()),
        text(&person.email),
        text(&person.phone),
        given(basis),
        given(consent.at),
        text(&consent.text_version),
        json!(one.id.to_string()),
        json!(ContactState::name(&one.state)),
        json!(if known.why_silent().is_none() { "yes" } else { "no" }),
        given(known.why_silent().map(|why| why.trim_end_matches(": may not be mailed"))),
    ]
}

const SALE: &[&str] = &[
    "Line",
    "Key",
    "Partner",
    "Partner Name",
    "Customer",
    "Product",
    "Product Line",
    "Day",
    "Quantity",
    "Unit Price",
    "Amount",
    "Currency",
    "Booked",
    "Booked Currency",
    "Rate Day",
    "Returns",
    "Cancels",
    "Late",
];

/// Lines read at a time.
const PAGE_ROWS: u32 = 2_000;

/// Every order line with its booking, the newest first; what cancels a line stands beside it, so that the sums are right.
pub async fn sales<W: Write>(app: &App, format: Format, out: W) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, SALE)?;
    let mut session = app.db().snapshot().await?;
    let names = Names::read(&mut session).await?;
    let mut before = i64::MAX;
    loop {
        let page = session.sales_before(before, PAGE_ROWS).await?;
        let Some(last) = page.last() else { return Ok(writer.finish()?) };
        before = last.id - 1;
        let customers = customers(&mut session, &page).await?;
        for sale in &page {
            writer.row(&sale_row(sale, &names, &customers))?;
        }
    }
}

/// The codes of the accounts that the lines name.
async fn customers(session: &mut Session, page: &[Sale]) -> Result<HashMap<AccountId, Text>, ExportError> {
    let ids: BTreeSet<AccountId> = page.iter().filter_map(|sale| sale.posted.line.customer.as_ref().map(|link| link.account)).collect();
    let found = session.accounts_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(found.into_iter().map(|account| (account.id, account.profile.code)).collect())
}

fn sale_row(sale: &Sale, names: &Names, customers: &HashMap<AccountId, Text>) -> Vec<Value> {
    let posted = &sale.posted;
    let line = &posted.line;
    let (returns, cancels) = match posted.against {
        Against::Nothing => (None, None),
        Against::Returns(id) => (Some(id), None),
        Against::Reverses(id) => (None, Some(id)),
    };
    vec![
        json!(sale.id),
        text(&line.key),
        given(names.codes.get(&line.partner.0)),
        given(names.partners.get(&line.partner.0)),
        given(line.customer.as_ref().and_then(|link| customers.get(&link.account))),
        text(&line.product),
        text(&line.line),
        json!(line.on.to_string()),
        given(line.quantity),
        given(line.price),
        json!(line.amount.amount().to_string()),
        json!(line.amount.currency.to_string()),
        given(posted.booked.map(Money::amount)),
        given(posted.booked.map(|booked| booked.currency)),
        given(posted.rate_day()),
        returns.map_or(Value::Null, |id| json!(id)),
        cancels.map_or(Value::Null, |id| json!(id)),
        json!(if posted.late { "yes" } else { "no" }),
    ]
}
