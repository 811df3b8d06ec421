//! How long partners that come on board take to their first deal.

use super::{Partner, PartnerEvent, PartnerKind, PartnerStatus};
use crate::domain::{day::day_of, figures::quantile, time::Instant};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Whose onboarding began within so many days before today is a newcomer.
pub const NEWCOMER_DAYS: i64 = 365;

/// Whether the partner may be a newcomer by what it is today, so that its events are worth reading: it comes on board, or has
/// had its status for no longer than that and was something else before. Our own sales never are.
pub fn may_be_newcomer(partner: &Partner, now: Instant, zone: Tz) -> bool {
    let is_there = match partner.profile.status {
        PartnerStatus::Onboarding => true,
        PartnerStatus::Active | PartnerStatus::Suspended => partner.version > 1,
        PartnerStatus::Offboarded => false,
    };
    let since = partner.onboarding_since();
    is_there && partner.profile.kind != PartnerKind::Direct && since.is_some_and(|at| is_recent(at, now, zone))
}

/// Whether a day lies within the last [`NEWCOMER_DAYS`].
pub fn is_recent(at: Instant, now: Instant, zone: Tz) -> bool {
    day_of(now, zone) - day_of(at, zone) <= NEWCOMER_DAYS
}

/// When the onboarding of a partner began that is over or under way, the last of several; from its events, the oldest first.
/// Nothing for one that was on board from the beginning.
pub fn came_on_board<'e>(events: impl IntoIterator<Item = (&'e PartnerEvent, Instant)>) -> Option<Instant> {
    let mut status = None;
    let mut began = None;
    for (event, at) in events {
        let now = match event {
            PartnerEvent::Recorded { profile } | PartnerEvent::Changed { profile, .. } => profile.status,
            PartnerEvent::StatusChanged { to, .. } => *to,
            PartnerEvent::StepTicked { .. } | PartnerEvent::StepReopened { .. } => continue,
        };
        if now == PartnerStatus::Onboarding && status != Some(now) {
            began = Some(at);
        }
        status = Some(now);
    }
    began
}

/// Time to first deal: from the beginning of an onboarding to the first registration that was submitted from then on, in
/// calendar days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirstDeals {
    /// How many newcomers took so many days.
    days: BTreeMap<i64, u64>,
    /// Those who have registered nothing yet.
    pub waiting: u64,
}

impl FirstDeals {
    /// Of newcomers: when they began, and when they first registered a deal.
    pub fn of(newcomers: impl IntoIterator<Item = (Instant, Option<Instant>)>, zone: Tz) -> Self {
        let mut all = Self::default();
        for (began, first) in newcomers {
            match first {
                Some(first) => *all.days.entry(day_of(first, zone) - day_of(began, zone)).or_default() += 1,
                None => all.waiting += 1,
            }
        }
        all
    }

    /// How many have registered a deal.
    pub fn registered(&self) -> u64 {
        self.days.values().sum()
    }

    /// In so many days half of them had their first deal (nearest rank); nothing where nobody has one.
    pub fn median_days(&self) -> Option<i64> {
        quantile(&self.days, 50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        id::{OperatorId, PartnerId},
        partner::Profile,
        text::Text,
        time::Span,
    };
    use chrono_tz::Europe::Berlin;

    fn instant(text: &str) -> Instant {
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant").into()
    }

    fn profile(status: PartnerStatus) -> Box<Profile> {
        Box::new(Profile { status, ..Profile::default() })
    }

    fn changed(from: PartnerStatus, to: PartnerStatus) -> PartnerEvent {
        PartnerEvent::StatusChanged { from, to, by: OperatorId(2), reason: Text::default() }
    }

    #[test]
    fn an_onboarding_begins_with_the_status_and_the_last_counts() {
        use PartnerStatus::{Active, Offboarded, Onboarding};
        let at = |hours| Instant::from_micros(0).plus(Span::hours(hours));
        let recorded = |status| PartnerEvent::Recorded { profile: profile(status) };
        let renamed = PartnerEvent::Changed { profile: profile(Onboarding), before: profile(Onboarding) };
        let began = |events: &[PartnerEvent]| came_on_board(events.iter().zip(1..).map(|(event, hour)| (event, at(hour))));
        assert_eq!(began(&[recorded(Onboarding), renamed.clone(), changed(Onboarding, Active)]), Some(at(1)));
        assert_eq!(began(&[recorded(Active), changed(Active, Offboarded), changed(Offboarded, Onboarding), renamed]), Some(at(3)));
        assert_eq!(began(&[recorded(Onboarding), changed(Onboarding, Active), changed(Active, Offboarded)]), Some(at(1)));
        assert_eq!(began(&[recorded(Active)]), None, "it was on board from the beginning");
    }

    #[test]
    fn days_are_those_of_the_calendar_and_half_of_the_newcomers_are_faster() {
        // 23:30 in Berlin, and a quarter of an hour into the next day.
        let began = instant("2026-03-01T22:30:00Z");
        let after = |days: i64| Some(began.plus(Span::hours(24 * days)));
        let next_day = Some(instant("2026-03-01T23:15:00Z"));
        let of = |firsts: &[Option<Instant>]| FirstDeals::of(firsts.iter().map(|first| (began, *first)), Berlin);
        assert_eq!(of(&[next_day]).median_days(), Some(1));
        let some = of(&[after(40), None, after(9), after(12), None]);
        assert_eq!((some.median_days(), some.registered(), some.waiting), (Some(12), 3, 2));
        assert_eq!(of(&[after(9), after(12)]).median_days(), Some(9), "the nearest rank of two is the first");
        assert_eq!((of(&[None]).median_days(), of(&[None]).waiting), (None, 1));
    }

    #[test]
    fn only_who_came_lately_and_is_still_there_is_worth_asking_about() {
        let now = instant("2026-11-24T10:00:00Z");
        let stands = |status, version, since: &str| Partner {
            id: PartnerId(1),
            version,
            updated_at: now,
            profile: *profile(status),
            since: Some(super::super::Since { at: instant(since), by: None, reason: Text::default() }),
            steps: Vec::new(),
        };
        let may = |partner: Partner| may_be_newcomer(&partner, now, Berlin);
        assert!(may(stands(PartnerStatus::Onboarding, 1, "2026-11-01T00:00:00Z")));
        assert!(may(stands(PartnerStatus::Active, 2, "2025-11-24T12:00:00Z")), "365 days ago");
        assert!(!may(stands(PartnerStatus::Active, 2, "2025-11-23T12:00:00Z")), "366 days ago");
        assert!(!may(stands(PartnerStatus::Active, 1, "2026-11-01T00:00:00Z")), "it came as an active partner");
        assert!(!may(stands(PartnerStatus::Offboarded, 3, "2026-11-01T00:00:00Z")));
        let mut direct = stands(PartnerStatus::Onboarding, 1, "2026-11-01T00:00:00Z");
        direct.profile.kind = PartnerKind::Direct;
        assert!(!may(direct));
    }
}
