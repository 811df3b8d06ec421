//! The facts of partners at an audit day, gathered from all rooms.
//!
//! Revenue is converted into the program's currency at the rate of the day on which each sale was booked; a day without one
//! takes the last before it, as far back as the scorecard allows. A sale for which there is no rate is refused, not guessed:
//! whoever audits is told which rate is missing.

use crate::{
    app::{Failure, Rules},
    domain::{
        country::Country,
        day::start_of_day,
        fx::Rates,
        id::PartnerId,
        money::Money,
        partner::Partner,
        program::Program,
        tier::{Booked, Certificate, Facts, Revenue, Share, TooLarge, period::Trailing, standing::Standing},
    },
    store::unit::tier::{Answered, Detail, FactSource, FundUse, Registered, SoldOn},
};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What was read about many partners at once.
#[derive(Default)]
pub struct Gathered {
    /// What is booked in the program's currency, added up by the database.
    booked: HashMap<PartnerId, Revenue>,
    /// What has to be looked at line by line.
    sold: HashMap<PartnerId, Vec<Booked>>,
    /// Anybody sold anything: whoever did not sold nothing.
    knows_sales: bool,
    /// Some sale names a product line: else nobody's mix is known.
    knows_products: bool,
    registered: HashMap<PartnerId, Registered>,
    answered: HashMap<PartnerId, Answered>,
    funds: HashMap<PartnerId, Share>,
}

/// Reads what concerns these partners, within one transaction.
pub async fn gather<U: FactSource>(
    unit: &mut U,
    rules: &Rules,
    partners: &[PartnerId],
    day: NaiveDate,
    detail: Detail,
) -> Result<Gathered, Failure> {
    let trailing = Trailing::to(day);
    let program = rules.program();
    let wanted: HashSet<PartnerId> = partners.iter().copied().collect();
    let sellers = Sellers::of(unit, rules, &wanted).await?;
    let (mut found, sold) = sellers.sold(unit, program, trailing, detail).await?;
    let max_age = program.scorecard.rate_max_age_days;
    let first = trailing.before.from.checked_sub_days(Days::new(max_age.into())).unwrap_or(trailing.before.from);
    let funds = unit.fund_use(partners, trailing.now).await?;
    let is_foreign = |money: Money| money.currency != program.currency;
    let needs_rates = sold.iter().any(|one| is_foreign(one.amount)) || funds.iter().any(|one| is_foreign(one.allocated));
    let rates: Rates = if needs_rates { unit.rates_between(first, day).await?.into_iter().collect() } else { Rates::none() };
    for one in sold {
        found.book(program, &rates, &one, &sellers)?;
    }
    let between = (start_of_day(trailing.now.from, program.zone), start_of_day(trailing.now.until, program.zone));
    found.registered = unit.registered(partners, between).await?.into_iter().collect();
    found.answered = unit.answered(partners, between).await?.into_iter().collect();
    found.add_funds(program, &rates, funds, day);
    Ok(found)
}

/// Who sold what counts for the partners that are asked about.
struct Sellers<'a> {
    rules: &'a Rules,
    wanted: &'a HashSet<PartnerId>,
    /// Those that became a part of one of them, and when: they sell for it.
    acquired: BTreeMap<PartnerId, NaiveDate>,
}

impl<'a> Sellers<'a> {
    async fn of<U: FactSource>(unit: &mut U, rules: &'a Rules, wanted: &'a HashSet<PartnerId>) -> Result<Self, Failure> {
        let mut sellers = Self { rules, wanted, acquired: BTreeMap::new() };
        let acquired = unit.acquired().await?;
        sellers.acquired = acquired.into_iter().filter(|(id, _)| sellers.parent(*id).is_some()).collect();
        Ok(sellers)
    }

    /// The one of those asked about that a partner is a part of.
    fn parent(&self, id: PartnerId) -> Option<PartnerId> {
        self.rules.directory().get(id)?.profile.parent.filter(|parent| self.wanted.contains(parent))
    }

    /// What is booked in the program's currency, added up; all else, and whatever counts from a day of its own, line by line.
    async fn sold<U: FactSource>(
        &self,
        unit: &mut U,
        program: &Program,
        trailing: Trailing,
        detail: Detail,
    ) -> Result<(Gathered, Vec<SoldOn>), Failure> {
        let mut sellers: Vec<PartnerId> = self.wanted.iter().copied().chain(self.acquired.keys().copied()).collect();
        sellers.sort_unstable();
        sellers.dedup();
        let booked = unit.booked(&sellers, trailing, detail).await?;
        let mut by_line: BTreeSet<PartnerId> = unit.unbooked(&sellers, trailing.both()).await?.into_iter().collect();
        by_line.extend(self.acquired.keys());
        by_line.extend(booked.iter().filter(|one| one.currency != program.currency).map(|one| one.partner));
        let lines: Vec<PartnerId> = by_line.iter().copied().collect();
        let sold = if lines.is_empty() { Vec::new() } else { unit.sold(&lines, trailing.both()).await? };
        let knows_sales = !booked.is_empty() || !sold.is_empty() || unit.is_any_sold(trailing.both()).await?;
        // Of whoever is asked about, the answer is the same: one audited alone is judged as among all.
        let is_named = booked.iter().any(|one| one.revenue.by_product.as_ref().is_some_and(|lines| !lines.is_empty()))
            || sold.iter().any(|one| !one.product.is_empty());
        let knows_products = is_named || unit.is_any_line_named(trailing.both()).await?;
        let booked = booked.into_iter().filter(|one| !by_line.contains(&one.partner)).map(|one| (one.partner, one.revenue)).collect();
        Ok((Gathered { booked, knows_sales, knows_products, ..Gathered::default() }, sold))
    }
}

impl Gathered {
    /// A sale for whoever sold it, and for the one that it became a part of.
    fn book(&mut self, program: &Program, rates: &Rates, one: &SoldOn, sellers: &Sellers<'_>) -> Result<(), Failure> {
        let pinned = rates.pin(one.amount.currency, program.currency, one.on, program.scorecard.rate_max_age_days);
        let amount = pinned.and_then(|rate| rate.convert(one.amount));
        let amount = amount.map_err(|why| Failure::refused(format!("what {} sold on {} can't be counted: {why}", one.partner, one.on)))?;
        let booked = |acquired_on| Booked { on: one.on, product: one.product.clone(), minor: amount.minor, acquired_on };
        if sellers.wanted.contains(&one.partner) {
            self.sold.entry(one.partner).or_default().push(booked(None));
        }
        if let (Some(day), Some(parent)) = (sellers.acquired.get(&one.partner), sellers.parent(one.partner)) {
            self.sold.entry(parent).or_default().push(booked(Some(*day)));
        }
        Ok(())
    }

    /// A fund in a currency without a rate is left out.
    fn add_funds(&mut self, program: &Program, rates: &Rates, funds: Vec<FundUse>, day: NaiveDate) {
        for one in funds {
            let Ok(rate) = rates.pin(one.allocated.currency, program.currency, day, program.scorecard.rate_max_age_days) else { continue };
            let (Ok(used), Ok(allocated)) = (rate.convert(one.used), rate.convert(one.allocated)) else { continue };
            let sum = self.funds.entry(one.partner).or_insert(Share { part: 0, whole: 0 });
            sum.part = sum.part.saturating_add(used.minor);
            sum.whole = sum.whole.saturating_add(allocated.minor);
        }
    }

    fn revenue(&mut self, program: &Program, partner: PartnerId, day: NaiveDate) -> Result<Revenue, TooLarge> {
        let booked = self.booked.remove(&partner);
        let Some(lines) = self.sold.remove(&partner) else { return Ok(booked.unwrap_or_else(Revenue::nothing)) };
        let lines = Revenue::of(lines, day, program.scorecard.acquisition, program.currency)?;
        match booked {
            Some(booked) => booked.plus(lines, program.currency),
            None => Ok(lines),
        }
    }

    /// The facts of one of them.
    pub fn facts(&mut self, program: &Program, partner: &Partner, standing: Option<&Standing>, day: NaiveDate) -> Result<Facts, Failure> {
        let revenue = if self.knows_sales {
            let sum = self.revenue(program, partner.id, day);
            let sum = sum.map_err(|why| Failure::refused(format!("{}: {why}", partner.profile.name)))?;
            Some(if self.knows_products { sum } else { Revenue { by_product: None, ..sum } })
        } else {
            None
        };
        let registered = self.registered.get(&partner.id).copied().unwrap_or_default();
        let rated = standing.map(|standing| standing.rated).unwrap_or_default();
        let certificates = partner.profile.certifications.iter().filter_map(|one| Certificate::on(one, day, program.zone)).collect();
        let facts = Facts {
            revenue,
            certificates,
            coverage: coverage(program, partner),
            accepted: self.answered.get(&partner.id).map(|one| Share { part: one.in_time, whole: one.all }),
            registrations: Some(u32::try_from(registered.approved).unwrap_or(u32::MAX)),
            won: (registered.approved > 0).then_some(Share { part: registered.won, whole: registered.approved }),
            funds: self.funds.get(&partner.id).copied().filter(|share| share.whole > 0),
            satisfaction: rated.satisfaction,
            compliance: rated.compliance,
            training: rated.training,
            ..Facts::none(partner.id, day)
        };
        Ok(facts.settled())
    }
}

/// The product lines that a partner sells, in the regions where it sells anything, of all product lines there. Nothing of a
/// program without regions or product lines, and of a partner that serves none of its regions.
fn coverage(program: &Program, partner: &Partner) -> Option<Share> {
    let profile = &partner.profile;
    let serves = |country: &Country, line: &str| profile.covers(Some(*country), line, "");
    let (mut part, mut whole) = (0, 0);
    for countries in program.regions.values() {
        let served = program.products.iter().filter(|line| countries.iter().any(|country| serves(country, line))).count();
        if served > 0 {
            part += i64::try_from(served).unwrap_or(i64::MAX);
            whole += i64::try_from(program.products.len()).unwrap_or(i64::MAX);
        }
    }
    (whole > 0).then_some(Share { part, whole })
}
