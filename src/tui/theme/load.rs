//! Reading theme documents: a palette, then roles as a colour or a table of foreground, background and modifiers.

use super::{Depth, Look, Role, Theme, Tone};
use crate::tui::{
    library::Library,
    problem::{Problem, nearest, sorted, unreadable},
};
use ratatui::style::Modifier;
use std::{collections::HashMap, ops::Range, path::PathBuf};
use toml::de::{DeTable, DeValue};

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

/// One document being read: what a mistake needs to say where it is.
struct Page<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Page<'_> {
    fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.problems.push(Problem::at(self.file, self.text, span, message));
    }

    fn tone(&mut self, palette: &Palette, value: &DeValue<'_>, span: Range<usize>) -> Option<Tone> {
        let text = value.as_str().unwrap_or_default();
        let found = palette.get(text).copied().or_else(|| Tone::read(text));
        if found.is_none() {
            let known = "black, red, green, yellow, blue, magenta, cyan, white, gray and their bright- forms";
            self.fault(span, format!("`{text}` is not a colour; write \"#rrggbb\", a palette name, a number 0-255 or one of {known}"));
        }
        found
    }

    fn look(&mut self, palette: &Palette, value: &DeValue<'_>, span: Range<usize>) -> Look {
        let mut look = Look::default();
        let DeValue::Table(table) = value else {
            look.fg = self.tone(palette, value, span);
            return look;
        };
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "fg" => look.fg = self.tone(palette, value.get_ref(), value.span()),
                "bg" => look.bg = self.tone(palette, value.get_ref(), value.span()),
                other => match (MODIFIERS.iter().find(|(known, _)| *known == other), value.get_ref().as_bool()) {
                    (Some((_, modifier)), Some(true)) => look.modifier |= *modifier,
                    (Some(_), Some(false)) => {}
                    (Some(_), None) => self.fault(value.span(), format!("`{other}` is true or false")),
                    (None, _) => {
                        self.fault(name.span(), format!("`{other}` is not fg, bg, bold, dim, italic, underline, reverse or strike"))
                    }
                },
            }
        }
        look
    }
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
        let mut page = Page { file, text, problems: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        page.problems = unreadable(file, text, &errors);
        for (name, value) in document.get_ref() {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("inherits" | "doc", _) => {}
                ("palette", DeValue::Table(colors)) => {
                    for color in colors.values() {
                        page.tone(&Palette::new(), color.get_ref(), color.span());
                    }
                }
                ("roles", DeValue::Table(roles)) => {
                    for (name, value) in roles {
                        let Some(role) = Role::ALL.iter().find(|role| role.name() == name.get_ref()) else {
                            let hint = nearest(name.get_ref(), Role::ALL.iter().map(|role| role.name()));
                            let hint = hint.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
                            page.fault(name.span(), format!("`{}` is not a role{hint}", name.get_ref()));
                            continue;
                        };
                        self.looks[*role as usize] = page.look(palette, value.get_ref(), value.span());
                    }
                }
                (other, _) => page.fault(name.span(), format!("`{other}` is neither `inherits`, `[palette]` nor `[roles]`")),
            }
        }
        sorted(page.problems)
    }
}

fn palette_of(text: &str) -> Palette {
    let (document, _) = DeTable::parse_recoverable(text);
    let colors = document.get_ref().get("palette").and_then(|value| value.get_ref().as_table());
    let read = |value: &DeValue<'_>| Tone::read(value.as_str()?);
    let colors = colors.into_iter().flatten();
    colors.filter_map(|(name, value)| Some((name.get_ref().to_string(), read(value.get_ref())?))).collect()
}
