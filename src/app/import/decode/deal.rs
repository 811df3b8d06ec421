//! Deals: a row becomes the details of a registration. What it lacks is no reason to reject it: a draft may be incomplete.

use super::{Cells, Decoder, Faults, on_one_line, parts, shown};
use crate::{
    app::import::{
        mapping::{Condition, Origin, Piece, amount},
        source::Reject,
    },
    domain::{
        day::local_date,
        deal::{Customer, DealField, Details, Document, DocumentKind, FieldFault, FieldProblem, SalesStage, Scope},
        money::{Currency, Money},
        person::Person,
        search,
        text::Text,
    },
};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A registration as a file states it. Its partner is still a code or a name, its products are as they were written, and
/// its key is not yet made ([`Details::source_key`] is empty).
#[derive(Debug, Clone, PartialEq)]
pub struct DealRecord {
    /// The record's own identifier; empty where it has none.
    pub id: Text,
    pub partner: Text,
    pub details: Details,
    pub documents: Vec<Document>,
    /// The partner wants it handed in.
    pub submit: bool,
    /// What the row states and nobody can read: it stays away, and the registration a draft.
    pub unread: Vec<FieldProblem>,
    /// How many of its products a lookup found though they are written in another way.
    pub respelt: u64,
    /// What the contract of its system does not let change in a record like this one.
    pub fixed: Vec<FieldProblem>,
    /// The same where the registration has the sales stage of the record already.
    pub fixed_by_stage: Vec<FieldProblem>,
}

pub fn decode(cells: &Cells<'_>) -> Result<DealRecord, Reject> {
    let mut faults = Faults::default();
    let mut text = |name| faults.keep(cells.text(name));
    let source = text("source");
    let (id, partner) = (text("id"), text("partner"));
    let customer = Customer {
        name: text("customer"),
        city: text("city"),
        postal_code: text("postal_code"),
        website: text("website"),
        vertical: text("vertical"),
        country: None,
    };
    let contact =
        Person { name: text("name"), title: text("title"), phone: text("phone"), email: Text::default(), message: Text::default() };
    let description = text("description");
    let unread: Vec<FieldProblem> = cells.bare_amount("value", "currency").into_iter().collect();
    let details = Details {
        source: if source.is_empty() { cells.decoder.mapping.system.clone() } else { source },
        source_key: Text::default(),
        customer: Customer { country: faults.keep(cells.country("country")), ..customer },
        scope: Scope::new(faults.keep(cells.products())),
        value: if unread.is_empty() { faults.keep(cells.money("value", "currency")) } else { None },
        close_on: faults.keep(cells.day("close_date")),
        sales_stage: faults.keep(cells.choice("sales_stage", SalesStage::from_name)),
        description,
        contact: Person { email: faults.keep(cells.email("email")), ..contact },
    };
    let documents = faults.keep(cells.documents("documents"));
    let submit = faults.keep(cells.choice("submit", yes_or_no)).unwrap_or(false);
    let (fixed, fixed_by_stage) = (fixed(cells, false), fixed(cells, true));
    let respelt = u64::from(cells.is_respelt("products"));
    let record = DealRecord { id, partner, details, documents, submit, unread, respelt, fixed, fixed_by_stage };
    faults.or(record)
}

fn fixed(cells: &Cells<'_>, after_stage: bool) -> Vec<FieldProblem> {
    let holds = |condition: &Condition| cells.decoder.passes(cells.row, &condition.column, &condition.test);
    let rules = cells.decoder.mapping.fixed.iter().filter(|rule| rule.after_stage == after_stage);
    let rules = rules.filter(|rule| rule.when.iter().all(holds) && !rule.unless.iter().any(holds));
    let mut fixed: Vec<FieldProblem> = Vec::new();
    for (field, why) in rules.flat_map(|rule| rule.fields.iter().map(move |field| (*field, &rule.because))) {
        if !fixed.iter().any(|problem| problem.field == field) {
            fixed.push(FieldProblem::new(field, FieldFault::Fixed { why: why.clone() }));
        }
    }
    fixed
}

/// The columns that say something of a field, by the names of a mapping.
const fn columns_of(field: DealField) -> &'static [&'static str] {
    match field {
        DealField::Customer => &["customer"],
        DealField::Country => &["country"],
        DealField::City => &["city"],
        DealField::PostalCode => &["postal_code"],
        DealField::Website => &["website"],
        DealField::Vertical => &["vertical"],
        DealField::Products => &["products"],
        DealField::Value => &["value"],
        DealField::CloseDate => &["close_date"],
        DealField::SalesStage => &["sales_stage"],
        DealField::Description => &["description"],
        DealField::Contact => &["name", "title", "email", "phone"],
    }
}

impl Decoder {
    /// The fields of a registration for which the file has a column, or the mapping a constant.
    pub fn says(&self) -> BTreeSet<DealField> {
        let is_there = |name: &str| self.columns.get(name).is_some_and(Option::is_some);
        let has_origin = |piece: &Piece| match &piece.origin {
            Origin::Constant(_) => true,
            Origin::Columns { names, .. } => names.iter().any(|name| is_there(name)),
        };
        let says = |name: &&str| self.mapping.fields.get(name).is_some_and(|expr| expr.0.iter().any(has_origin));
        DealField::ALL.iter().copied().filter(|field| columns_of(*field).iter().any(says)).collect()
    }
}

pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" | "true" | "1" | "y" => Some(true),
        "no" | "false" | "0" | "n" => Some(false),
        _ => None,
    }
}

impl Cells<'_> {
    /// Product names, separated as other lists are or in a JSON array; the map of the mapping holds for each of them.
    fn products(&self) -> Result<Vec<Text>, Reject> {
        let list = self.read("products", |piece, value| {
            let array: Option<Vec<String>> = value.starts_with('[').then(|| serde_json::from_str(value).ok()).flatten();
            let ours = |name: &str| on_one_line(piece.map.get(&search::slug(name)).map_or(name, String::as_str), "products");
            let names = |names: &mut dyn Iterator<Item = &str>| names.map(ours).collect::<Vec<_>>();
            Ok(array.map_or_else(|| names(&mut parts(value)), |array| names(&mut array.iter().map(String::as_str))))
        })?;
        Ok(list.unwrap_or_default())
    }

    pub(super) fn day(&self, name: &'static str) -> Result<Option<NaiveDate>, Reject> {
        let mapping = &self.decoder.mapping;
        self.read(name, |piece, value| {
            let zone = piece.zone.unwrap_or(mapping.zone);
            let formats = piece.dates.as_deref().unwrap_or(&mapping.dates);
            let at = formats.iter().find_map(|format| format.instant(value, zone));
            at.map(|at| local_date(at, zone)).ok_or_else(|| format!("`{}` is not a date in a form that the mapping names", shown(value)))
        })
    }

    /// That an amount stands beside an empty cell for its currency.
    fn bare_amount(&self, name: &'static str, currency: &'static str) -> Option<FieldProblem> {
        let is_given = |field| self.pieces(field).any(|piece| self.value(piece).is_some());
        let is_bare = self.states_currency(currency) && !is_given(currency) && is_given(name);
        is_bare.then(|| FieldProblem::new(DealField::Value, FieldFault::NoCurrency))
    }

    /// Whether a lookup spells the name in this field otherwise than the row does.
    fn is_respelt(&self, name: &str) -> bool {
        let Some(piece) = self.pieces(name).find(|piece| self.value(piece).is_some()) else { return false };
        let Origin::Columns { names, .. } = &piece.origin else { return false };
        names.iter().any(|name| self.decoder.is_respelt(self.row, name))
    }

    /// An amount with its currency. An amount without one could be anything, so it rejects the row.
    pub(super) fn money(&self, name: &'static str, currency: &'static str) -> Result<Option<Money>, Reject> {
        let comma = self.decoder.mapping.decimal_comma;
        let instead = if self.states_currency(currency) { "state it in the file" } else { "map a column for it or a constant" };
        let currency = self.read(currency, |_, value| value.parse::<Currency>())?;
        self.read(name, |_, value| {
            let currency = currency.ok_or_else(|| format!("`{}` has no currency; {instead}", shown(value)))?;
            Money::parse(&amount(value, comma), currency).map_err(|_| {
                let digits = currency.exponent();
                format!("`{}` is not an amount in {currency}: a number with at most {digits} digits after its point", shown(value))
            })
        })
    }

    fn documents(&self, name: &'static str) -> Result<Vec<Document>, Reject> {
        let list = self.read(name, |_, value| {
            value.split([';', '|']).map(str::trim).filter(|part| !part.is_empty()).map(document).collect::<Result<Vec<_>, _>>()
        })?;
        Ok(list.unwrap_or_default())
    }
}

/// `quote: offer.pdf HASH`; without a kind it is any other document.
fn document(text: &str) -> Result<Document, String> {
    let wrong = || format!("`{}` is not a document; write `quote: offer.pdf HASH`, HASH being 64 hexadecimal digits", shown(text));
    let (name, hash) = text.rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
    let hash = hash.parse().map_err(|_| wrong())?;
    let kind = |word: &str| DocumentKind::from_name(&search::slug(word).replace('-', "_"));
    let (kind, name) = name.split_once(':').and_then(|(word, name)| Some((kind(word)?, name))).unwrap_or((DocumentKind::Other, name));
    if name.trim().is_empty() {
        return Err(wrong());
    }
    Ok(Document { kind, name: Text::clean(name.trim()), hash, size: 0, media_type: Text::default(), dated: None, amount: None })
}
