//! Protection: for how long nobody else gets the deal. Counted in calendar days, each to its end in the program's zone.

use crate::domain::{
    day::{end_of_day, local_date},
    program::ProtectionRules,
    time::Instant,
};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// The day on which it was granted.
    pub from: NaiveDate,
    /// Days granted in all, extensions included.
    pub granted: u32,
    /// Days on which a conflict held it; they are given back.
    pub held: u32,
    /// How often it was extended.
    pub extensions: u32,
    /// The last microsecond of the last day; valid at it, over after it.
    pub until: Instant,
    /// The day since which it stands still.
    pub paused_on: Option<NaiveDate>,
}

/// Why a protection can't be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoExtension {
    /// As many times as the program allows.
    UsedUp { extensions: u32 },
    /// No day would be added.
    AtTheMost { days: u32 },
}

impl Protection {
    pub fn grant(at: Instant, days: u32, zone: Tz) -> Self {
        let from = local_date(at, zone);
        let mut protection = Self { from, granted: days, held: 0, extensions: 0, until: at, paused_on: None };
        protection.derive(zone);
        protection
    }

    /// One extension more; cut where the program's most days are reached.
    pub fn extended(&self, rules: &ProtectionRules, zone: Tz) -> Result<Self, NoExtension> {
        if self.extensions >= rules.extensions {
            return Err(NoExtension::UsedUp { extensions: rules.extensions });
        }
        let granted = self.granted.saturating_add(rules.extension_days).min(rules.max_days);
        if granted <= self.granted {
            return Err(NoExtension::AtTheMost { days: rules.max_days });
        }
        let mut protection = Self { granted, extensions: self.extensions + 1, ..self.clone() };
        protection.derive(zone);
        Ok(protection)
    }

    /// Stands still from `at` on; one that stands still already is unchanged.
    #[must_use]
    pub fn stopped(&self, at: Instant, zone: Tz) -> Self {
        Self { paused_on: self.paused_on.or_else(|| Some(local_date(at, zone))), ..self.clone() }
    }

    /// Runs again; the days in between are given back.
    #[must_use]
    pub fn resumed(&self, at: Instant, zone: Tz) -> Self {
        let Some(paused_on) = self.paused_on else { return self.clone() };
        let days = local_date(at, zone).signed_duration_since(paused_on).num_days().max(0);
        let held = self.held.saturating_add(u32::try_from(days).unwrap_or(u32::MAX));
        let mut protection = Self { held, paused_on: None, ..self.clone() };
        protection.derive(zone);
        protection
    }

    /// The last day that is protected.
    pub fn last_day(&self) -> NaiveDate {
        self.from.checked_add_days(Days::new(u64::from(self.granted) + u64::from(self.held))).unwrap_or(NaiveDate::MAX)
    }

    /// Exactly at its end it is still valid; standing still, it does not end.
    pub fn is_over(&self, now: Instant) -> bool {
        self.paused_on.is_none() && now > self.until
    }

    fn derive(&mut self, zone: Tz) {
        self.until = end_of_day(self.last_day(), zone);
    }
}
