//! The way on board: six steps with milestones after 30, 60 and 90 days. What the database can know it knows by itself; the
//! rest a person ticks.

use super::{Certification, Partner, PartnerEvent, PartnerKind, PartnerStatus, StatusRefusal};
use crate::domain::{
    actor::Permission,
    day::local_date,
    decision::Context,
    id::{ContactId, FundId, OperatorId, RequestId},
    text::Text,
    time::Instant,
    vocabulary::words,
};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Agreement,
    Compliance,
    Access,
    Training,
    Contacts,
    FirstFund,
}

words! {
    Step {
        Agreement => "agreement", "agreement";
        Compliance => "compliance", "compliance";
        Access => "access", "access";
        Training => "training", "training";
        Contacts => "contacts", "contacts";
        FirstFund => "first_fund", "first fund";
    }
}

/// Calendar days after the one on which the onboarding began.
pub const MILESTONES: [u16; 3] = [30, 60, 90];

impl Step {
    /// What is asked for.
    pub const fn asks(self) -> &'static str {
        match self {
            Self::Agreement => "the agreement is signed",
            Self::Compliance => "compliance is checked",
            Self::Access => "they can sign in to the portal",
            Self::Training => "they hold a certificate",
            Self::Contacts => "somebody there may be written to",
            Self::FirstFund => "they have money for a first activity",
        }
    }

    /// How many calendar days after its beginning it is due.
    pub const fn days(self) -> u16 {
        match self {
            Self::Agreement | Self::Compliance | Self::Access => MILESTONES[0],
            Self::Training | Self::Contacts => MILESTONES[1],
            Self::FirstFund => MILESTONES[2],
        }
    }

    /// Whether the database tells that it is done.
    pub const fn is_known_by_itself(self) -> bool {
        matches!(self, Self::Training | Self::Contacts | Self::FirstFund)
    }
}

/// A step that a person called done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub step: Step,
    pub at: Instant,
    pub by: OperatorId,
    /// Empty where nobody wrote one.
    pub note: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum StepCommand {
    Tick {
        step: Step,
        note: Text,
    },
    /// What was ticked is to be done after all.
    Reopen {
        step: Step,
        note: Text,
    },
}

impl StepCommand {
    pub const fn step(&self) -> Step {
        match self {
            Self::Tick { step, .. } | Self::Reopen { step, .. } => *step,
        }
    }

    pub const fn permission() -> Permission {
        Permission::TierWork
    }

    /// The verb as a denial keeps it.
    pub const fn doc(&self) -> &'static str {
        match self {
            Self::Tick { .. } => "tick a step of an onboarding",
            Self::Reopen { .. } => "reopen a step of an onboarding",
        }
    }
}

/// What the desks know of a partner that concerns its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Somebody who is there, and why nobody may write to them; who may be written to before all others.
    pub contact: Option<(ContactId, Option<&'static str>)>,
    pub money: Option<FirstMoney>,
}

/// The first money that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstMoney {
    /// A fund of its own.
    Fund(FundId),
    /// A request that was approved.
    Request(RequestId),
}

/// How one step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub step: Step,
    /// The last day on which it is in time; nothing where nobody knows when the onboarding began.
    pub due: Option<NaiveDate>,
    /// By hand.
    pub tick: Option<Tick>,
    /// By itself: what shows it.
    pub known: Option<String>,
    /// What there is of it, and why that is not enough.
    pub falls_short: Option<String>,
}

impl Line {
    pub const fn is_done(&self) -> bool {
        self.tick.is_some() || self.known.is_some()
    }

    /// Open on the day after the one on which it was due, or later.
    pub fn is_late(&self, today: NaiveDate) -> bool {
        !self.is_done() && self.due.is_some_and(|due| due < today)
    }
}

/// The six steps of a partner on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// Nothing where nobody knows.
    pub began: Option<NaiveDate>,
    pub today: NaiveDate,
    pub lines: Vec<Line>,
}

/// The checklist of a partner that comes on board; nothing for any other. Days are those of the program's zone.
pub fn checklist(partner: &Partner, evidence: Evidence, now: Instant, zone: Tz) -> Option<Checklist> {
    if !is_onboarding(partner.profile.kind, partner.profile.status) {
        return None;
    }
    let began = partner.onboarding_since().map(|at| local_date(at, zone));
    let line = |step: &Step| {
        let (known, falls_short) = match step {
            Step::Training => (certificate(&partner.profile.certifications, now, zone), None),
            Step::Contacts => contact(evidence.contact),
            Step::FirstFund => (evidence.money.map(FirstMoney::told), None),
            Step::Agreement | Step::Compliance | Step::Access => (None, None),
        };
        Line {
            step: *step,
            due: began.and_then(|day| day.checked_add_days(Days::new(step.days().into()))),
            tick: partner.steps.iter().find(|tick| tick.step == *step).cloned(),
            known,
            falls_short,
        }
    };
    Some(Checklist { began, today: local_date(now, zone), lines: Step::ALL.iter().map(line).collect() })
}

/// Whether it has a checklist: our own sales need none.
pub fn is_onboarding(kind: PartnerKind, status: PartnerStatus) -> bool {
    status == PartnerStatus::Onboarding && kind != PartnerKind::Direct
}

/// The certificate in force that lasts longest.
fn certificate(all: &[Certification], now: Instant, zone: Tz) -> Option<String> {
    let in_force = all.iter().filter(|one| one.until.is_none_or(|until| now < until));
    let longest = in_force.max_by_key(|one| (one.until.is_none(), one.until))?;
    Some(match longest.last_day(zone) {
        Some(last) => format!("{} until {last}", longest.name),
        None => format!("{}, without end", longest.name),
    })
}

fn contact(found: Option<(ContactId, Option<&'static str>)>) -> (Option<String>, Option<String>) {
    match found {
        None => (None, None),
        Some((id, None)) => (Some(format!("{id} may be written to")), None),
        Some((id, Some(why))) => (None, Some(format!("{id}: {why}"))),
    }
}

impl FirstMoney {
    fn told(self) -> String {
        match self {
            Self::Fund(id) => format!("{id} is its own fund"),
            Self::Request(id) => format!("{id} was approved"),
        }
    }
}

impl Checklist {
    pub fn open(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.is_done())
    }

    pub fn done(&self) -> usize {
        self.lines.iter().filter(|line| line.is_done()).count()
    }

    /// Whether a step of this milestone is late.
    pub fn is_late_at(&self, milestone: u16) -> bool {
        self.lines.iter().any(|line| line.step.days() == milestone && line.is_late(self.today))
    }

    /// Which day of the onboarding it is: the day on which it began is day 0.
    pub fn day(&self) -> Option<i64> {
        self.began.map(|began| self.today.signed_duration_since(began).num_days())
    }

    /// `2 steps are open: compliance, due 12 Nov 2026, overdue; first fund, due 11 Jan 2027`. Nothing where all are done.
    pub fn still_open(&self) -> Option<String> {
        let told = |line: &Line| {
            let due = line.due.map_or_else(String::new, |due| format!(", due {}", due.format("%-d %b %Y")));
            format!("{}{due}{}", line.step.doc(), if line.is_late(self.today) { ", overdue" } else { "" })
        };
        let open: Vec<String> = self.open().map(told).collect();
        let head = if open.len() == 1 { "1 step is".to_owned() } else { format!("{} steps are", open.len()) };
        (!open.is_empty()).then(|| format!("{head} open: {}", open.join("; ")))
    }
}

/// How many come on board, and how many of them are late at each milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Underway {
    pub partners: u32,
    /// Those with any step that is overdue.
    pub late: u32,
    pub late_at: [u32; MILESTONES.len()],
}

impl Underway {
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Checklist>) -> Self {
        let mut sum = Self::default();
        for one in all {
            let late_at = MILESTONES.map(|days| one.is_late_at(days));
            sum.partners += 1;
            sum.late += u32::from(late_at.contains(&true));
            for (count, is_late) in sum.late_at.iter_mut().zip(late_at) {
                *count += u32::from(is_late);
            }
        }
        sum
    }
}

/// Whether a step can be ticked (or reopened) for a partner that stands so, and if not, why.
pub fn possible(name: &str, kind: PartnerKind, status: PartnerStatus) -> Result<(), String> {
    match (kind, status) {
        (PartnerKind::Direct, _) => Err(format!("{name} is our own direct sales, and no partner")),
        (_, PartnerStatus::Onboarding) => Ok(()),
        (_, status) => Err(format!("{name} is {}: it has no onboarding under way", status.name())),
    }
}

/// Decides about one step. A step that the database knows is ticked by hand only with a note.
pub fn decide(partner: &Partner, command: &StepCommand, context: Context<'_>) -> Result<PartnerEvent, StatusRefusal> {
    context.actor.may(StepCommand::permission()).map_err(|why| StatusRefusal::NotAllowed { why })?;
    let (profile, step, by) = (&partner.profile, command.step(), context.actor.id);
    let refused = |why: String| Err(StatusRefusal::Invalid { why });
    if let Err(why) = possible(&profile.name, profile.kind, profile.status) {
        return refused(why);
    }
    let is_ticked = partner.steps.iter().any(|tick| tick.step == step);
    match command {
        StepCommand::Tick { .. } if is_ticked => refused(format!("{} of {} is ticked already", step.doc(), profile.name)),
        StepCommand::Tick { note, .. } => {
            let note = Text::clean(note.trim());
            if step.is_known_by_itself() && note.is_empty() {
                return refused(format!("{} is known by itself: to tick it by hand it needs a note", step.doc()));
            }
            Ok(PartnerEvent::StepTicked { step, by, note })
        }
        StepCommand::Reopen { .. } if !is_ticked => refused(format!("nobody has ticked {} of {}", step.doc(), profile.name)),
        StepCommand::Reopen { note, .. } => Ok(PartnerEvent::StepReopened { step, by, note: Text::clean(note.trim()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::partner::{Profile, Since};
    use chrono_tz::Europe::Berlin;

    fn instant(text: &str) -> Instant {
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant").into()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Began on 1 March 2026 at half past eleven in the evening in Berlin, which is still UTC's 1 March.
    fn partner() -> Partner {
        let since = Some(Since { at: instant("2026-03-01T22:30:00Z"), by: None, reason: Text::default() });
        let profile = Profile { name: "Ostsee Netze".into(), status: PartnerStatus::Onboarding, ..Profile::default() };
        Partner {
            id: crate::domain::id::PartnerId(1),
            version: 3,
            updated_at: instant("2026-03-09T10:00:00Z"),
            profile,
            since,
            steps: Vec::new(),
        }
    }

    fn at(partner: &Partner, now: &str) -> Checklist {
        checklist(partner, Evidence::default(), instant(now), Berlin).expect("it comes on board")
    }

    #[test]
    fn a_step_is_in_time_on_its_day_and_late_on_the_next_whatever_the_clocks_do() {
        let partner = partner();
        // The clocks go forward on 29 March: thirty days after 1 March are 31 March, and not 30 times 24 hours.
        let due: Vec<NaiveDate> = at(&partner, "2026-03-02T00:00:00Z").lines.iter().filter_map(|line| line.due).collect();
        let [first, second, third] = [day("2026-03-31"), day("2026-04-30"), day("2026-05-30")];
        assert_eq!(due, [first, first, first, second, second, third]);
        let late = |now: &str| at(&partner, now).lines.iter().filter(|line| line.is_late(at(&partner, now).today)).count();
        // Midnight in Berlin is 22:00 UTC in summer.
        assert_eq!([late("2026-03-31T21:59:59Z"), late("2026-03-31T22:00:00Z")], [0, 3]);
        assert_eq!([late("2026-04-30T21:59:59Z"), late("2026-04-30T22:00:00Z")], [3, 5]);
        assert_eq!([late("2026-05-30T21:59:59Z"), late("2026-05-30T22:00:00Z")], [5, 6]);
        assert_eq!(at(&partner, "2026-03-31T22:00:00Z").day(), Some(31));
        // An evening later it began on the next day there.
        let later = Partner { since: Some(Since { at: instant("2026-03-01T23:30:00Z"), by: None, reason: Text::default() }), ..partner };
        assert_eq!(at(&later, "2026-03-02T00:00:00Z").began, Some(day("2026-03-02")));
    }

    #[test]
    fn what_the_desks_know_is_done_by_itself_and_says_what_shows_it() {
        let mut partner = partner();
        let until = instant("2026-06-30T22:00:00Z");
        partner.profile.certifications = vec![Certification { name: "Security".into(), until: Some(until) }];
        let contact = |why| Evidence { contact: Some((ContactId(4), why)), money: Some(FirstMoney::Request(RequestId(7))) };
        let now = instant("2026-04-10T08:00:00Z");
        let list = checklist(&partner, contact(None), now, Berlin).expect("steps");
        let known: Vec<Option<&str>> = list.lines.iter().map(|line| line.known.as_deref()).collect();
        assert_eq!(known, [None, None, None, Some("Security until 2026-06-30"), Some("N-4 may be written to"), Some("R-7 was approved")],);
        assert_eq!(
            list.still_open().as_deref(),
            Some(
                "3 steps are open: agreement, due 31 Mar 2026, overdue; compliance, due 31 Mar 2026, overdue; access, due 31 Mar 2026, overdue"
            )
        );
        let silent = checklist(&partner, contact(Some("no mailbox")), now, Berlin).expect("steps");
        assert_eq!((silent.lines[4].is_done(), silent.lines[4].falls_short.as_deref()), (false, Some("N-4: no mailbox")));
        // On the very instant at which it ends a certificate is none.
        let ended = checklist(&partner, contact(None), until, Berlin).expect("steps");
        assert_eq!(ended.lines[3].known, None);
        partner.profile.status = PartnerStatus::Active;
        assert_eq!(checklist(&partner, Evidence::default(), now, Berlin), None);
        partner.profile = Profile { kind: PartnerKind::Direct, status: PartnerStatus::Onboarding, ..partner.profile };
        assert_eq!(checklist(&partner, Evidence::default(), now, Berlin), None, "our own sales come on board of nothing");
    }

    #[test]
    fn ticks_are_kept_until_it_comes_on_board_again() {
        let mut partner = partner();
        let by = OperatorId(2);
        let now = instant("2026-03-05T10:00:00Z");
        let tick = |step| PartnerEvent::StepTicked { step, by, note: Text::default() };
        for step in Step::ALL.iter().rev() {
            partner.apply(&tick(*step), now);
        }
        assert_eq!(partner.steps.iter().map(|tick| tick.step).collect::<Vec<_>>(), Step::ALL);
        assert_eq!(at(&partner, "2026-12-01T00:00:00Z").still_open(), None);
        partner.apply(&PartnerEvent::StepReopened { step: Step::FirstFund, by, note: Text::default() }, now);
        let list = at(&partner, "2026-05-31T00:00:00Z");
        assert_eq!(list.still_open().as_deref(), Some("1 step is open: first fund, due 30 May 2026, overdue"));
        assert_eq!((list.done(), list.is_late_at(60), list.is_late_at(90)), (5, false, true));
        let to = |from, to| PartnerEvent::StatusChanged { from, to, by, reason: Text::default() };
        partner.apply(&to(PartnerStatus::Onboarding, PartnerStatus::Active), now);
        assert_eq!(partner.steps.len(), 5, "who is on board keeps what was done");
        partner.apply(&to(PartnerStatus::Offboarded, PartnerStatus::Onboarding), now);
        assert_eq!(partner.steps, [], "and begins anew");
    }

    #[test]
    fn where_nobody_knows_when_it_began_no_day_is_due() {
        let known_once = Partner { version: 1, since: None, ..partner() };
        assert_eq!(at(&known_once, "2026-04-10T08:00:00Z").began, Some(day("2026-03-09")), "it was recorded then");
        let unknown = Partner { since: None, ..partner() };
        let list = at(&unknown, "2026-12-01T08:00:00Z");
        assert_eq!((list.began, list.day(), list.lines.iter().filter(|line| line.is_late(list.today)).count()), (None, None, 0));
        assert_eq!(list.still_open().as_deref(), Some("6 steps are open: agreement; compliance; access; training; contacts; first fund"));
    }

    #[test]
    fn who_is_late_is_counted_once_and_at_each_milestone() {
        let lists = ["2026-03-15T08:00:00Z", "2026-04-10T08:00:00Z", "2026-06-10T08:00:00Z"].map(|now| at(&partner(), now));
        assert_eq!(Underway::of(&lists), Underway { partners: 3, late: 2, late_at: [2, 1, 1] });
    }
}
