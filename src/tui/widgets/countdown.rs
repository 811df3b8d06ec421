//! Time that is left, in words and shape as well as colour.

use crate::domain::time::Span;
use crate::tui::{room::Pulse, theme::Role};

/// How a clock stands; the room derives it from the lead's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Work time left and the share already used, in percent.
    Running {
        left: Span,
        used_percent: u8,
    },
    Breached {
        late: Span,
    },
    Paused {
        left: Span,
    },
    Met,
    None,
}

/// The words and the role: `◔ 3h 05m`, `◕ 12m 40s`, `! 12m late`, `‖ 3h 05m`, `✓ met`.
pub fn show(standing: Standing) -> (String, Role) {
    match standing {
        Standing::Running { left, used_percent } => {
            let shape = match used_percent {
                0..=24 => '○',
                25..=49 => '◔',
                50..=74 => '◑',
                75..=89 => '◕',
                _ => '●',
            };
            let role = match used_percent {
                0..=74 => Role::SlaOk,
                75..=89 => Role::SlaWarned,
                _ => Role::SlaUrgent,
            };
            (format!("{shape} {}", left.to_words()), role)
        }
        Standing::Breached { late } => (format!("! {} late", rough(late)), Role::SlaBreached),
        Standing::Paused { left } => (format!("‖ {}", left.to_words()), Role::SlaPaused),
        Standing::Met => ("✓ met".to_owned(), Role::SlaMet),
        Standing::None => ("–".to_owned(), Role::Dim),
    }
}

/// How late something is: two units only while the second one matters, so that the words fit a column of thirteen.
fn rough(late: Span) -> String {
    let seconds = late.seconds_floor().max(0);
    match seconds {
        600..=899 => format!("{}m", seconds / 60),
        36_000..=86_399 => format!("{}h", seconds / 3_600),
        864_000.. => format!("{}d", seconds / 86_400),
        _ => late.to_words(),
    }
}

/// How often the words change.
pub fn pulse(standing: Standing) -> Pulse {
    match standing {
        Standing::Running { left: shown, .. } | Standing::Breached { late: shown } if shown.seconds_floor() < 901 => Pulse::Second,
        Standing::Running { .. } | Standing::Breached { .. } => Pulse::Minute,
        Standing::Paused { .. } | Standing::Met | Standing::None => Pulse::Still,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_exactly_as_it_matters() {
        let told = [0, 59, 60, 899, 900, 3_599, 3_600, 11_100, 86_399, 86_400, 200_000]
            .map(|seconds| Span::from_micros(seconds * 1_000_000).to_words());
        assert_eq!(told, ["0s", "59s", "1m 00s", "14m 59s", "15m", "59m", "1h 00m", "3h 05m", "23h 59m", "1d 00h", "2d 07h"]);
    }

    #[test]
    fn each_standing_has_a_shape_of_its_own() {
        let left = Span::minutes(185);
        let running = |used_percent| show(Standing::Running { left, used_percent }).0;
        assert_eq!([0, 25, 50, 75, 90].map(running), ["○ 3h 05m", "◔ 3h 05m", "◑ 3h 05m", "◕ 3h 05m", "● 3h 05m"]);
        assert_eq!(show(Standing::Breached { late: Span::minutes(12) }), ("! 12m late".to_owned(), Role::SlaBreached));
        assert_eq!(show(Standing::Paused { left }).0, "‖ 3h 05m");
        for minutes in [0, 9, 10, 14, 59, 60, 599, 600, 1_439, 1_440, 14_399, 14_400, 500_000] {
            let told = show(Standing::Breached { late: Span::minutes(minutes) }).0;
            assert!(told.chars().count() <= 13, "{told}");
        }
    }
}
