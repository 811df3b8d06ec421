//! What becomes of a request and of its claim.

use super::{Funds, Step, after, day, whole, words};
use crate::{
    app::{ClaimDraft, MdfCommand, RequestDraft, Rules},
    domain::{
        deal::ContentHash,
        escalation::Severity,
        id::{FundId, LeadId},
        mdf::{
            CostShare,
            approval::Step as Signing,
            claim::{Claim, ClaimCommand, Content, Invoice, Proof},
            fund::{FundTerms, Holder},
            item::ItemId,
            request::{Plan, RejectReason, Request, RequestCommand},
        },
        money::Money,
        partner::Partner,
        program::ProofKind,
        text::Text,
        time::{Instant, Span},
    },
};

/// How far a story comes. Up to `Committed` no claim is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Asked for, and so many approvals are given.
    Asked(usize),
    /// Never handed in.
    Draft,
    Returned,
    Refused,
    Withdrawn,
    /// Approved; nothing was claimed yet.
    Committed,
    /// Claimed, and so many approvals are given.
    Claimed(usize),
    ClaimDraft,
    ClaimReturned,
    ClaimRefused,
    /// The paper of another claim once more.
    Twice,
    /// Without a proof that it took place.
    Unproved,
    Suspect,
    /// Approved and not ordered to be paid.
    ToPay,
    /// Ordered, with the next file or the one after that.
    Ordered,
    Paid,
    /// Some of it came back.
    ClawedBack,
}

impl Fate {
    const fn is_claimed(self) -> bool {
        !matches!(self, Self::Asked(_) | Self::Draft | Self::Returned | Self::Refused | Self::Withdrawn | Self::Committed)
    }

    /// Whether it came to its end long ago.
    const fn is_over(self) -> bool {
        matches!(self, Self::Paid | Self::ClawedBack | Self::ClaimRefused | Self::Refused | Self::Withdrawn)
    }
}

/// What stands in every fund, and what is dealt out one after the other.
const OVER: [Fate; 7] = [Fate::Paid, Fate::Paid, Fate::Paid, Fate::Refused, Fate::Paid, Fate::ClawedBack, Fate::ClaimRefused];
const OPEN: [Fate; 22] = [
    Fate::Asked(0),
    Fate::Claimed(0),
    Fate::Committed,
    Fate::Asked(1),
    Fate::Claimed(1),
    Fate::Ordered,
    Fate::Twice,
    Fate::Returned,
    Fate::ToPay,
    Fate::Claimed(0),
    Fate::Asked(0),
    Fate::Claimed(2),
    Fate::Unproved,
    Fate::ClaimReturned,
    Fate::Draft,
    Fate::Asked(2),
    Fate::Claimed(0),
    Fate::Suspect,
    Fate::ClaimDraft,
    Fate::Withdrawn,
    Fate::Ordered,
    Fate::Committed,
];

impl Funds {
    /// Plans what is asked of a fund: what is over by now, and what is under way.
    pub(super) fn stories(&mut self, rules: &Rules, id: FundId, terms: &FundTerms, allocated: Money) {
        let partners: Vec<&Partner> = match &terms.holder {
            Holder::Partner(partner) => rules.directory().get(*partner).into_iter().collect(),
            Holder::Region(region) => {
                let there =
                    |partner: &&Partner| partner.profile.country.and_then(|country| rules.program().region_of(country)) == Some(region);
                rules.directory().all().iter().filter(|partner| partner.profile.is_active()).filter(there).collect()
            }
        };
        if partners.is_empty() {
            return;
        }
        let is_closed = terms.to < day(self.now, 0);
        let first = usize::try_from(id.0).unwrap_or(0);
        let over = (0..10).map(|place| OVER[(first + place) % OVER.len()]);
        let open = (0..if is_closed { 0 } else { 9 }).map(|place| OPEN[(first * 7 + place) % OPEN.len()]);
        let fates: Vec<Fate> = over.chain(open).collect();
        for fate in fates {
            let partner = *self.chance.pick(&partners);
            // A fund suffices for what is asked of it, but not for everything.
            let most = allocated.minor / 9;
            self.story(rules, id, terms, partner, fate, most);
        }
    }

    fn story(&mut self, rules: &Rules, fund: FundId, terms: &FundTerms, partner: &Partner, fate: Fate, most: i64) {
        let now = self.now;
        // When it was asked for, and how many days later it begins.
        let (asked_at, begins) = if fate.is_over() {
            (now.plus(Span::ZERO.minus(self.chance.between(Span::hours(24 * 62), Span::hours(24 * 105)))), 18 + self.days(10))
        } else if fate.is_claimed() {
            (now.plus(Span::ZERO.minus(self.chance.between(Span::hours(24 * 34), Span::hours(24 * 45)))), 16 + self.days(6))
        } else if fate == Fate::Committed {
            (now.plus(Span::ZERO.minus(self.chance.between(Span::hours(24 * 12), Span::hours(24 * 40)))), 16 + self.days(8))
        } else if matches!(fate, Fate::Asked(1..)) {
            (now.plus(Span::ZERO.minus(self.chance.between(Span::hours(24 * 5), Span::hours(24 * 8)))), 25 + self.days(14))
        } else {
            // Decisions are due while one watches, and some are overdue.
            (now.plus(Span::ZERO.minus(self.chance.between(Span::minutes(30), Span::hours(24 * 8)))), 25 + self.days(14))
        };
        let asked_at = rules.program().default_calendar().next_open(asked_at).unwrap_or(asked_at);
        let starts_on = after(day(asked_at, 0), begins);
        let ends_on = after(starts_on, self.days(2));
        if asked_at >= now || ends_on > terms.to || starts_on < terms.from {
            return;
        }
        let plan = self.plan(terms, partner, fate, most, (starts_on, ends_on));
        let submit = fate != Fate::Draft;
        self.later(asked_at, Step::Ask(Box::new(RequestDraft { fund, partner: partner.id, plan, submit }), fate));
    }

    fn days(&mut self, most: usize) -> i64 {
        i64::try_from(self.chance.below(most)).unwrap_or(0)
    }

    fn plan(&mut self, terms: &FundTerms, partner: &Partner, fate: Fate, most: i64, days: (chrono::NaiveDate, chrono::NaiveDate)) -> Plan {
        let (title, category, least, highest) = *self.chance.pick(&words::ACTIVITIES);
        // One amount of each size, whatever the fund: what is approved twice has to be large enough.
        let wanted = match fate {
            Fate::Asked(1) | Fate::Claimed(1) => 14_000 + self.days(20) * 700,
            Fate::Asked(2) | Fate::Claimed(2) => 56_000 + self.days(10) * 800,
            Fate::Asked(_) | Fate::Claimed(_) => (least + self.days(12) * (highest - least) / 12).min(9_800),
            _ => least + self.days(12) * (highest - least) / 12,
        };
        let rate = if terms.currency.exponent() == 0 { 160 } else { 1 };
        let cost = whole(wanted * rate, terms.currency);
        let share = match category {
            "Training" => CostShare { maker: 75, partner: 25, distributor: 0 },
            "Launch" => CostShare { maker: 100, partner: 0, distributor: 0 },
            _ => CostShare::HALF,
        };
        let ours = share.split(cost).map_or(cost, |split| split.maker);
        let asked = Money::new(ours.minor.min(most.max(1)), cost.currency);
        Plan {
            source_key: Text::default(),
            title: Text::clean(&title.replace("{}", &partner.profile.city)),
            category: Text::clean(category),
            country: partner.profile.country,
            starts_on: days.0,
            ends_on: days.1,
            cost,
            share,
            asked,
        }
    }

    /// Plans what becomes of a request that has just come in.
    pub(super) fn asked(&mut self, rules: &Rules, at: Instant, request: &Request, fate: Fate) {
        let id = request.id;
        let [_, _, ines] = self.staff.approvers;
        let desk = self.staff.desk(LeadId(id.0));
        let work = |command| MdfCommand::Request(command);
        if self.chance.percent(25) {
            let when = self.after(rules, at, 2);
            let text = Text::clean(self.chance.word(&words::NOTES));
            self.will(when, desk, id, work(RequestCommand::Note { text }));
        }
        match fate {
            Fate::Draft | Fate::Asked(0) => {}
            Fate::Asked(given) => self.sign(rules, at, ItemId::Request(id), given),
            Fate::Returned => {
                let when = self.after(rules, at, 5);
                let text = Text::clean(self.chance.word(&words::QUESTIONS));
                self.will(when, desk, id, work(RequestCommand::RequestInfo { text }));
            }
            Fate::Refused => {
                let when = self.after(rules, at, 12);
                let reason = *self.chance.pick(RejectReason::ALL);
                self.will(when, ines, id, work(RequestCommand::Reject { reason }));
            }
            Fate::Withdrawn => {
                let when = self.after(rules, at, 9);
                self.will(when, self.staff.portal, id, work(RequestCommand::Withdraw));
            }
            _ => {
                self.sign(rules, at, ItemId::Request(id), 3);
                if fate.is_claimed() {
                    self.claim(rules, request, fate);
                }
            }
        }
    }

    /// Up to so many approvals, one after the other; those that are not needed any more are refused and forgotten.
    fn sign(&mut self, rules: &Rules, at: Instant, id: ItemId, given: usize) {
        let [_, dilnoza, ines] = self.staff.approvers;
        let mut when = at;
        for (_, who) in Signing::ALL.iter().zip([dilnoza, ines, self.staff.finance[1]]).take(given) {
            when = self.after(rules, when, 4);
            self.will(when, who, id, MdfCommand::Approve { on_behalf_of: None });
        }
    }

    /// The claim comes when the activity is over, and for what is under way in these days.
    fn claim(&mut self, rules: &Rules, request: &Request, fate: Fate) {
        let plan = &request.plan;
        let over = plan.ends_on.and_hms_opt(9, 0, 0).map_or(self.now, |at| Instant::from_micros(at.and_utc().timestamp_micros()));
        let mut at = over.plus(Span::hours(24 * (2 + self.days(8))));
        if !fate.is_over() {
            let fresh = match fate {
                // Time enough for the approvals that were given.
                Fate::Claimed(1..) => self.chance.between(Span::hours(24 * 5), Span::hours(24 * 8)),
                Fate::ToPay => self.chance.between(Span::hours(24 * 5), Span::hours(24 * 9)),
                Fate::Ordered => self.chance.between(Span::hours(24 * 9), Span::hours(24 * 13)),
                _ => self.chance.between(Span::minutes(25), Span::hours(24 * 6)),
            };
            at = at.max(self.now.plus(Span::ZERO.minus(fresh)));
        }
        let at = rules.program().default_calendar().next_open(at).unwrap_or(at);
        let content = self.content(plan, fate);
        self.later(at, Step::Claim(Box::new(ClaimDraft { request: request.id, content, submit: fate != Fate::ClaimDraft }), fate));
    }

    fn content(&mut self, plan: &Plan, fate: Fate) -> Content {
        // It rarely costs exactly what was planned, and never more is asked for.
        let cost = if fate.is_over() { Money::new(plan.cost.minor / 100 * (82 + self.days(19)), plan.cost.currency) } else { plan.cost };
        let ours = plan.share.split(cost).map_or(plan.asked, |split| split.maker);
        let asked = Money::new(ours.minor.min(plan.asked.minor), cost.currency);
        let number = format!("{}-{:05}", 2_600 + self.days(90), self.chance.below(100_000));
        let mut invoice = Invoice {
            number: Text::clean(&number),
            vendor: Text::clean(self.chance.word(&words::VENDORS)),
            dated: after(plan.ends_on, 1),
            amount: cost,
        };
        if let (Fate::Twice, Some(paid)) = (fate, self.paid.last()) {
            invoice = paid.clone();
        } else if fate == Fate::Paid {
            self.paid.push(invoice.clone());
        }
        let mut documents = vec![self.proof(ProofKind::Invoice, &format!("invoice-{number}.pdf"), "application/pdf")];
        if fate != Fate::Unproved {
            documents.push(self.proof(ProofKind::Performance, &format!("photos-{number}.jpg"), "image/jpeg"));
        }
        Content {
            source_key: Text::default(),
            performed_from: plan.starts_on,
            performed_to: plan.ends_on,
            invoices: vec![invoice],
            cost,
            asked,
            documents,
        }
    }

    fn proof(&mut self, kind: ProofKind, name: &str, media_type: &str) -> Proof {
        self.papers += 1;
        Proof {
            kind,
            name: Text::clean(name),
            hash: ContentHash::of(&self.papers.to_le_bytes()),
            size: 40_000 + self.chance.below(900_000) as u64,
            media_type: Text::clean(media_type),
        }
    }

    /// Plans what becomes of a claim that has just come in.
    pub(super) fn claimed(&mut self, rules: &Rules, at: Instant, claim: &Claim, fate: Fate) {
        let id = claim.id;
        let [_, _, ines] = self.staff.approvers;
        let finance = self.staff.finance[0];
        let desk = self.staff.desk(LeadId(id.0));
        match fate {
            Fate::Claimed(given) => {
                self.sign(rules, at, ItemId::Claim(id), given);
                if self.chance.percent(12) {
                    let when = self.after(rules, at, 3);
                    let reason = Text::clean("The partner has called twice: the agency waits for its money.");
                    self.will_claim(when, desk, id, ClaimCommand::Escalate { severity: Severity::High, reason });
                }
            }
            Fate::ClaimReturned => {
                let when = self.after(rules, at, 3);
                let text = Text::clean(self.chance.word(&words::QUESTIONS));
                self.will_claim(when, desk, id, ClaimCommand::RequestInfo { text });
            }
            Fate::ClaimRefused => {
                let when = self.after(rules, at, 10);
                self.will_claim(when, ines, id, ClaimCommand::Reject { reason: RejectReason::NotPerformed });
            }
            Fate::Suspect => {
                let when = self.after(rules, at, 2);
                let reason = Text::clean(self.chance.word(&words::DOUBTS));
                self.will_claim(when, desk, id, ClaimCommand::Flag { reason });
            }
            Fate::ToPay => self.sign(rules, at, ItemId::Claim(id), 3),
            Fate::Ordered | Fate::Paid | Fate::ClawedBack => {
                self.sign(rules, at, ItemId::Claim(id), 3);
                let key = Text::clean(&format!("{id} first"));
                let when = self.after(rules, at, 26);
                self.will_claim(when, finance, id, ClaimCommand::Pay { key, amount: None });
                if fate == Fate::ClawedBack {
                    let back = Money::new(claim.content.asked.minor / 5, claim.content.asked.currency);
                    let (key, reference) = (Text::clean(&format!("{id} back")), Text::clean("returned: the hall was half the size"));
                    let when = self.now.plus(Span::hours(-24 * 3));
                    self.will_claim(when, finance, id, ClaimCommand::ClawBack { key, amount: back, reference });
                }
            }
            _ => {}
        }
    }
}
