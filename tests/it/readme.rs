//! The README's tables are made from the program. With `PILOTHOUSE_REWRITE=1` this test writes them anew.

use clap::CommandFactory;
use pilothouse::{
    config,
    domain::{
        actor::{Permission, Role},
        deal::fields::Deals,
        filter,
        mdf::fields::Funding,
    },
    tui::{keymap::Keymap, reference},
};
use std::{fmt::Write as _, fs, path::Path};

#[test]
fn the_tables_of_the_readme_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("the README");
    let mut fresh = readme.clone();
    for (name, table) in tables() {
        fresh = replaced(&fresh, name, &table);
    }
    if std::env::var_os("PILOTHOUSE_REWRITE").is_some() {
        fs::write(&path, &fresh).expect("the README can be written");
    } else {
        assert!(
            fresh == readme,
            "the README is out of date; run `PILOTHOUSE_REWRITE=1 cargo test --test it readme::` and look at what changed"
        );
    }
}

fn tables() -> Vec<(&'static str, String)> {
    vec![
        ("verbs", verbs()),
        ("roles", roles()),
        ("filter", filter::reference::<filter::Leads>()),
        ("deal filter", filter::reference::<Deals>()),
        ("mdf filter", filter::reference::<Funding>()),
        ("environment", environment()),
        ("keys", reference::markdown(&Keymap::built_in("default"))),
    ]
}

/// What stands between `<!-- NAME: made by the program -->` and `<!-- NAME ends -->` is `table`.
fn replaced(text: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: made by the program -->\n"), format!("<!-- {name} ends -->"));
    let from = text.find(&begin).unwrap_or_else(|| panic!("the README has no place for {name}")) + begin.len();
    let to = text[from..].find(&end).unwrap_or_else(|| panic!("the README's {name} does not end")) + from;
    format!("{}\n{}\n\n{}", &text[..from], table.trim(), &text[to..])
}

fn verbs() -> String {
    let mut root = pilothouse::cli::Cli::command();
    root.build();
    let mut out = "| command | what it does |\n|---|---|\n| `pilothouse` | the console on the configured database |\n".to_owned();
    list_verbs(&root, &mut out);
    out
}

fn list_verbs(command: &clap::Command, out: &mut String) {
    for verb in command.get_subcommands() {
        if verb.has_subcommands() {
            list_verbs(verb, out);
            continue;
        }
        let name = verb.get_bin_name().expect("the tree is built");
        let objects: String = verb
            .get_positionals()
            .map(|object| {
                let name = object.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default();
                if object.is_required_set() { format!(" {name}") } else { format!(" [{name}]") }
            })
            .collect();
        let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "| `{name}{objects}` | {about} |").expect("a string grows");
    }
}

/// Who may do what, a column a permission.
fn roles() -> String {
    let all = Permission::ALL;
    let mut out = format!("| role | {} |\n|---|{}\n", all.map(Permission::doc).join(" | "), "---|".repeat(all.len()));
    for role in Role::ALL {
        let cells = all.map(|permission| if permission.granted_to().contains(&role) { "yes" } else { "" });
        writeln!(out, "| {} | {} |", role.name(), cells.join(" | ")).expect("a string grows");
    }
    out
}

fn environment() -> String {
    let mut out = "| variable | meaning |\n|---|---|\n".to_owned();
    for (name, meaning) in config::VARIABLES {
        writeln!(out, "| `{name}` | {meaning} |").expect("a string grows");
    }
    out
}
