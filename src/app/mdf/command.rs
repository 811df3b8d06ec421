//! Verbs on funds, requests and claims: one command is one transaction, whether it is about one item or a thousand, and
//! whatever each of them is asked.

use super::{
    draft::MdfDraft,
    facts::{Asked, At, Facts},
};
use crate::{
    app::{
        Failure, MdfCommand, MdfDone, MdfItem, MdfRecord, MdfStep, Outcome, Scene,
        history::{Faster, last_command, overtaken},
    },
    domain::{
        event::Entity,
        id::{BatchId, ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            Effects, Refusal,
            approval::Denial,
            batch::{Answer, answer},
            claim::{self, Claim, ClaimCommand, ClaimVerb, Content, PaymentState},
            fund,
            item::ItemId,
            refusal::MdfVerb,
            request::{self, Request, RequestCommand, RequestVerb},
        },
        partner::Partner,
        told::Names,
    },
    store::{Unit, unit::mdf::Home},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Decides each step in turn; a refusal of one is an answer, not a failure of all. An item that is named twice is decided
/// once: the history that an undo reads does not have this command yet. What the bank said to another payment of the same
/// claim is another matter.
pub async fn carry_out<U: Unit>(unit: &mut U, scene: Scene<'_>, steps: &[MdfStep]) -> Result<Outcome, Failure> {
    let mut draft = MdfDraft::new(scene);
    let facts = load(unit, &mut draft, steps).await?;
    let mut named = HashSet::with_capacity(steps.len());
    let mut items = Vec::with_capacity(steps.len());
    for step in steps.iter().filter(|step| named.insert((step.target.id, payment_of(&step.command)))) {
        let result = one(unit, &mut draft, &facts, step).await?;
        if let Some(why) = result.as_ref().err().and_then(denial) {
            draft.denied(format!("{} {}", step.command.verb().doc(), step.target.id), &why);
        }
        items.push(MdfItem { entity: step.target.id.entity(), result });
    }
    finished(unit, draft, items, 0).await
}

/// The payment that a step answers, if it does.
const fn payment_of(command: &MdfCommand) -> Option<u32> {
    match command {
        MdfCommand::Claim(ClaimCommand::ConfirmPayment { no, .. } | ClaimCommand::FailPayment { no, .. }) => Some(*no),
        _ => None,
    }
}

/// What is kept in the chain: somebody asked for what is not theirs to do. A stale screen is no such thing.
pub(super) fn denial(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::NotAllowed { why } => Some(why.clone()),
        Refusal::Denied { denial: Denial::Changed { .. } | Denial::OtherAmount { .. } | Denial::Complete | Denial::Nothing { .. } } => None,
        Refusal::Denied { denial } => Some(denial.told(&Names::default())),
        _ => None,
    }
}

/// Saves, and tells what became of everything.
pub(super) async fn finished<U: Unit>(
    unit: &mut U,
    draft: MdfDraft<'_>,
    mut items: Vec<MdfItem>,
    known: usize,
) -> Result<Outcome, Failure> {
    for item in &mut items {
        if let (Ok(done), Some(after)) = (&mut item.result, record(&draft, item.entity)) {
            done.after = after;
        }
    }
    let (scene, funds) = (draft.scene, draft.moved());
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, mdf: items, funds, known, ..Outcome::default() })
}

/// The record as it is after the events so far.
fn record(draft: &MdfDraft<'_>, entity: Entity) -> Option<MdfRecord> {
    Some(match entity {
        Entity::Fund(id) => MdfRecord::Fund(Box::new(draft.fund(id)?.clone())),
        Entity::Request(id) => MdfRecord::Request(Box::new(draft.request(id)?.clone())),
        Entity::Claim(id) => MdfRecord::Claim(Box::new(draft.claim(id)?.clone())),
        Entity::Batch(id) => MdfRecord::Batch(Box::new(draft.batch(id)?.clone())),
        _ => return None,
    })
}

/// Locks what the steps may change, in the order of the house, and reads what they look at.
async fn load<U: Unit>(unit: &mut U, draft: &mut MdfDraft<'_>, steps: &[MdfStep]) -> Result<Facts, Failure> {
    let scene = draft.scene;
    let homes: HashMap<ItemId, Home> = unit
        .mdf_homes(&steps.iter().map(|step| step.target.id).collect::<Vec<_>>())
        .await?
        .into_iter()
        .map(|home| (home.item, home))
        .collect();
    let partners: BTreeSet<PartnerId> = homes.values().map(|home| home.partner).collect();
    let partners: Vec<PartnerId> = partners.into_iter().collect();
    // Whoever flags, or clears, freezes or frees what else the partner has pending.
    let spreads =
        |step: &&MdfStep| matches!(&step.command, MdfCommand::Claim(ClaimCommand::Flag { .. } | ClaimCommand::Clear | ClaimCommand::Undo));
    let spread: BTreeSet<PartnerId> = steps.iter().filter(spreads).filter_map(|step| Some(homes.get(&step.target.id)?.partner)).collect();
    let mut claims = if spread.is_empty() { Vec::new() } else { unit.claims_pending(&spread.into_iter().collect::<Vec<_>>()).await? };
    let mut locked = Wanted::default();
    let mut seen = Wanted::default();
    for step in steps {
        let Some(home) = homes.get(&step.target.id) else {
            if let ItemId::Fund(id) = step.target.id {
                locked.funds.push(id);
            }
            continue;
        };
        let wanted = if step.command.moves_money() { &mut locked } else { &mut seen };
        wanted.funds.push(home.fund);
        match step.target.id {
            ItemId::Claim(id) => {
                wanted.requests.push(home.request);
                claims.push(id);
            }
            _ => locked.requests.push(home.request),
        }
    }
    draft.load(unit, &locked.funds, &locked.requests, &claims).await?;
    draft.look_at(unit, &seen.funds, &seen.requests).await?;
    load_batches(unit, draft, steps).await?;
    let mut facts = Facts::load(unit, scene, &signers(scene, steps)).await?;
    facts.load_suspect(unit, &partners).await?;
    let contents: Vec<(Claim, Content)> = steps.iter().filter_map(|step| checked(draft, step)).collect();
    let asked: Vec<Asked<'_>> = contents.iter().map(|(claim, content)| asked(claim, content)).collect();
    facts.load_known(unit, scene, &asked).await?;
    Ok(facts)
}

fn asked<'a>(claim: &Claim, content: &'a Content) -> Asked<'a> {
    Asked { partner: claim.partner, submitted_at: claim.desk.submitted_at, content }
}

#[derive(Default)]
struct Wanted {
    funds: Vec<FundId>,
    requests: Vec<RequestId>,
}

/// The batches whose payments are answered.
async fn load_batches<U: Unit>(unit: &mut U, draft: &mut MdfDraft<'_>, steps: &[MdfStep]) -> Result<(), Failure> {
    let batch = |step: &MdfStep| match (&step.command, step.target.id) {
        (MdfCommand::Claim(ClaimCommand::ConfirmPayment { no, .. } | ClaimCommand::FailPayment { no, .. }), ItemId::Claim(id)) => {
            batch_of(draft, id, *no)
        }
        _ => None,
    };
    let batches: Vec<BatchId> = steps.iter().filter_map(batch).collect();
    draft.load_batches(unit, &batches).await
}

/// The batch in which a payment is with the bank.
fn batch_of(draft: &MdfDraft<'_>, claim: ClaimId, no: u32) -> Option<BatchId> {
    match draft.claim(claim)?.payment(no)?.state {
        PaymentState::Exported { batch } => Some(batch),
        _ => None,
    }
}

/// Whose limits and delegations count.
fn signers(scene: Scene<'_>, steps: &[MdfStep]) -> Vec<OperatorId> {
    let mut signers: BTreeSet<OperatorId> = BTreeSet::new();
    for step in steps {
        if let MdfCommand::Request(RequestCommand::Approve { on_behalf_of, .. })
        | MdfCommand::Claim(ClaimCommand::Approve { on_behalf_of, .. })
        | MdfCommand::Approve { on_behalf_of } = &step.command
        {
            signers.extend(std::iter::once(scene.actor.id).chain(*on_behalf_of));
        }
    }
    signers.into_iter().collect()
}

/// The claim and the content that the checks of a step look at; nothing where none run.
fn checked(draft: &MdfDraft<'_>, step: &MdfStep) -> Option<(Claim, Content)> {
    let ItemId::Claim(id) = step.target.id else { return None };
    let claim = draft.claim(id)?;
    let runs = match &step.command {
        MdfCommand::Approve { .. } => true,
        MdfCommand::Claim(command) => matches!(
            command,
            ClaimCommand::Edit { .. }
                | ClaimCommand::Attach { .. }
                | ClaimCommand::Submit
                | ClaimCommand::Resubmit
                | ClaimCommand::Check
                | ClaimCommand::Approve { .. }
        ),
        _ => false,
    };
    let content = match &step.command {
        MdfCommand::Claim(command) => content_of(claim, command),
        _ => claim.content.clone(),
    };
    runs.then(|| (claim.clone(), content))
}

/// The content after a command.
fn content_of(claim: &Claim, command: &ClaimCommand) -> Content {
    let mut content = claim.content.clone();
    match command {
        ClaimCommand::Edit { content } => (**content).clone(),
        ClaimCommand::Attach { document } => {
            content.documents.push(document.clone());
            content
        }
        _ => content,
    }
}

async fn one<U: Unit>(unit: &mut U, draft: &mut MdfDraft<'_>, facts: &Facts, step: &MdfStep) -> Result<Result<MdfDone, Refusal>, Failure> {
    let scene = draft.scene;
    let verb = step.command.verb();
    let decided = match (step.target.id, step.command.of(step.target.id, draft)) {
        (_, None) => return Ok(Err(Refusal::invalid(format!("nobody can {} {}", verb.doc(), step.target.id)))),
        (ItemId::Fund(id), Some(MdfCommand::Fund(command))) => {
            let Some(fund) = draft.fund(id) else { return Ok(Err(missing(step.target.id))) };
            let decided = fund::decide(fund, &command, scene.rules.context(scene.actor, scene.now));
            decided.map(|events| {
                draft.fund_happened(id, &events);
                Effects { fund: events, ..Effects::default() }
            })
        }
        (ItemId::Request(id), Some(MdfCommand::Request(command))) => {
            let Some(request) = draft.request(id).cloned() else { return Ok(Err(missing(step.target.id))) };
            if let Some(faster) = overtaken(unit, scene, &request, step.target.seen).await? {
                return Ok(Err(overtaken_by(Entity::Request(id), faster)));
            }
            let decided = decide_request(unit, draft, facts, &request, &command).await?;
            decided.inspect(|effects| draft.request_decided(id, effects))
        }
        (ItemId::Claim(id), Some(MdfCommand::Claim(command))) => {
            let Some(claim) = draft.claim(id).cloned() else { return Ok(Err(missing(step.target.id))) };
            if let Some(faster) = overtaken(unit, scene, &claim, step.target.seen).await? {
                return Ok(Err(overtaken_by(Entity::Claim(id), faster)));
            }
            let decided = decide_claim(unit, draft, facts, &claim, &command).await?;
            decided.inspect(|effects| draft.claim_decided(id, effects))
        }
        _ => return Ok(Err(Refusal::invalid(format!("nobody can {} {}", verb.doc(), step.target.id)))),
    };
    let done = decided.and_then(|effects| {
        let after = record(draft, step.target.id.entity()).ok_or_else(|| missing(step.target.id))?;
        Ok(MdfDone { effects, after })
    });
    Ok(done)
}

fn missing(id: ItemId) -> Refusal {
    Refusal::invalid(format!("there is no {id}"))
}

fn overtaken_by(entity: Entity, Faster { by, event, at }: Faster) -> Refusal {
    Refusal::Overtaken { entity, by, event, at }
}

/// The partner of an item, who has to be in the directory.
pub(super) fn partner(scene: Scene<'_>, id: PartnerId) -> Result<&Partner, Refusal> {
    scene.rules.directory().get(id).ok_or_else(|| Refusal::invalid(format!("{id} is not in the directory")))
}

async fn decide_request<U: Unit>(
    unit: &mut U,
    draft: &MdfDraft<'_>,
    facts: &Facts,
    request: &Request,
    command: &RequestCommand,
) -> Result<Result<Effects, Refusal>, Failure> {
    let scene = draft.scene;
    let context = scene.rules.context(scene.actor, scene.now);
    if matches!(command, RequestCommand::Undo) {
        let history = unit.history(Entity::Request(request.id), 0).await?;
        let last = last_command::<Request>(request.id, &history, scene).map_err(|why| Refusal::not_now(RequestVerb::Undo, why));
        let undone = last.and_then(|last| request::undo::undo(request, &last, context));
        return Ok(undone.map(|events| Effects { request: events, ..Effects::default() }));
    }
    let Some(fund) = draft.fund(request.fund) else { return Ok(Err(missing(ItemId::Fund(request.fund)))) };
    let partner = partner(scene, request.partner);
    Ok(partner.and_then(|partner| request::decide(request, command, context, facts.of_request(fund, partner))))
}

async fn decide_claim<U: Unit>(
    unit: &mut U,
    draft: &mut MdfDraft<'_>,
    facts: &Facts,
    claim: &Claim,
    command: &ClaimCommand,
) -> Result<Result<Effects, Refusal>, Failure> {
    let scene = draft.scene;
    let context = scene.rules.context(scene.actor, scene.now);
    let last = if matches!(command, ClaimCommand::Undo) {
        let history = unit.history(Entity::Claim(claim.id), 0).await?;
        match last_command::<Claim>(claim.id, &history, scene) {
            Ok(last) => Some(last),
            Err(why) => return Ok(Err(Refusal::not_now(ClaimVerb::Undo, why))),
        }
    } else {
        None
    };
    let decided = {
        let (Some(fund), Some(request)) = (draft.fund(claim.fund), draft.request(claim.request)) else {
            return Ok(Err(missing(ItemId::Claim(claim.id))));
        };
        let partner = match partner(scene, claim.partner) {
            Ok(partner) => partner,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let content = content_of(claim, command);
        let (known, pending) = (facts.known(&asked(claim, &content), draft), facts.pending(claim.partner, draft));
        let facts = facts.of_claim(At { fund, request, partner }, &known, &pending);
        match &last {
            Some(last) => claim::undo::undo(claim, last, context, facts),
            None => claim::decide(claim, command, context, facts),
        }
    };
    Ok(decided.and_then(|effects| answered(draft, claim.id, command).map(|()| effects)))
}

/// What the bank said to a payment is kept with its batch as well.
fn answered(draft: &mut MdfDraft<'_>, claim: ClaimId, command: &ClaimCommand) -> Result<(), Refusal> {
    let (no, said) = match command {
        ClaimCommand::ConfirmPayment { no, reference } => (*no, Answer::Confirmed { reference: reference.clone() }),
        ClaimCommand::FailPayment { no, reason } => (*no, Answer::Failed { reason: reason.clone() }),
        _ => return Ok(()),
    };
    let Some(id) = batch_of(draft, claim, no) else { return Ok(()) };
    let scene = draft.scene;
    let Some(batch) = draft.batch(id) else { return Err(Refusal::invalid(format!("there is no batch {id}"))) };
    let event = answer(batch, claim, no, said, scene.rules.context(scene.actor, scene.now))?;
    draft.batch_happened(id, &event);
    Ok(())
}

impl MdfCommand {
    /// The verb for the words of a refusal.
    pub const fn verb(&self) -> MdfVerb {
        match self {
            Self::Fund(command) => MdfVerb::Fund(command.verb()),
            Self::Request(command) => MdfVerb::Request(command.verb()),
            Self::Claim(command) => MdfVerb::Claim(command.verb()),
            Self::Approve { .. } => MdfVerb::Claim(ClaimVerb::Approve),
        }
    }

    /// Whether it may move money of the fund: then others wait until it is done.
    const fn moves_money(&self) -> bool {
        match self {
            Self::Fund(_) | Self::Approve { .. } => true,
            Self::Request(command) => {
                matches!(command, RequestCommand::Approve { .. } | RequestCommand::Withdraw | RequestCommand::Complete)
            }
            Self::Claim(command) => matches!(
                command,
                ClaimCommand::Submit
                    | ClaimCommand::Approve { .. }
                    | ClaimCommand::Reject { .. }
                    | ClaimCommand::Withdraw
                    | ClaimCommand::Clear
                    | ClaimCommand::ConfirmPayment { .. }
                    | ClaimCommand::ClawBack { .. }
                    | ClaimCommand::Close
                    | ClaimCommand::Undo
            ),
        }
    }

    /// The command for this item: an approval is one of the content as it is.
    fn of(&self, id: ItemId, draft: &MdfDraft<'_>) -> Option<Self> {
        let Self::Approve { on_behalf_of } = self else { return Some(self.clone()) };
        let on_behalf_of = *on_behalf_of;
        match id {
            ItemId::Request(id) => {
                let seen = draft.request(id)?.pin();
                Some(Self::Request(RequestCommand::Approve { amount: None, seen, on_behalf_of }))
            }
            ItemId::Claim(id) => {
                let seen = draft.claim(id)?.pin();
                Some(Self::Claim(ClaimCommand::Approve { amount: None, seen, on_behalf_of }))
            }
            ItemId::Fund(_) => None,
        }
    }
}
