//! What shows that partners have done the steps of their onboarding, in memory.

use super::unit::MemoryUnit;
use crate::{
    domain::{
        contact::{Contact, ContactState},
        id::PartnerId,
        mdf::fund::Holder,
        partner::onboarding::FirstMoney,
    },
    store::{error::Result, unit::partner::StepSource},
};

impl StepSource for MemoryUnit {
    async fn contacts_at(&mut self, partners: &[PartnerId]) -> Result<Vec<(Contact, bool)>> {
        let state = self.look().await;
        let is_there = |one: &&Contact| partners.contains(&one.partner) && one.state == ContactState::Active;
        let asked = |one: &Contact| state.suppressed.contains(&one.card.person.email.to_lowercase());
        Ok(state.contacts.iter().filter(is_there).map(|one| (one.clone(), asked(one))).collect())
    }

    async fn first_money(&mut self, partners: &[PartnerId]) -> Result<Vec<(PartnerId, FirstMoney)>> {
        let state = self.look().await;
        let first = |partner: &PartnerId| {
            let holds = Holder::Partner(*partner);
            let fund = state.mdf.funds.iter().find(|fund| fund.terms.holder == holds && fund.balances.allocated > 0);
            let request = || state.mdf.requests.iter().find(|one| one.partner == *partner && one.state.was_approved());
            let money = fund.map(|fund| FirstMoney::Fund(fund.id)).or_else(|| request().map(|one| FirstMoney::Request(one.id)))?;
            Some((*partner, money))
        };
        Ok(partners.iter().filter_map(first).collect())
    }
}
