//! A second account of the world, kept from the audit chain alone. After each commit it is compared with the tables, and
//! what must never happen is looked for in what did.

mod case;
pub mod deal;
mod graph;
mod partner;

use deal::DealShadow;
use pilothouse::{
    domain::{
        actor::{Permission, Roles},
        aggregate::Aggregate,
        clock::Clock,
        day::day_of,
        event::{Entity, Event, Record},
        id::{AuditSeq, CommandId, ConflictId, DealId, LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{
            ClockKind, Lead, LeadEvent, LeadState,
            stats::{self, Counted},
        },
        text::Text,
    },
    store::unit::Past,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is known from the records so far.
#[derive(Default)]
pub struct Shadow {
    pub leads: BTreeMap<LeadId, Lead>,
    /// Versions of everything that is not a lead.
    versions: HashMap<Entity, i64>,
    /// Which roles each operator held from when on.
    roles: HashMap<OperatorId, Vec<(i64, Roles)>>,
    zones: HashMap<ProgramVersion, chrono_tz::Tz>,
    pub commands: HashSet<CommandId>,
    fired: HashSet<(Entity, u32, u8)>,
    pub desk: DealShadow,
    shut: partner::Shut,
    pub counters: BTreeMap<Counted, i64>,
    pub turns: BTreeMap<Text, i64>,
    seq: i64,
}

/// What one commit changed.
#[derive(Default)]
pub struct Touched {
    pub leads: BTreeSet<LeadId>,
    pub deals: BTreeSet<DealId>,
    pub cases: BTreeSet<ConflictId>,
}

type Finding = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err(format!($($why)+));
        }
    };
}
pub(super) use ensure;

impl Shadow {
    pub const fn seq(&self) -> AuditSeq {
        AuditSeq(self.seq)
    }

    /// Takes the records of one commit in; gives what it touched. Its command began when the chain ended at `began`.
    pub fn follow(&mut self, commit: &[Past], began: AuditSeq) -> Result<Touched, String> {
        let Some(first) = commit.first() else { return Ok(Touched::default()) };
        let command = first.record.command;
        ensure!(self.commands.insert(command), "the command of {:?} was carried out twice", first.seq);
        let mut touched = Touched::default();
        for past in commit {
            ensure!(past.seq.0 == self.seq + 1, "{} follows {}", past.seq, self.seq);
            self.seq = past.seq.0;
            let record = &past.record;
            ensure!(record.command == command, "{} belongs to another command than its commit", past.seq);
            self.take(record, began).map_err(|why| format!("{} ({}): {why}", past.seq, record.event.name()))?;
            match record.entity {
                Entity::Lead(id) => _ = touched.leads.insert(id),
                Entity::Deal(id) => _ = touched.deals.insert(id),
                Entity::Conflict(id) => _ = touched.cases.insert(id),
                _ => {}
            }
        }
        self.desk.settled(&touched, commit)?;
        self.shut.settled(&self.leads, &self.desk.deals, &touched)?;
        Ok(touched)
    }

    fn take(&mut self, record: &Record, began: AuditSeq) -> Finding {
        match &record.event {
            Event::Lead(event) => self.take_lead(record, event, began)?,
            Event::Deal(event) => {
                self.may(record, deal::allowed(event), began)?;
                self.fires(record)?;
                self.desk.take(record, event, self.zone(record))?;
            }
            Event::Case(event) => {
                self.may(record, case::allowed(event), began)?;
                self.fires(record)?;
                self.desk.take_case(record, event, self.zone(record))?;
            }
            Event::Denied(_) | Event::Suppressed(_) | Event::Sold(_) | Event::Rates(_) => return Ok(()),
            event => {
                let version = self.versions.entry(record.entity).or_default();
                // The engine and the first operator are there before the chain begins.
                ensure!(record.version == *version + 1 || *version == 0, "{:?} goes from {version} to {}", record.entity, record.version);
                *version = record.version;
                if let Event::Partner(event) = event {
                    self.shut.take(record, event);
                }
                if let (Event::Operator(operator), Entity::Operator(id)) = (event, record.entity) {
                    self.roles.entry(id).or_default().push((self.seq, operator.roles.clone()));
                }
                if let (Event::Program(program), Entity::Program(version)) = (event, record.entity) {
                    let parsed =
                        pilothouse::domain::program::parse("applied", &program.toml).map_err(|problems| format!("{problems:?}"))?;
                    self.zones.insert(version, parsed.zone);
                }
            }
        }
        Ok(())
    }

    fn take_lead(&mut self, record: &Record, event: &LeadEvent, began: AuditSeq) -> Finding {
        let Entity::Lead(id) = record.entity else { return Err("a lead event of something else".to_owned()) };
        self.may(record, allowed(event), began)?;
        self.fires(record)?;
        let before = self.leads.remove(&id);
        let known = before.as_ref().map_or(0, |lead| lead.version);
        ensure!(record.version == known + 1, "{id} goes from version {known} to {}", record.version);
        let after = match &before {
            None => Lead::begin(id, event, record.at).ok_or_else(|| format!("{id} begins without a receipt"))?,
            Some(before) => {
                let mut lead = before.clone();
                lead.apply(event, record.at);
                lead
            }
        };
        if let Some(before) = &before {
            clocks_run_forwards(before, &after, event)?;
        }
        self.count(record, event);
        self.leads.insert(id, after);
        Ok(())
    }

    /// The permission is checked when the transaction begins; whoever loses it meanwhile still finishes. One of `any` is
    /// enough.
    fn may(&self, record: &Record, any: &[Permission], began: AuditSeq) -> Finding {
        if record.actor == OperatorId(1) {
            return Ok(());
        }
        let held = self.roles.get(&record.actor).map_or(&[][..], Vec::as_slice);
        let first = held.iter().rposition(|(from, _)| *from <= began.0).unwrap_or(0);
        let allowed = |(_, roles): &(i64, Roles)| any.iter().any(|needed| roles.allow(*needed));
        ensure!(held[first..].iter().any(allowed), "{} may not do this, and did", record.actor);
        Ok(())
    }

    fn fires(&mut self, record: &Record) -> Finding {
        let Some((clock, stage)) = record.event.fires() else { return Ok(()) };
        ensure!(self.fired.insert((record.entity, clock, stage)), "clock {clock} of {} fired stage {stage} twice", record.entity);
        Ok(())
    }

    fn zone(&self, record: &Record) -> chrono_tz::Tz {
        self.zones.get(&record.program).copied().unwrap_or(chrono_tz::Europe::Amsterdam)
    }

    fn count(&mut self, record: &Record, event: &LeadEvent) {
        for counted in stats::counted(event, day_of(record.at, self.zone(record))) {
            *self.counters.entry(counted).or_default() += 1;
        }
        for counted in stats::taken_away(event) {
            *self.counters.entry(*counted).or_default() -= 1;
        }
        if let LeadEvent::Offered { turn: Some(turn), .. } | LeadEvent::FellBack { turn: Some(turn), .. } = event {
            *self.turns.entry(turn.scope.clone()).or_default() += 1;
        }
    }

    pub fn fired_count(&self) -> i64 {
        i64::try_from(self.fired.len()).unwrap_or(i64::MAX)
    }

    /// How many open leads each partner holds, counted anew.
    pub fn loads(&self) -> BTreeMap<PartnerId, u32> {
        let mut loads = BTreeMap::new();
        for partner in self.leads.values().filter_map(|lead| lead.state.loads()) {
            *loads.entry(partner).or_default() += 1;
        }
        loads
    }

    /// A lead as the table has it, against the account and against what every lead must be.
    pub fn compare(&self, lead: &Lead) -> Finding {
        let own = self.leads.get(&lead.id).ok_or_else(|| format!("{} is in the table and not in the chain", lead.id))?;
        ensure!(own == lead, "{} differs from its replay:\n  table  {lead:?}\n  replay {own:?}", lead.id);
        sound(lead)?;
        self.merges(lead)
    }

    /// A merged lead is known to its survivor, and the way to the survivor ends.
    fn merges(&self, lead: &Lead) -> Finding {
        for absorbed in &lead.absorbed {
            let state = self.leads.get(&absorbed.lead).map(|lead| &lead.state);
            let here = matches!(state, Some(LeadState::Merged { into, .. }) if *into == lead.id);
            ensure!(here, "{} absorbed {}, which is {state:?}", lead.id, absorbed.lead);
        }
        let (mut at, mut steps) = (lead, 0);
        while let LeadState::Merged { into, .. } = &at.state {
            let next = self.leads.get(into).ok_or_else(|| format!("{} is merged into {into}, which is not there", at.id))?;
            let known = next.absorbed.iter().filter(|one| one.lead == at.id).count();
            ensure!(known == 1, "{} is merged into {into}, which lists it {known} times", at.id);
            at = next;
            steps += 1;
            ensure!(steps <= self.leads.len(), "{} is merged into itself", lead.id);
        }
        Ok(())
    }
}

const fn allowed(event: &LeadEvent) -> &'static [Permission] {
    match event {
        LeadEvent::Erased => &[Permission::Erase],
        LeadEvent::Received { .. } => &[Permission::Import],
        LeadEvent::Warned { .. } | LeadEvent::TimedOut { .. } | LeadEvent::Breached { .. } => &[Permission::Sweep],
        _ => &[Permission::LeadWork],
    }
}

fn clocks_run_forwards(before: &Lead, after: &Lead, event: &LeadEvent) -> Finding {
    ensure!(after.clocks >= before.clocks, "{} forgot how many clocks it had", after.id);
    let undone = matches!(event, LeadEvent::Undone { .. });
    ensure!(undone || after.breaches >= before.breaches, "{} forgot a breach", after.id);
    let (Some(was), Some(is)) = (&before.clock, &after.clock) else { return Ok(()) };
    clock_runs_forwards(was, is, undone, after.pause.is_some()).map_err(|why| format!("{}: {why}", after.id))
}

/// The clock that runs on is the same or has no more left than before, whatever happened. An undo may give time back.
fn clock_runs_forwards<K>(was: &Clock<K>, is: &Clock<K>, undone: bool, stands: bool) -> Finding {
    if was.no != is.no {
        ensure!(undone || is.no > was.no, "clock {} follows clock {}", is.no, was.no);
        return Ok(());
    }
    // Undoing a resumption puts the clock back to where it stood still.
    ensure!((undone && stands) || is.as_of >= was.as_of, "clock {} was looked at earlier than before", is.no);
    ensure!(is.stage >= was.stage, "clock {} lost a warning", is.no);
    ensure!(is.breached || !was.breached, "clock {} is no longer breached", is.no);
    // A breach sets what is left to nothing, and a new budget less than was used leaves nothing.
    let (used_before, used_after) = (was.budget.minus(was.left), is.budget.minus(is.left));
    let nothing_left = is.left.micros() == 0;
    let gave_back = used_before.minus(used_after);
    ensure!(undone || nothing_left || used_after >= used_before, "clock {} gave {gave_back:?} back", is.no);
    ensure!(is.left.micros() >= 0 && is.left <= is.budget, "clock {} has {:?} left of {:?}", is.no, is.left, is.budget);
    Ok(())
}

/// What holds for every lead at rest.
pub fn sound(lead: &Lead) -> Finding {
    let id = lead.id;
    let open: Vec<_> = lead.offers.iter().filter(|offer| offer.outcome.is_none()).collect();
    ensure!(open.len() <= 1, "{id} is offered to {} partners at once", open.len());
    let offered_to = if let LeadState::Offered { partner } = lead.state { Some(partner) } else { None };
    ensure!(open.first().map(|offer| offer.partner) == offered_to, "{id} is {:?}, its open offer {:?}", lead.state, open.first());
    ensure!(lead.offers.iter().zip(1..).all(|(offer, no)| offer.no == no), "{id} numbers its offers wrong");
    ensure!(lead.settled_offers as usize <= lead.offers.len(), "{id} settled more offers than it has");
    let kind = match lead.state {
        LeadState::Offered { .. } => Some(ClockKind::Accept),
        LeadState::Accepted { .. } => Some(ClockKind::FirstTouch),
        LeadState::Working { .. } => Some(ClockKind::Qualify),
        _ => None,
    };
    ensure!(lead.clock.as_ref().map(|clock| clock.kind) == kind, "{id} is {} with {:?}", lead.state.name(), lead.clock);
    ensure!(lead.pause.is_none() || lead.state.is_open(), "{id} is {} and paused", lead.state.name());
    ensure!(!matches!(lead.state, LeadState::Merged { .. }) || lead.escalation.is_none(), "{id} is merged and escalated");
    let Some(clock) = &lead.clock else { return Ok(()) };
    ensure!(clock.no <= lead.clocks, "{id} runs clock {} of {}", clock.no, lead.clocks);
    ensure!(usize::from(clock.stage) <= clock.warn.len(), "{id} warned {} times", clock.stage);
    if lead.pause.is_none() {
        ensure!(clock.breached == clock.next.is_none(), "{id}: nobody will look at clock {}: {clock:?}", clock.no);
        ensure!(open.iter().all(|offer| offer.due == clock.due), "{id}: the offer is due {:?}, its clock {}", open[0].due, clock.due);
    }
    Ok(())
}
