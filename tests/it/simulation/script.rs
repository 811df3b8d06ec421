//! What somebody at the desk might do next: any verb, sensible or not, on what is there or was there a while ago.

pub mod deal;

use super::{
    cast::{self, Bank, OPERATORS},
    chance::Chance,
};
use pilothouse::{
    app::{Command, LeadTarget, OperatorSpec},
    domain::{
        id::{LeadId, OperatorId, PartnerId},
        lead::{Consent, DeclineReason, DisqualifyReason, Lead, LeadCommand, LeadVerb, PauseReason, Severity, decide::possible},
        partner::StatusCommand,
        text::Text,
        time::{Instant, Span},
    },
};

const VERBS: [LeadVerb; 23] = [
    LeadVerb::Assign,
    LeadVerb::Reassign,
    LeadVerb::Accept,
    LeadVerb::Decline,
    LeadVerb::Pause,
    LeadVerb::Resume,
    LeadVerb::Touch,
    LeadVerb::Qualify,
    LeadVerb::Disqualify,
    LeadVerb::Merge,
    LeadVerb::Unmerge,
    LeadVerb::Separate,
    LeadVerb::Note,
    LeadVerb::Escalate,
    LeadVerb::Settle,
    LeadVerb::Release,
    LeadVerb::Route,
    LeadVerb::Take,
    LeadVerb::RecordConsent,
    LeadVerb::Rescore,
    LeadVerb::RecomputeClock,
    LeadVerb::Undo,
    LeadVerb::Erase,
];

/// A verb on `lead`: mostly one that is possible, now and then any.
pub fn verb(lead: &Lead, chance: &mut Chance) -> LeadVerb {
    let any = *chance.pick(&VERBS);
    // An end state is the end of the story; stories should be long.
    let ends = matches!(any, LeadVerb::Disqualify | LeadVerb::Qualify | LeadVerb::Erase | LeadVerb::Merge);
    if chance.per_mille(850) && (possible(lead, any).is_err() || (ends && !chance.per_mille(200))) {
        return VERBS
            .into_iter()
            .cycle()
            .skip(chance.below(VERBS.len()))
            .take(VERBS.len())
            .find(|one| possible(lead, *one).is_ok())
            .unwrap_or(any);
    }
    any
}

/// The verb with objects, right ones and wrong ones.
pub fn with_objects(verb: LeadVerb, lead: &Lead, leads: i64, now: Instant, chance: &mut Chance) -> LeadCommand {
    match verb {
        LeadVerb::Assign => LeadCommand::Assign { partner: PartnerId(beside(0, cast::PARTNERS, chance)) },
        LeadVerb::Accept => LeadCommand::Accept { offer: offer(lead, chance) },
        LeadVerb::Decline => LeadCommand::Decline { offer: offer(lead, chance), reason: *chance.pick(DeclineReason::ALL) },
        LeadVerb::Pause => {
            let until = chance.per_mille(500).then(|| now.plus(Span::hours(chance.between(-2, 72))));
            LeadCommand::Pause { reason: *chance.pick(PauseReason::ALL), until }
        }
        LeadVerb::Disqualify => LeadCommand::Disqualify { reason: *chance.pick(DisqualifyReason::ALL) },
        LeadVerb::Merge => LeadCommand::Merge { into: LeadId(chance.between(0, leads + 1)) },
        LeadVerb::Note => LeadCommand::Note { text: Text::clean(chance.pick::<&str>(&["called, no answer", "", "asks for a quote"])) },
        LeadVerb::Escalate => LeadCommand::Escalate {
            severity: *chance.pick(Severity::ALL),
            reason: Text::clean(chance.pick::<&str>(&["wants an answer today", " ", "a named account"])),
        },
        LeadVerb::Take => LeadCommand::Take { desk: chance.per_mille(700).then(|| operator(chance)) },
        LeadVerb::RecordConsent => LeadCommand::RecordConsent { consent: consent(now, chance) },
        LeadVerb::Rescore => LeadCommand::Rescore { score: u8::try_from(chance.below(103)).unwrap_or(0) },
        LeadVerb::Reassign => LeadCommand::Reassign,
        LeadVerb::Resume => LeadCommand::Resume,
        LeadVerb::Touch => LeadCommand::Touch,
        LeadVerb::Qualify => LeadCommand::Qualify,
        LeadVerb::Unmerge => LeadCommand::Unmerge,
        LeadVerb::Separate => LeadCommand::Separate,
        LeadVerb::Settle => LeadCommand::Settle,
        LeadVerb::Release => LeadCommand::Release,
        LeadVerb::Route => LeadCommand::Route,
        LeadVerb::RecomputeClock => LeadCommand::RecomputeClock,
        LeadVerb::Undo => LeadCommand::Undo,
        LeadVerb::Erase => LeadCommand::Erase,
    }
}

fn offer(lead: &Lead, chance: &mut Chance) -> u32 {
    let last = u32::try_from(lead.offers.len()).unwrap_or(0);
    if chance.per_mille(850) { last } else { u32::try_from(chance.between(0, i64::from(last) + 1)).unwrap_or(0) }
}

fn consent(now: Instant, chance: &mut Chance) -> Consent {
    if chance.per_mille(800) { Consent::opt_in(Text::clean("v2"), now) } else { Consent::default() }
}

/// From `low` to one more than there are.
fn beside(low: i64, count: usize, chance: &mut Chance) -> i64 {
    chance.between(low, i64::try_from(count).expect("few") + 1)
}

/// One of the eight; number 1 is the engine.
pub fn operator(chance: &mut Chance) -> OperatorId {
    OperatorId(beside(2, OPERATORS.len(), chance))
}

/// A lead and the version at which somebody has it on the screen: now and then an old one.
pub fn target(lead: &Lead, chance: &mut Chance) -> LeadTarget {
    let seen = match chance.below(10) {
        0 => Some((lead.version - chance.between(1, 3)).max(1)),
        1..=6 => Some(lead.version),
        _ => None,
    };
    LeadTarget { id: lead.id, seen }
}

/// What is done beside the leads: records arrive, the directory changes, a program is applied.
pub fn around(bank: &mut Bank, now: Instant, chance: &mut Chance) -> Command {
    match chance.below(100) {
        0..=69 => Command::Receive((0..=chance.below(3)).map(|_| bank.next(chance)).collect()),
        70..=74 => Command::RouteUnplaced { after: LeadId(0), limit: 1 + u32::try_from(chance.below(20)).unwrap_or(0) },
        75..=89 => Command::PartnerStatus { partners: vec![PartnerId(beside(1, cast::PARTNERS, chance))], command: status(chance) },
        90..=92 => {
            let number = 1 + chance.below(cast::PARTNERS);
            Command::Partners(vec![cast::profile(number, chance, now)])
        }
        93..=95 => Command::Suppress { mailboxes: vec![mailbox(chance)] },
        96..=97 => Command::Operator(changed_operator(chance)),
        98 => Command::Program { toml: cast::program(chance.below(4)), note: Text::default() },
        _ => Command::Program { toml: "[program]\nname = 3".to_owned(), note: Text::default() },
    }
}

/// Any decision about the status of a partner, sensible or not. Whoever is shut out comes back soon, so that there is work.
pub fn status(chance: &mut Chance) -> StatusCommand {
    let reason = Text::clean(if chance.per_mille(100) { " " } else { "so it is" });
    match chance.below(11) {
        0 => StatusCommand::Activate { reason },
        1 => StatusCommand::Activate { reason: Text::default() },
        2..=3 => StatusCommand::Suspend { reason },
        4..=7 => StatusCommand::Reinstate,
        8 => StatusCommand::Offboard { reason },
        _ => StatusCommand::Reopen,
    }
}

fn mailbox(chance: &mut Chance) -> Text {
    Text::clean(chance.pick::<&str>(&["anna@kestrel-rail.example", "ben@lotus-optics.example", "nobody", "Anna@Kestrel-Rail.example"]))
}

/// Two of the eight change: their roles, or whether they are active.
fn changed_operator(chance: &mut Chance) -> OperatorSpec {
    let (name, role) = OPERATORS[3 + 3 * chance.below(2)];
    let role = if chance.per_mille(500) { role } else { pilothouse::domain::actor::Role::Viewer };
    OperatorSpec { name: Text::clean(name), login: None, roles: cast::roles(role), active: chance.per_mille(800) }
}
