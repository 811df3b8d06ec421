//! The tabs of the tier room, and the orders in which they stand.

use crate::{
    domain::tier::queue::{Queue, Sort},
    tui::{
        action::Act,
        furniture::{Greeting, Sorting, Tab},
        keymap::Keymap,
        theme::Role,
    },
};

impl Tab for Queue {
    const ALL: &'static [Self] = Self::ALL;
    const EVERYTHING: Self = Self::All;

    fn title(self) -> &'static str {
        self.doc()
    }

    fn short(self) -> &'static str {
        match self {
            Self::Promotions => "Promote",
            Self::Demotions => "Demote",
            Self::AtRisk => "Risk",
            Self::RemediationDue => "Plans",
            Self::Expiring => "Certs",
            Self::FallingSoon => "Falling",
            Self::Near => "Near",
            Self::Corrections => "Lines",
            Self::All => "All",
        }
    }

    fn is_alarm(self) -> bool {
        self == Self::RemediationDue
    }

    fn turns_with_time(self) -> bool {
        matches!(self, Self::RemediationDue | Self::Expiring | Self::FallingSoon)
    }

    fn nothing_here(self, keys: &Keymap) -> (&'static str, String) {
        let audit = keys.spoken(Act::TierEvaluate);
        let (title, hint) = match self {
            Self::Promotions => ("nobody is proposed for a better tier", "the audit of a quarter proposes them; you may, too"),
            Self::Demotions => ("nobody is proposed for a lower tier", "two failed audits in a row propose it, a plan between them"),
            Self::AtRisk => ("nobody has failed the last audit", "whoever fails gets time to make up for it"),
            Self::RemediationDue => ("no remediation plan ends in the next 60 days", "a failed audit opens one"),
            Self::Expiring => {
                ("no certificate ends in the next 90 days, and none has ended in the last 30", "imports of partners bring them")
            }
            Self::FallingSoon => {
                ("nobody falls below a line in the next 60 days", "certificates that end and sales that leave the year count")
            }
            Self::Near => return ("nobody stands near a line", format!("{audit} audits a partner as things stand now")),
            Self::Corrections => ("no order line waits for a correction", "what an import can't record as it stands waits here"),
            Self::All => ("no partners", "`pilothouse import partners FILE.csv` brings them in"),
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

/// What an empty desk says.
pub fn greeting(address: &str, _keys: &Keymap) -> Vec<Greeting> {
    let line = Greeting::new;
    vec![
        line("", "There are no partners yet", Role::Heading).air(),
        line("", "Here stands what each partner has earned, and what changes with the next quarter. You can", Role::Text),
        line("", "", Role::Text),
        line("", "bring your partners in, from another terminal; they appear here at once", Role::Strong),
        line("", "pilothouse import partners FILE.csv --dry-run", Role::Link).air(),
        line("", "look around in a channel in full swing", Role::Strong),
        line("", "pilothouse demo", Role::Link).air(),
        line("", "", Role::Text),
        line("", address, Role::Dim),
    ]
}
