//! Orders on their way: planned and confirmed where many leads are touched, carried out, told, taken back.

use super::{
    Intent, LeadRoom,
    story::Part,
    table::Row,
    verbs::Asked,
    words,
    work::{Answer, Answers, Effect, Order, Target},
};
use crate::{
    app::lead::view::LastDone,
    domain::{
        id::{LeadId, PartnerId},
        lead::{LeadCommand, Refusal, queue::LeadRow},
        time::Instant,
        told::Names,
    },
    tui::{
        action::Act,
        room::Cx,
        widgets::confirm::{Confirm, PlanRow},
    },
};
use std::collections::HashMap;

type C<'a> = Cx<'a, LeadRoom>;

/// Jobs whose answer may still come, and own commands that can be taken back.
const JOBS_MAX: usize = 16;
const DONE_MAX: usize = 100;
/// How many rows a plan names; the rest are counted.
const PLAN_ROWS_MAX: usize = 2_000;

#[derive(Debug, Clone)]
struct Job {
    id: u64,
    act: Act,
    orders: Vec<Order>,
    /// Asked by a form, which comes back when it is refused.
    asked: Option<Asked>,
    /// Leads that were left out before it was planned, with the reason.
    aside: Vec<Answer>,
}

/// A command of this operator, with the leads as it left them.
#[derive(Debug, Clone)]
struct Done {
    act: Act,
    leads: Vec<Target>,
}

#[derive(Debug, Default)]
pub(super) struct Jobs {
    next: u64,
    open: Vec<Job>,
    done: Vec<Done>,
    /// The story opens at this section once it is loaded.
    pub show_part: Option<Part>,
    pub last_partner: Option<PartnerId>,
    /// The sentence with which the picker comes back.
    pub refusal: Option<String>,
}

impl LeadRoom {
    /// Carries orders out: at once on one lead, after its plan was seen on many.
    pub(super) fn submit(&mut self, act: Act, orders: Vec<Order>, cx: &mut C<'_>) {
        let touched: usize = orders.iter().map(|order| order.targets.len()).sum();
        let aside = self.asked.as_ref().is_some_and(|asked| asked.act == act && !asked.aside.is_empty());
        if touched > 1 || aside {
            self.plan(act, orders, cx);
        } else {
            let job = self.job(act, orders.clone());
            cx.run(Effect::Execute { job, orders });
        }
    }

    pub(super) fn plan(&mut self, act: Act, orders: Vec<Order>, cx: &mut C<'_>) {
        let job = self.job(act, orders.clone());
        cx.run(Effect::Plan { job, orders });
    }

    fn job(&mut self, act: Act, orders: Vec<Order>) -> u64 {
        let jobs = &mut self.jobs;
        jobs.next += 1;
        let asked = self.asked.take().filter(|asked| asked.act == act);
        let aside = asked.as_ref().map(|asked| asked.aside.clone()).unwrap_or_default();
        let asked = asked.filter(|_| super::forms::asks(act));
        jobs.open.push(Job { id: jobs.next, act, orders, asked, aside });
        if jobs.open.len() > JOBS_MAX {
            jobs.open.remove(0);
        }
        jobs.next
    }

    pub(super) fn planned(&mut self, job: u64, result: Result<Answers, String>, cx: &mut C<'_>) {
        let Some(index) = self.jobs.open.iter().position(|one| one.id == job) else { return };
        let mut answers = match result {
            Ok(answers) => answers,
            Err(why) => {
                self.jobs.open.remove(index);
                cx.fail(format!("not planned: {why}"));
                return;
            }
        };
        answers.answers.extend(self.jobs.open[index].aside.iter().cloned());
        let (act, eligible) = (self.jobs.open[index].act, answers.answers.iter().filter(|answer| answer.result.is_ok()).count());
        let total = answers.answers.len();
        let rows: Vec<PlanRow> =
            answers.answers.iter().take(PLAN_ROWS_MAX).map(|answer| self.plan_row(answer, &answers.names, cx.now)).collect();
        let label = title(act);
        let mut confirm = match (total, answers.answers.first()) {
            (1, Some(only)) => Confirm::new(format!("{label} {}?", self.record(only.id)), act.row().danger),
            _ => Confirm::new(format!("{label} {eligible} of {total} leads?"), act.row().danger),
        };
        if total > PLAN_ROWS_MAX {
            confirm = confirm.about(format!("The first {PLAN_ROWS_MAX} are named here; the others are treated alike."));
        }
        if let (1, Act::LeadMerge, Some(rival)) = (total, act, self.rival()) {
            confirm = confirm.about(super::compare::verdict(rival));
        }
        // Only what can be done is ordered, each on the version that the plan has seen.
        self.jobs.open[index].orders = narrowed(&self.jobs.open[index].orders, &answers.answers);
        cx.confirm(confirm.plan(rows), Intent::Apply { job });
    }

    fn plan_row(&self, answer: &Answer, names: &Names, now: Instant) -> PlanRow {
        let record = match &answer.result {
            Ok(happened) if !happened.lead.intake.company.is_empty() => format!("{} {}", answer.id, happened.lead.intake.company),
            _ => self.record(answer.id),
        };
        let outcome = match &answer.result {
            Ok(happened) => Ok(words::outcome(&happened.events, names)),
            Err(refusal) => Err(short(answer.id, refusal, now, self.station.zone)),
        };
        PlanRow { record, outcome }
    }

    pub(super) fn apply(&mut self, job: u64, cx: &mut C<'_>) {
        if let Some(known) = self.jobs.open.iter().find(|one| one.id == job) {
            cx.run(Effect::Execute { job, orders: known.orders.clone() });
        }
    }

    pub(super) fn executed(&mut self, job: u64, answers: &Answers, cx: &mut C<'_>) {
        let Some(index) = self.jobs.open.iter().position(|one| one.id == job) else { return };
        let job = self.jobs.open.remove(index);
        let done: Vec<Target> = answers.answers.iter().filter_map(done).collect();
        self.follow(answers, cx.now);
        if job.act == Act::Undo {
            // It was tried: whether or not all of it could be taken back, the next undo is about what was done before.
            self.jobs.done.pop();
        } else if !done.is_empty() {
            self.jobs.done.push(Done { act: job.act, leads: done.clone() });
            if self.jobs.done.len() > DONE_MAX {
                self.jobs.done.remove(0);
            }
        }
        self.tell(job, answers, done.len(), cx);
    }

    fn tell(&mut self, job: Job, answers: &Answers, done: usize, cx: &mut C<'_>) {
        let refused: Vec<(LeadId, &Refusal)> =
            answers.answers.iter().filter_map(|answer| answer.result.as_ref().err().map(|refusal| (answer.id, refusal))).collect();
        let failure = answers.failure.clone().or_else(|| match (refused.as_slice(), answers.answers.len()) {
            ([(_, refusal)], 1) => Some(words::refusal(refusal, cx.now, self.station.zone)),
            _ => None,
        });
        if let Some(why) = failure {
            self.refuse(job, &why, refused.is_empty(), cx);
            return;
        }
        if let Some(asked) = &job.asked {
            cx.forget(asked.intent());
        }
        if let ([only], true) = (answers.answers.as_slice(), refused.is_empty()) {
            let what = only.result.as_ref().map_or_else(|_| String::new(), |happened| words::outcome(&happened.events, &answers.names));
            cx.say(format!("{}: {what}", self.record(only.id)));
        } else if let Some((id, why)) = refused.first() {
            let why = words::refusal(why, cx.now, self.station.zone);
            cx.fail(format!("{} done, {} refused and still marked; {id}: {why}", done, refused.len()));
        } else {
            cx.say(format!("{}: done on {done} leads", title(job.act).to_lowercase()));
        }
    }

    /// It was refused: the form comes back with what was typed and the reason; without a form the reason alone.
    fn refuse(&mut self, job: Job, why: &str, is_failure: bool, cx: &mut C<'_>) {
        let Some(mut asked) = job.asked else {
            cx.fail(format!("{}: {why}", job.act.row().label));
            return;
        };
        // The person has been told; sending it again is meant.
        if !is_failure {
            for target in &mut asked.targets {
                target.seen = None;
            }
        }
        let sentence = format!("{why}. What you typed is still here: send it again, or leave with esc.");
        let again = asked.act;
        let first = asked.targets.first().map(|target| target.id);
        self.asked = Some(asked);
        if let (Act::LeadAssign, Some(id)) = (again, first) {
            self.jobs.refusal = Some(sentence);
            cx.run(Effect::Partners { id });
        } else {
            self.ask(cx, Some(sentence));
        }
    }

    /// Shows the leads as they are now, without waiting for the change to come back: those that left the queue go.
    fn follow(&mut self, answers: &Answers, now: Instant) {
        let mut left = Vec::new();
        for answer in &answers.answers {
            let Ok(happened) = &answer.result else { continue };
            let lead = &happened.lead;
            self.seen.insert(lead.id, super::queue::Seen::of(lead));
            self.list.unmark_keys(&[lead.id]);
            if self.queue.holds(lead, self.station.me, now) {
                let place = self.list.rows().iter().find(|row| row.lead.id == lead.id).map(|row| row.place.clone());
                if let Some(place) = place {
                    let names = &answers.names;
                    self.list.update(Row { place, lead: LeadRow::of(lead, |id| names.partner(id), |id| names.operator(id)) });
                }
            } else {
                left.push(lead.id);
            }
        }
        if !left.is_empty() {
            self.list.remove(&left);
        }
        self.wanted = None;
    }

    /// Takes back the last command of this operator: of this session, or the last one in the audit chain.
    pub(super) fn undo(&mut self, cx: &mut C<'_>) {
        match self.jobs.done.last().cloned() {
            // Without it, the undo would be about what somebody else did to the lead before.
            Some(Done { act: Act::LeadNote, .. }) => {
                self.jobs.done.pop();
                cx.say("a note stays: add another that corrects it. Undo again takes back what you did before");
            }
            Some(done) => self.submit(Act::Undo, vec![Order { command: LeadCommand::Undo, targets: done.leads }], cx),
            None => cx.run(Effect::LastDone),
        }
    }

    pub(super) fn last_done_came(&mut self, result: Result<Option<LastDone>, String>, cx: &mut C<'_>) {
        match result {
            Ok(Some(last)) => {
                let targets = last.leads.iter().map(|(id, version)| Target { id: *id, seen: Some(*version), offer: 0 }).collect();
                // It was done in another session: what it was is shown before it is taken back.
                self.plan(Act::Undo, vec![Order { command: LeadCommand::Undo, targets }], cx);
            }
            Ok(None) => cx.say("you have done nothing lately that could be taken back"),
            Err(why) => cx.fail(format!("the audit chain was not read: {why}")),
        }
    }
}

/// The part of the orders that a plan found possible.
fn narrowed(orders: &[Order], answers: &[Answer]) -> Vec<Order> {
    let possible = answers.iter().filter_map(|answer| Some((answer.id, answer.result.as_ref().ok()?.version_before())));
    let seen: HashMap<LeadId, i64> = possible.collect();
    let mut out = Vec::new();
    for order in orders {
        let targets = order.targets.iter().filter_map(|target| Some(Target { seen: Some(*seen.get(&target.id)?), ..*target }));
        let targets: Vec<Target> = targets.collect();
        if !targets.is_empty() {
            out.push(Order { command: order.command.clone(), targets });
        }
    }
    out
}

/// A lead that a command has changed, as it left it.
fn done(answer: &Answer) -> Option<Target> {
    let happened = answer.result.as_ref().ok().filter(|happened| !happened.events.is_empty())?;
    Some(Target { id: answer.id, seen: Some(happened.lead.version), offer: 0 })
}

/// `Hand over` from `hand over`.
fn title(act: Act) -> String {
    let label = if act == Act::Undo { "take back" } else { act.row().label };
    let mut chars = label.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The reason without the verb and the lead, which stand beside it.
fn short(id: LeadId, refusal: &Refusal, now: Instant, zone: chrono_tz::Tz) -> String {
    let Refusal::NotNow { why, .. } = refusal else { return words::refusal(refusal, now, zone) };
    let name = id.to_string();
    why.strip_prefix(&name).map_or(why.as_str(), |rest| rest.trim_start_matches(':').trim_start()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::verbs::verb_of;
    use crate::tui::action::ACTIONS;

    #[test]
    fn every_lead_verb_has_an_action() {
        let verbs: std::collections::BTreeSet<_> = ACTIONS.iter().filter_map(|action| verb_of(action.id)).collect();
        assert_eq!(verbs.len(), 23, "{verbs:?}");
        assert!(ACTIONS.iter().filter(|action| verb_of(action.id).is_some()).all(crate::tui::action::Action::is_verb));
    }
}
