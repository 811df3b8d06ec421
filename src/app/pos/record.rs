//! Lines come in: what came before is passed over, what its source says otherwise now is cancelled and recorded anew, and what
//! is wrong waits for a person. Every line ends in exactly one of these.

use super::{
    book::Book,
    correct::CorrectionItem,
    judge::Known,
    returns::{self, Pairing},
};
use crate::{
    app::{Failure, Outcome, Scene},
    domain::{
        deal::Customer,
        id::{CorrectionId, PartnerId},
        pos::{Correction, CorrectionEvent, CorrectionState, Entry, OrderLine, Read, SourceRow, Trouble},
        text::Text,
        tier::Quarter,
    },
    store::{Unit, pos::keyed, unit::pos::SaleKey},
};
use chrono::NaiveDate;
use std::{collections::BTreeSet, sync::Arc};

/// A line as an import brings it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Under which it is recorded.
    pub key: Text,
    /// By which it is known again if it has to wait: the same, or made of what is stated where the line has no identifier.
    pub queue_key: Text,
    /// The whole key of the line that it returns, where the source names it.
    pub returns: Option<Text>,
    pub entry: Entry,
    pub known: Known,
    pub file: Arc<Text>,
    /// Where it stands in the file, from 1.
    pub line: u64,
    /// Column and cell as they came, where something is wrong or may be.
    pub cells: Vec<(Text, Text)>,
    /// The days of which the file is said to be, both included.
    pub period: Option<(NaiveDate, NaiveDate)>,
}

impl Incoming {
    /// A line that is whole, and of no file; without a product line it is of none.
    pub fn of(line: OrderLine) -> Self {
        let OrderLine { key, partner, customer, product, line, on, quantity, price, amount } = line;
        let entry = Entry {
            partner: Text::clean(&partner.to_string()),
            customer: Customer::default(),
            product,
            line: line.clone(),
            returns: Text::default(),
            on: Read::Is(on),
            quantity: quantity.map_or(Read::Missing, Read::Is),
            price: price.map_or(Read::Missing, Read::Is),
            currency: Read::Is(amount.currency),
            amount: Read::Is(amount),
        };
        let known = Known { partner: Ok(partner), customer: customer.map(Ok), line: Some(line) };
        Self { queue_key: key.clone(), key, returns: None, entry, known, file: Arc::default(), line: 0, cells: Vec::new(), period: None }
    }
}

/// What became of lines; each is counted once, and what cancels another beside that.
#[derive(Debug, Clone, Default)]
pub struct LinesDone {
    pub recorded: usize,
    /// Recorded anew, because the source says otherwise now.
    pub restated: usize,
    pub known: usize,
    /// Wait for a person, with a sentence each.
    pub waiting: Vec<(CorrectionId, String)>,
    /// Recorded into a quarter that was closed.
    pub late: usize,
    /// The fiscal quarters that are restated by that, and of whom.
    pub restates: BTreeSet<(Quarter, PartnerId)>,
    /// One answer a correction, in the order of the steps.
    pub corrections: Vec<CorrectionItem>,
}

pub async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, arriving: &[Incoming]) -> Result<Outcome, Failure> {
    let mut book = Book::open(unit, scene).await?;
    let waiting = load(unit, &mut book, arriving).await?;
    let mut done = LinesDone::default();
    for (incoming, waits) in arriving.iter().zip(waiting) {
        one(unit, &mut book, &mut done, incoming, waits).await?;
    }
    done.late = book.posted().iter().filter(|posted| posted.late && !posted.is_reversal()).count();
    let starts = scene.rules.program().scorecard.fiscal_year_starts;
    let late = book.posted().iter().filter(|posted| posted.late);
    done.restates = late.map(|posted| (Quarter::of(posted.line.on, starts), posted.line.partner)).collect();
    let changes = book.close(unit).await?;
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, known: done.known, lines: Box::new(done), ..Outcome::default() })
}

/// Everything that is there of these lines already; for each the last correction of it.
async fn load<U: Unit>(unit: &mut U, book: &mut Book<'_>, arriving: &[Incoming]) -> Result<Vec<Option<CorrectionId>>, Failure> {
    let on = |incoming: &Incoming| incoming.entry.on.value().unwrap_or_default();
    let own = arriving.iter().map(|incoming| keyed(&incoming.key, on(incoming)));
    let named = arriving.iter().filter_map(|incoming| Some(keyed(incoming.returns.as_ref()?, on(incoming))));
    let keys: Vec<SaleKey<'_>> = own.chain(named).collect();
    unit.sales_by_key(&keys).await?.into_iter().flatten().for_each(|sale| book.stand(sale));
    let keys: Vec<SaleKey<'_>> = arriving.iter().map(|incoming| keyed(&incoming.queue_key, on(incoming))).collect();
    let mut waiting = Vec::with_capacity(arriving.len());
    for correction in unit.corrections_by_key(&keys).await? {
        waiting.push(correction.as_ref().map(|correction| correction.id));
        if let Some(correction) = correction {
            book.know(correction);
        }
    }
    let coins = arriving.iter().filter_map(|one| Some((one.entry.on.value()?, one.entry.currency.value()?)));
    book.load_rates(unit, coins).await?;
    Ok(waiting)
}

async fn one<U: Unit>(
    unit: &mut U,
    book: &mut Book<'_>,
    done: &mut LinesDone,
    incoming: &Incoming,
    waits: Option<CorrectionId>,
) -> Result<(), Failure> {
    let stands = waits.and_then(|id| book.correction(id)).map(|correction| same(correction, incoming));
    let open = match (stands, waits) {
        (Some(Standing::Settled), _) => {
            done.known += 1;
            return Ok(());
        }
        (Some(Standing::Open), Some(id)) => Some(id),
        (Some(Standing::Outdated), Some(id)) => {
            book.happened(id, CorrectionEvent::Superseded);
            None
        }
        _ => None,
    };
    let (line, mut troubles) = incoming.known.judged(&incoming.key, &incoming.entry, book.today, incoming.period);
    if let (Some(line), true) = (&line, troubles.is_empty()) {
        if is_known(book, line) {
            done.known += 1;
            return Ok(());
        }
        match admit(unit, book, line.clone(), incoming.returns.as_ref(), false).await? {
            Ok(Admitted { id, restated }) => {
                done.recorded += usize::from(!restated);
                done.restated += usize::from(restated);
                if let Some(correction) = open {
                    let (partner, on) = (Some(line.partner), Some(line.on));
                    book.happened(correction, CorrectionEvent::Recorded { stated: incoming.entry.stated(), partner, on, line: id });
                }
                return Ok(());
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    if open.is_some() {
        done.known += 1;
        return Ok(());
    }
    let told = troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let id = book.raise(raised(incoming, troubles));
    done.waiting.push((id, format!("line {}: {told}", incoming.line)));
    Ok(())
}

/// What a correction is to a line that comes again under its key.
enum Standing {
    /// The same line waits.
    Open,
    /// A person has decided about the same line, or it was recorded since.
    Settled,
    /// It says something else now, and the old line waits.
    Outdated,
    /// It says something else now, and the old line was decided about.
    Past,
}

fn same(correction: &Correction, incoming: &Incoming) -> Standing {
    match (correction.first == incoming.entry.stated(), &correction.state) {
        (_, CorrectionState::Superseded) => Standing::Past,
        (true, CorrectionState::Open) => Standing::Open,
        (true, _) => Standing::Settled,
        (false, CorrectionState::Open) => Standing::Outdated,
        (false, _) => Standing::Past,
    }
}

fn is_known(book: &Book<'_>, line: &OrderLine) -> bool {
    book.under(&line.key).is_some_and(|(_, posted)| posted.line == *line && posted.booked.is_some())
}

pub struct Admitted {
    pub id: i64,
    /// Another line stood under the key, and was cancelled.
    pub restated: bool,
}

/// Posts a line that is right by itself, if it fits to what is there. `waive`: a person lets pass what may be let pass.
pub async fn admit<U: Unit>(
    unit: &mut U,
    book: &mut Book<'_>,
    line: OrderLine,
    named: Option<&Text>,
    waive: bool,
) -> Result<Result<Admitted, Trouble>, Failure> {
    let before = book.under(&line.key).map(|(id, _)| id);
    if let Some(id) = before {
        if !book.knows_returned(id) {
            let returned = unit.returned(&[id]).await?;
            for returned in returned {
                book.know_returned(id, returned);
            }
        }
        if book.returned(id).minor != 0 && !waive {
            return Ok(Err(Trouble::HasReturns));
        }
    }
    let pairing = match paired(unit, book, &line, named).await? {
        Ok(pairing) => pairing,
        Err(_) if waive => None,
        Err(trouble) => return Ok(Err(trouble)),
    };
    // A rate that is missing is found out before anything is cancelled. What comes back needs none: it is booked as it was sold.
    let needs_rate = pairing.as_ref().is_none_or(|pairing| pairing.booked.is_none());
    if let (true, Err(trouble)) = (needs_rate, book.can_book(&line)) {
        return Ok(Err(trouble));
    }
    if let Some(id) = before {
        book.reverse(id);
    }
    Ok(book.post(line, pairing.as_ref()).map(|id| Admitted { id, restated: before.is_some() }))
}

async fn paired<U: Unit>(
    unit: &mut U,
    book: &mut Book<'_>,
    line: &OrderLine,
    named: Option<&Text>,
) -> Result<Result<Option<Pairing>, Trouble>, Failure> {
    if !line.is_return() {
        return Ok(Ok(None));
    }
    returns::load(unit, book, line, named).await?;
    Ok(returns::pair(book, line, named).map(Some))
}

fn raised(incoming: &Incoming, troubles: Vec<Trouble>) -> CorrectionEvent {
    let stated = incoming.entry.stated();
    let cells = if incoming.cells.is_empty() {
        // The row was right by itself, and is told by its fields.
        let fields = crate::domain::pos::Field::ALL.into_iter().filter(|field| !stated.get(*field).is_empty());
        fields.map(|field| (Text::clean(field.name()), stated.get(field).clone())).collect()
    } else {
        incoming.cells.clone()
    };
    CorrectionEvent::Raised {
        key: incoming.queue_key.clone(),
        line_key: incoming.key.clone(),
        source: SourceRow { file: Text::clone(&incoming.file), line: incoming.line, cells },
        stated,
        partner: incoming.known.partner.as_ref().ok().copied(),
        on: incoming.entry.on.value(),
        troubles,
    }
}
