//! Reading theme documents: a palette, then roles as a colour or a table of foreground, background and modifiers.

use super::{Depth, Look, Role, Theme, Tone};
use crate::domain::{
    document::{self, Table, Value},
    problem::{Problem, quoted},
};
use crate::tui::library::Library;
use ratatui::style::Modifier;
use std::{collections::HashMap, path::PathBuf};

static BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("16", include_str!("../../../themes/16.toml")),
    ("none", include_str!("../../../themes/none.toml")),
];

pub const fn library(config: Option<PathBuf>) -> Library {
    Library { folder: "themes", config, built_in: BUILT_IN }
}

const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("strike", Modifier::CROSSED_OUT),
];

type Palette = HashMap<String, Tone>;

fn tone(palette: &Palette, value: &Value<'_>) -> Option<Tone> {
    let text = value.any_text()?;
    let found = palette.get(&*text).copied().or_else(|| Tone::read(&text));
    if found.is_none() {
        let hint = "write \"#rrggbb\", a name of the palette, a number from 0 to 255, or black, red, green, yellow, blue, magenta, cyan, white, gray or bright-red ...";
        value.problem(format!("{} is not a colour", quoted(&text)), hint);
    }
    found
}

fn look(palette: &Palette, value: &Value<'_>) -> Look {
    if value.is_text() {
        return Look { fg: tone(palette, value), ..Look::default() };
    }
    let Some(table) = value.table() else { return Look::default() };
    let mut look = Look {
        fg: table.optional("fg").and_then(|value| tone(palette, &value)),
        bg: table.optional("bg").and_then(|value| tone(palette, &value)),
        modifier: Modifier::empty(),
    };
    for (name, modifier) in MODIFIERS {
        if table.optional(name).and_then(|value| value.boolean()) == Some(true) {
            look.modifier |= modifier;
        }
    }
    table.finish();
    look
}

impl Theme {
    /// The theme called `name` with all that it inherits. What cannot be understood is left out and reported.
    pub fn load(library: &Library, name: &str, depth: Depth) -> (Self, Vec<Problem>) {
        let (sources, mut problems) = library.chain(name);
        let mut theme = Self { name: name.to_owned(), depth, looks: vec![Look::default(); Role::ALL.len()] };
        let mut palette = Palette::new();
        // The palettes of the whole chain come first: an heir that changes a colour changes every role that uses it.
        for source in &sources {
            palette.extend(palette_of(&source.text));
        }
        for source in &sources {
            problems.extend(theme.lay(&palette, &source.file, &source.text));
        }
        (theme, problems)
    }

    /// Lays one document over the theme.
    pub fn apply(&mut self, file: &str, text: &str) -> Vec<Problem> {
        self.lay(&palette_of(text), file, text)
    }

    fn lay(&mut self, palette: &Palette, file: &str, text: &str) -> Vec<Problem> {
        let read = document::read(file, text, |table| {
            let _ = (table.optional("inherits"), table.optional("doc"));
            for color in table.section("palette").iter().flat_map(Table::named) {
                tone(&Palette::new(), &color.value);
            }
            for named in table.section("roles").iter().flat_map(Table::named) {
                match Role::ALL.iter().find(|role| *role.name() == *named.name) {
                    Some(role) => self.looks[*role as usize] = look(palette, &named.value),
                    None => named.problem(
                        format!("{} is not a role", quoted(&named.name)),
                        named.did_you_mean(Role::ALL.iter().map(|role| role.name())),
                    ),
                }
            }
        });
        read.err().unwrap_or_default()
    }
}

fn palette_of(text: &str) -> Palette {
    let mut palette = Palette::new();
    // Mistakes are told when the document is laid over the theme.
    let _ = document::read("", text, |table| {
        let colors = table.section("palette");
        palette.extend(
            colors.iter().flat_map(Table::named).filter_map(|color| Some((color.name.to_string(), Tone::read(&color.value.any_text()?)?))),
        );
    });
    palette
}
