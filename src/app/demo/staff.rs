//! The people of the demo's channel desk.

use super::stage::Stage;
use crate::{
    app::{Command, Failure, OperatorSpec},
    domain::{
        actor::{Actor, Role, Roles},
        id::{LeadId, OperatorId},
        text::Text,
    },
};

/// Whoever opens the demo works as her, unless they say otherwise.
pub const FIRST: &str = "mara";

/// Records what partners do in their portal.
const PORTAL: &str = "partner portal";

const COLLEAGUES: [(&str, &[Role], bool); 9] = [
    (PORTAL, &[Role::Triager, Role::Machine], true),
    ("benedikt", &[Role::Triager], true),
    ("chiamaka", &[Role::Triager], true),
    ("dilnoza", &[Role::ChannelManager, Role::Approver], true),
    ("emil", &[Role::Viewer], true),
    ("farouk", &[Role::Triager], false),
    ("greta", &[Role::Finance], true),
    ("hideo", &[Role::Finance], true),
    ("ines", &[Role::Approver], true),
];

#[derive(Debug, Clone, Copy)]
pub struct Staff {
    pub portal: OperatorId,
    pub first: OperatorId,
    desks: [OperatorId; 3],
    judges: [OperatorId; 2],
    /// Who approves what partners ask for; the first is whoever opens the demo.
    pub approvers: [OperatorId; 3],
    /// Who pays, and who approves for finance.
    pub finance: [OperatorId; 2],
}

impl Staff {
    /// Settles the desk in: the first operator, then her colleagues.
    pub async fn hired(stage: &mut Stage<'_>) -> Result<Self, Failure> {
        let engine = Actor::engine().id;
        stage.carry(engine, Command::FirstOperator { name: Text::clean(FIRST), login: None }).await?;
        let first = OperatorId(engine.0 + 1);
        for (name, roles, active) in COLLEAGUES {
            let spec = OperatorSpec { name: Text::clean(name), login: None, roles: Roles(roles.to_vec()), active };
            stage.carry(first, Command::Operator(spec)).await?;
        }
        // Numbered in the order in which they came.
        let colleague = |place: i64| OperatorId(first.0 + 1 + place);
        Ok(Self {
            portal: colleague(0),
            first,
            desks: [first, colleague(1), colleague(2)],
            judges: [colleague(3), first],
            approvers: [first, colleague(3), colleague(8)],
            finance: [colleague(6), colleague(7)],
        })
    }

    /// Who decides deals and conflicts; an appeal goes from the first to the second.
    pub const fn judges(self) -> [OperatorId; 2] {
        self.judges
    }

    /// Who looks after a lead.
    pub fn desk(self, lead: LeadId) -> OperatorId {
        self.desks[usize::try_from(lead.0.rem_euclid(3)).unwrap_or(0)]
    }
}
