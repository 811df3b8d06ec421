//! What can be asked of the app, and what comes back.

use super::{
    contact::{ContactItem, NewContact, StatedContact},
    partner::{status::StatusItem, steps::StepItem},
    pos::{CorrectionStep, Incoming, LinesDone},
};
use crate::domain::{
    account::AccountProfile,
    actor::{Permission, Roles},
    contact::ContactCommand,
    deal::{
        self, AccountLink, DealCommand, DealEvent, Details, Registration,
        conflict::{CaseCommand, CaseEvent, ConflictCase},
    },
    event::Entity,
    fx::RateDay,
    id::{
        AccountId, AuditSeq, BatchId, ClaimId, CommandId, ConflictId, ContactId, DealId, FundId, LeadId, OperatorId, PartnerId, RequestId,
    },
    lead::{Intake, Lead, LeadCommand, LeadEvent, Refusal},
    matching::Features,
    mdf::{
        self, Effects,
        approval::{Delegation, Limit},
        batch::{Answer, Batch, BatchFile},
        claim::{Claim, ClaimCommand, Content},
        fund::{Fund, FundCommand, FundTerms},
        item::ItemId,
        ledger::Balances,
        request::{Plan, Request as FundingRequest, RequestCommand},
    },
    money::Money,
    partner::{Profile, StatusCommand, StepCommand},
    text::Text,
    tier::{
        evaluation::{AuditKind, Evaluation},
        standing::{self, Standing, StandingCommand, StandingEvent},
    },
    time::Instant,
};
use chrono::NaiveDate;

/// A command with its identity; carried out at most once, however often it is sent.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: CommandId,
    pub command: Command,
    /// What took place before, and is only written down now.
    pub past: Option<Past>,
}

impl Request {
    /// What takes place now.
    pub const fn new(id: CommandId, command: Command) -> Self {
        Self { id, command, past: None }
    }
}

/// When something took place that is written down later, and who did it. Whoever writes it down imports data and manages
/// operators; the chain keeps beside it who that was and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    pub at: Instant,
    /// May be somebody who no longer signs in.
    pub by: OperatorId,
}

#[derive(Debug, Clone)]
pub enum Command {
    /// One verb on one lead or on many: one transaction, one answer a lead.
    Leads { targets: Vec<LeadTarget>, command: LeadCommand },
    /// Take records in: dedupe, quarantine, route.
    Receive(Vec<Arriving>),
    /// Fire what is due on at most so many leads.
    Sweep { limit: u32 },
    /// Try again to place leads for which no partner was found.
    RouteUnplaced { after: LeadId, limit: u32 },
    /// Never contact these mailboxes again.
    Suppress { mailboxes: Vec<Text> },
    /// One verb on one registration or on many: one transaction, one answer each.
    Deals { targets: Vec<DealTarget>, command: DealCommand },
    /// Take registrations in, each as a draft or handed in at once; conflicts are found.
    Register(Vec<Registering>),
    /// Take over what the sources of registrations say otherwise now; one answer each, conflicts are found.
    Restate(Vec<Restating>),
    /// Make a draft of a qualified lead, for the partner who has it.
    DealFromLead { lead: LeadId, account: Option<AccountId> },
    /// One verb on one conflict, of which version `seen` was on the screen.
    Case { id: ConflictId, command: CaseCommand, seen: Option<i64> },
    /// Open a conflict between these registrations.
    OpenConflict { deals: Vec<DealId> },
    /// Take lines of our own point-of-sale data in: record what is right, keep the rest for a person.
    Sales(Vec<Incoming>),
    /// Verbs on lines that wait for a person: one transaction, one answer each.
    Corrections(Vec<CorrectionStep>),
    /// Record exchange rates, a day each.
    Rates(Vec<RateDay>),
    /// Fire what is due on at most so many registrations and conflicts.
    SweepDeals { limit: u32 },
    /// Look for conflicts of these registrations, if they claim a deal and are a party of none. Which are worth it says
    /// [`crate::app::App::deal_suspects`].
    SweepConflicts { deals: Vec<DealId> },
    /// Open funds; known ones are passed over.
    OpenFunds(Vec<FundTerms>),
    /// Move money that is available from one fund to another.
    Reallocate { from: FundId, to: FundId, amount: Money, reason: Text },
    /// Make requests for money; known ones are passed over.
    DraftRequests { drafts: Vec<RequestDraft>, source: DraftSource },
    /// Make claims on approved requests; known ones are passed over.
    DraftClaims { drafts: Vec<ClaimDraft>, source: DraftSource },
    /// Verbs on funds, requests and claims: one transaction, one answer each.
    Mdf(Vec<MdfStep>),
    /// Hand ordered payments, each by its claim and number, to the bank as this file.
    ExportBatch { payments: Vec<(ClaimId, u32)>, file: BatchFile },
    /// Keep what the bank answered to payments of a batch.
    AnswerBatch { batch: BatchId, answers: Vec<(ClaimId, u32, Answer)> },
    /// Set limits of approval, and delegate them.
    Authority(Vec<AuthorityCommand>),
    /// Fire what is due on at most so many funds, requests and claims each.
    SweepMdf { limit: u32 },
    /// One verb on the tier of one partner or of many: one transaction, one answer each.
    Tiers { targets: Vec<TierTarget>, command: StandingCommand },
    /// Audit partners as of the end of a day; who was audited with the same facts before is passed over.
    EvaluateTiers { partners: Vec<PartnerId>, day: NaiveDate, kind: AuditKind },
    /// Record people at partners, one answer each.
    Contacts(Vec<NewContact>),
    /// Take over what a file states of people at partners, one answer each.
    StateContacts(Vec<StatedContact>),
    /// One verb on one contact, of which version `seen` was read.
    Contact { id: ContactId, seen: Option<i64>, command: ContactCommand },
    /// Put changes of tier into force whose day has come, and audit again whose remediation plan is over: at most so many.
    SweepTiers { limit: u32 },
    /// One verb on the status of partners, with all that follows from it.
    PartnerStatus { partners: Vec<PartnerId>, command: StatusCommand },
    /// One verb on a step of the onboarding of partners, one answer each.
    PartnerStep { partners: Vec<PartnerId>, command: StepCommand },
    /// Add or change partners, by their code.
    Partners(Vec<Profile>),
    /// Add or change accounts, by their code.
    Accounts(Vec<AccountProfile>),
    /// Put a version of the channel program in force.
    Program { toml: String, note: Text },
    /// Add an operator or change one, by name.
    Operator(OperatorSpec),
    /// Settle in an empty database: the engine becomes operator 1, this person operator 2 with every right of an admin.
    /// Asked for in the engine's name; refused as soon as there is an operator.
    FirstOperator { name: Text, login: Option<Text> },
}

/// A record and the version of it that was on the screen. With `seen`, one that somebody else changed since is not touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<I> {
    pub id: I,
    pub seen: Option<i64>,
}

/// One verb on one item of the MDF desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdfStep {
    pub target: ItemTarget,
    pub command: MdfCommand,
}

/// What is asked of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MdfCommand {
    Fund(FundCommand),
    Request(RequestCommand),
    Claim(ClaimCommand),
    /// The step of the approval that is due, of all that a request or a claim asks for, as its content is now. For many that
    /// were marked: with `seen` in the target nothing is approved that somebody else changed since.
    Approve {
        on_behalf_of: Option<OperatorId>,
    },
}

/// A request as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestDraft {
    pub fund: FundId,
    pub partner: PartnerId,
    pub plan: Plan,
    /// Hand it in at once; else it stays a draft.
    pub submit: bool,
}

/// A claim as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimDraft {
    pub request: RequestId,
    pub content: Content,
    /// Hand it in at once; else it stays a draft.
    pub submit: bool,
}

/// Who writes a request or a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftSource {
    /// The operator, for the partner; and so approves nothing of it.
    Desk,
    /// The partner, in the system that it comes from; whoever brings it in approves nothing of it either.
    Import,
}

/// What is asked of somebody's authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityCommand {
    SetLimit(Limit),
    /// Ends before it begins: takes it back.
    Delegate(Delegation),
}

pub type LeadTarget = Target<LeadId>;
pub type DealTarget = Target<DealId>;
pub type ItemTarget = Target<ItemId>;

impl<I> From<I> for Target<I> {
    fn from(id: I) -> Self {
        Self { id, seen: None }
    }
}

/// A registration as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registering {
    pub partner: PartnerId,
    pub details: Details,
    /// The end customer, where it was matched.
    pub account: Option<AccountLink>,
    /// Hand it in at once; else it stays a draft.
    pub submit: bool,
}

/// A registration whose record comes in again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restating {
    pub deal: DealId,
    pub record: deal::decide::Restatement,
}

/// A decoded record with what the matcher compares, worked out before the transaction begins.
#[derive(Debug, Clone)]
pub struct Arriving {
    pub intake: Intake,
    pub features: Features,
    pub keys: Vec<i64>,
}

#[derive(Debug, Clone)]
pub struct OperatorSpec {
    pub name: Text,
    pub login: Option<Text>,
    pub roles: Roles,
    pub active: bool,
}

/// Whether a command is carried out or only thought through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Carry,
    Plan,
}

/// What a command did, or in a plan would do.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The last sequence that it wrote; `None` when it changed nothing.
    pub seq: Option<AuditSeq>,
    /// It had been carried out before; nothing happened now.
    pub repeated: bool,
    /// One answer a lead, in the order of the targets.
    pub items: Vec<Item>,
    /// One answer a registration: in the order of the targets or records, or the parties of a case.
    pub deals: Vec<DealItem>,
    /// The case that was asked for, or every conflict that was opened or joined on the way.
    pub cases: Vec<CaseItem>,
    /// One answer a fund, request, claim or batch: in the order of the steps or records, or all that a sweep has touched.
    pub mdf: Vec<MdfItem>,
    /// Each fund in which money moved (in a plan: would move), before and after.
    pub funds: Vec<(Balances, Balances)>,
    /// One answer a partner at the tier desk; of an audit only those that were audited anew.
    pub tiers: Vec<TierItem>,
    /// One answer a contact.
    pub contacts: Vec<ContactItem>,
    /// One answer a partner whose status was to change.
    pub statuses: Vec<StatusItem>,
    /// One answer a partner of whose onboarding a step was ticked or reopened.
    pub steps: Vec<StepItem>,
    /// What became of point-of-sale lines, and of those that wait.
    pub lines: Box<LinesDone>,
    /// Records that had come before, and so were passed over.
    pub known: usize,
}

/// A partner at the tier desk, and the version of its standing that was on the screen.
pub type TierTarget = Target<PartnerId>;

/// What became of a partner's standing.
#[derive(Debug, Clone)]
pub struct TierItem {
    pub partner: PartnerId,
    pub result: Result<TierDone, standing::Refusal>,
}

#[derive(Debug, Clone)]
pub struct TierDone {
    /// The evaluation that was made.
    pub evaluation: Option<Box<Evaluation>>,
    pub standing: Option<Box<Standing>>,
    /// What happened to the standing, its beginning among it.
    pub events: Vec<StandingEvent>,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub lead: LeadId,
    pub result: Result<Done, Refusal>,
}

/// What became of a registration. One that was refused before it began has the number 0.
#[derive(Debug, Clone)]
pub struct DealItem {
    pub deal: DealId,
    pub result: Result<DealDone, deal::Refusal>,
}

#[derive(Debug, Clone)]
pub struct DealDone {
    pub events: Vec<DealEvent>,
    /// The registration afterwards, a conflict that was found included.
    pub deal: Box<Registration>,
}

/// What became of a fund, a request, a claim or a batch. One that was refused before it began has the number 0.
#[derive(Debug, Clone)]
pub struct MdfItem {
    pub entity: Entity,
    pub result: Result<MdfDone, mdf::Refusal>,
}

#[derive(Debug, Clone)]
pub struct MdfDone {
    pub effects: Effects,
    /// The record after the whole command.
    pub after: MdfRecord,
}

#[derive(Debug, Clone)]
pub enum MdfRecord {
    Fund(Box<Fund>),
    Request(Box<FundingRequest>),
    Claim(Box<Claim>),
    Batch(Box<Batch>),
}

/// What became of a conflict.
#[derive(Debug, Clone)]
pub struct CaseItem {
    pub case: ConflictId,
    pub result: Result<CaseDone, deal::Refusal>,
}

#[derive(Debug, Clone)]
pub struct CaseDone {
    /// Empty for a case that was found on the way.
    pub events: Vec<CaseEvent>,
    /// The case afterwards.
    pub case: Box<ConflictCase>,
}

impl CaseItem {
    /// A case that was found on the way.
    pub(super) fn after(case: &ConflictCase) -> Self {
        Self { case: case.id, result: Ok(CaseDone { events: Vec::new(), case: Box::new(case.clone()) }) }
    }
}

#[derive(Debug, Clone)]
pub struct Done {
    pub events: Vec<LeadEvent>,
    /// The lead afterwards.
    pub lead: Box<Lead>,
}

impl Command {
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Leads { command, .. } => command.verb().permission(),
            Self::Deals { command, .. } => command.verb().permission(),
            Self::Case { command, .. } => command.verb().permission(),
            Self::DealFromLead { .. } | Self::OpenConflict { .. } => Permission::DealWork,
            Self::OpenFunds(_) | Self::Reallocate { .. } => Permission::MdfFund,
            Self::DraftRequests { source: DraftSource::Desk, .. } | Self::DraftClaims { source: DraftSource::Desk, .. } => {
                Permission::MdfWork
            }
            Self::DraftRequests { source: DraftSource::Import, .. } | Self::DraftClaims { source: DraftSource::Import, .. } => {
                Permission::Import
            }
            // Each step is asked for its own; nobody without this has any.
            Self::Mdf(steps) => match steps.as_slice() {
                [MdfStep { command, .. }] => command.verb().permission(),
                _ => Permission::MdfWork,
            },
            Self::ExportBatch { .. } | Self::AnswerBatch { .. } => Permission::MdfPay,
            // Limits take more; the use case asks.
            Self::Authority(_) => Permission::MdfDecide,
            Self::Receive(_) | Self::Register(_) | Self::Restate(_) | Self::Sales(_) | Self::Partners(_) | Self::Accounts(_) => {
                Permission::Import
            }
            Self::Sweep { .. }
            | Self::RouteUnplaced { .. }
            | Self::SweepDeals { .. }
            | Self::SweepConflicts { .. }
            | Self::SweepMdf { .. }
            | Self::SweepTiers { .. } => Permission::Sweep,
            Self::Tiers { command, .. } => command.verb().permission(),
            Self::PartnerStatus { command, .. } => command.verb().permission(),
            Self::PartnerStep { .. } => StepCommand::permission(),
            Self::EvaluateTiers { .. } | Self::Contacts(_) | Self::StateContacts(_) => Permission::TierWork,
            Self::Contact { command, .. } => command.verb().permission(),
            Self::Suppress { .. } => Permission::LeadWork,
            Self::Rates(_) => Permission::MdfFund,
            Self::Corrections(_) => Permission::PosCorrect,
            Self::Program { .. } => Permission::ProgramApply,
            Self::Operator(_) | Self::FirstOperator { .. } => Permission::OperatorManage,
        }
    }

    /// The stable name, as a denial keeps it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Leads { command, .. } => command.verb().doc(),
            Self::Deals { command, .. } => command.verb().doc(),
            Self::Case { command, .. } => command.verb().doc(),
            Self::Tiers { command, .. } => command.verb().doc(),
            Self::PartnerStatus { command, .. } => command.verb().doc(),
            Self::PartnerStep { command, .. } => command.doc(),
            Self::EvaluateTiers { .. } => "audit partners",
            Self::SweepTiers { .. } => "put changes of tier into force",
            Self::Register(_) => "register deals",
            Self::Restate(_) => "restate deals",
            Self::DealFromLead { .. } => "register a lead",
            Self::OpenConflict { .. } => "open a conflict",
            Self::Sales(_) => "record sales",
            Self::Corrections(_) => "correct sales",
            Self::Rates(_) => "record exchange rates",
            Self::SweepDeals { .. } => "sweep deals",
            Self::OpenFunds(_) => "open funds",
            Self::Reallocate { .. } => "reallocate money",
            Self::DraftRequests { .. } => "request funds",
            Self::DraftClaims { .. } => "claim funds",
            Self::Mdf(steps) => match steps.as_slice() {
                [MdfStep { command, .. }] => command.verb().doc(),
                _ => "work funding requests and claims",
            },
            Self::ExportBatch { .. } => "export payments",
            Self::AnswerBatch { .. } => "answer payments",
            Self::Authority(_) => "change limits of approval",
            Self::SweepMdf { .. } => "sweep funds",
            Self::SweepConflicts { .. } => "look for conflicts",
            Self::Receive(_) => "receive leads",
            Self::Sweep { .. } => "sweep",
            Self::RouteUnplaced { .. } => "route unplaced leads",
            Self::Suppress { .. } => "suppress mailboxes",
            Self::Contacts(_) | Self::StateContacts(_) => "record contacts",
            Self::Contact { command, .. } => command.verb().doc(),
            Self::Partners(_) => "record partners",
            Self::Accounts(_) => "record accounts",
            Self::Program { .. } => "apply a program",
            Self::Operator(_) => "record an operator",
            Self::FirstOperator { .. } => "settle in",
        }
    }
}
