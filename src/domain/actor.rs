//! Who acts, and what they may do.

use crate::domain::{id::OperatorId, text::Text};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Triager,
    ChannelManager,
    Approver,
    Finance,
    Admin,
    Engine,
    /// No person: an account with which a program works, such as a partner portal. It has the permissions of its other roles,
    /// and nothing is handed to it, because nobody sits at its desk.
    Machine,
}

impl Role {
    pub const ALL: [Self; 8] =
        [Self::Viewer, Self::Triager, Self::ChannelManager, Self::Approver, Self::Finance, Self::Admin, Self::Engine, Self::Machine];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Triager => "triager",
            Self::ChannelManager => "channel_manager",
            Self::Approver => "approver",
            Self::Finance => "finance",
            Self::Admin => "admin",
            Self::Engine => "engine",
            Self::Machine => "machine",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name().replace('_', " "))
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        Self::ALL
            .into_iter()
            .find(|role| role.name() == wanted)
            .ok_or_else(|| format!("`{text}` is not a role; the roles are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// A set of roles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(pub Vec<Role>);

impl Roles {
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether somebody sits at the desk to whom work can be handed.
    pub fn sit_at_a_desk(&self) -> bool {
        !self.has(Role::Engine) && !self.has(Role::Machine)
    }

    pub fn allow(&self, permission: Permission) -> bool {
        permission.granted_to().iter().any(|role| self.has(*role))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }
}

/// What a command needs. The table of who holds it is [`Permission::granted_to`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Work leads: assign, accept on behalf, pause, note and the like.
    LeadWork,
    /// Work deal registrations and conflicts: submit, review, ask, hold, attach, note and the like.
    DealWork,
    /// Approve and reject registrations, extend protections, decide conflicts and appeals.
    DealDecide,
    /// Work funding requests and claims: draft, submit, ask, flag, note and the like.
    MdfWork,
    /// Approve and reject funding requests and claims, waive checks, clear a suspicion.
    MdfDecide,
    /// Order, export and confirm payments, and claw them back.
    MdfPay,
    /// Open funds, allocate money to them, close their periods.
    MdfFund,
    /// Audit partners, propose tiers by hand, work remediation plans.
    TierWork,
    /// Approve, reject and defer changes of tier.
    TierDecide,
    /// Correct, accept and dismiss point-of-sale lines that wait for a person.
    PosCorrect,
    /// Bring leads, partners and accounts in.
    Import,
    /// Apply a version of the channel program.
    ProgramApply,
    /// Add operators and change their roles.
    OperatorManage,
    /// Erase a person's data.
    Erase,
    /// Sweep clocks and route by machine.
    Sweep,
}

impl Permission {
    pub const ALL: [Self; 15] = [
        Self::LeadWork,
        Self::DealWork,
        Self::DealDecide,
        Self::MdfWork,
        Self::MdfDecide,
        Self::MdfPay,
        Self::MdfFund,
        Self::TierWork,
        Self::TierDecide,
        Self::PosCorrect,
        Self::Import,
        Self::ProgramApply,
        Self::OperatorManage,
        Self::Erase,
        Self::Sweep,
    ];

    pub const fn granted_to(self) -> &'static [Role] {
        match self {
            Self::LeadWork => &[Role::Triager, Role::ChannelManager, Role::Admin],
            Self::DealWork => &[Role::Triager, Role::ChannelManager, Role::Approver, Role::Admin],
            Self::DealDecide => &[Role::ChannelManager, Role::Approver, Role::Admin],
            Self::MdfWork => &[Role::Triager, Role::ChannelManager, Role::Approver, Role::Finance, Role::Admin],
            Self::MdfDecide => &[Role::ChannelManager, Role::Approver, Role::Finance, Role::Admin],
            Self::MdfPay | Self::MdfFund => &[Role::Finance, Role::Admin],
            Self::TierWork => &[Role::Triager, Role::ChannelManager, Role::Approver, Role::Admin, Role::Engine],
            Self::TierDecide => &[Role::ChannelManager, Role::Approver, Role::Admin],
            Self::PosCorrect => &[Role::ChannelManager, Role::Finance, Role::Admin],
            Self::Import => &[Role::Triager, Role::ChannelManager, Role::Admin, Role::Engine],
            Self::ProgramApply => &[Role::ChannelManager, Role::Admin],
            Self::OperatorManage | Self::Erase => &[Role::Admin],
            Self::Sweep => &[Role::Engine, Role::Admin],
        }
    }

    pub const fn doc(self) -> &'static str {
        match self {
            Self::LeadWork => "work leads",
            Self::DealWork => "work deals",
            Self::DealDecide => "decide deals",
            Self::MdfWork => "work funding requests and claims",
            Self::MdfDecide => "decide funding requests and claims",
            Self::MdfPay => "pay claims",
            Self::PosCorrect => "correct point-of-sale lines",
            Self::MdfFund => "manage funds",
            Self::TierWork => "work tiers",
            Self::TierDecide => "decide tiers",
            Self::Import => "import data",
            Self::ProgramApply => "apply a channel program",
            Self::OperatorManage => "manage operators",
            Self::Erase => "erase personal data",
            Self::Sweep => "run the engine's sweeps",
        }
    }
}

/// The one who acts: an operator with the roles that they hold now. The engine is an operator like any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub id: OperatorId,
    pub name: Text,
    pub roles: Roles,
}

impl Actor {
    /// The engine's identity; operator 1 in every database.
    pub fn engine() -> Self {
        Self { id: OperatorId(1), name: Text::clean("engine"), roles: Roles(vec![Role::Engine]) }
    }

    pub fn may(&self, permission: Permission) -> Result<(), String> {
        if self.roles.allow(permission) {
            return Ok(());
        }
        let holders: Vec<_> = permission.granted_to().iter().map(ToString::to_string).collect();
        let held = if self.roles.0.is_empty() { "no role".to_owned() } else { self.roles.to_string() };
        Err(format!("{} may not {}: it needs {}, and holds {held}", self.name, permission.doc(), holders.join(" or ")))
    }
}
