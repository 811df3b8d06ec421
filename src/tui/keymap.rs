//! Keys to actions: TOML documents, a trie of chords per context, and what they say about themselves.

use super::{
    action::{ACTIONS, Act, Context},
    key::{Key, spell},
    library::Library,
};
use crate::domain::{
    document::{self, Named, Table},
    problem::{Problem, quoted},
};
use std::collections::BTreeMap;
use std::path::PathBuf;

pub static BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../../keymaps/default.toml")),
    ("vim", include_str!("../../keymaps/vim.toml")),
    ("emacs", include_str!("../../keymaps/emacs.toml")),
];

pub const fn library(config: Option<PathBuf>) -> Library {
    Library { folder: "keymaps", config, built_in: BUILT_IN }
}

/// What a sequence of keys means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    Matched(Act),
    /// The keys so far begin a chord; these could follow.
    Pending(Vec<(Key, Next)>),
    NotFound,
}

/// What follows one more key of a chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Act(Act),
    /// Another prefix.
    More,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    act: Option<Act>,
    next: BTreeMap<Key, Node>,
}

impl Node {
    fn at(&self, keys: &[Key]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.next.get(key))
    }

    /// Sets what a sequence does; `None` unbinds it and prunes the branches that lead nowhere.
    fn set(&mut self, keys: &[Key], act: Option<Act>) {
        match keys.split_first() {
            None => {
                self.act = act;
                if act.is_some() {
                    self.next.clear();
                }
            }
            Some((first, rest)) => {
                self.next.entry(*first).or_default().set(rest, act);
                self.next.retain(|_, node| node.act.is_some() || !node.next.is_empty());
                if act.is_some() {
                    self.act = None;
                }
            }
        }
    }

    fn walk(&self, path: &mut Vec<Key>, visit: &mut impl FnMut(&[Key], Act)) {
        if let Some(act) = self.act {
            visit(path, act);
        }
        for (key, node) in &self.next {
            path.push(*key);
            node.walk(path, visit);
            path.pop();
        }
    }
}

/// The live map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keymap {
    pub name: String,
    contexts: BTreeMap<Context, Node>,
    /// The keys of each action with how they are spelt, as in [`Keymap::keys_of`]: every frame shows a dozen.
    labels: BTreeMap<Act, Vec<(String, Vec<Key>)>>,
    /// How long a digit waits for another key before it is the number of a room, in milliseconds; 0: for ever.
    pub chord_timeout_ms: i64,
}

const CHORD_TIMEOUT_MS: i64 = 500;
const CHORD_TIMEOUT_MS_MAX: i64 = 10_000;

impl Keymap {
    /// The keymap called `name` with all that it inherits. What cannot be understood is left out and reported.
    pub fn load(library: &Library, name: &str) -> (Self, Vec<Problem>) {
        let (sources, mut problems) = library.chain(name);
        let mut keymap = Self { name: name.to_owned(), chord_timeout_ms: CHORD_TIMEOUT_MS, ..Self::default() };
        for source in &sources {
            problems.extend(keymap.apply(&source.file, &source.text));
        }
        (keymap, problems)
    }

    pub fn built_in(name: &str) -> Self {
        Self::load(&library(None), name).0
    }

    /// Lays one document over the map.
    pub fn apply(&mut self, file: &str, text: &str) -> Vec<Problem> {
        let read = document::read(file, text, |table| {
            let _ = (table.optional("inherits"), table.optional("doc"));
            let timeout = table.optional("chord_timeout_ms").and_then(|value| value.integer(0..=CHORD_TIMEOUT_MS_MAX));
            self.chord_timeout_ms = timeout.unwrap_or(self.chord_timeout_ms);
            for context in Context::ALL {
                for binding in table.section(context.name()).iter().flat_map(Table::named) {
                    if let Some((keys, act)) = read_binding(&binding) {
                        self.contexts.entry(context).or_default().set(&keys, act);
                    }
                }
            }
        });
        let spelt = |keys: Vec<Vec<Key>>| keys.into_iter().map(|keys| (spell(&keys), keys)).collect();
        self.labels = ACTIONS.iter().map(|action| (action.id, spelt(self.keys_of(action.id)))).collect();
        read.err().unwrap_or_default()
    }

    /// What `keys` mean where `contexts` are asked in order. An exact match further in wins over a prefix further out.
    pub fn lookup(&self, contexts: &[Context], keys: &[Key]) -> Lookup {
        let mut follow: BTreeMap<Key, Next> = BTreeMap::new();
        for context in contexts {
            let Some(node) = self.contexts.get(context).and_then(|root| root.at(keys)) else { continue };
            match node.act {
                Some(act) if follow.is_empty() => return Lookup::Matched(act),
                _ => {}
            }
            for (key, node) in &node.next {
                follow.entry(*key).or_insert(node.act.map_or(Next::More, Next::Act));
            }
        }
        if follow.is_empty() { Lookup::NotFound } else { Lookup::Pending(follow.into_iter().collect()) }
    }

    /// All bindings of a context, by key.
    pub fn bindings(&self, context: Context) -> Vec<(Vec<Key>, Act)> {
        let mut all = Vec::new();
        if let Some(root) = self.contexts.get(&context) {
            root.walk(&mut Vec::new(), &mut |keys, act| all.push((keys.to_vec(), act)));
        }
        all
    }

    /// The keys of an action, the shortest and plainest first.
    pub fn keys_of(&self, act: Act) -> Vec<Vec<Key>> {
        let mut all: Vec<_> = Context::ALL
            .into_iter()
            .flat_map(|context| self.bindings(context))
            .filter(|(_, bound)| *bound == act)
            .map(|(keys, _)| keys)
            .collect();
        all.sort_by_key(|keys| (keys.len(), keys.iter().any(|key| key.typed().is_none()), keys.clone()));
        all.dedup();
        all
    }

    /// The first key of an action as shown in hints, or an empty string.
    pub fn label(&self, act: Act) -> &str {
        self.labels.get(&act).and_then(|keys| keys.first()).map_or("", |(label, _)| label)
    }

    /// How a sentence calls an action: by its key, or by the name under which the palette finds it.
    pub fn spoken(&self, act: Act) -> &str {
        match self.label(act) {
            "" => act.row().name,
            label => label,
        }
    }

    /// The first key that means this action where `contexts` are asked in order, or an empty string: one that another action
    /// hides there is no hint.
    pub fn label_in(&self, contexts: &[Context], act: Act) -> &str {
        let means = |keys: &[Key]| matches!(self.lookup(contexts, keys), Lookup::Matched(meant) if meant == act);
        let keys = self.labels.get(&act).into_iter().flatten();
        keys.into_iter().find(|(_, keys)| means(keys)).map_or("", |(label, _)| label)
    }

    /// Everything doubtful about the map as a whole, one sentence each: actions that no key or no plain key reaches,
    /// and bindings that one context hides from another.
    pub fn check(&self) -> Vec<String> {
        let mut findings = Vec::new();
        for action in ACTIONS {
            let keys = self.keys_of(action.id);
            if keys.is_empty() {
                findings.push(format!("`{}` has no key; the palette still reaches it", action.name));
            } else if !keys.iter().any(|keys| keys.iter().all(|key| key.is_everywhere())) {
                let spelt = keys.iter().map(|keys| spell(keys)).collect::<Vec<_>>().join(", ");
                findings.push(format!("`{}` is only on {spelt}, which some terminals never send", action.name));
            }
        }
        for (inner, outer) in [
            (Context::Leads, Context::List),
            (Context::Leads, Context::Pane),
            (Context::Leads, Context::Global),
            (Context::Deals, Context::List),
            (Context::Deals, Context::Pane),
            (Context::Deals, Context::Global),
            (Context::Dossier, Context::Pane),
            (Context::Dossier, Context::Global),
            (Context::Mdf, Context::List),
            (Context::Mdf, Context::Pane),
            (Context::Mdf, Context::Global),
            (Context::Tiers, Context::List),
            (Context::Tiers, Context::Pane),
            (Context::Tiers, Context::Global),
            (Context::Contacts, Context::Pane),
            (Context::Contacts, Context::Global),
            (Context::Board, Context::Global),
            (Context::List, Context::Global),
            (Context::Pane, Context::Global),
        ] {
            let hidden = self.bindings(outer);
            for (keys, act) in self.bindings(inner) {
                for (other, hidden) in hidden.iter().filter(|(other, _)| other.starts_with(&keys) || keys.starts_with(other)) {
                    if *hidden != act {
                        findings.push(format!(
                            "`{}` in {} ({}) hides `{}` in {} ({})",
                            spell(&keys),
                            inner.name(),
                            act.row().name,
                            spell(other),
                            outer.name(),
                            hidden.row().name
                        ));
                    }
                }
            }
        }
        findings
    }
}

/// The keys and what they do; nothing when it cannot be understood, which the document then knows.
fn read_binding(binding: &Named<'_>) -> Option<(Vec<Key>, Option<Act>)> {
    let keys = Key::sequence(&binding.name).map_err(|message| binding.problem(message, "")).ok();
    let name = binding.value.any_text()?;
    if &*name == "none" {
        return Some((keys?, None));
    }
    let act = Act::named(&name);
    if act.is_none() {
        let hint = binding.value.did_you_mean(&name, ACTIONS.iter().map(|action| action.name));
        binding.value.problem(format!("{} is not an action", quoted(&name)), hint);
    }
    Some((keys?, Some(act?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        Key::sequence(text).unwrap()
    }

    #[test]
    fn the_built_in_keymaps_are_read_without_a_word() {
        for (name, _) in BUILT_IN {
            let (keymap, problems) = Keymap::load(&library(None), name);
            assert_eq!(problems, [], "{name}");
            assert_eq!(keymap.check(), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn chords_wait_for_their_last_key() {
        let keymap = Keymap::built_in("default");
        let chain = [Context::Leads, Context::List, Context::Global];
        assert_eq!(keymap.lookup(&chain, &keys("j")), Lookup::Matched(Act::Down));
        assert_eq!(keymap.lookup(&chain, &keys("g g")), Lookup::Matched(Act::First));
        assert_eq!(keymap.lookup(&chain, &keys("g l")), Lookup::Matched(Act::RoomLeads));
        let Lookup::Pending(next) = keymap.lookup(&chain, &keys("g")) else { panic!("g waits") };
        assert!(next.contains(&(Key::char('g'), Next::Act(Act::First))), "{next:?}");
        assert_eq!(keymap.lookup(&chain, &keys("g %")), Lookup::NotFound);
    }

    #[test]
    fn a_key_that_means_something_else_here_is_no_hint() {
        let keymap = Keymap::built_in("default");
        let (table, dossier) = ([Context::Deals, Context::List], [Context::Pane, Context::Dossier, Context::Deals, Context::List]);
        assert_eq!((keymap.label_in(&table, Act::Sort), keymap.label_in(&table, Act::CaseSplit)), ("s", ""));
        assert_eq!((keymap.label_in(&dossier, Act::Sort), keymap.label_in(&dossier, Act::CaseSplit)), ("", "s"));
    }

    #[test]
    fn a_document_laid_over_another_rebinds_and_unbinds() {
        let mut keymap = Keymap::built_in("default");
        let problems = keymap.apply("mine.toml", "[list]\n\"j\" = \"none\"\n\"J\" = \"list.down\"\n\"g\" = \"list.first\"\n");
        assert_eq!(problems, []);
        let list = [Context::List];
        assert_eq!(keymap.lookup(&list, &keys("j")), Lookup::NotFound);
        assert_eq!(keymap.lookup(&list, &keys("J")), Lookup::Matched(Act::Down));
        assert_eq!(keymap.lookup(&list, &keys("g")), Lookup::Matched(Act::First));
    }

    #[test]
    fn how_long_a_digit_waits_is_said_by_the_document() {
        let mut keymap = Keymap::built_in("vim");
        assert_eq!(keymap.chord_timeout_ms, 500, "inherited");
        assert_eq!(keymap.apply("mine.toml", "chord_timeout_ms = 800\n"), []);
        assert_eq!(keymap.chord_timeout_ms, 800);
        let told: Vec<String> = keymap.apply("mine.toml", "chord_timeout_ms = -1\n").iter().map(ToString::to_string).collect();
        assert_eq!((told.len(), keymap.chord_timeout_ms), (1, 800), "{told:?}");
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_the_rest_is_read() {
        let mut keymap = Keymap::default();
        let text = "[list]\n\"j\" = \"list.dwn\"\n\"k\" = \"list.up\"\n\"S-x\" = \"quit\"\n\n[lists]\n\"q\" = \"quit\"\n";
        let told: Vec<String> = keymap.apply("mine.toml", text).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "mine.toml:2:7: \"list.dwn\" is not an action; did you mean \"list.down\"?",
                "mine.toml:4:1: `S-x`: write the character that Shift gives (`G`, not `S-g`)",
                "mine.toml:6:2: unknown key \"lists\" in the document; did you mean \"list\"?",
            ]
        );
        assert_eq!(keymap.lookup(&[Context::List], &keys("k")), Lookup::Matched(Act::Up));
    }

    #[test]
    fn a_broken_document_says_where() {
        let problems = Keymap::default().apply("mine.toml", "[list]\n\"j\" = = 3\n");
        assert_eq!((problems[0].line, problems[0].file.as_str()), (2, "mine.toml"));
    }
}
