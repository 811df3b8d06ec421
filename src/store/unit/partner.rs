//! What shows that a partner which comes on board has done its steps.

use crate::{
    domain::{contact::Contact, id::PartnerId, partner::onboarding::FirstMoney},
    store::error::Result,
};
use std::future::Future;

/// A reading session as well as a unit of work.
pub trait StepSource: Send {
    /// Everybody who is at these partners, by number, as they stand without a lock, and whether their mailbox asked never to be
    /// contacted.
    fn contacts_at(&mut self, partners: &[PartnerId]) -> impl Future<Output = Result<Vec<(Contact, bool)>>> + Send;
    /// The first fund of its own with money that each of these was given, else its first request that was approved; who has
    /// neither is left out. In no order.
    fn first_money(&mut self, partners: &[PartnerId]) -> impl Future<Output = Result<Vec<(PartnerId, FirstMoney)>>> + Send;
}
