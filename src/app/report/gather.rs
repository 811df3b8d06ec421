//! What a report is made of, read at one moment from all rooms.

use crate::{
    app::{
        App, Failure, Rules,
        tier::{facts, rooms},
        view,
    },
    domain::{
        day::{local_date, start_of_day},
        fx::Rates,
        id::PartnerId,
        lead::routing::Parity,
        partner::Partner,
        program::Program,
        report::{PartnerSeen, Performance, Report, review, scorecard},
        text::Text,
        tier::{
            Booked, Facts, Quarter, Scorecard, evaluate,
            period::{Period, day_after},
            standing::Standing,
        },
    },
    store::{Session, unit::tier::Detail},
};
use chrono::{Days, NaiveDate};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Evaluations of a partner that are looked at: more than two years of quarters with restatements.
const EVALUATIONS: u32 = 60;
/// Quarters of which sales and leads are read: the last five, each with the one a year before.
const QUARTERS: usize = 9;

impl App {
    /// The scorecard of a partner as of the end of a day, today or before.
    pub fn report_scorecard(&self, partner: PartnerId, on: NaiveDate) -> BoxFuture<'_, Result<Report, Failure>> {
        Box::pin(async move { Ok(scorecard::scorecard(&self.partner_seen(partner, on).await?)) })
    }

    /// The business review of the quarter that holds this day, which is today or before.
    pub fn report_review(&self, partner: PartnerId, on: NaiveDate) -> BoxFuture<'_, Result<Report, Failure>> {
        Box::pin(async move { Ok(review::review(&self.partner_seen(partner, on).await?)) })
    }

    /// What a partner did up to the end of today, by quarter and in twelve months.
    pub fn partner_performance(&self, partner: PartnerId) -> BoxFuture<'_, Result<Performance, Failure>> {
        Box::pin(async move {
            let today = local_date(self.now(), self.rules().await?.program().zone);
            Ok(Performance::of(&self.partner_seen(partner, today).await?))
        })
    }

    /// Everything that reports on one partner say, at one moment.
    pub fn partner_seen(&self, id: PartnerId, on: NaiveDate) -> BoxFuture<'_, Result<PartnerSeen, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let program = Arc::clone(rules.program());
            let today = self.day_of_report(&rules, on)?;
            let partner = rules.directory().get(id).cloned().ok_or_else(|| Failure::refused(format!("there is no partner {id}")))?;
            let mut session = self.db().snapshot().await?;
            let days = nine_quarters(&program, on);
            let evaluations = session.evaluations_until(id, on, EVALUATIONS).await?;
            let evaluations = session.evaluations(&evaluations).await?;
            let standing = standing_of(&mut session, id).await?;
            let unaudited = if evaluations.is_empty() { scored(&mut session, &rules, &partner, standing.as_ref(), on).await } else { None };
            let since = start_of_day(days.from, program.zone);
            let leads = session.leads_offered_to(id, since).await?;
            let leads = session.leads(&leads).await?;
            let parity = if on == today { Some(Parity::of(id, &session.rotations_all().await?)) } else { None };
            let deals = session.deals_of(id, since).await?;
            let deals = session.deals(&deals).await?;
            let funds = session.funds_of(id).await?;
            let funds = session.funds(&funds).await?;
            let claims = session.claims_of(id, since).await?;
            let claims = session.claims(&claims).await?;
            let sold = sold(&mut session, &program, id, days).await?;
            let records = rooms::past(&mut session, id, standing.as_ref()).await?.into_iter().map(|past| past.record).collect();
            let (known, names) = (session.known().await?, view::names(&mut session, &rules, [id].into()).await?);
            Ok(PartnerSeen {
                on,
                today,
                partner,
                program,
                names,
                known,
                evaluations,
                unaudited: unaudited.map(Box::new),
                standing,
                leads,
                parity,
                deals,
                funds,
                claims,
                sold,
                records,
            })
        })
    }

    /// Today, if the day of the report is not after it.
    pub(super) fn day_of_report(&self, rules: &Rules, on: NaiveDate) -> Result<NaiveDate, Failure> {
        let today = local_date(self.now(), rules.program().zone);
        if on > today { Err(Failure::refused(format!("{on} lies in the future"))) } else { Ok(today) }
    }
}

fn nine_quarters(program: &Program, on: NaiveDate) -> Period {
    let starts = program.scorecard.fiscal_year_starts;
    let first = std::iter::successors(Some(Quarter::of(on, starts)), |one| Some(one.previous())).nth(QUARTERS - 1);
    Period { from: first.map_or(on, |first| first.period(starts).from), until: day_after(on) }
}

async fn standing_of(session: &mut Session, partner: PartnerId) -> Result<Option<Standing>, Failure> {
    let ids: Vec<_> = session.standings_of(&[partner]).await?.into_iter().flatten().collect();
    Ok(session.standings(&ids).await?.pop())
}

/// What the facts of the day come to; nothing where they can't be added up, as without an exchange rate.
async fn scored(
    session: &mut Session,
    rules: &Rules,
    partner: &Partner,
    standing: Option<&Standing>,
    on: NaiveDate,
) -> Option<(Facts, Scorecard)> {
    let mut gathered = facts::gather(session, rules, &[partner.id], on, Detail::Days).await.ok()?;
    let facts = gathered.facts(rules.program(), partner, standing, on).ok()?;
    let history = standing.map(Standing::history).unwrap_or_default();
    let card = evaluate(&facts, &rules.program().tier_rules(), &partner.profile.tier, &history);
    Some((facts, card))
}

/// What a partner sold, in the program's currency at the rate of each day; or why that is not known.
async fn sold(session: &mut Session, program: &Program, partner: PartnerId, days: Period) -> Result<Result<Vec<Booked>, Text>, Failure> {
    let sold = session.sold(&[partner], days).await?;
    if sold.is_empty() && !session.is_any_sold(days).await? {
        return Ok(Err(Text::clean("Not known: no sales are kept of these quarters, of any partner.")));
    }
    let max_age = program.scorecard.rate_max_age_days;
    let first = days.from.checked_sub_days(Days::new(max_age.into())).unwrap_or(days.from);
    let is_foreign = sold.iter().any(|one| one.amount.currency != program.currency);
    let rates: Rates = if is_foreign { session.rate_days(first, days.until).await?.into_iter().collect() } else { Rates::none() };
    let mut booked = Vec::with_capacity(sold.len());
    for one in sold {
        let amount = rates.pin(one.amount.currency, program.currency, one.on, max_age).and_then(|rate| rate.convert(one.amount));
        match amount {
            Ok(amount) => booked.push(Booked { on: one.on, product: one.product, minor: amount.minor, acquired_on: None }),
            Err(why) => return Ok(Err(Text::clean(&format!("Not known: what it sold on {} can't be counted: {why}.", one.on)))),
        }
    }
    Ok(Ok(booked))
}
