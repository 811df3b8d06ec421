//! The world in memory as one write: what was lived through there quickly moves into a database in one go.

use super::State;
use crate::{
    domain::{event::Event, id::LeadId, lead::LeadEvent, text::Text},
    store::unit::{Changes, LeadChange, Turned, contact::ContactChange},
};
use std::collections::HashMap;

impl State {
    /// Everything, as changes to an empty database. As many numbers have to be reserved there as
    /// there are leads, registrations, submissions, cases and sales.
    pub fn to_changes(&self) -> Changes {
        let mut keys: HashMap<LeadId, Vec<i64>> = HashMap::new();
        for (key, leads) in &self.keys {
            for lead in leads {
                keys.entry(*lead).or_default().push(*key);
            }
        }
        let mut lead_change = |lead: &crate::domain::lead::Lead| {
            let mut keys = keys.remove(&lead.id).unwrap_or_default();
            keys.sort_unstable();
            LeadChange { lead: lead.clone(), expected: 0, loaded: None, keys, keys_gone: Vec::new() }
        };
        let mut fired: Vec<_> = self.fired.iter().copied().collect();
        fired.sort_unstable();
        let mut changes = Changes {
            leads: self.leads.iter().map(&mut lead_change).collect(),
            turns: self.turns(),
            counted: self.counters.iter().map(|(counted, value)| (*counted, *value)).collect(),
            partners: self.partners.clone(),
            accounts: self.accounts.clone(),
            operators: self.operators.clone(),
            programs: self.programs.clone(),
            suppress: self.suppressed.iter().map(|mailbox| Text::clean(mailbox)).collect(),
            forget: Vec::new(),
            fired,
            records: self.audit.iter().map(|past| past.record.clone()).collect(),
            ..Changes::default()
        };
        self.desk.add_to(&mut changes);
        changes.mdf = self.mdf.to_changes();
        changes.tiers = self.tiers.to_changes();
        changes.contacts = self.contacts.iter().map(|contact| ContactChange { contact: contact.clone(), expected: 0 }).collect();
        changes.pos = self.pos.to_changes();
        changes
    }

    /// The turns of all rotations in the order in which they were taken.
    fn turns(&self) -> Vec<Turned> {
        let mut taken: HashMap<&Text, i64> = HashMap::new();
        let mut turns = Vec::new();
        for past in &self.audit {
            if let Event::Lead(LeadEvent::Offered { turn: Some(turn), .. } | LeadEvent::FellBack { turn: Some(turn), .. }) =
                &past.record.event
            {
                let expected = taken.insert(&turn.scope, turn.turns).unwrap_or(0);
                turns.push(Turned { turn: turn.clone(), expected });
            }
        }
        turns
    }
}
