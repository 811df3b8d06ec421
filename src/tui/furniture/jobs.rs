//! Orders on their way: planned and confirmed where many records are touched, carried out, told, taken back.

use super::{
    Asked, Awaited, Intent, Line, Trade, Workroom,
    marks::Seen,
    work::{Answer, Answers, Browse, Effect, Order, Target},
};
use crate::{
    app::view::LastDone,
    domain::{actor::Actor, time::Instant, told::Names},
    tui::{
        action::Act,
        room::Cx,
        widgets::confirm::{Confirm, PlanRow},
    },
};
use std::collections::HashMap;

type C<'a, T> = Cx<'a, Workroom<T>>;

/// Jobs whose answer may still come, and own commands that can be taken back.
const JOBS_MAX: usize = 16;
const DONE_MAX: usize = 100;
/// How many rows a plan names; the rest are counted.
const PLAN_ROWS_MAX: usize = 2_000;

#[derive(Debug, Clone)]
struct Job<T: Trade> {
    id: u64,
    act: Act,
    orders: Vec<Order<T>>,
    /// Asked by a form, which comes back when it is refused.
    asked: Option<Asked<T>>,
    /// Records that were left out before it was planned, with the reason.
    aside: Vec<Answer<T>>,
    /// How many its plan refused.
    refused: usize,
    /// What the room asks the driver for instead of orders.
    own: Option<T::Ask>,
}

/// A command of this operator, with the records as it left them.
#[derive(Debug, Clone)]
struct Done<T: Trade> {
    act: Act,
    targets: Vec<Target<T>>,
}

#[derive(Debug)]
pub(super) struct Jobs<T: Trade> {
    next: u64,
    open: Vec<Job<T>>,
    done: Vec<Done<T>>,
}

impl<T: Trade> Default for Jobs<T> {
    fn default() -> Self {
        Self { next: 0, open: Vec::new(), done: Vec::new() }
    }
}

impl<T: Trade> Workroom<T> {
    /// Shows what orders would do, and carries them out once that is confirmed.
    pub fn plan(&mut self, act: Act, orders: Vec<Order<T>>, cx: &mut C<'_, T>) {
        let job = self.job(act, orders.clone());
        self.awaits = Some(Awaited::Plan(job));
        cx.run(Effect::Browse(Browse::Plan { job, orders }));
    }

    /// Nobody waits for its plan any more.
    pub(super) fn forget_job(&mut self, job: u64) {
        self.jobs.open.retain(|open| open.id != job);
    }

    /// The same for what the room asks the driver for by itself: what it would do is known from the rows.
    pub fn plan_own(&mut self, act: Act, plan: Vec<(T::Id, Result<String, String>)>, ask: T::Ask, cx: &mut C<'_, T>) {
        let job = self.job(act, Vec::new());
        if let Some(open) = self.jobs.open.last_mut() {
            open.own = Some(ask);
        }
        let eligible = plan.iter().filter(|(_, outcome)| outcome.is_ok()).count();
        let subject = match plan.as_slice() {
            [(only, _)] => self.record(*only),
            all => format!("{eligible} of {} {}", all.len(), T::noun(self.queue).1),
        };
        let rows = plan.into_iter().map(|(id, outcome)| PlanRow { record: self.record(id), outcome, warns: false }).collect();
        cx.confirm(Confirm::new(format!("{} {subject}?", title(act)), act.row().danger).plan(rows), Intent::Apply { job });
    }

    pub(super) fn job(&mut self, act: Act, orders: Vec<Order<T>>) -> u64 {
        let jobs = &mut self.jobs;
        jobs.next += 1;
        let asked = self.asked.take().filter(|asked| asked.act == act);
        let aside = asked.as_ref().map(|asked| asked.aside.clone()).unwrap_or_default();
        let asked = asked.filter(|_| T::asks(act));
        jobs.open.push(Job { id: jobs.next, act, orders, asked, aside, refused: 0, own: None });
        if jobs.open.len() > JOBS_MAX {
            jobs.open.remove(0);
        }
        jobs.next
    }

    pub(super) fn planned(&mut self, job: u64, result: Result<Answers<T>, String>, cx: &mut C<'_, T>) {
        let Some(index) = self.jobs.open.iter().position(|one| one.id == job) else { return };
        let mut answers = match result {
            Ok(answers) => answers,
            Err(why) => {
                let job = self.jobs.open.remove(index);
                match job.asked {
                    Some(_) => self.refuse(job, &why, true, cx),
                    None => cx.fail(format!("not planned: {why}")),
                }
                return;
            }
        };
        answers.answers.extend(self.jobs.open[index].aside.iter().cloned());
        if let ([only], true) = (answers.answers.as_slice(), self.jobs.open[index].aside.is_empty())
            && let Err(refusal) = &only.result
        {
            // There is nothing to choose from: the reason in full, in the form where there was one.
            let why = T::refusal(refusal, None, &answers.names, (cx.now, self.station.zone));
            let job = self.jobs.open.remove(index);
            self.forget_story();
            return self.refuse(job, &why, false, cx);
        }
        let (act, eligible) = (self.jobs.open[index].act, answers.answers.iter().filter(|answer| answer.result.is_ok()).count());
        let total = answers.answers.len();
        let rows: Vec<PlanRow> =
            answers.answers.iter().take(PLAN_ROWS_MAX).map(|answer| self.plan_row(act, answer, &answers.names, cx.now)).collect();
        let label = title(act);
        let subject = T::subject(self, act);
        let is_one = total == 1 || subject.is_some();
        let mut confirm = match (subject, total, answers.answers.first()) {
            (Some(subject), ..) => Confirm::new(format!("{label} {subject}?"), act.row().danger),
            (None, 1, Some(only)) => Confirm::new(format!("{label} {}?", self.record(only.id)), act.row().danger),
            _ => Confirm::new(format!("{label} {eligible} of {total} {}?", T::noun(self.queue).1), act.row().danger),
        };
        let first_refusal = answers.answers.iter().find_map(|answer| answer.result.as_ref().err());
        if let Some(refusal) = first_refusal.filter(|_| eligible == 0) {
            // What was read may be older than what the refusals are about. A row may cut the reason; here it stands in full.
            self.forget_story();
            confirm = confirm.about(T::refusal(refusal, None, &answers.names, (cx.now, self.station.zone)));
        }
        if total > PLAN_ROWS_MAX {
            confirm = confirm.about(format!("The first {PLAN_ROWS_MAX} are named here; the others are treated alike."));
        }
        if let Some(sentence) = Some(act).filter(|_| is_one).and_then(|act| T::about_plan(self, act)) {
            confirm = confirm.about(sentence);
        }
        for sentence in std::mem::take(&mut answers.about) {
            confirm = confirm.about(sentence);
        }
        // Only what can be done is ordered, each on the version that the plan has seen.
        let open = &mut self.jobs.open[index];
        open.orders = narrowed(&open.orders, &answers.answers);
        open.refused = total - eligible;
        cx.confirm(confirm.plan(rows), Intent::Apply { job });
    }

    /// `L-12 Acme GmbH`, also when it has left the list.
    fn about(&self, answer: &Answer<T>, names: &Names) -> String {
        let row = answer.result.as_ref().ok().map(|happened| T::row_of(&happened.record, names));
        match row.as_ref().map(T::name) {
            Some(name) if !name.is_empty() => format!("{} {name}", answer.id),
            _ => self.record(answer.id),
        }
    }

    fn plan_row(&self, act: Act, answer: &Answer<T>, names: &Names, now: Instant) -> PlanRow {
        let record = T::called(self, act, answer.id).unwrap_or_else(|| self.about(answer, names));
        let outcome = match &answer.result {
            Ok(happened) => Ok(T::planned(&happened.record, &happened.events, names)),
            Err(refusal) => Err(T::refusal(refusal, Some(answer.id), names, (now, self.station.zone))),
        };
        let warns = answer.result.as_ref().is_ok_and(|happened| T::warns(&happened.record, &happened.events));
        PlanRow { record, outcome, warns }
    }

    pub(super) fn apply(&mut self, job: u64, cx: &mut C<'_, T>) {
        let Some(at) = self.jobs.open.iter().position(|one| one.id == job) else { return };
        match self.jobs.open[at].own.take() {
            Some(ask) => {
                self.jobs.open.remove(at);
                cx.run(Effect::Own(ask));
            }
            None => cx.run(Effect::Browse(Browse::Execute { job, orders: self.jobs.open[at].orders.clone() })),
        }
    }

    pub(super) fn executed(&mut self, job: u64, answers: &Answers<T>, cx: &mut C<'_, T>) {
        let Some(index) = self.jobs.open.iter().position(|one| one.id == job) else { return };
        let job = self.jobs.open.remove(index);
        let mut done: Vec<Target<T>> = answers.answers.iter().filter_map(done).collect();
        // Of what could not be read again the version is not known, so that nobody counts as faster.
        let unread = answers.unread.iter().flat_map(|(targets, _)| targets);
        done.extend(unread.map(|target| Target { seen: None, ..*target }));
        self.follow(answers, cx.actor, cx.now);
        if job.act == Act::Undo {
            // It was tried: whether or not all of it could be taken back, the next undo is about what was done before.
            self.jobs.done.pop();
        } else if !done.is_empty() {
            self.jobs.done.push(Done { act: job.act, targets: done.clone() });
            if self.jobs.done.len() > DONE_MAX {
                self.jobs.done.remove(0);
            }
        }
        self.tell(job, answers, done.len(), cx);
    }

    fn tell(&mut self, job: Job<T>, answers: &Answers<T>, done: usize, cx: &mut C<'_, T>) {
        let refused: Vec<(T::Id, &T::Refusal)> =
            answers.answers.iter().filter_map(|answer| answer.result.as_ref().err().map(|refusal| (answer.id, refusal))).collect();
        let told = |refusal: &T::Refusal| T::refusal(refusal, None, &answers.names, (cx.now, self.station.zone));
        let failure = answers.failure.clone().or_else(|| match (refused.as_slice(), answers.answers.len()) {
            ([(_, refusal)], 1) => Some(told(refusal)),
            _ => None,
        });
        if let Some(why) = failure {
            self.refuse(job, &why, refused.is_empty(), cx);
            return;
        }
        if let Some((_, why)) = &answers.unread {
            if let Some(asked) = &job.asked {
                cx.forget(asked.intent());
            }
            cx.fail(format!("{}: done, but what became of it can't be read now: {why}", job.act.row().label));
            return;
        }
        let first = refused.first().map(|(id, why)| format!("{id}: {}", told(why)));
        if let Some(asked) = &job.asked {
            cx.forget(asked.intent());
        }
        let summary = Some(job.act).filter(|_| refused.is_empty()).and_then(|act| T::summary(self, act, &answers.answers, &answers.names));
        if let Some(summary) = summary {
            cx.say(summary + &self.left_by(job.refused));
        } else if let ([only], None) = (answers.answers.as_slice(), &first) {
            let what = only.result.as_ref().map_or_else(|_| String::new(), |happened| T::outcome(&happened.events, &answers.names));
            cx.say(format!("{}: {what}{}", self.about(only, &answers.names), self.left_by(job.refused)));
        } else if let Some(first) = first {
            cx.fail(format!("{done} done, {} refused and still marked; {first}", refused.len()));
        } else {
            let refused = self.left_by(job.refused);
            cx.say(format!("{}: done on {done} {}{refused}", title(job.act).to_lowercase(), T::noun(self.queue).1));
        }
    }

    /// What the plan had refused, so that nobody takes the rest for done.
    fn left_by(&self, refused: usize) -> String {
        match (refused, self.list.marks().is_empty()) {
            (0, _) => String::new(),
            (refused, true) => format!("; {refused} refused"),
            (refused, false) => format!("; {refused} refused and still marked"),
        }
    }

    /// It was refused: the form comes back with what was typed and the reason; without a form the reason alone.
    fn refuse(&mut self, job: Job<T>, why: &str, is_failure: bool, cx: &mut C<'_, T>) {
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
        self.asked = Some(asked);
        T::ask_again(self, format!("{why}. What you typed is still here: send it again, or leave with esc."), cx);
        if cx.has_run() && !cx.shows_something() {
            self.awaits = Some(Awaited::Form);
        }
    }

    /// Shows the records as they are now, without waiting for the change to come back: those that left the queue go.
    fn follow(&mut self, answers: &Answers<T>, who: &Actor, now: Instant) {
        let mut left = Vec::new();
        for answer in &answers.answers {
            let Ok(happened) = &answer.result else { continue };
            let row = T::row_of(&happened.record, &answers.names);
            let id = answer.id;
            self.seen.insert(id, Seen::in_row(&row));
            self.list.unmark_keys(&[id]);
            let known = self.list.rows().iter().find(|line| line.id() == id);
            let (place, row) = match known {
                Some(line) => (Some(line.place.clone()), T::row_again(&line.row, row)),
                None => (None, row),
            };
            if T::holds(self.queue, &happened.record, &row, who, (now, self.station.zone)) {
                if let Some(place) = place {
                    self.list.update(Line { place, row });
                }
            } else {
                left.push(id);
            }
        }
        if !left.is_empty() {
            self.list.remove(&left);
        }
        self.forget_story();
    }

    /// Takes back the last command of this operator: of this session, or the last one in the audit chain.
    pub(super) fn undo(&mut self, cx: &mut C<'_, T>) {
        let Some(done) = self.jobs.done.last().cloned() else {
            cx.run(Effect::Browse(Browse::LastDone));
            return;
        };
        // Without it, the undo would be about what somebody else did to the record before.
        if let Some(why) = T::stays(done.act) {
            self.jobs.done.pop();
            cx.say(format!("{why}. Undo again takes back what you did before"));
            return;
        }
        self.submit(Act::Undo, vec![Order { command: T::undo(), targets: done.targets }], cx);
    }

    pub(super) fn last_done_came(&mut self, result: Result<Option<LastDone<T::Id>>, String>, cx: &mut C<'_, T>) {
        match result {
            Ok(Some(last)) => {
                let target = |(id, version): &(T::Id, i64)| Target { id: *id, seen: Some(*version), extra: T::Extra::default() };
                let targets = last.records.iter().map(target).collect();
                // It was done in another session: what it was is shown before it is taken back.
                self.plan(Act::Undo, vec![Order { command: T::undo(), targets }], cx);
            }
            Ok(None) => cx.say("you have done nothing lately that could be taken back"),
            Err(why) => cx.fail(format!("the audit chain was not read: {why}")),
        }
    }
}

/// The part of the orders that a plan found possible.
fn narrowed<T: Trade>(orders: &[Order<T>], answers: &[Answer<T>]) -> Vec<Order<T>> {
    let possible = answers.iter().filter_map(|answer| Some((answer.id, answer.result.as_ref().ok()?.version_before())));
    let seen: HashMap<T::Id, i64> = possible.collect();
    let mut out = Vec::new();
    for order in orders {
        let targets = order.targets.iter().filter_map(|target| Some(Target { seen: Some(*seen.get(&target.id)?), ..*target }));
        let targets: Vec<Target<T>> = targets.collect();
        if !targets.is_empty() {
            out.push(Order { command: order.command.clone(), targets });
        }
    }
    out
}

/// A record that a command has changed, as it left it.
fn done<T: Trade>(answer: &Answer<T>) -> Option<Target<T>> {
    let happened = answer.result.as_ref().ok().filter(|happened| !happened.events.is_empty())?;
    Some(Target { id: answer.id, seen: Some(T::version_after(&happened.record)), extra: T::Extra::default() })
}

/// `Hand over` from `hand over`.
fn title(act: Act) -> String {
    let label = if act == Act::Undo { "take back" } else { act.row().label };
    let mut chars = label.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
