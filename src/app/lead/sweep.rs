//! The engine's work on leads: what time alone does, and another try for leads that nobody could take.

use super::command::scopes;
use crate::{
    app::{Done, Failure, Item, Outcome, Scene, deal::live::registered, draft::Draft, give_way},
    domain::{
        id::LeadId,
        lead::{
            Lead, LeadEvent, Refusal,
            decide::{self, Context},
            routing::{Desk, Router},
        },
    },
    store::{
        Unit,
        unit::{Changes, Parts},
    },
};

/// Fires what is due. Takes no input and may run twice: whoever comes second finds nothing due.
pub async fn sweep<U: Unit>(unit: &mut U, scene: Scene<'_>, limit: u32) -> Result<Outcome, Failure> {
    let leads = unit.leads_due(scene.now, limit).await?;
    each(unit, scene, leads, decide::sweep).await
}

/// Routes unassigned leads again; those for whom there is still nobody stay as they are, without an event.
pub async fn route_unplaced<U: Unit>(unit: &mut U, scene: Scene<'_>, after: LeadId, limit: u32) -> Result<Outcome, Failure> {
    let leads = unit.leads_unplaced(after, limit).await?;
    let outcome = each(unit, scene, leads, decide::route_again).await?;
    let placed = |item: &Item| item.result.as_ref().map_or(true, |done| !done.events.is_empty());
    Ok(Outcome { items: outcome.items.into_iter().filter(placed).collect(), ..outcome })
}

type Decide = fn(&Lead, Context<'_>, &mut Router, &Desk) -> Result<Vec<LeadEvent>, Refusal>;

async fn each<U: Unit>(unit: &mut U, scene: Scene<'_>, leads: Vec<Lead>, decide: Decide) -> Result<Outcome, Failure> {
    let registered = registered(unit, scene, &leads).await?;
    let desk = Desk { registered, ..unit.desk(&scopes(&leads)).await? };
    let items = Vec::with_capacity(leads.len());
    let (router, draft) = (scene.rules.router(), Draft::new(scene, desk));
    let mut round = Round { scene, leads: leads.into_iter(), decide, router, draft, items };
    let seq = scene.save_parts(unit, &mut round).await?;
    Ok(Outcome { seq, items: round.items, ..Outcome::default() })
}

/// Leads a part.
const PART: usize = 512;
/// Leads after which the writing gets its turn.
const TURN: usize = 8;

/// Leads on their way through one decision each.
struct Round<'a> {
    scene: Scene<'a>,
    leads: std::vec::IntoIter<Lead>,
    decide: Decide,
    router: Router,
    draft: Draft<'a>,
    items: Vec<Item>,
}

impl Parts for Round<'_> {
    type Failure = Failure;

    async fn next(&mut self) -> Result<Option<Changes>, Failure> {
        if self.leads.len() == 0 {
            return Ok(None);
        }
        for at in 1..=PART {
            let Some(lead) = self.leads.next() else { break };
            self.one(lead);
            if at % TURN == 0 {
                give_way().await;
            }
        }
        Ok(Some(self.draft.take_away()))
    }
}

impl Round<'_> {
    fn one(&mut self, lead: Lead) {
        let context = self.scene.rules.context(self.scene.actor, self.scene.now);
        let id = lead.id;
        let result = match (self.decide)(&lead, context, &mut self.router, &self.draft.desk) {
            Err(refusal) => Err(refusal),
            Ok(events) if events.is_empty() => Ok(Done { events, lead: Box::new(lead) }),
            Ok(events) => {
                self.draft.know(lead);
                self.draft.happened(id, &events);
                let Some(lead) = self.draft.lead(id).cloned() else { return };
                Ok(Done { events, lead: Box::new(lead) })
            }
        };
        self.items.push(Item { lead: id, result });
    }
}
