//! The status line: where one is, as whom, whether it is live, and what time it is there.

use crate::domain::{actor::Actor, time::Instant};
use crate::tui::{canvas::Canvas, theme::Role, widgets::text};
use ratatui::layout::Rect;

/// Which kind of database this is. The banner of a production one is reversed in every theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Banner {
    #[default]
    None,
    Demo,
    Production,
}

/// How the database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Live,
    /// It does not answer; what is on the screen is from then.
    Stale {
        since: Instant,
    },
}

/// Where the console is and as whom.
#[derive(Debug, Clone)]
pub struct Place {
    /// A short name: `pilothouse.db`, `channel at db1`.
    pub database: String,
    pub banner: Banner,
    pub actor: Actor,
    pub link: Link,
    pub read_only: bool,
    /// The zone of the clock, with its name as shown.
    pub zone: chrono_tz::Tz,
}

impl Place {
    /// One line that says where a change would be made: `PRODUCTION channel at db1 as anna (triager)`.
    pub fn told(&self) -> String {
        let banner = match self.banner {
            Banner::None => "",
            Banner::Demo => "demo ",
            Banner::Production => "PRODUCTION ",
        };
        format!("{banner}{} as {} ({})", self.database, self.actor.name, self.actor.roles)
    }
}

/// Draws the line. `clock` is false where no timer runs: a clock that stands would lie.
pub fn view(canvas: &mut Canvas<'_>, area: Rect, room: &str, place: &Place, clock: bool) {
    let y = area.y;
    let mut x = area.x;
    match place.banner {
        Banner::Production => x = canvas.put(x, y, area.width, " PRODUCTION ", Role::Production) + 1,
        Banner::Demo => x = canvas.put(x + 1, y, area.width, "demo", Role::Demo) + 2,
        Banner::None => x += 1,
    }
    let (link, link_role) = match place.link {
        Link::Live => ("● live".to_owned(), Role::StatusLive),
        Link::Stale { since } => (format!("○ stale {}", canvas.now.since(since).to_words()), Role::StatusStale),
    };
    let time = if clock { canvas.now.to_utc().with_timezone(&place.zone).format("%H:%M %Z").to_string() } else { String::new() };
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let who = format!("{} · {}", place.actor.name, place.actor.roles);
    let mode = if place.read_only { "read-only" } else { "" };
    // From the right, what matters most last to go: link, time, mode, who, version.
    let mut right = area.right().saturating_sub(1);
    let left_min = x + u16::try_from(text::width(room) + text::width(&place.database) + 3).unwrap_or(0).min(area.width / 2);
    let pieces = [
        (time.as_str(), Role::StatusBar),
        (link.as_str(), link_role),
        (mode, Role::Warn),
        (who.as_str(), Role::StatusBar),
        (version, Role::StatusBar),
    ];
    for (piece, role) in pieces {
        let wide = u16::try_from(text::width(piece)).unwrap_or(u16::MAX);
        if wide == 0 || right < left_min.saturating_add(wide) {
            continue;
        }
        right -= wide;
        canvas.put(right, y, wide, piece, role);
        right = right.saturating_sub(2);
    }
    let room_end = canvas.put(x, y, right.saturating_sub(x), room, Role::Strong);
    canvas.put_all(room_end, y, right.saturating_sub(room_end), &[(" · ", Role::StatusBar), (&place.database, Role::StatusBar)]);
}
