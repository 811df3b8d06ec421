//! What somebody at the deal desk might do next: any verb, sensible or not, on a registration, a conflict, or beside them.

use super::operator;
use crate::simulation::{
    cast::deal::{self as cast, DealBank},
    chance::Chance,
};
use pilothouse::{
    app::{Command, DealTarget},
    domain::{
        deal::{
            ContentHash, DealCommand, DealField, DealVerb, EvidencePin, Exhibit, FieldChange, HoldReason, LossReason, Registration,
            RejectReason,
            conflict::{CaseCommand, CaseVerb, ConflictCase, Shares, Verdict, possible_case},
            decide::possible,
        },
        escalation::Severity,
        id::{AccountId, DealId, LeadId},
        text::Text,
        time::Instant,
    },
};
use std::collections::BTreeSet;

/// What is done often, and what brings a registration on most.
const USUAL: [DealVerb; 16] = [
    DealVerb::Submit,
    DealVerb::Submit,
    DealVerb::Approve,
    DealVerb::Approve,
    DealVerb::Approve,
    DealVerb::SendForApproval,
    DealVerb::TakeReview,
    DealVerb::RequestInfo,
    DealVerb::Edit,
    DealVerb::Resubmit,
    DealVerb::Resubmit,
    DealVerb::Attach,
    DealVerb::Extend,
    DealVerb::Hold,
    DealVerb::Release,
    DealVerb::Undo,
];

/// A verb on `deal`: mostly one that is possible, now and then any.
pub fn verb(deal: &Registration, chance: &mut Chance) -> DealVerb {
    let any = |chance: &mut Chance| *chance.pick(&DealVerb::ALL[1..]);
    if chance.per_mille(150) {
        return any(chance);
    }
    let mut one = any(chance);
    for _ in 0..6 {
        one = if chance.per_mille(800) { *chance.pick(&USUAL) } else { any(chance) };
        // An end state is the end of the story.
        let is_end = matches!(one, DealVerb::Withdraw | DealVerb::Reject | DealVerb::Lose | DealVerb::Erase);
        if possible(deal, one).is_ok() && (!is_end || chance.per_mille(200)) {
            break;
        }
    }
    one
}

/// The verb with objects, right ones and wrong ones.
pub fn with_objects(verb: DealVerb, deal: &Registration, deals: i64, now: Instant, chance: &mut Chance) -> DealCommand {
    match verb {
        DealVerb::Register | DealVerb::Submit => DealCommand::Submit,
        DealVerb::Edit => DealCommand::Edit { changes: (0..=chance.below(3)).map(|_| change(now, chance)).collect() },
        DealVerb::Match => DealCommand::Match { account: cast::account(chance) },
        DealVerb::TakeReview => DealCommand::TakeReview,
        DealVerb::Reassign => DealCommand::Reassign { reviewer: operator(chance) },
        DealVerb::RequestInfo => {
            let fields = (0..chance.below(4)).map(|_| *chance.pick(DealField::ALL)).collect();
            DealCommand::RequestInfo { fields, text: Text::clean(chance.pick::<&str>(&["", "please state the value"])) }
        }
        DealVerb::Resubmit => DealCommand::Resubmit,
        DealVerb::SendForApproval => DealCommand::SendForApproval,
        DealVerb::Approve => DealCommand::Approve,
        DealVerb::Reject => {
            let of = chance.per_mille(300).then(|| DealId(chance.between(1, deals)));
            DealCommand::Reject { reason: *chance.pick(RejectReason::ALL), of }
        }
        DealVerb::Withdraw => DealCommand::Withdraw,
        DealVerb::Extend => {
            let since = deal.state.approval().map_or(now, |approval| approval.at);
            let new = |one: &&Exhibit| one.attached_at >= since || chance.per_mille(50);
            let shown = deal.documents.iter().filter(|one| one.document.kind.shows_progress()).filter(new);
            let evidence: BTreeSet<u32> = shown.map(|one| one.no).collect();
            DealCommand::Extend { evidence: if chance.per_mille(100) { BTreeSet::from([99]) } else { evidence } }
        }
        DealVerb::Expire => DealCommand::Expire,
        DealVerb::Win => DealCommand::Win {
            on: now.to_utc().date_naive() + chrono::Days::new(chance.next() % 3) - chrono::Days::new(2),
            value: chance.per_mille(500).then(|| cast::value(chance)).flatten(),
        },
        DealVerb::Lose => DealCommand::Lose { reason: *chance.pick(LossReason::ALL) },
        DealVerb::Hold => DealCommand::Hold { reason: *chance.pick(HoldReason::ALL) },
        DealVerb::Release => DealCommand::Release,
        DealVerb::Attach => DealCommand::Attach { document: cast::document(now, chance) },
        DealVerb::Note => DealCommand::Note { text: Text::clean(chance.pick::<&str>(&["called, no answer", ""])) },
        DealVerb::Escalate => DealCommand::Escalate {
            severity: *chance.pick(Severity::ALL),
            reason: Text::clean(chance.pick::<&str>(&["a named account", " "])),
        },
        DealVerb::Settle => DealCommand::Settle,
        DealVerb::RecomputeClock => DealCommand::RecomputeClock,
        DealVerb::Undo => DealCommand::Undo,
        DealVerb::Erase => DealCommand::Erase,
    }
}

fn change(now: Instant, chance: &mut Chance) -> FieldChange {
    match chance.below(8) {
        0 => FieldChange::Customer(Text::clean(chance.pick::<&str>(&["Kestrel Rail", "Aurora Foods", ""]))),
        1 => FieldChange::Products(cast::scope(chance)),
        2 | 3 => FieldChange::Value(cast::value(chance)),
        4 => FieldChange::CloseDate(Some(cast::day(now, chance))),
        5 => FieldChange::SalesStage(Some(cast::sales_stage(chance))),
        6 => FieldChange::Contact(cast::contact(chance)),
        _ => FieldChange::Country("DE".parse().ok()),
    }
}

/// A registration and the version at which somebody has it on the screen: now and then an old one.
pub fn target(deal: &Registration, chance: &mut Chance) -> DealTarget {
    DealTarget { id: deal.id, seen: seen(deal.version, chance) }
}

fn seen(version: i64, chance: &mut Chance) -> Option<i64> {
    match chance.below(10) {
        0 => Some((version - chance.between(1, 3)).max(1)),
        1..=6 => Some(version),
        _ => None,
    }
}

/// Something done to a conflict: mostly what it waits for. `parties` are its registrations, `other` is any one.
pub fn on_case(case: &ConflictCase, parties: &[&Registration], other: DealId, chance: &mut Chance) -> Command {
    let any = *chance.pick(&CaseVerb::ALL);
    let deciding = [CaseVerb::Decide, CaseVerb::Uphold, CaseVerb::Overturn, CaseVerb::CloseEvidence, CaseVerb::Notify, CaseVerb::Appeal];
    let mut verb = any;
    if chance.per_mille(800) && (possible_case(case, any).is_err() || chance.per_mille(500)) {
        let from = chance.below(deciding.len());
        let next = deciding.into_iter().cycle().skip(from).take(deciding.len()).find(|verb| possible_case(case, *verb).is_ok());
        verb = next.unwrap_or(any);
    }
    let evidence = EvidencePin::of(parties.iter().flat_map(|deal| &deal.documents)).hash;
    let hash = if chance.per_mille(60) { ContentHash::of(b"another screen") } else { evidence };
    let command = match verb {
        CaseVerb::Open => CaseCommand::Open,
        CaseVerb::Join => CaseCommand::Join { deal: other },
        CaseVerb::CloseEvidence => CaseCommand::CloseEvidence,
        CaseVerb::TakeReview => CaseCommand::TakeReview,
        CaseVerb::Reassign => CaseCommand::Reassign { reviewer: operator(chance) },
        CaseVerb::Decide => CaseCommand::Decide { verdict: verdict(case, other, chance), seen: hash },
        CaseVerb::Notify => CaseCommand::Notify,
        CaseVerb::Appeal => CaseCommand::Appeal {
            by: party(case, other, chance),
            grounds: Text::clean(chance.pick::<&str>(&["We were first on site.", "The letter names us.", " "])),
        },
        CaseVerb::Uphold => CaseCommand::Uphold { seen: hash },
        CaseVerb::Overturn => CaseCommand::Overturn { verdict: verdict(case, other, chance), seen: hash },
        CaseVerb::Close => CaseCommand::Close,
        CaseVerb::Note => CaseCommand::Note { text: Text::clean(chance.pick::<&str>(&["both were called", ""])) },
        CaseVerb::Escalate => CaseCommand::Escalate {
            severity: *chance.pick(Severity::ALL),
            reason: Text::clean(chance.pick::<&str>(&["two angry partners", ""])),
        },
        CaseVerb::Settle => CaseCommand::Settle,
    };
    Command::Case { id: case.id, command, seen: seen(case.version, chance) }
}

fn party(case: &ConflictCase, other: DealId, chance: &mut Chance) -> DealId {
    if chance.per_mille(40) { other } else { chance.pick(&case.parties).deal }
}

fn verdict(case: &ConflictCase, other: DealId, chance: &mut Chance) -> Verdict {
    let deals: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
    match chance.below(10) {
        0..=4 => Verdict::Award { winner: party(case, other, chance) },
        5 | 6 => Shares::even(&deals).map_or(Verdict::Void, |shares| Verdict::Split { shares }),
        7 => uneven(&deals, other, chance),
        8 => Verdict::RejectAll { reason: *chance.pick(RejectReason::ALL) },
        _ => Verdict::Void,
    }
}

/// Shares that come to the whole, of some of the parties; now and then of somebody else.
fn uneven(deals: &[DealId], other: DealId, chance: &mut Chance) -> Verdict {
    let second = if chance.per_mille(50) { other } else { deals[1] };
    let first = u16::try_from(chance.between(1, 9_999)).expect("basis points");
    let shares = Shares::new([(deals[0], first), (second, 10_000 - first)]);
    shares.map_or(Verdict::Void, |shares| Verdict::Split { shares })
}

/// What is done beside registrations that are there: others come in, sales are recorded, conflicts are looked for.
/// `leads`, `deals` are how many there are.
pub fn around(bank: &mut DealBank, leads: i64, deals: i64, now: Instant, chance: &mut Chance) -> Command {
    let one = |chance: &mut Chance| DealId(chance.between((deals - 40).max(1), deals.max(1)));
    match chance.below(100) {
        0..=54 => Command::Register((0..=chance.below(2)).map(|_| bank.next(now, chance)).collect()),
        55..=69 => Command::DealFromLead {
            lead: LeadId(chance.between(1, leads.max(1))),
            account: cast::account(chance).map_or_else(|| chance.per_mille(100).then_some(AccountId(99)), |link| Some(link.account)),
        },
        70..=79 => Command::OpenConflict { deals: (0..=chance.below(3)).map(|_| one(chance)).collect() },
        80..=89 => Command::Sales((0..=chance.below(3)).map(|_| bank.sale(now, chance)).collect()),
        90 | 91 => sweep_conflicts(deals, chance),
        _ => Command::SweepDeals { limit: limit(chance) },
    }
}

/// What an engine does at the deal desk.
pub fn engine(deals: i64, chance: &mut Chance) -> Command {
    if chance.per_mille(950) { Command::SweepDeals { limit: limit(chance) } } else { sweep_conflicts(deals, chance) }
}

fn sweep_conflicts(deals: i64, chance: &mut Chance) -> Command {
    let first = chance.between(0, deals);
    Command::SweepConflicts { deals: (first + 1..=first + 3 * i64::from(limit(chance))).map(DealId).collect() }
}

fn limit(chance: &mut Chance) -> u32 {
    1 + u32::try_from(chance.below(40)).unwrap_or(0)
}
