//! The steps of an onboarding: looked through.

use super::Faulty;
use pilothouse::{
    domain::{contact::Contact, id::PartnerId, partner::onboarding::FirstMoney},
    store::{Result, Unit, unit::partner::StepSource},
};

impl<U: Unit> StepSource for Faulty<U> {
    async fn contacts_at(&mut self, partners: &[PartnerId]) -> Result<Vec<(Contact, bool)>> {
        self.inner.contacts_at(partners).await
    }

    async fn first_money(&mut self, partners: &[PartnerId]) -> Result<Vec<(PartnerId, FirstMoney)>> {
        self.inner.first_money(partners).await
    }
}
