//! What can be asked of the app, and what comes back.

use crate::domain::{
    account::AccountProfile,
    actor::{Permission, Roles},
    deal::{
        self, AccountLink, DealCommand, DealEvent, Details, Registration, SaleLine,
        conflict::{CaseCommand, CaseEvent, ConflictCase},
    },
    id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, LeadId, PartnerId},
    lead::{Intake, Lead, LeadCommand, LeadEvent, Refusal},
    matching::Features,
    partner::Profile,
    text::Text,
};

/// A command with its identity; carried out at most once, however often it is sent.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: CommandId,
    pub command: Command,
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
    /// Record lines of our own point-of-sale data.
    Sales(Vec<SaleLine>),
    /// Fire what is due on at most so many registrations and conflicts.
    SweepDeals { limit: u32 },
    /// Look for conflicts of at most so many registrations after one, by number.
    SweepConflicts { after: DealId, limit: u32 },
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

pub type LeadTarget = Target<LeadId>;
pub type DealTarget = Target<DealId>;

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
    /// Records that had come before, and so were passed over.
    pub known: usize,
    /// Of a [`Command::SweepConflicts`]: the last registration that was looked at; nothing when there was none.
    pub looked_to: Option<DealId>,
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
            Self::Receive(_) | Self::Register(_) | Self::Restate(_) | Self::Sales(_) | Self::Partners(_) | Self::Accounts(_) => {
                Permission::Import
            }
            Self::Sweep { .. } | Self::RouteUnplaced { .. } | Self::SweepDeals { .. } | Self::SweepConflicts { .. } => Permission::Sweep,
            Self::Suppress { .. } => Permission::LeadWork,
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
            Self::Register(_) => "register deals",
            Self::Restate(_) => "restate deals",
            Self::DealFromLead { .. } => "register a lead",
            Self::OpenConflict { .. } => "open a conflict",
            Self::Sales(_) => "record sales",
            Self::SweepDeals { .. } => "sweep deals",
            Self::SweepConflicts { .. } => "look for conflicts",
            Self::Receive(_) => "receive leads",
            Self::Sweep { .. } => "sweep",
            Self::RouteUnplaced { .. } => "route unplaced leads",
            Self::Suppress { .. } => "suppress mailboxes",
            Self::Partners(_) => "record partners",
            Self::Accounts(_) => "record accounts",
            Self::Program { .. } => "apply a program",
            Self::Operator(_) => "record an operator",
            Self::FirstOperator { .. } => "settle in",
        }
    }
}
