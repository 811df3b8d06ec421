//! What a new version of the channel program would change, before anybody applies it.

use super::{App, Failure, Rules};
use crate::{
    domain::{
        id::{LeadId, ProgramVersion},
        lead::{
            ClockKind, Lead, LeadState,
            replay::{QUARTER, Replay, Replayed},
            routing::{Desk, Router},
        },
        problem::Problem,
        program::{self, Change, Program, diff},
        tier::WhatIf,
        time::{Instant, Span},
    },
    store::unit::ProgramRow,
};
use futures::future::BoxFuture;
use serde::Serialize;
use std::sync::Arc;

const PAGE: u32 = 2_000;

/// The differences from the version in force, and what they mean for the leads at hand.
#[derive(Debug, Clone, Serialize)]
pub struct ProgramPlan {
    /// 0: none was applied yet, and the built-in one is compared with.
    pub against: ProgramVersion,
    pub changes: Vec<Change>,
    pub touched: Touched,
    /// What changes about tiers, at the facts of today; nothing where both versions decide them alike.
    pub tiers: Option<WhatIf>,
    /// The leads of the last quarter under both versions; nothing where both place leads alike and give the same time.
    pub replayed: Option<Replayed>,
}

/// How many open leads the differences reach. A lead may be counted in each column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Touched {
    pub open: u64,
    /// Their running clock would have another calendar or other hours. It keeps its own until it is recomputed.
    pub clocks: u64,
    /// They are still to be placed, and other partners would be asked, or the same for other reasons.
    pub routing: u64,
    /// Consent would be asked for where it was not, or the other way round.
    pub consent: u64,
}

/// Reads the document and looks at every open lead under both versions. `source` is what problems call the document.
pub fn plan<'a>(app: &'a App, source: &'a str, toml: &'a str) -> BoxFuture<'a, Result<ProgramPlan, Failure>> {
    Box::pin(async move {
        let rules = app.rules().await?;
        let next = Arc::new(check(&rules, source, toml)?);
        let changes = diff(rules.program(), &next);
        let touched = if changes.is_empty() { Touched::default() } else { touched(app, &rules, &next).await? };
        let after = next.tier_rules();
        let tiers = if rules.program().tier_rules() == after { None } else { Some(app.tier_what_if(&after).await?) };
        let replayed = if Replay::is_worth(rules.program(), &next) { Some(replayed(app, &rules, &next).await?) } else { None };
        Ok(ProgramPlan { against: rules.version(), changes, touched, tiers, replayed })
    })
}

async fn replayed(app: &App, rules: &Rules, next: &Arc<Program>) -> Result<Replayed, Failure> {
    let now = app.now();
    let since = now.plus(Span::from_micros(-QUARTER.micros()));
    let after = Router::new(Arc::clone(next), Arc::clone(rules.directory()));
    let mut replay = Replay::new(rules.router(), after, since, now);
    let mut session = app.db().snapshot().await?;
    // Numbers begin at 1: none that came at `since` is passed over.
    let mut place = (since, LeadId(0));
    loop {
        let leads = session.leads_received_after(place, PAGE).await?;
        let Some(last) = leads.last() else { return Ok(replay.finish()) };
        place = (last.received_at, last.id);
        for lead in &leads {
            replay.take(lead);
        }
        tokio::task::yield_now().await;
    }
}

/// Reads the document; partners that it names have to be there.
pub fn check(rules: &Rules, source: &str, toml: &str) -> Result<Program, Failure> {
    let program = program::parse(source, toml).map_err(Failure::Program)?;
    let strangers = program.partner_references.iter().filter(|named| rules.directory().by_code(&named.code).is_none());
    let problems: Vec<Problem> = strangers.map(|named| named.unknown(source)).collect();
    if problems.is_empty() { Ok(program) } else { Err(Failure::Program(problems)) }
}

/// The versions from the first on.
pub fn versions(app: &App) -> BoxFuture<'_, Result<Vec<ProgramRow>, Failure>> {
    Box::pin(async move { Ok(app.db().read().await?.programs(ProgramVersion(1)).await?) })
}

async fn touched(app: &App, rules: &Rules, next: &Arc<Program>) -> Result<Touched, Failure> {
    let mut compared = Compared {
        rules,
        next,
        before: rules.router(),
        after: Router::new(Arc::clone(next), Arc::clone(rules.directory())),
        desk: Desk::default(),
        now: app.now(),
    };
    let mut session = app.db().snapshot().await?;
    let (mut touched, mut after) = (Touched::default(), LeadId(0));
    loop {
        let leads = session.leads_open_after(after, PAGE).await?;
        let Some(last) = leads.last() else { return Ok(touched) };
        after = last.id;
        for lead in &leads {
            touched.open += 1;
            touched.clocks += u64::from(compared.has_another_clock(lead));
            touched.routing += u64::from(compared.is_routed_otherwise(lead));
            touched.consent += u64::from(compared.needs_other_consent(lead));
        }
    }
}

/// The two versions side by side.
struct Compared<'a> {
    rules: &'a Rules,
    next: &'a Arc<Program>,
    before: Router,
    after: Router,
    /// Nobody has anything yet: what is compared is the rules, not whose turn it is.
    desk: Desk,
    now: Instant,
}

impl Compared<'_> {
    fn has_another_clock(&self, lead: &Lead) -> bool {
        let (Some(clock), Some(partner)) = (&lead.clock, lead.state.partner().and_then(|id| self.rules.directory().get(id))) else {
            return false;
        };
        let profile = &partner.profile;
        let own = (!profile.calendar.is_empty()).then_some(&*profile.calendar);
        let terms = |program: &Arc<Program>| {
            let calendar = Arc::clone(program.calendar_for(profile.country, own));
            let budget = match clock.kind {
                ClockKind::Accept => program.accept_sla(&profile.tier, lead.intake.score),
                ClockKind::FirstTouch => program.first_touch_sla(),
                ClockKind::Qualify => program.qualify_sla(&calendar),
            };
            (calendar, budget)
        };
        !clock.breached && terms(self.rules.program()) != terms(self.next)
    }

    fn is_routed_otherwise(&mut self, lead: &Lead) -> bool {
        let is_open_question = !matches!(lead.state, LeadState::Accepted { .. } | LeadState::Working { .. });
        is_open_question && self.before.route(lead, &self.desk, self.now).why != self.after.route(lead, &self.desk, self.now).why
    }

    fn needs_other_consent(&self, lead: &Lead) -> bool {
        lead.intake.country.is_some_and(|country| self.rules.program().requires_consent(country) != self.next.requires_consent(country))
    }
}
