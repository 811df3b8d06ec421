//! A command being worked out: events go in, the changes of all tables come out.

use crate::{
    app::{Scene, journal::Journal, lead::receive::keys},
    domain::{
        aggregate::Aggregate,
        event::{Entity, Event, Record},
        id::{LeadId, PartnerId},
        lead::{
            Lead, LeadEvent,
            routing::{Desk, Turn},
        },
    },
    store::unit::{Changes, LeadChange, Turned},
};
use std::collections::HashMap;

/// Follows every lead and the desk through the events of one command.
pub(super) struct Draft<'a> {
    journal: Journal<'a>,
    pub desk: Desk,
    leads: HashMap<LeadId, Touched>,
    /// In the order of their first change.
    changed: Vec<LeadId>,
}

struct Touched {
    lead: Lead,
    expected: i64,
    loaded: Option<PartnerId>,
    keys: Vec<i64>,
    keys_gone: Vec<i64>,
    changed: bool,
}

impl<'a> Draft<'a> {
    pub fn new(scene: Scene<'a>, desk: Desk) -> Self {
        Self { journal: Journal::new(scene), desk, leads: HashMap::new(), changed: Vec::new() }
    }

    /// Takes in a lead as it stands in the database.
    pub fn know(&mut self, lead: Lead) {
        let id = lead.id;
        let touched =
            Touched { expected: lead.version, loaded: lead.state.loads(), lead, keys: Vec::new(), keys_gone: Vec::new(), changed: false };
        self.leads.insert(id, touched);
    }

    pub fn knows(&self, id: LeadId) -> bool {
        self.leads.contains_key(&id)
    }

    /// The lead as it is after the events so far.
    pub fn lead(&self, id: LeadId) -> Option<&Lead> {
        self.leads.get(&id).map(|touched| &touched.lead)
    }

    /// A new lead with the events that brought it to where it is; the first is its receipt.
    pub fn begin(&mut self, lead: Lead, events: &[LeadEvent], keys: Vec<i64>) {
        let id = lead.id;
        for (version, event) in (1..).zip(events) {
            self.note(id, version, event);
        }
        self.desk.moved(None, lead.state.loads());
        self.leads.insert(id, Touched { lead, expected: 0, loaded: None, keys, keys_gone: Vec::new(), changed: true });
        self.changed.push(id);
    }

    /// Applies events to a lead that is known.
    pub fn happened(&mut self, id: LeadId, events: &[LeadEvent]) {
        for event in events {
            let Some(touched) = self.leads.get_mut(&id) else { return };
            let before = touched.lead.state.loads();
            let policy = matches!(event, LeadEvent::Erased).then(|| self.journal.scene.rules.program().matching.policy());
            if let Some(policy) = &policy {
                touched.keys_gone = keys(&touched.lead.intake, policy);
            }
            touched.lead.apply(event, self.journal.scene.now);
            if let Some(policy) = &policy {
                // What was made of the personal fields goes with them.
                let stay = keys(&touched.lead.intake, policy);
                touched.keys_gone.retain(|key| !stay.contains(key));
            }
            if !std::mem::replace(&mut touched.changed, true) {
                self.changed.push(id);
            }
            let (after, version) = (touched.lead.state.loads(), touched.lead.version);
            self.desk.moved(before, after);
            self.note(id, version, event);
        }
    }

    /// What an event means beside the lead itself.
    fn note(&mut self, id: LeadId, version: i64, event: &LeadEvent) {
        if let LeadEvent::Offered { turn: Some(turn), .. } | LeadEvent::FellBack { turn: Some(turn), .. } = event {
            self.turn(turn);
        }
        self.journal.note(Entity::Lead(id), version, Event::Lead(event.clone()));
    }

    fn turn(&mut self, turn: &Turn) {
        let expected = self.desk.rotations.get(&turn.scope).map_or(0, |rotation| rotation.turns);
        self.desk.turned(turn);
        self.journal.changes().turns.push(Turned { turn: turn.clone(), expected });
    }

    /// Keeps the record of an event that is not a lead's, and gives the changes to put its row into.
    pub fn other(&mut self, record: Record) -> &mut Changes {
        self.journal.other(record)
    }

    pub fn suppress(&mut self, mailbox: crate::domain::text::Text) {
        self.journal.changes().suppress.push(mailbox);
    }

    /// What changed since the last time; the draft goes on from there.
    pub fn take(&mut self) -> Changes {
        let mut changes = self.journal.take();
        for id in std::mem::take(&mut self.changed) {
            let Some(touched) = self.leads.get_mut(&id).filter(|touched| touched.changed) else { continue };
            let lead = touched.lead.clone();
            let expected = std::mem::replace(&mut touched.expected, lead.version);
            let loaded = std::mem::replace(&mut touched.loaded, lead.state.loads());
            let (keys, keys_gone) = (std::mem::take(&mut touched.keys), std::mem::take(&mut touched.keys_gone));
            touched.changed = false;
            changes.leads.push(LeadChange { lead, expected, loaded, keys, keys_gone });
        }
        changes.placed_under = Some(self.journal.scene.rules.heads.partners);
        changes
    }

    /// The same when no lead so far is looked at again: the draft forgets them.
    pub fn take_away(&mut self) -> Changes {
        let mut changes = self.journal.take();
        for id in std::mem::take(&mut self.changed) {
            if let Some(Touched { lead, expected, loaded, keys, keys_gone, changed: true }) = self.leads.remove(&id) {
                changes.leads.push(LeadChange { lead, expected, loaded, keys, keys_gone });
            }
        }
        self.leads.clear();
        changes.placed_under = Some(self.journal.scene.rules.heads.partners);
        changes
    }

    pub fn into_changes(mut self) -> Changes {
        self.take_away()
    }
}
