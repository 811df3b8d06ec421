//! From an action to a command: what is possible now, what it is about, and what must be asked first.

use super::{
    Ask, C, Command, MdfRoom, MdfTrade, Target,
    entry::{self, Books},
    forms,
};
use crate::{
    app::mdf::view::MdfDetail,
    domain::mdf::{
        MdfVerb, Refusal,
        claim::{self, ClaimVerb},
        fund::{self, FundVerb},
        item::{ItemId, ItemKind},
        queue::{ItemRow, Turn},
        request::{self, RequestVerb},
    },
    tui::{
        action::{Act, Availability},
        furniture::{
            Asked, Trade as _,
            trade::Parted,
            work::{Answer, Effect, orders},
        },
    },
};

/// The domain's verb of an action on an item of a kind; nothing where the kind has no such verb.
pub(super) const fn verb_of(act: Act, kind: ItemKind) -> Option<MdfVerb> {
    Some(match kind {
        ItemKind::Claim => MdfVerb::Claim(match act {
            Act::MdfApprove | Act::MdfApprovePart | Act::MdfStandIn => ClaimVerb::Approve,
            Act::MdfReject => ClaimVerb::Reject,
            Act::MdfAsk => ClaimVerb::RequestInfo,
            Act::MdfSubmit => ClaimVerb::Submit,
            Act::MdfResubmit => ClaimVerb::Resubmit,
            Act::MdfWithdraw => ClaimVerb::Withdraw,
            Act::MdfEdit => ClaimVerb::Edit,
            Act::MdfBank => ClaimVerb::ConfirmPayment,
            Act::MdfFlag => ClaimVerb::Flag,
            Act::MdfClear => ClaimVerb::Clear,
            Act::MdfWaive => ClaimVerb::Waive,
            Act::MdfCheck => ClaimVerb::Check,
            Act::MdfPay => ClaimVerb::Pay,
            Act::MdfClawBack => ClaimVerb::ClawBack,
            Act::MdfClose => ClaimVerb::Close,
            Act::MdfAttach => ClaimVerb::Attach,
            Act::MdfTake | Act::MdfReassign => ClaimVerb::Assign,
            Act::MdfNote => ClaimVerb::Note,
            Act::MdfEscalate => ClaimVerb::Escalate,
            Act::MdfSettle => ClaimVerb::Settle,
            Act::Undo => ClaimVerb::Undo,
            _ => return None,
        }),
        ItemKind::Request => MdfVerb::Request(match act {
            Act::MdfApprove | Act::MdfApprovePart | Act::MdfStandIn => RequestVerb::Approve,
            Act::MdfReject => RequestVerb::Reject,
            Act::MdfAsk => RequestVerb::RequestInfo,
            Act::MdfSubmit => RequestVerb::Submit,
            Act::MdfResubmit => RequestVerb::Resubmit,
            Act::MdfWithdraw => RequestVerb::Withdraw,
            Act::MdfEdit => RequestVerb::Edit,
            Act::MdfClose => RequestVerb::Complete,
            Act::MdfTake | Act::MdfReassign => RequestVerb::Assign,
            Act::MdfNote => RequestVerb::Note,
            Act::MdfEscalate => RequestVerb::Escalate,
            Act::MdfSettle => RequestVerb::Settle,
            Act::Undo => RequestVerb::Undo,
            _ => return None,
        }),
        ItemKind::Fund => MdfVerb::Fund(match act {
            Act::MdfAllocate => FundVerb::Allocate,
            Act::MdfReduce => FundVerb::Reduce,
            Act::MdfMove => FundVerb::Reduce,
            Act::MdfClose => FundVerb::Close,
            Act::MdfNote => FundVerb::Note,
            _ => return None,
        }),
    })
}

pub(super) fn is_verb(act: Act) -> bool {
    verb_of(act, ItemKind::Claim).is_some()
        || verb_of(act, ItemKind::Fund).is_some()
        || act == Act::MdfClaim
        || MdfTrade::ABOUT_NONE.contains(&act)
}

/// Why an item is in no state for a verb.
fn why_not(detail: &MdfDetail, verb: MdfVerb) -> Option<String> {
    let outcome = match (detail, verb) {
        (MdfDetail::Claim(detail), MdfVerb::Claim(verb)) => claim::possible(&detail.claim, verb),
        (MdfDetail::Request(detail), MdfVerb::Request(verb)) => request::possible(&detail.request, verb),
        (MdfDetail::Fund(detail), MdfVerb::Fund(verb)) => fund::possible(&detail.fund, verb),
        _ => Ok(()),
    };
    outcome.err().map(|refusal| if let Refusal::NotNow { why, .. } = refusal { why } else { refusal.to_string() })
}

impl MdfRoom {
    pub(super) fn row_possible(&self, act: Act, row: &ItemRow) -> Availability {
        if act == Act::MdfClaim {
            return match (row.id.kind(), row.state) {
                (ItemKind::Request, "approved") => Availability::Yes,
                (ItemKind::Request, state) => {
                    Availability::no(format!("{} is {}; money is claimed on an approved request", row.id, state.replace('_', " ")))
                }
                _ => Availability::no(format!("{} is no request; money is claimed on an approved one", row.id)),
            };
        }
        let Some(verb) = verb_of(act, row.id.kind()) else {
            return if is_verb(act) { Availability::no(no_such(row.id)) } else { Availability::Yes };
        };
        if act == Act::MdfTake && row.assignee.as_ref().is_some_and(|(who, _)| *who == self.station.me) {
            return Availability::no(format!("you look after {} already", row.id));
        }
        let story = self.detail().filter(|detail| super::version(detail) == row.version && super::id(detail) == row.id);
        // Until the story is there, the decision says so.
        story.and_then(|detail| why_not(detail, verb)).map_or(Availability::Yes, Availability::No)
    }

    /// Asks for the object of a verb, or carries it out; what moves money shows first what moves.
    pub(super) fn begin_verb(&mut self, act: Act, targets: &[Target], cx: &mut C<'_>) {
        if entry::needs_books(act) {
            self.own.books = None;
            cx.run(Effect::Own(Ask::Books));
        } else if act == Act::MdfReassign && self.known().colleagues.is_empty() {
            self.want_directory(cx);
        } else if forms::is_about_one(act) {
            self.want_facts(targets, cx);
        } else if forms::asks(act) {
            self.ask(cx, None);
        } else {
            let me = self.station.me;
            self.submit(act, orders(targets, |_| plain(act, me)), cx);
        }
    }

    /// A form about one item's own amounts is about one; of several kinds those that have no such verb are named.
    pub(super) fn part(act: Act, targets: Vec<Target>) -> Result<Parted<MdfTrade>, String> {
        if targets.len() > 1 && forms::is_about_one(act) {
            return Err(format!("{} one item at a time: esc forgets the marks", act.row().label));
        }
        let can = |target: &Target| match act {
            Act::MdfClaim => target.id.kind() == ItemKind::Request,
            _ => verb_of(act, target.id.kind()).is_some(),
        };
        let (able, unable): (Vec<Target>, Vec<Target>) = targets.into_iter().partition(can);
        if able.is_empty() {
            return Err(unable.first().map_or_else(String::new, |target| no_such(target.id)));
        }
        let aside = unable.into_iter().map(|target| Answer { id: target.id, result: Err(Refusal::invalid(no_such(target.id))) });
        Ok((able, aside.collect()))
    }

    fn want_facts(&mut self, targets: &[Target], cx: &mut C<'_>) {
        if let Some(first) = targets.first() {
            self.own.facts = None;
            cx.run(Effect::Own(Ask::Facts { id: first.id }));
        }
    }

    pub(super) fn facts_came(&mut self, id: ItemId, result: Result<Option<Box<MdfDetail>>, String>, cx: &mut C<'_>) {
        let is_about = |asked: &Asked<MdfTrade>| forms::is_about_one(asked.act) && asked.targets.first().is_some_and(|one| one.id == id);
        let waiting = self.asked().is_some_and(is_about);
        match result {
            Ok(Some(facts)) if waiting => {
                self.own.facts = Some(facts);
                let refused = self.own.refusal.take();
                match self.asked().map(|asked| asked.act).and_then(|act| self.nothing_to_ask(act, id)) {
                    Some(why) if refused.is_none() => cx.say(why),
                    // What was asked about has gone meanwhile: the refusal is told, where no form can carry it.
                    Some(why) => cx.fail(refused.unwrap_or(why)),
                    None => self.ask(cx, refused),
                }
            }
            Ok(_) => {}
            Err(why) => cx.fail(format!("{id} was not loaded: {why}")),
        }
    }

    /// Why a form about one item would have nothing to choose from, or would be refused whatever is written into it.
    fn nothing_to_ask(&self, act: Act, id: ItemId) -> Option<String> {
        let refused = self.own.facts.as_deref().zip(verb_of(act, id.kind())).and_then(|(facts, verb)| why_not(facts, verb));
        match act {
            _ if refused.is_some() => refused,
            Act::MdfWaive if self.waivable().is_empty() => Some(format!("no check of {id} failed that somebody could let pass")),
            Act::MdfBank if self.open_payments().is_empty() => Some(format!("no payment of {id} is ordered or with the bank")),
            _ => None,
        }
    }

    pub(super) fn books_came(&mut self, result: Result<Box<Books>, String>, cx: &mut C<'_>) {
        match result {
            Ok(books) => {
                if self.asked().is_some_and(|asked| entry::needs_books(asked.act)) {
                    self.own.books = Some(books);
                    self.ask(cx, None);
                }
            }
            Err(why) => cx.fail(format!("the funds were not loaded: {why}")),
        }
    }

    /// The form comes back about the item as it is now.
    pub(super) fn ask_verb_again(&mut self, sentence: String, cx: &mut C<'_>) {
        let first = self.asked().filter(|asked| forms::is_about_one(asked.act)).and_then(|asked| asked.targets.first());
        match first.map(|target| target.id) {
            Some(id) => {
                self.own.refusal = Some(sentence);
                cx.run(Effect::Own(Ask::Facts { id }));
            }
            None => self.ask(cx, Some(sentence)),
        }
    }
}

fn no_such(id: ItemId) -> String {
    match id.kind() {
        ItemKind::Fund => format!("{id} is a fund; requests and claims are decided"),
        ItemKind::Request => format!("{id} is a request, and no claim"),
        ItemKind::Claim => format!("{id} is a claim, and no fund"),
    }
}

/// The command of an action that needs no object.
const fn plain(act: Act, me: crate::domain::id::OperatorId) -> Command {
    match act {
        Act::MdfApprove => Command::Approve { on_behalf_of: None },
        Act::MdfSubmit => Command::Submit,
        Act::MdfResubmit => Command::Resubmit,
        Act::MdfWithdraw => Command::Withdraw,
        Act::MdfClear => Command::Clear,
        Act::MdfCheck => Command::Check,
        Act::MdfPay => Command::Pay,
        Act::MdfClose => Command::Close,
        Act::MdfTake => Command::Assign { to: Some(me) },
        Act::MdfSettle => Command::Settle,
        _ => Command::Undo,
    }
}

/// The verbs that an item most likely needs.
pub(super) fn useful(row: &ItemRow) -> Vec<Act> {
    let mut acts: Vec<Act> = match (row.id.kind(), row.state) {
        (ItemKind::Fund, "open") => vec![Act::MdfAllocate, Act::MdfRequest, Act::MdfMove, Act::MdfReduce],
        (ItemKind::Fund, _) => vec![Act::MdfOpen],
        (_, "draft") => vec![Act::MdfSubmit, Act::MdfEdit, Act::MdfWithdraw],
        (_, "submitted") => vec![Act::MdfApprove, Act::MdfReject, Act::MdfAsk, Act::MdfApprovePart],
        (_, "info_requested") => vec![Act::MdfResubmit, Act::MdfEdit, Act::MdfReject],
        (_, "suspect") => vec![Act::MdfClear, Act::MdfReject],
        (ItemKind::Claim, "approved") if row.turn == Some(Turn::Pay) => vec![Act::MdfPay, Act::MdfClose],
        (ItemKind::Claim, "approved") => vec![Act::MdfBank, Act::MdfExport, Act::MdfClawBack, Act::MdfClose],
        (ItemKind::Request, "approved") => vec![Act::MdfClaim, Act::MdfClose],
        _ => Vec::new(),
    };
    if row.id.kind() == ItemKind::Claim && row.state == "submitted" {
        acts.push(Act::MdfFlag);
    }
    acts.extend([Act::MdfFunds, Act::MdfNote]);
    if row.id.kind() != ItemKind::Fund {
        acts.push(Act::MdfTake);
    }
    acts
}

/// What undo would leave as it is, and what to do instead.
pub(super) const fn stays(act: Act) -> Option<&'static str> {
    match act {
        Act::MdfNote => Some("a note stays: add another that corrects it"),
        Act::MdfAttach => Some("a document stays: attach another that corrects it"),
        Act::MdfFlag => Some("others may stand still with it: clear the suspicion instead"),
        Act::MdfClear => Some("it goes on: flag it again"),
        Act::MdfCheck => Some("a check changes nothing: check again"),
        Act::MdfAllocate | Act::MdfReduce | Act::MdfMove => Some("an entry of the ledger stays: another corrects it"),
        Act::MdfOpen => Some("a fund stays: close it"),
        Act::MdfRequest | Act::MdfClaim => Some("what was entered stays: withdraw it instead"),
        Act::MdfEdit => Some("an edit stays: edit it again"),
        Act::MdfDelegate => Some("delegate again: until a day before it begins takes it back"),
        Act::MdfLimit => Some("a limit stays: set another"),
        _ => None,
    }
}
