//! The queues and orders of the deal room, and what is said where a queue is empty.

use crate::{
    domain::deal::queue::{Queue, Sort},
    tui::{
        action::Act,
        furniture::{Sorting, Tab},
        keymap::Keymap,
    },
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

    fn nothing_here(self, keys: &Keymap) -> (&'static str, String) {
        let next = keys.spoken(Act::TabNext);
        let (title, hint) = match self {
            Self::ToDecide => {
                return ("nothing waits for a decision", format!("what partners hand in comes here; {next} goes to the next queue"));
            }
            Self::DueSoon => {
                return ("no decision is due in the next eight hours", format!("{next} goes on to what partners have to answer"));
            }
            Self::Conflicts => {
                let open = keys.spoken(Act::DealConflict);
                return (
                    "nobody claims a deal that another claims",
                    format!("conflicts are found by themselves; {open} opens one by hand"),
                );
            }
            Self::Expiring => return ("no protection ends in the next 14 days", format!("{next} shows everything that is protected")),
            Self::ActionRequired => ("nothing is with a partner", "what is returned for information waits here"),
            Self::Appeals => ("no decision is appealed", "a party may appeal for some days after it was told"),
            Self::Protected => ("nothing is protected", "approved registrations come here until they are won, lost or expired"),
            Self::All => ("no registrations", "bring some in with `pilothouse import deals`, or make one of a qualified lead"),
        };
        (title, hint.to_owned())
    }
}

impl Sorting for Sort {
    const ALL: &'static [Self] = &Self::ALL;

    fn title(self) -> &'static str {
        self.title()
    }
}
