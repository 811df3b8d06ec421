//! Colour by role. Code names roles, documents in `themes/` say what they look like, and the terminal's own
//! background stays. Every role can be told apart without colour as well, by a word or a shape beside it.

mod color;
mod load;

pub use color::Depth;
use color::Tone;
pub use load::library;
use ratatui::style::{Modifier, Style};

macro_rules! roles {
    ($($(#[$doc:meta])* $id:ident $name:literal),* $(,)?) => {
        /// What a piece of the screen means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($(#[$doc])* $id),* }

        impl Role {
            pub const ALL: &[Self] = &[$(Self::$id),*];

            /// The name in theme files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name),* }
            }
        }
    };
}

roles! {
    /// Ordinary text.
    Text "text",
    /// What the eye should find first: names, titles, figures.
    Strong "text.strong",
    /// Labels and what matters less.
    Dim "text.dim",
    /// What is not possible now.
    Disabled "text.disabled",
    /// What a link or an identifier looks like.
    Link "text.link",
    /// The part of a text that a filter matched.
    Match "text.match",
    Border "border",
    BorderFocused "border.focused",
    Heading "heading",
    TableHeader "table.header",
    /// The record under the cursor.
    Selected "selected",
    /// The record under the cursor while another pane has the focus.
    SelectedDim "selected.dim",
    Marked "marked",
    /// A row that has left the queue and waits for the cursor to move on.
    Gone "gone",
    TabActive "tab.active",
    TabIdle "tab.idle",
    TabAlert "tab.alert",
    SlaOk "sla.ok",
    SlaWarned "sla.warned",
    SlaUrgent "sla.urgent",
    SlaBreached "sla.breached",
    SlaPaused "sla.paused",
    SlaMet "sla.met",
    Good "good",
    Bad "bad",
    Warn "warn",
    Info "info",
    ChartLow "chart.low",
    ChartMid "chart.mid",
    ChartHigh "chart.high",
    Key "key",
    KeyLabel "key.label",
    StatusBar "status",
    StatusLive "status.live",
    StatusStale "status.stale",
    Production "status.production",
    Demo "status.demo",
    Dialog "dialog",
    DialogTitle "dialog.title",
    DialogDanger "dialog.danger",
    Input "input",
    InputError "input.error",
    MenuSelected "menu.selected",
    ToastInfo "toast.info",
    ToastError "toast.error",
}

/// What a role looks like, before it is cut to what the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    fg: Option<Tone>,
    bg: Option<Tone>,
    modifier: Modifier,
}

/// A look for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    depth: Depth,
    looks: Vec<Look>,
}

impl Theme {
    /// The built-in theme called `name`, as `depth` can show it.
    pub fn built_in(name: &str, depth: Depth) -> Self {
        Self::load(&library(None), name, depth).0
    }

    pub fn style(&self, role: Role) -> Style {
        let look = self.looks[role as usize];
        let mut style = Style::new().add_modifier(look.modifier | forced(role));
        if let Some(color) = look.fg.and_then(|tone| tone.at(self.depth)) {
            style = style.fg(color);
        }
        if let Some(color) = look.bg.and_then(|tone| tone.at(self.depth)) {
            style = style.bg(color);
        }
        style
    }

    #[must_use]
    pub const fn with_depth(mut self, depth: Depth) -> Self {
        self.depth = depth;
        self
    }

    pub const fn depth(&self) -> Depth {
        self.depth
    }
}

/// What no theme can take away: the cursor's row, the banner of a production database and the chosen entry of a menu are reversed.
const fn forced(role: Role) -> Modifier {
    match role {
        Role::Selected | Role::Production | Role::MenuSelected => Modifier::REVERSED,
        _ => Modifier::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["dark", "light", "high-contrast", "colour-blind", "16", "none"];

    #[test]
    fn the_built_in_themes_are_read_without_a_word() {
        for name in NAMES {
            let (_, problems) = Theme::load(&library(None), name, Depth::True);
            assert_eq!(problems, [], "{name}");
        }
    }

    #[test]
    fn selection_and_the_production_banner_are_visible_in_every_theme_and_depth() {
        for name in NAMES {
            for depth in [Depth::True, Depth::Indexed, Depth::Sixteen, Depth::None] {
                let theme = Theme::built_in(name, depth);
                for role in [Role::Selected, Role::Production, Role::MenuSelected] {
                    assert!(theme.style(role).add_modifier.contains(Modifier::REVERSED), "{name} {depth:?} {role:?}");
                }
            }
        }
    }

    #[test]
    fn without_colour_no_colour_is_left() {
        for role in Role::ALL {
            let style = Theme::built_in("dark", Depth::None).style(*role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_the_rest_is_read() {
        let text = "[palette]\nfire = \"#ff000\"\n[roles]\n\"sla.breeched\" = \"fire\"\n\"good\" = { fg = \"moss\", bold = 1 }\n\"bad\" = \"red\"\n";
        let mut theme = Theme::built_in("dark", Depth::True);
        let told: Vec<String> = theme.apply("mine.toml", text).iter().map(ToString::to_string).collect();
        let hint = "write \"#rrggbb\", a name of the palette, a number from 0 to 255, or black, red, green, yellow, blue, magenta, cyan, white, gray or bright-red ...";
        assert_eq!(
            told,
            [
                format!("mine.toml:2:8: \"#ff000\" is not a colour; {hint}"),
                "mine.toml:4:1: \"sla.breeched\" is not a role; did you mean \"sla.breached\"?".to_owned(),
                format!("mine.toml:5:17: \"moss\" is not a colour; {hint}"),
                "mine.toml:5:32: \"bold\" in [roles.good] is a whole number, and must be true or false; write it without quotes".to_owned(),
            ]
        );
        assert_ne!(theme.style(Role::Bad), Theme::built_in("dark", Depth::True).style(Role::Bad));
    }
}
