//! Audits: facts are gathered, a scorecard is made and kept, and what follows from it happens to the partner's standing.

use super::{draft::TierDraft, facts::gather};
use crate::{
    app::{Failure, Outcome, Scene, TierDone, TierItem},
    domain::{
        actor::Permission,
        day::local_date,
        id::{EvaluationId, PartnerId, StandingId},
        partner::Partner,
        text::Text,
        tier::{
            Facts, History, Quarter, Scorecard, evaluate,
            evaluation::{AuditKind, Evaluation, Made, key},
            rules::Rules as TierRules,
            standing::{Refusal, StandingEvent, audit, enforce},
        },
    },
    store::{Unit, unit::tier::Detail},
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Audits partners at the end of a day. The same facts under the same rules are not kept twice.
pub async fn evaluate_all<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    partners: &[PartnerId],
    day: NaiveDate,
    kind: AuditKind,
) -> Result<Outcome, Failure> {
    let program = scene.rules.program();
    let today = local_date(scene.now, program.zone);
    if kind.counts() && day >= today {
        return Err(Failure::refused(format!("{day} is not over; an audit that counts is of a day that is")));
    }
    if day > today {
        return Err(Failure::refused(format!("{day} lies in the future")));
    }
    if let AuditKind::Quarter(quarter) = kind
        && quarter.last_day(program.scorecard.fiscal_year_starts) != day
    {
        return Err(Failure::refused(format!("{quarter} does not end on {day}")));
    }
    let partners: BTreeSet<PartnerId> = partners.iter().copied().collect();
    let partners: Vec<PartnerId> = partners.into_iter().collect();
    if let Some(unknown) = partners.iter().find(|id| scene.rules.directory().get(**id).is_none()) {
        return Err(Failure::refused(format!("there is no partner {unknown}")));
    }
    let mut draft = TierDraft::new(scene);
    draft.load(unit, &partners).await?;
    let (items, known) = audited(unit, &mut draft, &partners, day, kind).await?;
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, tiers: items, known, ..Outcome::default() })
}

/// One partner with what it is judged by.
struct Judged<'a> {
    partner: &'a Partner,
    facts: Facts,
    card: Scorecard,
    key: Text,
}

/// Audits partners whose standings are loaded; gives the answers and how many were audited the same before.
async fn audited<U: Unit>(
    unit: &mut U,
    draft: &mut TierDraft<'_>,
    partners: &[PartnerId],
    day: NaiveDate,
    kind: AuditKind,
) -> Result<(Vec<TierItem>, usize), Failure> {
    let scene = draft.scene;
    let rules = scene.rules.program().tier_rules();
    let judged = judge(unit, draft, &rules, partners, day, kind).await?;
    let keys: Vec<Text> = judged.iter().map(|one| one.key.clone()).collect();
    let known = unit.evaluations_by_key(&keys).await?;
    let fresh: Vec<Judged<'_>> = judged.into_iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(one, _)| one).collect();
    let known = keys.len() - fresh.len();
    if fresh.is_empty() {
        return Ok((Vec::new(), known));
    }
    let ids: Vec<PartnerId> = fresh.iter().map(|one| one.partner.id).collect();
    let before: HashMap<PartnerId, EvaluationId> = unit.evaluations_on(&ids, day).await?.into_iter().collect();
    let EvaluationId(first) = unit.evaluation_numbers(u32::try_from(fresh.len()).unwrap_or(u32::MAX)).await?;
    draft.begin_missing(unit, &ids).await?;
    let context = scene.rules.context(scene.actor, scene.now);
    let mut items = Vec::with_capacity(fresh.len());
    for (number, Judged { partner, facts, card, key }) in (first..).zip(fresh) {
        let program = scene.rules.version();
        let made = Made { key, partner: partner.id, kind, program, restates: before.get(&partner.id).copied(), facts, card };
        let evaluation = draft.evaluated(EvaluationId(number), made);
        let Some(standing) = draft.standing(partner.id) else { continue };
        let id = standing.id;
        let events = audit(standing, &evaluation.audited(), &rules, context);
        draft.happened(id, &events);
        items.push(item(draft, partner.id, Ok((Some(evaluation), events))));
    }
    Ok((items, known))
}

async fn judge<'a, U: Unit>(
    unit: &mut U,
    draft: &TierDraft<'a>,
    rules: &TierRules,
    partners: &[PartnerId],
    day: NaiveDate,
    kind: AuditKind,
) -> Result<Vec<Judged<'a>>, Failure> {
    let scene = draft.scene;
    let mut gathered = gather(unit, scene.rules, partners, day, Detail::Days).await?;
    let counted = unit.evaluations_counted(partners, day).await?;
    let counted: HashMap<PartnerId, Evaluation> = counted.into_iter().map(|one| (one.made.partner, one)).collect();
    let mut judged = Vec::with_capacity(partners.len());
    for partner in partners.iter().filter_map(|id| scene.rules.directory().get(*id)) {
        let standing = draft.standing(partner.id);
        let facts = gathered.facts(scene.rules.program(), partner, standing, day)?;
        let facts = match counted.get(&partner.id) {
            Some(earlier) => facts.restating(&earlier.made.facts),
            None => facts,
        };
        let history = standing.map_or_else(History::default, crate::domain::tier::standing::Standing::history);
        let card = evaluate(&facts, rules, &partner.profile.tier, &history);
        let key = key(kind, scene.rules.version(), &facts, &partner.profile.tier, card.outcome);
        judged.push(Judged { partner, facts, card, key });
    }
    Ok(judged)
}

pub(super) fn item(
    draft: &TierDraft<'_>,
    partner: PartnerId,
    result: Result<(Option<Evaluation>, Vec<StandingEvent>), Refusal>,
) -> TierItem {
    let standing = draft.standing(partner).cloned();
    let done = |(evaluation, events): (Option<Evaluation>, Vec<StandingEvent>)| {
        let begun = standing.as_ref().filter(|one| draft.is_new(one.id)).map(|_| StandingEvent::Begun { partner });
        let events = begun.into_iter().chain(events).collect();
        TierDone { evaluation: evaluation.map(Box::new), standing: standing.clone().map(Box::new), events }
    };
    TierItem { partner, result: result.map(done) }
}

/// The engine's work: changes come into force on their day, and whoever's plan is over is audited again. It may run twice:
/// whoever comes second finds nothing to do.
pub async fn sweep<U: Unit>(unit: &mut U, scene: Scene<'_>, limit: u32) -> Result<Outcome, Failure> {
    scene.actor.may(Permission::Sweep).map_err(Failure::Denied)?;
    let due = unit.standings_due(scene.now, limit).await?;
    if due.is_empty() {
        return Ok(Outcome::default());
    }
    let mut draft = TierDraft::new(scene);
    draft.load_ids(unit, &due).await?;
    let mut items = enforced(&mut draft, &due);
    // By the day on which the plans end.
    let mut over: BTreeMap<NaiveDate, Vec<PartnerId>> = BTreeMap::new();
    for standing in due.iter().filter_map(|id| draft.by_id(*id)) {
        // Who has another tier since this very command is audited under it by the next.
        let is_enforced = items.iter().any(|item| item.partner == standing.partner);
        if let Some(plan) = standing.plan.as_ref().filter(|plan| plan.due <= scene.now && !is_enforced) {
            over.entry(plan.due_on).or_default().push(standing.partner);
        }
    }
    for (day, partners) in over {
        let (audited, _) = audited(unit, &mut draft, &partners, day, AuditKind::Reaudit).await?;
        items.extend(audited);
    }
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, tiers: items, ..Outcome::default() })
}

fn enforced(draft: &mut TierDraft<'_>, due: &[StandingId]) -> Vec<TierItem> {
    let scene = draft.scene;
    let mut items = Vec::new();
    for id in due {
        let Some(standing) = draft.by_id(*id) else { continue };
        let Some(partner) = scene.rules.directory().get(standing.partner) else { continue };
        let Some((event, tier)) = enforce(standing, partner, scene.rules.context(scene.actor, scene.now)) else { continue };
        draft.happened(*id, &[event]);
        if let Some(tier) = tier {
            draft.retiered(partner, tier);
        }
        items.push(item(draft, partner.id, Ok((None, Vec::new()))));
    }
    items
}

/// The quarter that ended last, and the day on which it is audited.
pub fn last_quarter(program: &crate::domain::program::Program, today: NaiveDate) -> (Quarter, NaiveDate) {
    let starts = program.scorecard.fiscal_year_starts;
    let quarter = Quarter::of(today, starts).previous();
    (quarter, quarter.last_day(starts))
}
