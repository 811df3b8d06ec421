//! Use cases. [`App::execute`] is the one write path: a command becomes one transaction with one audit append.
//!
//! The handlers ([`handle`] and what it calls) are generic over [`Unit`], so that the console, the engine, an import and the
//! simulation run the same code.
//!
//! The public doors give their futures in a box: the compiler makes the body of an `async fn` anew in each crate that awaits it,
//! and the program, every bench and the tests would each compile the whole house once more.

pub mod bank;
mod command;
pub mod contact;
pub mod deal;
pub mod demo;
mod draft;
pub mod engine;
pub mod export;
mod failure;
pub mod history;
pub mod import;
mod journal;
pub mod lead;
pub mod match_evaluate;
pub mod mdf;
pub mod operator;
pub mod partner;
pub mod payments;
pub mod pos;
pub mod program;
pub mod program_plan;
mod rates;
pub mod replay;
pub mod report;
mod rules;
mod service;
pub mod sign_in;
pub mod tier;
pub mod view;

pub use command::{
    Arriving, AuthorityCommand, CaseDone, CaseItem, ClaimDraft, Command, DealDone, DealItem, DealTarget, Done, DraftSource, Item,
    ItemTarget, LeadTarget, MdfCommand, MdfDone, MdfItem, MdfRecord, MdfStep, Mode, OperatorSpec, Outcome, Past, Registering, Request,
    RequestDraft, Restating, Target, TierDone, TierItem, TierTarget,
};
pub use contact::{ContactDone, ContactItem, KnownContact, NewContact, StatedContact};
pub use failure::Failure;
pub use rules::Rules;
pub use service::App;

use crate::{
    domain::{
        actor::{Actor, Permission},
        event::{Denied, Entity, Event, Record, Recounted},
        id::{OperatorId, ProgramVersion},
        time::Instant,
    },
    store::{
        self, Unit,
        unit::{Changes, Parts, gathered},
    },
};
use futures::future::BoxFuture;

/// One command in one unit of work, up to but not including the commit.
pub fn handle<'a, U: Unit>(
    unit: &'a mut U,
    rules: &'a Rules,
    actor: OperatorId,
    request: &'a Request,
    mode: Mode,
    now: Instant,
) -> BoxFuture<'a, Result<Outcome, Failure>> {
    Box::pin(async move {
        if mode == Mode::Carry
            && let Some(seq) = unit.command_done(request.id).await?
        {
            return Ok(Outcome { seq: Some(seq), repeated: true, ..Outcome::default() });
        }
        if let Command::FirstOperator { name, login } = &request.command {
            let engine = Actor::engine();
            return operator::first(unit, Scene { rules, actor: &engine, now, request, mode, told: None }, name, login.as_ref()).await;
        }
        let held = unit.actor(actor).await?;
        let Some(teller) = held else {
            return Err(Failure::unknown_operator(actor));
        };
        let told = request.past.map(|_| Recounted { by: teller.id, at: now });
        let (done_by, at) = match request.past {
            Some(past) => (Some(who_did(unit, past, now).await?), past.at),
            None => (None, now),
        };
        let actor = done_by.as_ref().unwrap_or(&teller);
        if let Err(why) = may(&teller, actor, request) {
            if mode == Mode::Carry {
                match deny(unit, rules, &teller, request, &why, now).await {
                    // A login that may not even write to the chain is told the same.
                    Ok(()) | Err(Failure::Store(store::Error::Denied(_) | store::Error::ReadOnly)) => {}
                    Err(failure) => return Err(failure),
                }
            }
            return Err(Failure::Denied(why));
        }
        dispatch(unit, Scene { rules, actor, now: at, request, mode, told: told.as_ref() }).await
    })
}

/// Each command to its use case.
async fn dispatch<U: Unit>(unit: &mut U, scene: Scene<'_>) -> Result<Outcome, Failure> {
    match &scene.request.command {
        Command::Leads { targets, command } => lead::command::carry_out(unit, scene, targets, command).await,
        Command::Receive(arriving) => lead::receive::receive(unit, scene, arriving).await,
        Command::Sweep { limit } => lead::sweep::sweep(unit, scene, *limit).await,
        Command::RouteUnplaced { after, limit } => lead::sweep::route_unplaced(unit, scene, *after, *limit).await,
        Command::Suppress { mailboxes } => lead::receive::suppress(unit, scene, mailboxes).await,
        Command::Deals { targets, command } => deal::command::carry_out(unit, scene, targets, command).await,
        Command::Register(records) => deal::register::receive(unit, scene, records).await,
        Command::Restate(records) => deal::restate::carry_out(unit, scene, records).await,
        Command::DealFromLead { lead, account } => deal::register::of_lead(unit, scene, *lead, *account).await,
        Command::Case { id, command, seen } => deal::case::carry_out(unit, scene, *id, command, *seen).await,
        Command::OpenConflict { deals } => deal::case::open_between(unit, scene, deals).await,
        Command::Sales(lines) => pos::record(unit, scene, lines).await,
        Command::Corrections(steps) => pos::carry_out(unit, scene, steps).await,
        Command::Rates(days) => rates::record(unit, scene, days).await,
        Command::SweepDeals { limit } => deal::sweep::sweep(unit, scene, *limit).await,
        Command::OpenFunds(all) => mdf::begin::funds(unit, scene, all).await,
        Command::Reallocate { from, to, amount, reason } => mdf::begin::reallocate(unit, scene, (*from, *to), *amount, reason).await,
        Command::DraftRequests { drafts, source } => mdf::begin::requests(unit, scene, drafts, *source).await,
        Command::DraftClaims { drafts, source } => mdf::begin::claims(unit, scene, drafts, *source).await,
        Command::Mdf(steps) => mdf::command::carry_out(unit, scene, steps).await,
        Command::ExportBatch { payments, file } => mdf::batch::export(unit, scene, payments, file).await,
        Command::AnswerBatch { batch, answers } => mdf::batch::answer(unit, scene, *batch, answers).await,
        Command::Authority(commands) => mdf::authority::record(unit, scene, commands).await,
        Command::SweepMdf { limit } => mdf::sweep::sweep(unit, scene, *limit).await,
        // Boxed: a screen that plans a command holds the largest of these.
        Command::Tiers { targets, command } => Box::pin(tier::command::carry_out(unit, scene, targets, command)).await,
        Command::PartnerStatus { partners, command } => Box::pin(partner::status::carry_out(unit, scene, partners, command)).await,
        Command::PartnerStep { partners, command } => partner::steps::carry_out(unit, scene, partners, command).await,
        Command::EvaluateTiers { partners, day, kind } => Box::pin(tier::evaluate::evaluate_all(unit, scene, partners, *day, *kind)).await,
        Command::SweepTiers { limit } => Box::pin(tier::evaluate::sweep(unit, scene, *limit)).await,
        Command::SweepConflicts { deals } => deal::sweep::conflicts(unit, scene, deals).await,
        Command::Contacts(entered) => contact::record(unit, scene, entered).await,
        Command::StateContacts(stated) => contact::take_in(unit, scene, stated).await,
        Command::Contact { id, seen, command } => contact::carry_out(unit, scene, *id, *seen, command).await,
        Command::Partners(profiles) => partner::record(unit, scene, profiles).await,
        Command::Accounts(profiles) => partner::record_accounts(unit, scene, profiles).await,
        Command::Program { toml, note } => program::apply(unit, scene, toml, note).await,
        Command::Operator(operator) => operator::record(unit, scene, operator).await,
        // Decided above, before there is an actor to ask for.
        Command::FirstOperator { .. } => Ok(Outcome::default()),
    }
}

/// Whether `actor` may do it, and `teller` write it down where it took place before.
fn may(teller: &Actor, actor: &Actor, request: &Request) -> Result<(), String> {
    if request.past.is_some() {
        teller.may(Permission::Import)?;
        teller.may(Permission::OperatorManage)?;
        // Each verb asks for itself whether who did it may, and answers for its item.
        if matches!(request.command, Command::Mdf(_)) {
            return Ok(());
        }
    }
    actor.may(request.command.permission())
}

/// Who did what is only written down now. They had the rights that they have as an operator here, active or not.
async fn who_did<U: Unit>(unit: &mut U, past: Past, now: Instant) -> Result<Actor, Failure> {
    if past.at > now {
        return Err(Failure::refused("what is written down as past lies in the future"));
    }
    let row = unit.operators().await?.into_iter().find(|row| row.id == past.by);
    let row = row.ok_or_else(|| Failure::unknown_operator(past.by))?;
    Ok(Actor { id: row.id, name: row.name, roles: row.roles })
}

/// The circumstances of one command.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub rules: &'a Rules,
    pub actor: &'a Actor,
    pub now: Instant,
    pub request: &'a Request,
    pub mode: Mode,
    /// Who writes it down, and when, where it took place before.
    pub told: Option<&'a Recounted>,
}

impl Scene<'_> {
    /// A record of the chain under these circumstances.
    fn record(&self, entity: Entity, version: i64, event: Event) -> Record {
        Record { at: self.now, actor: self.actor.id, command: self.request.id, program: self.rules.version(), entity, version, event }
    }

    /// Saves, or in a plan does not.
    async fn save<U: Unit>(&self, unit: &mut U, changes: Changes) -> Result<Option<crate::domain::id::AuditSeq>, Failure> {
        if self.mode == Mode::Plan || changes.records.is_empty() {
            return Ok(None);
        }
        let mut changes = changes;
        if let Some(&told) = self.told {
            changes.records.push(self.record(Entity::Operator(told.by), 0, Event::Recounted(told)));
        }
        Ok(Some(unit.save(self.request.id, changes).await?))
    }

    /// The same for changes that come in parts.
    async fn save_parts<U: Unit, P: Parts<Failure = Failure>>(
        &self,
        unit: &mut U,
        parts: &mut P,
    ) -> Result<Option<crate::domain::id::AuditSeq>, Failure> {
        if self.mode == Mode::Plan {
            gathered(parts).await?;
            return Ok(None);
        }
        unit.save_parts(self.request.id, parts).await
    }
}

/// Gives way once: whoever works beside this task on the same command goes on.
async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut gave, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// Keeps in the chain that somebody asked for what they may not do.
async fn deny<U: Unit>(unit: &mut U, rules: &Rules, actor: &Actor, request: &Request, why: &str, now: Instant) -> Result<(), Failure> {
    let scene = Scene { rules, actor, now, request, mode: Mode::Carry, told: None };
    let event = Event::Denied(Denied { asked: request.command.name().to_owned(), why: why.to_owned() });
    let record = scene.record(Entity::Operator(actor.id), 0, event);
    scene.save(unit, Changes { records: vec![record], ..Changes::default() }).await?;
    Ok(())
}

/// The version under which a database without a program decides: the built-in demo program's calendars and tiers.
pub const NO_PROGRAM: ProgramVersion = ProgramVersion(0);
