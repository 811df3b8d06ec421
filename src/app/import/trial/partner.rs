//! The steps of an onboarding on trial. No file brings contacts, and no import decides a status, so that all there is to read is
//! what the real database has.

use super::Overlay;
use crate::{
    domain::{contact::Contact, id::PartnerId, partner::onboarding::FirstMoney},
    store::{Result, unit::partner::StepSource},
};

impl StepSource for Overlay {
    async fn contacts_at(&mut self, partners: &[PartnerId]) -> Result<Vec<(Contact, bool)>> {
        self.real.contacts_at(partners).await
    }

    async fn first_money(&mut self, partners: &[PartnerId]) -> Result<Vec<(PartnerId, FirstMoney)>> {
        self.real.first_money(partners).await
    }
}
