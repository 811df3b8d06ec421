//! The queues and orders of the deal room, and what is said where a queue is empty.

use crate::{
    domain::deal::queue::{Queue, Sort},
    tui::furniture::{Sorting, Tab},
};

impl Tab for Queue {
    const ALL: &'static [Self] = &Self::ALL;
    const EVERYTHING: Self = Self::All;

    fn title(self) -> &'static str {
        self.title()
    }

    fn short(self) -> &'static str {
        match self {
            Self::ToDecide => "Decide",
            Self::DueSoon => "Due",
            Self::ActionRequired => "Returned",
            Self::Expiring => "Expiring",
            other => other.title(),
        }
    }

    fn is_alarm(self) -> bool {
        self == Self::DueSoon
    }

    fn turns_with_time(self) -> bool {
        matches!(self, Self::DueSoon | Self::Expiring)
    }

    /// What is in a conflict is opened as its dossier.
    fn is_compared(self) -> bool {
        matches!(self, Self::Conflicts | Self::Appeals)
    }

    fn nothing_here(self) -> (&'static str, &'static str) {
        match self {
            Self::ToDecide => ("nothing waits for a decision", "what partners hand in comes here; ] goes to the next queue"),
            Self::DueSoon => ("no decision is due in the next eight hours", "] goes on to what partners have to answer"),
            Self::ActionRequired => ("nothing is with a partner", "what is returned for information waits here"),
            Self::Conflicts => ("nobody claims a deal that another claims", "conflicts are found by themselves; m opens one by hand"),
            Self::Appeals => ("no decision is appealed", "a party may appeal for some days after it was told"),
            Self::Expiring => ("no protection ends in the next 14 days", "] shows everything that is protected"),
            Self::Protected => ("nothing is protected", "approved registrations come here until they are won, lost or expired"),
            Self::All => ("no registrations", "bring some in with `pilothouse import deals`, or make one of a qualified lead"),
        }
    }
}

impl Sorting for Sort {
    const ALL: &'static [Self] = &Self::ALL;

    fn title(self) -> &'static str {
        self.title()
    }
}
