//! The lines of one command being worked out: what is there already, what is posted, what has to wait.

use super::returns::Pairing;
use crate::{
    app::{Failure, Scene},
    domain::{
        aggregate::Aggregate,
        day::local_date,
        event::{Entity, Event, Record},
        fx::{PinnedRate, Rates},
        id::CorrectionId,
        money::{Currency, Money},
        pos::{Against, Correction, CorrectionEvent, OrderLine, Posted, Sale, Sold, Trouble, totals::is_late},
        text::Text,
    },
    store::{
        Unit,
        unit::{
            Changes,
            pos::{CorrectionChange, PosChanges, Returned},
        },
    },
};
use chrono::{Days, NaiveDate};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Follows lines and corrections through one command.
pub struct Book<'a> {
    pub scene: Scene<'a>,
    pub today: NaiveDate,
    currency: Currency,
    /// The number of the first line that is posted here.
    first: i64,
    posted: Vec<Posted>,
    /// Lines that were there before, as far as they were asked for.
    held: HashMap<i64, Sale>,
    /// The line that stands under a key, of the keys that were asked for or posted.
    standing: HashMap<Text, i64>,
    /// What came back of lines, of those that were asked for or returned.
    returned: HashMap<i64, Returned>,
    rates: Rates,
    pins: HashMap<(Currency, NaiveDate), Result<Arc<PinnedRate>, Text>>,
    corrections: BTreeMap<CorrectionId, (Correction, i64)>,
    records: Vec<Record>,
    next_correction: CorrectionId,
    pub raised: u32,
}

impl<'a> Book<'a> {
    /// Takes the lock of [`crate::store::unit::pos::PosUnit::sale_numbers`]: nobody else records lines meanwhile.
    pub async fn open<U: Unit>(unit: &mut U, scene: Scene<'a>) -> Result<Self, Failure> {
        let program = scene.rules.program();
        let first = unit.sale_numbers(0).await?;
        let next_correction = unit.correction_numbers(0).await?;
        Ok(Self {
            today: local_date(scene.now, program.zone),
            currency: program.currency,
            scene,
            first,
            posted: Vec::new(),
            held: HashMap::new(),
            standing: HashMap::new(),
            returned: HashMap::new(),
            rates: Rates::none(),
            pins: HashMap::new(),
            corrections: BTreeMap::new(),
            records: Vec::new(),
            next_correction,
            raised: 0,
        })
    }

    /// Loads the rates that lines in other currencies of these days can need.
    pub async fn load_rates<U: Unit>(&mut self, unit: &mut U, days: impl Iterator<Item = (NaiveDate, Currency)>) -> Result<(), Failure> {
        let (mut first, mut last) = (NaiveDate::MAX, NaiveDate::MIN);
        for (day, _) in days.filter(|(_, currency)| *currency != self.currency) {
            (first, last) = (first.min(day), last.max(day));
        }
        if first <= last {
            let oldest = first.checked_sub_days(Days::new(self.rate_max_age().into())).unwrap_or(NaiveDate::MIN);
            self.rates = unit.rate_days(oldest, last).await?.into_iter().collect();
        }
        Ok(())
    }

    fn rate_max_age(&self) -> u32 {
        self.scene.rules.program().scorecard.rate_max_age_days
    }

    /// Takes in a line as it stands in the database.
    pub fn hold(&mut self, sale: Sale) {
        self.held.insert(sale.id, sale);
    }

    /// Takes in the line that stands under its key.
    pub fn stand(&mut self, sale: Sale) {
        self.standing.insert(sale.posted.line.key.clone(), sale.id);
        self.hold(sale);
    }

    pub fn know(&mut self, correction: Correction) {
        let version = correction.version;
        self.corrections.entry(correction.id).or_insert((correction, version));
    }

    pub fn correction(&self, id: CorrectionId) -> Option<&Correction> {
        self.corrections.get(&id).map(|(correction, _)| correction)
    }

    /// A line of this number, held or posted here.
    pub fn line(&self, id: i64) -> Option<&Posted> {
        match usize::try_from(id - self.first) {
            Ok(place) => self.posted.get(place),
            Err(_) => self.held.get(&id).map(|sale| &sale.posted),
        }
    }

    /// The line that stands under a key.
    pub fn under(&self, key: &Text) -> Option<(i64, &Posted)> {
        let id = *self.standing.get(key)?;
        Some((id, self.line(id)?))
    }

    /// Lines that goods may come back of: what was posted here, the newest first, then what was held.
    pub fn lines(&self) -> impl Iterator<Item = (i64, &Posted)> {
        let posted = (self.first..).zip(&self.posted).collect::<Vec<_>>().into_iter().rev();
        posted.chain(self.held.iter().map(|(id, sale)| (*id, &sale.posted)))
    }

    pub fn returned(&self, id: i64) -> Returned {
        self.returned.get(&id).copied().unwrap_or_default()
    }

    pub fn know_returned(&mut self, id: i64, returned: Returned) {
        self.returned.entry(id).or_insert(returned);
    }

    /// Whether what came back of a line is known.
    pub fn knows_returned(&self, id: i64) -> bool {
        id >= self.first || self.returned.contains_key(&id)
    }

    fn pin(&mut self, currency: Currency, on: NaiveDate) -> Result<Arc<PinnedRate>, Text> {
        let (to, most) = (self.currency, self.rate_max_age());
        let rates = &self.rates;
        let pin = || rates.pin(currency, to, on, most).map(Arc::new).map_err(|error| Text::clean(&error.to_string()));
        self.pins.entry((currency, on)).or_insert_with(pin).clone()
    }

    /// What a line is booked as: in its own currency at once, in another at the rate of its day.
    fn booking(&mut self, line: &OrderLine) -> Result<(Money, Option<Arc<PinnedRate>>), Trouble> {
        if line.amount.currency == self.currency {
            return Ok((line.amount, None));
        }
        let no_rate = |why: Text| Trouble::NoRate { why };
        let pin = self.pin(line.amount.currency, line.on).map_err(no_rate)?;
        let booked = pin.convert(line.amount).map_err(|error| no_rate(Text::clean(&error.to_string())))?;
        Ok((booked, Some(pin)))
    }

    /// Whether a line can be booked at all.
    pub fn can_book(&mut self, line: &OrderLine) -> Result<(), Trouble> {
        self.booking(line).map(|_| ())
    }

    fn is_late(&self, on: NaiveDate) -> bool {
        is_late(on, self.today, self.scene.rules.program().sales.closes_after_days)
    }

    /// Posts a line; `pairing` says what it returns. Gives its number.
    pub fn post(&mut self, line: OrderLine, pairing: Option<&Pairing>) -> Result<i64, Trouble> {
        let late = self.is_late(line.on);
        let own = |book: &mut Self| book.booking(&line).map(|(booked, rate)| (Some(booked), rate));
        let (booked, rate, against) = match pairing {
            None => {
                let (booked, rate) = own(self)?;
                (booked, rate, Against::Nothing)
            }
            // At the rate of what it returns, so that a whole return leaves nothing.
            Some(Pairing { original, booked: Some(booked) }) => (Some(*booked), None, Against::Returns(*original)),
            Some(Pairing { original, booked: None }) => {
                let (booked, rate) = own(self)?;
                (booked, rate, Against::Returns(*original))
            }
        };
        if let Against::Returns(original) = against {
            let sum = self.returned.entry(original).or_default();
            sum.quantity = sum.quantity.saturating_add(line.quantity.map_or(0, |quantity| quantity.0));
            sum.minor = sum.minor.saturating_add(line.amount.minor);
            sum.booked = sum.booked.saturating_add(booked.map_or(0, |booked| booked.minor));
        }
        Ok(self.push(Posted { line, booked, rate, against, late }))
    }

    fn push(&mut self, posted: Posted) -> i64 {
        let id = self.first + i64::try_from(self.posted.len()).unwrap_or(0);
        if !posted.line.key.is_empty() {
            self.standing.insert(posted.line.key.clone(), id);
        }
        self.posted.push(posted);
        id
    }

    /// Cancels a line.
    pub fn reverse(&mut self, id: i64) {
        let Some(posted) = self.line(id).cloned() else { return };
        if let Against::Returns(original) = posted.against {
            let sum = self.returned.entry(original).or_default();
            sum.quantity = sum.quantity.saturating_sub(posted.line.quantity.map_or(0, |quantity| quantity.0));
            sum.minor = sum.minor.saturating_sub(posted.line.amount.minor);
            sum.booked = sum.booked.saturating_sub(posted.booked.map_or(0, |booked| booked.minor));
        }
        self.returned.entry(id).or_default().is_reversed = true;
        let late = self.is_late(posted.line.on);
        let key = posted.line.key.clone();
        self.push(posted.reversed(id, late));
        self.standing.remove(&key);
    }

    /// Keeps a line for a person.
    pub fn raise(&mut self, event: CorrectionEvent) -> CorrectionId {
        let id = CorrectionId(self.next_correction.0 + i64::from(self.raised));
        self.raised += 1;
        if let Some(correction) = Correction::begin(id, &event, self.scene.now) {
            self.corrections.insert(id, (correction, 0));
        }
        self.records.push(self.scene.record(Entity::Correction(id), 1, Event::Correction(event)));
        id
    }

    /// Something happens to a correction that is known.
    pub fn happened(&mut self, id: CorrectionId, event: CorrectionEvent) {
        let Some((correction, _)) = self.corrections.get_mut(&id) else { return };
        correction.apply(&event, self.scene.now);
        let version = correction.version;
        self.records.push(self.scene.record(Entity::Correction(id), version, Event::Correction(event)));
    }

    /// What happened here to a correction.
    pub fn events_of(&self, id: CorrectionId) -> Vec<CorrectionEvent> {
        let own = self.records.iter().filter(|record| record.entity == Entity::Correction(id));
        own.filter_map(|record| Correction::event(&record.event).cloned()).collect()
    }

    pub fn posted(&self) -> &[Posted] {
        &self.posted
    }

    /// Takes the numbers, and gives everything that changes: the lines as one event, then the corrections.
    pub async fn close<U: Unit>(self, unit: &mut U) -> Result<Changes, Failure> {
        let count = u32::try_from(self.posted.len()).unwrap_or(u32::MAX);
        if count > 0 {
            unit.sale_numbers(count).await?;
        }
        if self.raised > 0 {
            unit.correction_numbers(self.raised).await?;
        }
        let mut records = Vec::with_capacity(self.records.len() + 1);
        if count > 0 {
            let event = Event::Sold(Sold::of(&self.posted));
            records.push(self.scene.record(Entity::Operator(self.scene.actor.id), 0, event));
        }
        records.extend(self.records);
        let changed = |(correction, expected): (Correction, i64)| {
            (correction.version > expected).then_some(CorrectionChange { correction, expected })
        };
        let corrections = self.corrections.into_values().filter_map(changed).collect();
        let at = self.scene.now;
        let lines = (self.first..).zip(self.posted).map(|(id, posted)| (at, Sale { id, posted })).collect();
        Ok(Changes { pos: PosChanges { lines, corrections }, records, ..Changes::default() })
    }
}
