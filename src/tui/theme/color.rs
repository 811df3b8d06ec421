//! Colours as themes write them, cut to what the terminal can show. The only file that names one.

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None at all: `NO_COLOR`, or a terminal that says it is dumb.
    None,
    Sixteen,
    Indexed,
    True,
}

impl Depth {
    /// From what the environment says about the terminal.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
            return Self::None;
        }
        let says = |text: &str, known: &[&str]| known.iter().any(|name| text.contains(name));
        if says(&variable("COLORTERM").unwrap_or_default(), &["truecolor", "24bit"])
            || says(&term, &["direct", "kitty", "ghostty", "alacritty", "foot", "wezterm"])
        {
            Self::True
        } else if term.contains("256") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The terminal's own.
    Default,
    Rgb(u8, u8, u8),
    /// One of the terminal's palette of 256; below 16 the user's own colours.
    Indexed(u8),
}

const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "gray",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

impl Tone {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        if let Some(hex) = text.strip_prefix('#') {
            let byte = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
            return if hex.len() == 6 { Some(Self::Rgb(byte(0)?, byte(2)?, byte(4)?)) } else { None };
        }
        let named = NAMES.iter().position(|name| *name == text).and_then(|index| u8::try_from(index).ok());
        named.or_else(|| text.parse().ok()).map(Self::Indexed)
    }

    pub(super) fn at(self, depth: Depth) -> Option<Color> {
        match (self, depth) {
            (_, Depth::None) | (Self::Default, _) => None,
            (Self::Indexed(index), Depth::Sixteen) if index >= 16 => {
                let (r, g, b) = cube(index);
                Some(Color::Indexed(nearest_of_sixteen(r, g, b)))
            }
            (Self::Indexed(index), _) => Some(Color::Indexed(index)),
            (Self::Rgb(r, g, b), Depth::True) => Some(Color::Rgb(r, g, b)),
            (Self::Rgb(r, g, b), Depth::Indexed) => Some(Color::Indexed(nearest_of_cube(r, g, b))),
            (Self::Rgb(r, g, b), Depth::Sixteen) => Some(Color::Indexed(nearest_of_sixteen(r, g, b))),
        }
    }
}

const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    // The eye weighs green most.
    2 * square(a.0, b.0) + 4 * square(a.1, b.1) + 3 * square(a.2, b.2)
}

/// The colour of an index from 16 on: a cube of 6 x 6 x 6, then 24 grays.
fn cube(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let gray = 8 + 10 * (index - 232);
        return (gray, gray, gray);
    }
    let place = index.saturating_sub(16);
    (STEPS[usize::from(place / 36)], STEPS[usize::from(place / 6 % 6)], STEPS[usize::from(place % 6)])
}

fn nearest_of_cube(r: u8, g: u8, b: u8) -> u8 {
    (16..=255).min_by_key(|index| distance(cube(*index), (r, g, b))).unwrap_or(15)
}

fn nearest_of_sixteen(r: u8, g: u8, b: u8) -> u8 {
    // What most terminals show for their sixteen; the user's own may differ, the family stays.
    const SHOWN: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    let nearest = SHOWN.iter().enumerate().min_by_key(|(_, shown)| distance(**shown, (r, g, b)));
    nearest.and_then(|(index, _)| u8::try_from(index).ok()).unwrap_or(7)
}
