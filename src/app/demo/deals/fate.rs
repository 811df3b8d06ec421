//! What becomes of a registration, and of a conflict.

use super::{Deals, Ruling, Step, paper};
use crate::{
    app::{Rules, demo::chance::Chance},
    domain::{
        deal::{DealCommand, DealField, DocumentKind, FieldChange, HoldReason, LossReason, RejectReason},
        id::{ConflictId, DealId},
        text::Text,
        time::{Instant, Span},
    },
};
use chrono::Days;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Never handed in.
    Draft,
    /// Nobody has looked yet.
    Waits,
    Reviewed,
    SentOn,
    /// Something is missing, and the partner does not answer.
    Incomplete,
    /// The partner answers, and then it is approved.
    Answered,
    OnHold,
    Approved,
    Won,
    /// Before somebody else asks for the credit.
    WonSoon,
    Lost,
    Extended,
    Rejected,
    Withdrawn,
    /// The other side of a conflict.
    Rival(Course),
}

/// How far a conflict comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    Evidence,
    Review,
    Awarded,
    Split,
    RejectedAll,
    Voided,
    Appealed,
    Upheld,
    Overturned,
}

impl Fate {
    /// Of what came in long ago.
    pub fn settled(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..=34 => Self::Approved,
            35..=58 => Self::Won,
            59..=67 => Self::Lost,
            68..=75 => Self::Extended,
            76..=83 => Self::Rejected,
            84..=88 => Self::Withdrawn,
            89..=95 => Self::Answered,
            _ => Self::Draft,
        }
    }

    /// Of what came in these days.
    pub fn fresh(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..=29 => Self::Waits,
            30..=49 => Self::Reviewed,
            50..=61 => Self::SentOn,
            62..=77 => Self::Incomplete,
            78..=84 => Self::OnHold,
            85..=92 => Self::Approved,
            _ => Self::Draft,
        }
    }
}

impl Deals {
    /// Plans the life of a registration that came in at `at`.
    pub(super) fn decide(&mut self, rules: &Rules, deal: DealId, fate: Fate, at: Instant) {
        let judge = self.staff.judges()[usize::from(self.chance.percent(40))];
        let worker = self.staff.desk(crate::domain::id::LeadId(deal.0));
        let soon = self.after(rules, at, 2);
        match fate {
            Fate::Draft | Fate::Waits | Fate::Rival(_) => {}
            Fate::Reviewed => self.deal(soon, worker, deal, DealCommand::TakeReview),
            Fate::SentOn => self.deal(soon, worker, deal, DealCommand::SendForApproval),
            Fate::Incomplete | Fate::Answered => {
                let fields = BTreeSet::from([DealField::CloseDate, DealField::Description]);
                let text = Text::clean("When does the customer expect to order, and what is the project about?");
                self.deal(soon, judge, deal, DealCommand::RequestInfo { fields, text });
                if fate == Fate::Answered {
                    let (answered, decided) = (self.after(rules, soon, 9), self.after(rules, soon, 15));
                    let day = answered.to_utc().date_naive().checked_add_days(Days::new(45));
                    let changes = vec![FieldChange::CloseDate(day), FieldChange::Description(Text::clean("Refresh of two sites."))];
                    self.deal(answered, self.staff.portal, deal, DealCommand::Edit { changes });
                    self.deal(answered.plus(Span::minutes(3)), self.staff.portal, deal, DealCommand::Resubmit);
                    self.deal(decided, judge, deal, DealCommand::Approve);
                }
            }
            Fate::OnHold => self.deal(soon, judge, deal, DealCommand::Hold { reason: HoldReason::AwaitingCustomer }),
            Fate::Approved | Fate::Won | Fate::WonSoon | Fate::Lost | Fate::Extended => self.approved(rules, deal, fate, at),
            Fate::Rejected => {
                let decided = self.after(rules, at, 7);
                let reason = *self.chance.pick(&[RejectReason::Ineligible, RejectReason::Incomplete, RejectReason::Direct]);
                self.deal(decided, judge, deal, DealCommand::Reject { reason, of: None });
            }
            Fate::Withdrawn => self.deal(soon, self.staff.portal, deal, DealCommand::Withdraw),
        }
    }

    fn approved(&mut self, rules: &Rules, deal: DealId, fate: Fate, at: Instant) {
        let judge = self.staff.judges()[usize::from(self.chance.percent(40))];
        // Mostly in time, now and then not.
        let took = if self.chance.percent(8) { 18 } else { 1 + i64::try_from(self.chance.below(11)).unwrap_or(0) };
        let decided = self.after(rules, at, took);
        self.deal(decided, judge, deal, DealCommand::Approve);
        let days = |chance: &mut Chance, least: i64, most: i64| chance.between(Span::hours(24 * least), Span::hours(24 * most));
        let portal = self.staff.portal;
        match fate {
            Fate::Won | Fate::WonSoon => {
                let most = if fate == Fate::WonSoon { 20 } else { 50 };
                let ordered = super::open(rules, decided.plus(days(&mut self.chance, 6, most)));
                let on = ordered.plus(Span::hours(-24)).to_utc().date_naive();
                self.deal(ordered, portal, deal, DealCommand::Win { on, value: None });
            }
            Fate::Lost => {
                let at = super::open(rules, decided.plus(days(&mut self.chance, 10, 45)));
                let reason = *self.chance.pick(LossReason::ALL);
                self.deal(at, portal, deal, DealCommand::Lose { reason });
            }
            Fate::Extended => {
                let at = super::open(rules, decided.plus(days(&mut self.chance, 30, 50)));
                let document = paper::document(&mut self.chance, DocumentKind::Quote, at);
                self.deal(at, portal, deal, DealCommand::Attach { document });
                let extended = self.after(rules, at, 3);
                self.deal(extended, judge, deal, DealCommand::Extend { evidence: BTreeSet::from([1]) });
            }
            _ => {}
        }
    }

    /// Plans a conflict that was found at `at`: its evidence, who reviews it, and how far it comes.
    pub(super) fn dispute(&mut self, rules: &Rules, case: ConflictId, parties: &[DealId], course: Course, at: Instant) {
        for deal in parties.iter().copied() {
            let kinds = [DocumentKind::Quote, DocumentKind::Touch, DocumentKind::CustomerLetter, DocumentKind::PurchaseOrder];
            for kind in kinds.into_iter().take(self.chance.below(3)) {
                let when = at.plus(self.chance.between(Span::hours(1), Span::hours(20)));
                let document = paper::document(&mut self.chance, kind, when);
                self.deal(when, self.staff.portal, deal, DealCommand::Attach { document });
            }
        }
        let ([first, second], portal) = (self.staff.judges(), self.staff.portal);
        let taken = at.plus(self.chance.between(Span::hours(26), Span::hours(31)));
        let decided = taken.plus(self.chance.between(Span::hours(2), Span::hours(16)));
        let mut ruled = |at, who, ruling| self.later(at, Step::Case(who, case, ruling));
        match course {
            Course::Evidence => return,
            Course::Review if case.0 % 2 == 0 => return,
            _ => ruled(taken, first, Ruling::Take),
        }
        let ruling = match course {
            Course::Split => Ruling::Shared,
            Course::RejectedAll => Ruling::Nobody,
            Course::Voided => Ruling::NoConflict,
            Course::Review => return,
            _ => Ruling::First,
        };
        ruled(decided, first, ruling);
        if matches!(course, Course::Voided) {
            // There was no conflict, so each goes on by itself.
            let approved = super::open(rules, decided.plus(Span::hours(3)));
            for deal in parties {
                self.deal(approved, second, *deal, DealCommand::Approve);
            }
        } else if matches!(course, Course::Appealed | Course::Upheld | Course::Overturned) {
            let appealed = decided.plus(Span::hours(21));
            ruled(appealed, portal, Ruling::Appeal);
            let reviewed = self.after(rules, appealed, 4);
            let judged = self.after(rules, reviewed, 6);
            let mut ruled = |at, ruling| self.later(at, Step::Case(second, case, ruling));
            ruled(reviewed, Ruling::Take);
            match course {
                Course::Upheld => ruled(judged, Ruling::Uphold),
                Course::Overturned => ruled(judged, Ruling::Last),
                _ => {}
            }
        }
    }
}
