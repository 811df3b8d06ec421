//! What can be asked of the app, and what comes back.

use crate::domain::{
    account::AccountProfile,
    actor::{Permission, Roles},
    id::{AuditSeq, CommandId, LeadId},
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

/// A lead and the version of it that was on the screen. With `seen`, a lead that somebody else changed since is not touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadTarget {
    pub id: LeadId,
    pub seen: Option<i64>,
}

impl From<LeadId> for LeadTarget {
    fn from(id: LeadId) -> Self {
        Self { id, seen: None }
    }
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
    /// Records of a [`Command::Receive`] that had come before, and so were passed over.
    pub known: usize,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub lead: LeadId,
    pub result: Result<Done, Refusal>,
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
            Self::Receive(_) | Self::Partners(_) | Self::Accounts(_) => Permission::Import,
            Self::Sweep { .. } | Self::RouteUnplaced { .. } => Permission::Sweep,
            Self::Suppress { .. } => Permission::LeadWork,
            Self::Program { .. } => Permission::ProgramApply,
            Self::Operator(_) | Self::FirstOperator { .. } => Permission::OperatorManage,
        }
    }

    /// The stable name, as a denial keeps it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Leads { command, .. } => command.verb().doc(),
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
